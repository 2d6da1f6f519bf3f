"""Incidents and annotations beside numbers: in the lanes of charts and in lists, never as causes."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from django.test import Client

from apps.core import clock
from apps.incidents.domain.incident_words import IncidentKind, MilestoneKind
from apps.incidents.domain.statements import Moment
from apps.incidents.models import Incident
from apps.incidents.operations.restricting import restrict_incident
from tests.incidents import make_incident
from tests.personas import Organisation, principal_of
from tests.web.portal.pages import main_of

TREND = "/metrics/change-lead-time/trend.svg?subject="
BEGAN, ENDED = datetime(2026, 6, 10, 8, tzinfo=UTC), datetime(2026, 6, 12, 20, tzinfo=UTC)


def broken(title: str, **more: object) -> Incident:
    """An incident of June that is over."""
    times = [Moment(MilestoneKind.IMPACT_STARTED, BEGAN), Moment(MilestoneKind.RESOLVED, ENDED)]
    return make_incident(title=title, now=ENDED, milestones=times, **more)


def incidents_in(drawing: str) -> list[str]:
    """What the marks of the incidents' lane are called."""
    return re.findall(r'class="mark-incident"[^>]*><title>([^<]*)</title>', drawing)


def test_chart__shows_the_incidents_of_its_team_and_services(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    incident = broken("Payments were refused")
    client = client_as("eli")
    for subject in ("team:checkout", "service:checkout-api"):
        found = incidents_in(client.get(TREND + subject).content.decode())
        assert found == [f"{incident} Payments were refused (10 Jun to 12 Jun)"], subject
    assert incidents_in(client.get(TREND + "team:harbour").content.decode()) == []


def test_chart__of_everybody_shows_the_severest_alone(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    broken("A slow page", severity=3)
    severest = broken("Nothing could be bought", severity=1)
    found = incidents_in(client_as("eli").get(TREND + "organisation:all").content.decode())
    assert found == [f"{severest} Nothing could be bought (10 Jun to 12 Jun)"]


def test_chart__shows_no_drill_and_nothing_restricted(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    broken("A rehearsal", kind=IncidentKind.DRILL)
    hidden = broken("Zanzibar")
    restrict_incident(incident=hidden, by=principal_of(organisation.people["dee"], clock.now()))
    assert incidents_in(client_as("eli").get(TREND + "team:checkout").content.decode()) == []
    (seen,) = incidents_in(client_as("dee").get(TREND + "team:checkout").content.decode())
    assert "Zanzibar" in seen


def test_service__names_what_happened_near_with_its_page(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    incident = broken("Payments were refused")
    text = main_of(client_as("eli").get("/services/checkout-api/"))
    named = f"{incident} Payments were refused (10 Jun to 12 Jun)"
    assert text.count(f'<a href="/incidents/{incident.pk}/">{named}</a>') == 1


def test_home__many_are_a_list_that_opens(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    for number in range(6):
        broken(f"Break {number}")
    text = main_of(client_as("dee").get("/"))
    assert "<summary>Happened near (6)</summary>" in text
    assert all(f"Break {number}" in text for number in range(6))
