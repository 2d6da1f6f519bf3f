"""GET measurements/{name}/peers/{peer}/: another tool's number, exact, and what only one of the two counts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.core import clock
from apps.core.problems import Absent
from apps.incidents.domain.incident_words import MilestoneKind
from apps.incidents.domain.statements import Moment
from apps.incidents.models import Incident
from apps.incidents.operations.restricting import restrict_incident
from apps.measurements import operations, peering, queries
from apps.measurements.models import MetricValue
from apps.metrics.domain.starter import REWORK_RATE
from apps.metrics.domain.starter_incidents import WITH_INCIDENTS
from tests.incidents import make_incident
from tests.laid_again import laid_again
from tests.measuring import adopt, connect, deployment, publish
from tests.personas import principal_of

MONDAY = datetime(2026, 5, 31, 22, tzinfo=UTC)  # midnight in Berlin, the first of 2026-W23
NOW = datetime(2026, 8, 24, 10, tzinfo=UTC)
NAME = "change-failure-rate~v1~team:checkout~2026-W23~whole"
URL = f"/api/v1/measurements/{NAME}/peers/devlake/"
RECOVERY = URL.replace("change-failure-rate", "failed-deployment-recovery-time")
RELEASES = {"a": (("a10", 10), ("a50", 50), ("a98", 98)), "b": (("b30", 30), ("b74", 74), ("b122", 122))}
BROKE = (("checkout-api", (12, 60, 61, 122)), ("checkout-web", (74, 5)))

pytestmark = [pytest.mark.sql]


def after(hours: float) -> datetime:
    """So many hours after Monday 00:00."""
    return MONDAY + timedelta(hours=hours)


@pytest.fixture
def example(organisation: Any) -> Any:
    """The design's example: services A and B of one team, six deployments and six incidents of one week."""
    with clock.playing(NOW):
        laid_again("example of peers", lambda: _make_example(organisation))
    return organisation


def _make_example(organisation: Any) -> None:
    services = {"a": organisation.checkout_api, "b": organisation.checkout_web}
    by = principal_of(organisation.people["gus"], NOW)
    for version in (*WITH_INCIDENTS, REWORK_RATE):
        adopt(version.slug, version.spec, owner=organisation.checkout, by=by)
    for place, rows in RELEASES.items():
        publish("deployments", [deployment(services[place], key, after(hours)) for key, hours in rows])
        connect(services[place], "deployments", "remediations", heard_at=NOW)
    for slug, many in BROKE:
        for hours in many:
            broke(slug, hours)
    operations.rebuild()


@pytest.fixture
def late(example: Any) -> list[Incident]:
    """Two incidents of the week after, more than 72 hours after the last deployment, known before any value."""
    with clock.playing(NOW):
        found = [broke("checkout-api", hours) for hours in (210, 220)]
        MetricValue.objects.all().delete()
        operations.rebuild()
    return found


def broke(slug: str, hours: float) -> Incident:
    """An incident of a service that was over after an hour."""
    times = (
        (MilestoneKind.IMPACT_STARTED, hours),
        (MilestoneKind.DETECTED, hours),
        (MilestoneKind.RESOLVED, hours + 1),
    )
    said = [Moment(kind, after(at)) for kind, at in times]
    return make_incident(services=(slug,), title=f"Broken at {hours}", severity=2, now=NOW, milestones=said)


def _read(client: APIClient, url: str = URL) -> Any:
    with clock.playing(NOW):
        answer = client.get(url)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_peer__the_designs_example(example: Any, api_client_as: Callable[..., APIClient]) -> None:
    """House 4 of 6, DevLake 3 of 6: B 74 goes to A 50."""
    found = _read(api_client_as("read"))
    assert found["house_number"] == {"value": repr(4 / 6), "unit": "share", "numerator": 4, "n": 6}
    assert found["peer_number"] == {"value": "0.5", "unit": "share", "numerator": 3, "n": 6}
    top, every = found["layers"]
    assert (top["counted_as"], top["both"], every["counted_as"], every["both"]) == ("numerator", 3, "counted", 6)
    assert [(fact["key"], fact["service"]) for fact in top["only_house"]["facts"]] == [("b74", "checkout-web")]
    assert top["only_peer"] == {"count": 0, "facts": []}
    assert (found["peer"], found["read_as_of_now"]) == ("devlake", [])


def test_peer__an_incident_of_the_week_after_belongs_to_the_last_deployment(
    late: list[Incident], api_client_as: Callable[..., APIClient]
) -> None:
    (top, _), (whole,) = (_read(api_client_as("ana"), url)["layers"] for url in (URL, RECOVERY))
    assert [(fact["key"], fact["reason"]) for fact in top["only_peer"]["facts"]] == [
        ("b122", "counted, and not in the numerator")
    ]
    assert (whole["both"], whole["only_house"]["count"], whole["only_peer"]["count"]) == (5, 0, 2)
    assert [fact["key"] for fact in whole["only_peer"]["facts"]] == [str(one) for one in late]
    assert {fact["reason"] for fact in whole["only_peer"]["facts"]} == {
        "not of this period and subject by the definition"
    }


def test_peer__names_no_incident_that_its_reader_may_not_know(
    late: list[Incident], example: Any, api_client_as: Callable[..., APIClient]
) -> None:
    with clock.playing(NOW):
        restrict_incident(incident=late[0], by=principal_of(example.people["ana"], NOW))
    keys = {
        who: [fact["key"] for fact in _read(api_client_as(who), RECOVERY)["layers"][0]["only_peer"]["facts"]]
        for who in ("ana", "eli", "gus", "harbour_push")
    }
    told, kept = [str(late[0]), str(late[1])], ["", str(late[1])]
    assert keys == {"ana": told, "eli": kept, "gus": kept, "harbour_push": kept}


def test_peer__sees_the_facts_at_the_watermark_of_the_stored_value(
    example: Any, api_client_as: Callable[..., APIClient]
) -> None:
    """What arrives later is in neither number until the cell is computed again."""
    before = _read(api_client_as("read"))
    with clock.playing(NOW):
        publish("deployments", [deployment(example.checkout_api, "late", after(20))])
        broke("checkout-api", 31)
    assert _read(api_client_as("read")) == before
    with clock.playing(NOW):
        operations.rebuild()
    assert _read(api_client_as("read"))["peer_number"] == {
        "value": repr(4 / 7),
        "unit": "share",
        "numerator": 4,
        "n": 7,
    }


def test_lists__are_bounded_and_their_counts_are_not(
    late: list[Incident], api_client_as: Callable[..., APIClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peering, "LISTED", 1)
    side = _read(api_client_as("ana"), RECOVERY)["layers"][0]["only_peer"]
    assert (side["count"], [fact["key"] for fact in side["facts"]]) == (2, [str(late[0])])


@pytest.mark.parametrize(("place", "top", "n"), [
    ("service:checkout-api", 3, 3), ("service:checkout-web", 1, 3), ("group:shop", 3, 6), ("organisation:all", 3, 6),
    ("unowned:all", 0, 0), ("team:harbour", 0, 0),
])  # fmt: skip
def test_peer__of_every_kind_of_subject(
    example: Any, api_client_as: Callable[..., APIClient], place: str, top: int, n: int
) -> None:
    """One service alone knows no deployment of another: B 74 belongs to B 30."""
    name = NAME.replace("team:checkout", place)
    answer = api_client_as("read").get(f"/api/v1/measurements/{name}/peers/devlake/")
    found = answer.json().get("peer_number", {"numerator": 0, "n": 0})
    assert (found["numerator"], found["n"]) == (top, n)


@pytest.mark.parametrize("url", [
    URL.replace("devlake", "other"), URL.replace("change-failure-rate", "deployment-rework-rate"),
    URL.replace("W23", "W99"), URL.replace("devlake", "DevLake"),
])  # fmt: skip
def test_peer__what_is_unknown_is_absent(example: Any, api_client_as: Callable[..., APIClient], url: str) -> None:
    with clock.playing(NOW):
        answer = api_client_as("read").get(url)
    assert answer.status_code == 404


def test_peer__of_a_part_is_absent(example: Any) -> None:
    with pytest.raises(Absent):
        queries.comparison_of(MetricValue(part="per_link"), "devlake")


@pytest.mark.parametrize(("persona", "status"), [(None, 401), ("only_push", 403), ("eli", 200), ("harbour_push", 200)])
def test_peer__is_shared_with_everybody_signed_in(
    example: Any, api_client_as: Callable[..., APIClient], persona: str | None, status: int
) -> None:
    with clock.playing(NOW):
        assert api_client_as(persona).get(URL).status_code == status


def test_peer__an_unknown_parameter_is_refused(example: Any, api_client_as: Callable[..., APIClient]) -> None:
    with clock.playing(NOW):
        assert api_client_as("read").get(URL, {"limit": "3"}).status_code == 400
