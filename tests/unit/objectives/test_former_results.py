"""After a change of the promise the version before stands beside for one window and decides nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.core import clock
from apps.core.immutable import writing
from apps.core.periods import local_midnight
from apps.objectives.domain.counts import Counts, Slice
from apps.objectives.models import BudgetStatus, FormerStatus, Indicator, Objective, ObjectiveVersion
from apps.objectives.queries.budget_documents import budget_document, stands_of
from tests.budgets import add_promise, evaluate_now, lay, make_objective, spread, status_of
from tests.personas import Organisation
from tests.sampling import add_version, make_indicator, make_series, put

pytestmark = [pytest.mark.django_db, pytest.mark.sql]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEWEST = datetime(2026, 8, 24, 7, tzinfo=UTC)
NOW = NEWEST + HOUR + timedelta(minutes=5)
COUNTS = ("state", "reason", "bad", "counted", "basis", "raw_bad", "raw_counted", "raw_basis", "recent_bad",
          "recent_counted", "seen", "elapsed", "unusable", "window_start", "window_end", "keys_within",
          "keys_judged")  # fmt: skip


@pytest.fixture
def indicator(organisation: Organisation) -> Indicator:
    return make_indicator(organisation, slice_seconds=3600)


def evaluate(*objectives: Objective, at: datetime = NOW) -> None:
    with clock.playing(at):
        evaluate_now([one.pk for one in objectives])


def said(row: BudgetStatus | FormerStatus) -> list[object]:
    return [getattr(row, name) for name in COUNTS]


def former(objective: Objective) -> FormerStatus | None:
    return FormerStatus.objects.filter(objective=objective).first()


def test_golden__example_1_under_a_tighter_promise(organisation: Organisation, indicator: Indicator) -> None:
    """2,911 of 1,284,500: of the 3,853.5 that 99.7 % allows 24.4 % are left; 99.8 % allows 2,569, so 342 too many."""
    objective = make_objective(organisation, indicator)
    lay(make_series(indicator), spread(NEWEST - 671 * HOUR, 672, 3600, 2911, 1_284_500))
    today = clock.local_day(NOW)
    add_promise(organisation, objective, effective_from=today, target="0.998")
    evaluate(objective)
    with clock.playing(NOW):
        found = budget_document(stands_of(objective.slug, keys=True))
    now, before = found["budget"], found["former"]["budget"]
    assert [found["version"], found["state"], now["allowed"], now["left"]] == [2, "exhausted", "2569", "-342"]
    assert now["remaining"]["value"] == "-0.133125730"
    assert [found["former"][name] for name in ("version", "target", "state")] == [1, "0.997", "at_risk"]
    assert [before[name] for name in ("bad", "counted", "basis", "allowed")] == [2911, 1_284_500, 1_284_500, "3853.5"]
    assert before["remaining"]["value"] == "0.244582846"
    until = local_midnight(today, clock.reporting_zone()) + 28 * DAY
    assert found["former"]["until"] == f"{until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"target": "0.998"}),
        ({"window": {"rolling_days": 14}}, {"window": {"rolling_days": 28}}),
        ({}, {"method": "time_slices", "slice_target": "0.99", "target": "0.95"}),
        ({"method": "time_slices", "slice_target": "0.999", "target": "0.9"}, {}),
    ],
)
def test_property__each_counts_as_if_it_had_held_always_and_after_one_window_nothing_stands_beside(
    organisation: Organisation, indicator: Indicator, before: dict[str, object], after: dict[str, object]
) -> None:
    changed = make_objective(organisation, indicator, "changed", **before)
    old = make_objective(organisation, indicator, "always-before", **before)
    new = make_objective(organisation, indicator, "always-after", **after)
    every = (changed, old, new)
    series = make_series(indicator)
    lay(series, spread(NEWEST - 60 * DAY, 60 * 24, 3600, 9000, 2_700_000))
    today = clock.local_day(NOW)
    add_promise(organisation, changed, effective_from=today + DAY, **after)
    begins = local_midnight(today + DAY, clock.reporting_zone())
    evaluate(*every)
    assert former(changed) is None
    assert said(status_of(changed)) == said(status_of(old))
    for number, day in enumerate((0, 1, 2, 9, 20, 27, 28, 29)):
        at = begins + day * DAY + 3 * HOUR
        newest = at.replace(minute=0) - HOUR
        put(series, [Slice(newest, Counts(1900 - 7 * number, 1900, 1900))], at=at)
        evaluate(*every, at=at)
        assert said(status_of(changed)) == said(status_of(new))
        found = former(changed)
        if day >= 28:
            assert found is None
        else:
            assert found is not None
            assert said(found) == said(status_of(old))
            assert found.version.number == 1


def test_window_over_without_an_evaluation__nothing_is_shown(organisation: Organisation, indicator: Indicator) -> None:
    objective = make_objective(organisation, indicator)
    lay(make_series(indicator), spread(NEWEST - 671 * HOUR, 672, 3600, 2911, 1_284_500))
    add_promise(organisation, objective, effective_from=clock.local_day(NOW), target="0.998")
    evaluate(objective)
    for later, stands in ((27 * DAY, True), (28 * DAY, False)):
        with clock.playing(NOW + later):
            assert bool(budget_document(stands_of(objective.slug))["former"]) is stands


def test_calendar__one_month_after_it_began(organisation: Organisation, indicator: Indicator) -> None:
    objective = make_objective(organisation, indicator, window={"calendar": "month"})
    lay(make_series(indicator), spread(NEWEST - 671 * HOUR, 672, 3600, 2911, 1_284_500))
    today = clock.local_day(NOW)
    add_promise(organisation, objective, effective_from=today, window={"calendar": "month"}, target="0.9")
    evaluate(objective)
    found = former(objective)
    assert found is not None
    assert found.until_at == local_midnight(today, clock.reporting_zone()) + 31 * DAY


def test_changed_measurement__is_a_break_and_nothing_stands_beside(
    organisation: Organisation, indicator: Indicator
) -> None:
    objective = make_objective(organisation, indicator)
    series = make_series(indicator)
    lay(series, spread(NEWEST - 671 * HOUR, 672, 3600, 2911, 1_284_500))
    today = clock.local_day(NOW)
    add_promise(organisation, objective, effective_from=today, target="0.998")
    add_version(organisation, indicator, effective_from=today + DAY, slice_seconds=3600)
    evaluate(objective)
    assert former(objective) is not None
    put(series, [Slice(NEWEST + DAY, Counts(900, 900, 900))], at=NOW + DAY)
    evaluate(objective, at=NOW + DAY)
    assert [status_of(objective).counted, former(objective)] == [900, None]


def test_changed_measurement_alone__has_no_version_before(organisation: Organisation, indicator: Indicator) -> None:
    objective = make_objective(organisation, indicator)
    lay(make_series(indicator), spread(NEWEST - 671 * HOUR, 672, 3600, 2911, 1_284_500))
    add_version(organisation, indicator, effective_from=clock.local_day(NOW), slice_seconds=3600)
    evaluate(objective)
    assert former(objective) is None


def test_new_words__change_no_promise(organisation: Organisation, indicator: Indicator) -> None:
    objective = make_objective(organisation, indicator)
    lay(make_series(indicator), spread(NEWEST - 671 * HOUR, 672, 3600, 2911, 1_284_500))
    today = clock.local_day(NOW)

    def reword(day: datetime) -> None:
        row = objective.versions.latest("number")
        with writing(ObjectiveVersion):
            row.pk, row.number, row.effective_from = None, row.number + 1, clock.local_day(day)
            row._state.adding = True
            row.save(force_insert=True)

    reword(NOW)
    evaluate(objective)
    assert former(objective) is None
    add_promise(organisation, objective, effective_from=today + DAY, target="0.998")
    reword(NOW + 2 * DAY)
    evaluate(objective, at=NOW + 3 * DAY)
    found = former(objective)
    assert found is not None
    assert [status_of(objective).version.number, found.version.number] == [4, 2]
