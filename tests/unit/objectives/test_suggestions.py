"""Suggestions of targets: once a month, from three full windows apart, and only where nobody was hurt."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from apps.core import clock
from apps.core.periods import local_midnight
from apps.incidents.domain.incident_words import MilestoneKind
from apps.incidents.domain.statements import Moment
from apps.objectives.models import Objective, TargetSuggestion
from tests.budgets import evaluate_now, lay, make_objective, spread
from tests.incidents import make_incident
from tests.personas import Organisation
from tests.sampling import make_indicator, make_series

pytestmark = [pytest.mark.django_db, pytest.mark.sql]

HOUR, WINDOW = timedelta(hours=1), timedelta(days=28)
MONTH = datetime(2026, 9, 1, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(ZoneInfo("UTC"))
NOW = MONTH + timedelta(minutes=70)  # once the late slices of the last day have come


def world(organisation: Organisation, target: str, bad: tuple[int, int, int], valid: int = 100_000) -> Objective:
    """Three windows before September with so many bad of as many events each."""
    indicator = make_indicator(organisation, slice_seconds=3600)
    for back, failed in zip((3, 2, 1), bad, strict=True):
        lay(make_series(indicator), spread(MONTH - back * WINDOW, 672, 3600, failed, valid))
    return make_objective(organisation, indicator, target=target)


def suggested(objective: Objective, at: datetime = NOW) -> TargetSuggestion | None:
    with clock.playing(at):
        evaluate_now([objective.pk])
    return TargetSuggestion.objects.first()


def test_tighten__much_is_left_in_all_three(organisation: Organisation) -> None:
    found = suggested(world(organisation, "0.995", (20, 43, 31)))
    assert found is not None
    assert [found.kind, found.target, found.month] == ["tighten", Decimal("0.999"), "2026-09"]
    assert [one["bad"] for one in found.windows] == [20, 43, 31]
    assert found.windows[0]["end"] == found.windows[1]["start"]


def test_loosen__missed_twice_and_nobody_was_hurt(organisation: Organisation) -> None:
    found = suggested(world(organisation, "0.999", (140, 110, 70)))
    assert found is not None
    assert [found.kind, found.target] == ["loosen", Decimal("0.998")]


def test_nothing__where_an_incident_hurt_somebody(organisation: Organisation) -> None:
    objective = world(organisation, "0.999", (140, 110, 70))
    start = MONTH - WINDOW + 5 * HOUR
    times = {"impact_started": start, "detected": start, "resolved": start + HOUR}
    make_incident(milestones=[Moment(MilestoneKind(kind), at) for kind, at in times.items()], now=NOW)
    assert suggested(objective) is None


@pytest.mark.parametrize(("is_hurt", "kind"), [(True, None), (False, "loosen")])
def test_oldest_of_three_quarters__an_incident_in_it_speaks_against_a_change(
    organisation: Organisation, is_hurt: bool, kind: str | None
) -> None:
    month = datetime(2026, 12, 1, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(ZoneInfo("UTC"))
    now = month + timedelta(minutes=70)  # the day is kept once it has settled
    indicator = make_indicator(organisation, slice_seconds=3600)
    year = datetime(2025, 12, 31, 23, tzinfo=ZoneInfo("UTC"))
    lay(make_series(indicator), spread(year, 273 * 24, 3600, 1_500, 1_000_000))
    lay(make_series(indicator), spread(month - 25 * HOUR, 25, 3600, 0, 3_000))
    objective = make_objective(organisation, indicator, target="0.999", window={"calendar": "quarter"})
    hurt = year + timedelta(days=5)
    times = {"impact_started": hurt, "detected": hurt, "resolved": hurt + HOUR}
    if is_hurt:
        make_incident(milestones=[Moment(MilestoneKind(name), at) for name, at in times.items()], now=now)
    found = suggested(objective, now)
    assert (found.kind if found else None) == kind


def test_too_little_traffic__one_failure_is_a_tenth_of_the_budget(organisation: Organisation) -> None:
    found = suggested(world(organisation, "0.995", (0, 1, 0), 1120))
    assert found is not None
    assert [found.kind, found.target] == ["too_little_traffic", None]


def test_nothing__before_three_windows_were_judged(organisation: Organisation) -> None:
    indicator = make_indicator(organisation, slice_seconds=3600)
    lay(make_series(indicator), spread(MONTH - 2 * WINDOW, 2 * 672, 3600, 20, 200_000))
    assert suggested(make_objective(organisation, indicator, target="0.995")) is None


def test_once_a_month__and_on_no_other_day(organisation: Organisation) -> None:
    objective = world(organisation, "0.995", (20, 43, 31))
    assert suggested(objective, NOW - timedelta(days=1)) is None
    suggested(objective)
    suggested(objective, NOW + HOUR)
    assert TargetSuggestion.objects.count() == 1
    assert local_midnight(clock.local_day(NOW), clock.reporting_zone()) == MONTH
