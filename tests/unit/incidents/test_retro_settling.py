"""What a retro follows from its incident: asked for, due, its form, its fact row."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.incidents.domain.incident_words import Exclusion, IncidentKind, MilestoneKind
from apps.incidents.domain.retro_words import SectionKey
from apps.incidents.models import Incident, Retro, RetroFact, RetroSection
from apps.incidents.operations.excluding import exclude_incident
from apps.incidents.operations.settling import settle
from apps.incidents.operations.statements import record_milestone, reopen_incident
from tests.incidents import NOW, at, make_incident, moments
from tests.learning import fill, publish, resolved_incident, retro_of
from tests.personas import Organisation, principal_of

pytestmark = [pytest.mark.sql, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _in_may(organisation: Organisation) -> Iterator[None]:
    with clock.playing(NOW):
        yield


def fact_of(incident: Incident) -> RetroFact:
    return RetroFact.objects.get(key=f"I-{incident.pk}", until_seq=None)


def test_settle__a_level_that_asks_opens_a_retro_with_its_form() -> None:
    full, short = retro_of(resolved_incident(severity=2)), retro_of(resolved_incident(severity=3))
    assert (full.form, short.form, full.is_required, full.state) == ("full", "short", True, "draft")
    assert {row.key for row in RetroSection.objects.filter(retro=full)} == set(SectionKey)
    assert not Retro.objects.filter(incident=resolved_incident(severity=4)).exists()


@pytest.mark.parametrize("kind", [IncidentKind.DRILL, IncidentKind.BACKFILL])
def test_settle__what_feeds_no_number_is_asked_for_none(kind: IncidentKind) -> None:
    assert not Retro.objects.filter(incident=resolved_incident(severity=1, kind=kind)).exists()


def test_due__72_hours_after_the_last_resolution_and_a_reopening_moves_it() -> None:
    incident = make_incident(
        severity=2, milestones=moments(4, impact_started="08:00", detected="08:10", resolved="09:00")
    )
    assert retro_of(incident).due_at == at("09:00", 7)
    reopen_incident(incident=incident, at=at("08:00", 5), by=SYSTEM)
    assert retro_of(incident).due_at is None
    record_milestone(incident=incident, kind=MilestoneKind.RESOLVED, at=at("10:00", 5), by=SYSTEM)
    assert retro_of(incident).due_at == datetime(2026, 5, 8, 10, tzinfo=UTC)
    fact = fact_of(incident)
    assert (fact.due_at, fact.required, fact.waived, fact.severity_worst) == (at("10:00", 8), True, False, 2)
    assert fact.published_at is None


def test_settle__twice_writes_nothing() -> None:
    incident = resolved_incident()
    before = RetroFact.objects.count()
    settle(Incident.objects.get(pk=incident.pk), now=NOW)
    assert RetroFact.objects.count() == before


def test_fact__of_an_excluded_incident_is_withdrawn(organisation: Organisation) -> None:
    incident = resolved_incident()
    exclude_incident(incident=incident, exclusion=Exclusion.FALSE_ALARM, reason="A test.", by=SYSTEM)
    assert not RetroFact.objects.filter(key=f"I-{incident.pk}", until_seq=None).exists()


def test_fact__says_when_it_was_first_published(organisation: Organisation) -> None:
    ana = principal_of(organisation.people["ana"])
    incident = resolved_incident()
    publish(fill(retro_of(incident), ana), ana)
    assert fact_of(incident).published_at == NOW
