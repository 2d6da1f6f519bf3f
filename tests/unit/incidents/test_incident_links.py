"""Links to deployments and changes: declared once, ruled out once, for every definition; candidates by time."""

from datetime import timedelta

import pytest

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.core.problems import Forbidden, Invalid
from apps.delivery.facts import CHANGES, DEPLOYMENTS
from apps.incidents.domain.incident_words import LinkedFact, LinkKind, LinkState
from apps.incidents.models import ChangeLink
from apps.incidents.operations.linking import link_change
from apps.incidents.queries import incidents as queries
from apps.incidents.queries import linked
from apps.services import operations as services
from tests.incidents import NOW, at, make_incident
from tests.personas import Organisation, principal_of

L = LinkKind
pytestmark = [pytest.mark.django_db, pytest.mark.sql]


@pytest.fixture(autouse=True)
def in_may(organisation: Organisation):
    """All of this happens on 20 May 2026."""
    with clock.playing(NOW):
        yield


def deploy(service, key: str, finished_at, **more) -> None:
    """A production deployment."""
    row = {"service": service.pk, "key": key, "finished_at": finished_at, **more}
    services.record_facts(source=DEPLOYMENTS, channel="ci", rows=[row])


def rows_of(incident):
    """The current fact rows by service."""
    return {row.service.slug: row for row in queries.current_facts([incident.pk])[f"I-{incident.pk}"]}


def declare(incident, key: str, kind: LinkKind = L.CAUSED_BY, service: str = "checkout-api", by=SYSTEM, **more):
    """Declare a link."""
    return link_change(incident=incident, kind=kind, service=service, key=key, by=by, **more)


def test_declared__the_row_of_its_service_names_it_and_the_others_know() -> None:
    incident = make_incident(services=("checkout-api", "checkout-web"))
    declare(incident, "v1", service="checkout-web")
    rows = rows_of(incident)
    assert (rows["checkout-web"].deployment, rows["checkout-web"].cause_elsewhere) == ("v1", False)
    assert (rows["checkout-api"].deployment, rows["checkout-api"].cause_elsewhere) == ("", True)


def test_declared__of_a_service_that_was_not_named_adds_it() -> None:
    incident = make_incident()
    declare(incident, "h1", service="harbour-cluster")
    assert rows_of(incident)["harbour-cluster"].role == "affected"


def test_declared__twice_is_said_once(ana) -> None:
    incident = make_incident()
    declare(incident, "v1")
    declare(incident, "v1", by=principal_of(ana))
    assert ChangeLink.objects.count() == 1


def test_ruled_out__by_a_person_with_a_reason_and_no_tool_overrules_it(ana, organisation) -> None:
    incident = make_incident()
    declare(incident, "v1")
    with pytest.raises(Invalid, match="reason"):
        declare(incident, "v1", by=principal_of(ana), state=LinkState.REJECTED)
    declare(incident, "v1", by=principal_of(ana), state=LinkState.REJECTED, reason="It was rolled out after.")
    row = rows_of(incident)["checkout-api"]
    assert (row.deployment, row.ruled_out) == ("", ["v1"])
    declare(incident, "v1")
    assert rows_of(incident)["checkout-api"].ruled_out == ["v1"]
    declare(incident, "v1", by=principal_of(ana))
    assert (rows_of(incident)["checkout-api"].deployment, rows_of(incident)["checkout-api"].ruled_out) == ("v1", [])


def test_ruled_out__by_a_tool_is_refused(organisation) -> None:
    from apps.teams import queries as teams

    tool = teams.principal_of_secret(organisation.secrets["push"], NOW)
    with pytest.raises(Forbidden):
        declare(make_incident(), "v1", by=tool, state=LinkState.REJECTED, reason="x")


def test_fixed_at__is_the_first_successful_fix_and_follows_its_deployment(organisation) -> None:
    incident = make_incident()
    for key in ("f1", "f2"):
        declare(incident, key, L.FIXED_BY)
    assert rows_of(incident)["checkout-api"].fixed_at is None
    deploy(organisation.checkout_api, "f2", at("18:00"))
    deploy(organisation.checkout_api, "f1", at("14:00"), status="failed")
    assert rows_of(incident)["checkout-api"].fixed_at == at("18:00")
    deploy(organisation.checkout_api, "f1", at("15:00"))
    assert rows_of(incident)["checkout-api"].fixed_at == at("15:00")


def test_fixed_at__of_a_change_is_its_deployments(organisation) -> None:
    incident = make_incident()
    declare(incident, "c1", L.FIXED_BY, fact=LinkedFact.CHANGES)
    deploy(organisation.checkout_api, "f1", at("14:00"))
    row = {"service": organisation.checkout_api.pk, "key": "c1", "merged_at": at("13:00"), "deployment": "f1"}
    services.record_facts(source=CHANGES, channel="ci", rows=[row])
    assert rows_of(incident)["checkout-api"].fixed_at == at("14:00")


def test_candidates__of_72_hours_affected_services_first_and_nearest_first(organisation) -> None:
    start = at("10:05")
    for service, key, before in (
        (organisation.checkout_web, "near", 0.5), (organisation.checkout_api, "hour", 1),
        (organisation.checkout_api, "three-days", 72), (organisation.checkout_api, "older", 72.1),
        (organisation.checkout_api, "after", -0.1), (organisation.harbour_cluster, "elsewhere", 1),
    ):  # fmt: skip
        deploy(service, key, start - timedelta(hours=before))
    deploy(organisation.checkout_api, "failed", start - timedelta(hours=2), status="failed")
    incident = make_incident()
    found = linked.list_candidates(incident, linked.get_links(incident))
    assert [(one.key, one.seconds_before, one.is_affected) for one in found] == [
        ("hour", 3600, True), ("three-days", 72 * 3600, True), ("near", 1800, False),
    ]  # fmt: skip
    declare(incident, "hour")
    assert "hour" not in [one.key for one in linked.list_candidates(incident, linked.get_links(incident))]
