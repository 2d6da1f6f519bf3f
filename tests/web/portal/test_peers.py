"""Another tool's number beside the house's: both values, what only one counts, and no word of what is restricted."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from apps.incidents.domain.incident_words import MilestoneKind
from apps.incidents.domain.statements import Moment
from apps.incidents.models import Incident
from apps.incidents.operations.restricting import restrict_incident
from apps.measurements.models import MetricValue
from tests.incidents import make_incident
from tests.personas import Organisation, principal_of
from tests.web.portal.conftest import MONDAY
from tests.web.portal.pages import links_of, words_of

K = MilestoneKind
PLACE = "values/team:checkout/2026-W34/13"
FAILURES = f"/metrics/change-failure-rate/{PLACE}/peers/devlake/"
RECOVERY = f"/metrics/failed-deployment-recovery-time/{PLACE}/peers/devlake/"
LEAD_TIME = f"/metrics/change-lead-time/{PLACE}/peers/devlake/"
FREQUENCY = f"/metrics/deployment-frequency/{PLACE}/peers/devlake/"


def broke(day: int, hour: int, title: str, *, hours: int = 3, month: int = 7) -> Incident:
    """An incident of Checkout API in 2026 that was over after some hours."""
    at = datetime(2026, month, day, hour, tzinfo=UTC)
    over = at.replace(hour=hour + hours)
    times = ((K.IMPACT_STARTED, at), (K.DETECTED, at), (K.MITIGATED, over), (K.RESOLVED, over))
    return make_incident(title=title, severity=2, now=MONDAY, milestones=[Moment(kind, when) for kind, when in times])


@pytest.fixture
def broken(organisation: Organisation) -> list[Incident]:
    """Three incidents: after r48 (mended by r49), twice after r51, one of these in the instant of r52."""
    return [broke(2, 10, "Carts were empty"), broke(23, 10, "Prices were old"), broke(29, 10, "Payments were refused")]


def test_failure_rate__both_numbers_and_what_only_one_counts(
    broken: list[Incident], client_as: Callable[..., Client]
) -> None:
    """House: r44 and r48 were mended. DevLake: r48 and r51, to which two incidents belong."""
    text = words_of(client_as("eli").get(FAILURES))
    assert "15 % 2 of 13 = 15 %." in text
    assert "By Apache DevLake 15 % 2 of 13 = 15 %." in text
    assert "Counted in the numerator 1 fact by both. 1 only by the definition here" in text
    assert "Deployment r44 Checkout API 3 Jun 2026, 12:00" in text
    assert "1 only by Apache DevLake Fact Service When Why the definition does not count it Deployment r51" in text
    assert "22 Jul 2026, 12:00 Counted, and not in the numerator" in text
    assert "Counted at all 13 facts by both. No fact by one alone." in text
    assert "The definition reads no incidents: they are seen as they stand now." in text


def test_recovery__counts_incidents_where_the_house_counts_deployments(
    broken: list[Incident], client_as: Callable[..., Client]
) -> None:
    """From r48, r51 and r51 to the ends: 27 h, 27 h and 171 h, of which the middle is 27 h."""
    text = words_of(client_as("ana").get(RECOVERY))
    assert "The middle of 3 incidents = 27 h." in text
    assert "No fact by both. 2 only by the definition here" in text
    assert "3 only by Apache DevLake" in text
    assert f"Incident {broken[0]}: Carts were empty" in text
    assert "The definition counts no incidents" in text


def test_lead_time_and_frequency__are_counted_by_their_own_rules(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    read = client_as("eli").get
    assert "The middle of 78 changes = 24 h." in words_of(read(LEAD_TIME))
    text = words_of(read(FREQUENCY))
    assert "By Apache DevLake 1 day Days with a deployment: 13. The middle one of 13 weeks has 1 day." in text
    assert "It counts days with a deployment, here deployments are counted." in text


def test_restricted__is_counted_and_never_named(
    organisation: Organisation, broken: list[Incident], client_as: Callable[..., Client]
) -> None:
    hidden = broken[1]
    restrict_incident(incident=hidden, by=principal_of(organisation.people["ana"], MONDAY))
    told, kept = words_of(client_as("ana").get(RECOVERY)), client_as("eli").get(RECOVERY)
    text = words_of(kept)
    assert f"Incident {hidden}: Prices were old" in told
    assert "The middle of 3 incidents = 27 h." in text
    assert "Incident restricted, severity 2 Checkout API 22 Jul 2026, 12:00" in text
    assert "Prices were old" not in text
    assert str(hidden) not in text.replace(str(broken[0]), "").replace(str(broken[2]), "")
    assert f"/incidents/{hidden.pk}/" not in kept.content.decode()
    assert f"/incidents/{broken[0].pk}/" in links_of(kept)


def test_links__lead_here_from_the_evidence_and_from_the_definition(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    client = client_as("eli")
    assert FAILURES in links_of(client.get(f"/metrics/change-failure-rate/{PLACE}/"))
    (found,) = [link for link in links_of(client.get("/metrics/change-failure-rate/")) if "/peers/" in link]
    assert found == "/metrics/change-failure-rate/values/organisation:all/2026-Q2/peers/devlake/"
    assert "2 of 13 = 15 %." in words_of(client.get(FAILURES))
    assert client.get(found).status_code == 200
    assert not [link for link in links_of(client.get("/metrics/deployment-rework-rate/")) if "/peers/" in link]


@pytest.mark.parametrize(
    "page",
    [
        f"/metrics/change-failure-rate/{PLACE}/peers/other/", f"/metrics/deployment-rework-rate/{PLACE}/peers/devlake/",
        "/metrics/change-failure-rate/values/team:nobody/2026-W34/peers/devlake/",
        "/metrics/change-failure-rate/values/team:checkout/soon/peers/devlake/",
        f"/metrics/nothing/{PLACE}/peers/devlake/",
    ],
)  # fmt: skip
def test_peer__what_is_unknown_is_absent(organisation: Organisation, client_as: Callable[..., Client], page) -> None:
    assert client_as("eli").get(page).status_code == 404


def test_team_without_a_source__says_so_on_both_sides(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    page = FREQUENCY.replace("checkout", "harbour")
    text = words_of(client_as("eli").get(page))
    assert "No data : not connected" in text
    assert "No deployments are counted by this rule." in text


def test_value__where_nothing_is_stored_yet_is_read_at_the_present(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    MetricValue.objects.all().delete()
    text = words_of(client_as("eli").get(FAILURES))
    assert "0 of 13 = 0 %." in text
    assert "2 only by the definition here" in text
