"""Outages out of files: one incident for each key, a file again changes nothing, bad rows are located."""

from io import BytesIO

import pytest

from apps.core import clock
from apps.incidents.models import ChangeLink, Incident, IncidentFact, Milestone
from apps.integrations import operations as integrations
from apps.integrations import queries
from apps.integrations.domain.csv_columns import CsvKind
from apps.integrations.domain.imports import Reach
from apps.services.models import FactConnection, Ownership
from tests.incidents import NOW, at
from tests.personas import principal_of

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
HEAD = "service,started_at,incident,title,detected_at,resolved_at,severity,deployment\n"
ROWS = (
    "checkout-api,2026-05-04T10:05:00Z,o1,Payments refused,2026-05-04T10:17:00Z,2026-05-04T11:30:00Z,2,v1\n"
    "checkout-web,2026-05-04T10:05:00Z,o1,Payments refused,,2026-05-04T11:30:00Z,2,\n"
    "checkout-api,2026-05-06T10:05:00Z,,,,,blocker,\n"
)


@pytest.fixture(autouse=True)
def in_may(organisation):
    """All of this happens on 20 May 2026."""
    with clock.playing(NOW):
        yield


def bring(text, organisation, persona="dee", team=True, reach=None):
    """Check a file, then store its good rows."""
    by, stream = principal_of(organisation.people[persona]), BytesIO(text.encode())
    run = integrations.check_import(
        stream=stream, kind=CsvKind.INCIDENTS, file_name="o.csv", team=organisation.checkout if team else None, by=by
    )
    return integrations.apply_import(run=run, stream=stream, reach=reach, by=by)


def test_outages__rows_of_a_key_are_one_incident_and_twice_changes_nothing(organisation) -> None:
    run = bring(HEAD + ROWS, organisation)
    assert (run.created_count, run.updated_count, run.error_count) == (2, 1, 0)
    first, second = Incident.objects.order_by("started_at")
    assert {one.service.slug for one in first.services.all()} == {"checkout-api", "checkout-web"}
    assert (first.started_at, first.severity_worst, first.is_over) == (at("10:05"), 2, True)
    assert (second.title, second.flags, second.is_over) == ("Outage of checkout-api", ["unknown_severity"], False)
    assert set(Milestone.objects.values_list("origin", flat=True)) == {"source"}
    assert ChangeLink.objects.get().fact_key == "v1"
    count = IncidentFact.objects.count()
    again = bring(HEAD + ROWS, organisation)
    assert (again.created_count, again.updated_count, again.unchanged_count) == (0, 0, 3)
    assert (Incident.objects.count(), IncidentFact.objects.count()) == (2, count)


def test_outages__a_key_of_another_file_of_all_teams_is_another_incident(organisation) -> None:
    bring(HEAD + ROWS, organisation)
    bring(HEAD + ROWS, organisation, persona="hal", team=False)
    assert Incident.objects.count() == 4


def test_outages__each_bad_row_is_located_and_the_others_are_stored(organisation) -> None:
    bad = (
        "harbour-cluster,2026-05-04T10:05:00Z,x,,,,,\n"
        "checkout-api,2026-05-04 10:05,x,,,,,\n"
        "checkout-api,2026-05-04T10:05:00Z,x,,,2026-05-04T09:00:00Z,,\n"
    )
    run = bring(HEAD + bad + ROWS, organisation)
    errors = [(one.line, one.column, one.code) for one in queries.list_errors(run)]
    assert errors == [
        (2, "service", "unknown_service"), (3, "started_at", "zone_required"), (4, "resolved_at", "ends_before_start"),
    ]  # fmt: skip
    assert run.created_count == 2


def test_outages__a_row_that_only_names_a_deployment_is_news(organisation) -> None:
    row = "checkout-api,2026-05-04T10:05:00Z,o1,Payments refused,2026-05-04T10:17:00Z,2026-05-04T11:30:00Z,2,"
    bring(HEAD + row + "\n", organisation)
    run = bring(HEAD + row + "v1\n", organisation)
    assert (run.updated_count, run.unchanged_count, ChangeLink.objects.count()) == (1, 0, 1)
    assert bring(HEAD + row + "v1\n", organisation).unchanged_count == 1


def test_outages__what_is_wrong_by_the_time_it_is_stored_is_located_and_the_others_stand(organisation) -> None:
    by, text = principal_of(organisation.people["dee"]), HEAD + ROWS
    stream = BytesIO(text.encode())
    run = integrations.check_import(
        stream=stream, kind=CsvKind.INCIDENTS, file_name="o.csv", team=organisation.checkout, by=by
    )
    Ownership.objects.filter(service=organisation.checkout_api).update(from_at=at("0:00", 6))
    run = integrations.apply_import(run=run, stream=stream, by=by)
    assert [(one.line, one.column, one.code) for one in queries.list_errors(run)] == [(2, "started_at", "no_owner")]
    assert (run.created_count, run.good_count, run.error_count) == (2, 2, 1)


def test_outages__a_file_that_is_complete_says_that_nothing_else_happened(organisation) -> None:
    bring(HEAD + ROWS, organisation, reach=Reach(at("0:00", 1), at("0:00", 10)))
    rows = FactConnection.objects.filter(source="incidents", until_seq=None)
    assert {row.connected_from for row in rows} == {at("0:00", 1)}
