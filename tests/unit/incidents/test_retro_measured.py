"""Retros within 72 hours and repeat incidents as the engine reads them, with waived ones named beside."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django.test import Client

from apps.core import clock
from apps.core.periods import parse_period
from apps.incidents.models import Incident, Retro
from apps.incidents.operations import cause_linking, retro_opening, retro_waiving
from apps.measurements import operations as measurements
from apps.measurements import queries
from apps.measurements.domain.subjects import Subject, SubjectKind
from apps.metrics import operations as metrics
from apps.metrics.domain.starter_catalogues import LEARNING
from tests.incidents import NOW, at
from tests.learning import cause_of, fill, publish, published, resolved_incident, retro_of
from tests.personas import Organisation, principal_of
from tests.web.portal.pages import words_of

pytestmark = [pytest.mark.sql, pytest.mark.django_db]
MAY = parse_period("2026-05")
LATER = datetime(2026, 6, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_may() -> Iterator[None]:
    with clock.playing(NOW):
        yield


def value_of(organisation: Organisation, slug: str) -> tuple[object, int]:
    """The value of Checkout in May, and how many were counted."""
    gus = principal_of(organisation.people["gus"])
    with clock.playing(LATER):
        metrics.adopt_starter(owner_team=organisation.checkout, catalogue=LEARNING, by=gus)
        measurements.rebuild()
        subject = Subject(SubjectKind.TEAM, organisation.checkout.pk)
        cell = queries.load_board([subject], [slug], [MAY]).cell(subject, slug, MAY)
    assert cell is not None
    return cell.reading.value, cell.reading.n


def publish_at(retro: Retro, organisation: Organisation, moment: datetime) -> None:
    ana = principal_of(organisation.people["ana"])
    with clock.playing(moment):
        publish(fill(retro, ana), ana)


def test_retros_within_72h__published_by_the_due_second_and_waived_ones_left_out(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    in_time, to_the_second, late, never, waived = (
        retro_of(resolved_incident(day=day)) for day in (4, 5, 6, 7, 8)
    )  # all resolved at 11:30
    publish_at(in_time, organisation, at("12:00", 5))
    publish_at(to_the_second, organisation, at("11:30", 8))
    publish_at(late, organisation, at("11:31", 9))
    retro_waiving.ask_waiver(retro=waived, reason="The same.", by=principal_of(organisation.people["dee"]))
    retro_waiving.waive_retro(retro=retro_of(waived.incident), by=principal_of(organisation.people["fay"]))
    retro_of(resolved_incident(day=9, severity=3))  # asked for, too, and never written
    resolved_incident(day=10, severity=4)  # nobody asks
    assert not retro_of(never.incident).first_published_at
    retro_opening.open_retro(
        incident=resolved_incident(day=11, severity=4), by=principal_of(organisation.people["ana"])
    )
    assert value_of(organisation, "retros-within-72h") == (0.4, 5)
    with clock.playing(LATER):
        page = client_as("eli").get(f"/metrics/retros-within-72h/values/team:checkout/{MAY.key}/")
    assert "n = 5, 1 waived or exempt" in words_of(page)


def test_repeat_incidents__confirmed_ones_after_the_cause_was_known(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    dee, cause = principal_of(organisation.people["dee"]), cause_of(organisation)
    with clock.playing(at("12:00", 6)):
        published(organisation, day=4, factor={"known_cause": f"C-{cause.pk}"})
    again, not_said = resolved_incident(day=10), resolved_incident(day=11)
    cause_linking.confirm_cause(incident=again, cause=cause, by=dee)
    assert Incident.objects.filter(pk=not_said.pk).exists()
    assert value_of(organisation, "repeat-incidents") == (1, 1)
    with clock.playing(LATER):
        page = words_of(client_as("eli").get(f"/metrics/repeat-incidents/values/team:checkout/{MAY.key}/"))
    assert "Severity Came again" in page
    assert re.search(rf"I-{again.pk}: .{{,80}} 2 Without an action", page)
