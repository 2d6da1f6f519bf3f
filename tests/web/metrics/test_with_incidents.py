"""Failures and recovery read with incidents: the shipped versions proposed, signed and in force, all on pages."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.test import Client

from apps.core import clock
from apps.governance.models import Proposal
from apps.governance.tasks import move_proposals, run_previews
from apps.incidents.domain.incident_words import MilestoneKind as K
from apps.incidents.domain.statements import Moment
from apps.measurements import operations as measurements
from apps.metrics import operations as metrics
from tests.incidents import make_incident
from tests.measuring import connect, deployment, publish, remediation
from tests.personas import Organisation, principal_of
from tests.web.metrics.test_wording_pages import filled
from tests.web.portal.pages import main_of, words_of

As = Callable[..., Client]
PROPOSED, IN_FORCE = datetime(2026, 7, 27, 8, tzinfo=UTC), date(2026, 8, 3)
MONDAY = datetime(2026, 8, 24, 10, tzinfo=UTC)
WEEKS = 30
NUMBERS = FAILURES, RECOVERY = "change-failure-rate", "failed-deployment-recovery-time"
pytestmark = pytest.mark.sql


@pytest.fixture(autouse=True)
def _delivered(organisation: Organisation) -> None:
    """Six releases a week, one of them mended by the next; after two releases of August something hurt."""
    api, first = organisation.checkout_api, datetime(2026, 1, 26, 9, tzinfo=UTC)
    releases = [first + timedelta(weeks=place // 6, days=place % 6) for place in range(6 * WEEKS)]
    with clock.playing(PROPOSED):
        metrics.adopt_starter(owner_team=organisation.checkout, by=principal_of(organisation.people["gus"]))
    with clock.playing(MONDAY):
        publish("deployments", [deployment(api, f"r{place}", at) for place, at in enumerate(releases)])
        publish("remediations", [remediation(api, f"r{6 * week}", f"r{6 * week + 1}") for week in range(WEEKS)])
        connect(api, "deployments", "remediations", heard_at=MONDAY)
        connect(api, "incidents", heard_at=MONDAY, channel="incidents")
        for place in (27 * 6 + 2, 28 * 6 + 3):
            make_incident(severity=2, milestones=_hurt_after(releases[place]), now=MONDAY)


def _hurt_after(release: datetime) -> list[Moment]:
    times = {K.IMPACT_STARTED: 2, K.DETECTED: 3, K.RESOLVED: 5}
    return [Moment(kind, release + timedelta(hours=hours)) for kind, hours in times.items()]


def propose(client: Client, slug: str) -> Proposal:
    """Begin from the version that is shipped, and propose it as it stands."""
    address = f"/metrics/{slug}/new-version/?begin=shipped"
    sent = filled(client, address, effective_from=IN_FORCE.isoformat())
    assert client.post(address, {**sent, "act": "propose"}).status_code == 302
    run_previews()
    return Proposal.objects.latest("number")


def agree(client_as: As, proposal: Proposal) -> None:
    """Its author submits, and whoever is asked signs, each with the hash that the page shows."""
    for name, act in (("ana", "submit"), ("cy", "sign"), ("gus", "sign")):
        page = client_as(name).get(f"/proposals/{proposal.number}/")
        (digest,) = set(re.findall(r'name="sha256" value="([0-9a-f]{64})"', main_of(page)))
        done = client_as(name).post(f"/proposals/{proposal.number}/{act}/", {"sha256": digest}, follow=True)
        assert done.status_code == 200, (name, words_of(done))


def test_with_incidents__two_signed_proposals_break_the_trend(organisation: Organisation, client_as: As) -> None:
    with clock.playing(PROPOSED):
        for slug in (FAILURES, RECOVERY):
            agree(client_as, propose(client_as("ana"), slug))
    with clock.playing(datetime.combine(IN_FORCE, time(1), UTC)):
        move_proposals()
    assert set(Proposal.objects.filter(number__gt=1).values_list("state", flat=True)) == {"activated"}
    with clock.playing(MONDAY):
        measurements.rebuild()
        failures, recovery = (
            words_of(client_as("ana").get(f"/metrics/{slug}/trend/?subject=team:checkout&grain=week"))
            for slug in NUMBERS
        )
    # One of six releases was mended; from the break on those that hurt somebody count as well.
    assert "W31 17 % 3 % 56 % 6 v1" in failures
    assert "W32 33 % 10 % 70 % 6 v1 → v2 · 3 Aug" in failures
    assert "W33 33 % 10 % 70 % 6 v2" in failures
    assert "13 weeks against 26 before Not judged : new definition" in failures, "nothing is compared across a break"
    assert "definition v2" in recovery
