"""Beyond a hundred days: kept days are read, a silent source's number stands still, and no wrong number is said."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models import QuerySet

from apps.core import clock
from apps.core.periods import local_midnight
from apps.objectives.domain.counts import Counts, Slice
from apps.objectives.domain.evaluating import evaluate
from apps.objectives.domain.exempting import ExemptSpan
from apps.objectives.domain.indicator_words import Dimension
from apps.objectives.domain.objective_words import BudgetState, ExemptionCategory, Method, StateReason
from apps.objectives.domain.windows import Span
from apps.objectives.models import BudgetDay, Indicator, Objective, Sample, Series, TargetSuggestion
from apps.objectives.operations import evaluating, keeping_days
from apps.objectives.operations.day_replacing import remove_old_slices
from apps.objectives.operations.evaluation_asking import ask_objectives
from apps.objectives.queries.measuring import Question, frame, measure
from tests.budgets import add_promise, lay, make_objective, promise, spread, status_of
from tests.personas import Organisation
from tests.sampling import make_indicator, make_series, put
from tests.web.portal.pages import words_of

pytestmark = [pytest.mark.django_db, pytest.mark.sql]

HOUR, DAY, WINDOW = timedelta(hours=1), timedelta(days=1), timedelta(days=90)
ENDS_ON = date(2026, 9, 1)
SLICES = {"method": "time_slices", "slice_target": "0.99"}
ROLLING = {"window": {"rolling_days": 90}}


def midnight(day: date) -> datetime:
    return local_midnight(day, clock.reporting_zone()).astimezone(UTC)


@pytest.fixture
def indicator(organisation: Organisation) -> Indicator:
    return make_indicator(organisation, slice_seconds=3600)


def drain(objective: Objective, at: datetime, changed: date | None = None) -> None:
    """Evaluate at an instant after counts changed from a day on."""
    with clock.playing(at):
        ask_objectives({objective.pk: changed}, at)
        evaluating.evaluate_due()


def lived(objective: Objective, series: Series, bad: Sequence[int]) -> list[Slice]:
    """Three windows of ninety local days, each evaluated when it ends, with so many slices in which all failed."""
    laid = []
    for number, failed in enumerate(bad):
        first, end = (midnight(ENDS_ON - (3 - number - step) * WINDOW) for step in (0, 1))
        hours = int((end - first) / HOUR)
        step = hours // failed if failed else hours + 1
        slices = [
            Slice(first + hour * HOUR, Counts(0 if hour % step == 1 and hour // step < failed else 100, 100, 100))
            for hour in range(hours)
        ]
        lay(series, slices)
        laid += slices
        if number < 2:
            drain(objective, end + 70 * timedelta(minutes=1), clock.local_day(first))
    return laid


def bad_in(slices: Sequence[Slice], first: date, days: int) -> tuple[int, int]:
    """A plain pass: bad slices of so many local days, and all of them."""
    found = [one for one in slices if midnight(first) <= one.starts_at < midnight(first + days * DAY)]
    return sum(not one.counts.good for one in found), len(found)


@pytest.mark.parametrize(("slice_target", "is_told"), [("0.99", True), ("0.9", False)])
def test_suggestion__a_new_version_reads_what_was_kept_under_the_one_before(
    organisation: Organisation, indicator: Indicator, slice_target: str, is_told: bool
) -> None:
    """The oldest windows lie behind the slices; another slice target counts other units, so there it says nothing."""
    objective = make_objective(organisation, indicator, **ROLLING, **SLICES, target="0.5")
    laid = lived(objective, make_series(indicator), (3, 1, 2))
    changed = ENDS_ON - 4 * DAY
    add_promise(
        organisation, objective, effective_from=changed, **ROLLING, method="time_slices", slice_target=slice_target,
        target="0.98",
    )  # fmt: skip
    drain(objective, midnight(changed) + 2 * HOUR, changed - 60 * DAY)
    at = midnight(ENDS_ON) + 70 * timedelta(minutes=1)
    assert remove_old_slices(at=at) > 0
    drain(objective, at)
    found = TargetSuggestion.objects.filter(month="2026-09").first()
    if not is_told:
        assert found is None
        return
    assert found is not None
    assert [found.kind, found.target] == ["tighten", Decimal("0.995")]
    firsts = [ENDS_ON - back * WINDOW for back in (3, 2, 1)]
    assert [(one["bad"], one["counted"]) for one in found.windows] == [bad_in(laid, first, 90) for first in firsts]
    assert [one["bad"] for one in found.windows] == [3, 1, 2]
    assert not any(one["as_judged"] for one in found.windows)


def test_months__a_new_version_shows_those_that_were_kept_before_it(
    organisation: Organisation, indicator: Indicator, client_as
) -> None:
    objective = make_objective(organisation, indicator, **ROLLING, **SLICES, target="0.5")
    lived(objective, make_series(indicator), (3, 1, 2))
    add_promise(organisation, objective, effective_from=ENDS_ON - 4 * DAY, **ROLLING, **SLICES, target="0.998")
    at = midnight(ENDS_ON) + 70 * timedelta(minutes=1)
    remove_old_slices(at=at)
    drain(objective, at, ENDS_ON - 60 * DAY)
    with clock.playing(at):
        text = words_of(client_as("eli").get(f"/objectives/{objective.slug}/"))
    months = text[text.index("The last twelve months") :]
    assert "Jan 2026 Met 1 of 744" in months
    assert months.count("Not judged : no data") == 2  # before December
    assert "as it was judged" not in months
    BudgetDay.objects.filter(day=date(2026, 1, 5)).update(counted=0, bad=0)
    with clock.playing(at):
        text = words_of(client_as("eli").get(f"/objectives/{objective.slug}/"))
    assert "What exemptions took out before 24 May 2026 stays out, as it was judged." in text


def test_changed_long_ago__days_of_time_stay_as_they_were_judged(
    organisation: Organisation, indicator: Indicator
) -> None:
    objective = make_objective(organisation, indicator, **ROLLING, **SLICES, target="0.5")
    lived(objective, make_series(indicator), (3, 1, 2))
    at = midnight(ENDS_ON) + 70 * timedelta(minutes=1)
    drain(objective, at, ENDS_ON - 90 * DAY)
    remove_old_slices(at=at)

    def kept() -> QuerySet[BudgetDay, tuple[date, int, int]]:
        return BudgetDay.objects.order_by("day").values_list("day", "bad", "counted")

    before = list(kept())
    assert len(before) >= 270
    drain(objective, at + HOUR, ENDS_ON - 200 * DAY)
    assert list(kept()) == before


def test_changed_long_ago__what_an_exemption_took_out_of_a_day_of_events_stays_out(
    organisation: Organisation, indicator: Indicator
) -> None:
    make_objective(organisation, indicator, **ROLLING)
    series, first = make_series(indicator), ENDS_ON - 150 * DAY
    slices = spread(midnight(first), 24 * 40, 3600, 400, 96_000)
    lay(series, slices)
    out = ExemptSpan(1, Span(midnight(first) + HOUR, midnight(first) + 5 * HOUR), ExemptionCategory.MEASUREMENT_FAULT)
    version = Objective.objects.get().versions.get()
    question = Question(
        promise(3600, **ROLLING), indicator.pk, 3600, Dimension.NONE, exempt=(out,), version_id=version.pk
    )

    def keep(at: datetime, changed: date | None) -> tuple[int, int]:
        with clock.playing(at):
            framed = frame([question])[0]
            assert framed is not None
            keeping_days.keep_days([framed], {version.pk: changed})
        row = BudgetDay.objects.get(day=first)
        return row.counted, row.raw_counted

    soon, late = midnight(first) + 40 * DAY, midnight(ENDS_ON)
    judged = keep(soon, first)
    assert judged == (2000, 2400)
    lay(series, spread(late - DAY, 24, 3600, 0, 2400))
    remove_old_slices(at=late)
    assert not Sample.objects.filter(starts_at__lt=midnight(first + DAY)).exists()
    assert keep(late, first) == judged
    # Other events were brought for that day since: it is counted anew, and no slice says what the exemption took out.
    lay(series, [Slice(midnight(first), Counts(50, 50, 50))])
    Sample.objects.filter(starts_at__lt=midnight(first + DAY)).delete()
    assert keep(late, first) == (2450, 2450)


@pytest.mark.parametrize("method", [{}, SLICES])
def test_silence__the_number_of_a_long_window_stands_still_beyond_a_hundred_days(
    organisation: Organisation, indicator: Indicator, method: dict[str, str]
) -> None:
    objective = make_objective(organisation, indicator, **ROLLING, **method, target="0.9")
    series = make_series(indicator)
    newest = midnight(ENDS_ON) + 9 * HOUR + 40 * timedelta(0)
    slices = spread(newest - 95 * DAY, 95 * 24 + 1, 3600, 60_000, 1_000_000)
    lay(series, slices)
    drain(objective, newest + 2 * HOUR)
    before = (status_of(objective).bad, status_of(objective).counted)
    window = [one for one in slices if one.starts_at >= newest + HOUR - WINDOW]
    if not method:
        assert before[1] == sum(one.counts.valid for one in window)
    for later in (12 * DAY, 40 * DAY, 200 * DAY):
        with clock.playing(newest + later):
            remove_old_slices(at=clock.as_of())
        drain(objective, newest + later, clock.local_day(newest) - 80 * DAY)
        status = status_of(objective)
        assert [status.state, (status.bad, status.counted)] == ["stale", before]
    # The source comes back: what lies behind its slices goes, and so does the window.
    put(series, [Slice(newest + 200 * DAY, Counts(90, 100, 100))], at=newest + 200 * DAY + HOUR)
    with clock.playing(newest + 200 * DAY + HOUR):
        remove_old_slices(at=clock.as_of())
    drain(objective, newest + 200 * DAY + HOUR, clock.local_day(newest + 200 * DAY))
    assert Sample.objects.count() == 1
    assert status_of(objective).counted == (1 if method else 100)


def asked(indicator: Indicator, before: datetime, **said: object) -> tuple[BudgetState, StateReason, int]:
    of = promise(3600, **ROLLING, target="0.9", **said)
    (answer,) = measure([Question(of, indicator.pk, 3600, Dimension.NONE, before=before)])
    assert answer is not None
    found = evaluate(
        of, answer.framed.frame, answer.total.measured, {}, newest_end=answer.framed.newest_end, as_of=before
    )
    return found.judged.state, found.judged.reason, found.figures.budget.counted


@pytest.mark.parametrize("method", [Method.OCCURRENCES, Method.TIME_SLICES])
def test_replay__a_window_that_reaches_behind_the_slices_says_no_number(indicator: Indicator, method: Method) -> None:
    """Events of whole days are summed for ever; slices of time, and parts of days, are not."""
    series, first = make_series(indicator), ENDS_ON - 170 * DAY
    lay(series, spread(midnight(first), 24 * 170, 3600, 10_000, 408_000))
    said = SLICES if method is Method.TIME_SLICES else {}
    with clock.playing(midnight(ENDS_ON) + HOUR):
        remove_old_slices(at=clock.as_of())
        ended = midnight(ENDS_ON - 20 * DAY)
        is_told = method is Method.OCCURRENCES
        expected = (BudgetState.OK, StateReason.WITHIN, 90 * 2400)
        gone = (BudgetState.INSUFFICIENT, StateReason.SLICES_GONE, 0)
        assert asked(indicator, ended, **said) == (expected if is_told else gone)
        assert asked(indicator, ended + 7 * HOUR, **said) == gone
        # Where even the newest slice before it is gone, its day says up to when something came.
        older = midnight(ENDS_ON - 120 * DAY)
        assert asked(indicator, older, **said)[0] is (BudgetState.OK if is_told else BudgetState.INSUFFICIENT)
        # What lies inside the slices is counted as ever.
        whole = asked(indicator, midnight(ENDS_ON) - 5 * HOUR, **said)
        assert whole[0] is not BudgetState.INSUFFICIENT
