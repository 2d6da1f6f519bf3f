"""A restricted incident counts in every number, and nobody but its list meets its facts."""

import pytest

from apps.core.facts import hidden_keys
from apps.incidents.operations.restricting import restrict_incident
from tests.incidents import make_incident
from tests.personas import Organisation, principal_of

pytestmark = [pytest.mark.sql, pytest.mark.django_db]


def test_facts__of_a_restricted_incident_are_its_lists(organisation: Organisation, api_client_as) -> None:
    open_one, hidden = make_incident(severity=2), make_incident(severity=2)
    people = {name: principal_of(organisation.people[name]) for name in ("ana", "eli", "fay", "gus")}
    restrict_incident(incident=hidden, by=people["ana"])
    keys = {str(open_one), str(hidden)}
    assert hidden_keys("incidents", keys, people["ana"]) == frozenset()
    assert all(hidden_keys("incidents", keys, people[name]) == {str(hidden)} for name in ("eli", "fay", "gus"))
    assert hidden_keys("retros", keys, people["eli"]) <= {str(hidden)}
    met = {
        name: {row["key"] for row in api_client_as(name).get("/api/v1/facts/incidents/").json()["results"]}
        for name in ("ana", "eli", "gus")
    }
    assert met == {"ana": keys, "eli": {str(open_one)}, "gus": {str(open_one)}}
