"""Many promises measured at once: the worked examples from stored samples, and a plain pass over every slice."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.core.periods import local_midnight
from apps.objectives.domain.counts import Counts, Slice, Tally, add_keys, tally
from apps.objectives.domain.evaluating import Evaluation, evaluate
from apps.objectives.domain.exempting import ExemptSpan, split
from apps.objectives.domain.indicator_words import Dimension
from apps.objectives.domain.objective_words import BudgetState, ExemptionCategory, Method
from apps.objectives.domain.promises import Promise
from apps.objectives.domain.reading import MAIN
from apps.objectives.domain.windows import Span
from apps.objectives.models import BudgetDay, Indicator, Sample
from apps.objectives.operations.keeping_days import keep_days
from apps.objectives.queries.measuring import Answer, Question, frame, measure, read
from tests.budgets import lay, make_objective, promise, spread
from tests.personas import Organisation
from tests.sampling import make_indicator, make_series

pytestmark = [pytest.mark.django_db, pytest.mark.sql]

MADRID = "Europe/Madrid"
HOUR = 3600
NEWEST = datetime(2026, 8, 24, 7, tzinfo=ZoneInfo("UTC"))
MISSING = ExemptionCategory.MEASUREMENT_FAULT


def question(of: Promise, indicator: Indicator, seconds: int = HOUR, **said: object) -> Question:
    dimension = Dimension(indicator.versions.latest("number").dimension)
    return Question(of, indicator.pk, seconds, dimension, **said)


def answered(asked: Question) -> Answer:
    """What is measured without kept days; with a version, from the days kept under it: the same."""
    answer = measure([asked])[0]
    assert answer is not None
    return answer


def evaluated(answer: Answer) -> Evaluation:
    framed = answer.framed
    keys = {key: one.measured for key, one in answer.keys.items()}
    return evaluate(
        framed.question.promise, framed.frame, answer.total.measured, keys, newest_end=framed.newest_end,
        as_of=framed.newest_end + timedelta(minutes=1),
    )  # fmt: skip


def test_measure__example_1_from_stored_samples(organisation: Organisation) -> None:
    indicator = make_indicator(organisation, slice_seconds=HOUR)
    start = NEWEST + timedelta(hours=1) - timedelta(days=28)
    series = make_series(indicator)
    lay(series, spread(start, 27 * 24, HOUR, 2911 - 412, 1_284_500 - 46_100))
    lay(series, spread(start + timedelta(days=27), 24, HOUR, 412, 46_100))
    lay(series, spread(start - timedelta(hours=5), 5, HOUR, 50, 50))
    found = answered(question(promise(HOUR), indicator))
    assert found.total.main.kept == Tally(2911, 1_284_500)
    assert found.total.measured.recent == Tally(412, 46_100)
    result = evaluated(found)
    assert result.figures.budget.left == Fraction("942.5")
    assert result.figures.burn == Fraction(412, 46_100) / Fraction(3, 1000)
    assert result.judged.state is BudgetState.AT_RISK


@pytest.mark.parametrize(("method", "units"), [("occurrences", Tally(24, 264)), ("time_slices", Tally(1, 4))])
def test_measure__example_2_counts_events_or_slices(organisation: Organisation, method: str, units: Tally) -> None:
    indicator = make_indicator(organisation)
    counts = [(48, 50), (9, 10), (180, 200), (3, 4), None, (0, 0)]
    start = NEWEST - timedelta(minutes=5 * len(counts))
    slices = [
        Slice(start + i * timedelta(minutes=5), Counts(pair[0], pair[1], pair[1]))
        for i, pair in enumerate(counts) if pair
    ]  # fmt: skip
    lay(make_series(indicator), slices)
    said = {"slice_target": "0.9"} if method == "time_slices" else {}
    found = answered(question(promise(target="0.9", method=method, **said), indicator, 300))
    assert found.total.main.kept == units
    assert found.total.main.seen == 5


def test_measure__example_3_a_month_with_a_longer_day(organisation: Organisation, settings) -> None:
    settings.REPORTING_ZONE = MADRID
    indicator = make_indicator(organisation)
    start = local_midnight(date(2026, 10, 1), ZoneInfo(MADRID))
    slices = spread(start, 2592, 300, 0, 2592 * 10)
    slices = [one for number, one in enumerate(slices) if number % 86 != 1 or number > 86 * 30]
    slices = [replace(one, counts=Counts(0, 10, 10)) if n % 400 == 200 else one for n, one in enumerate(slices)]
    lay(make_series(indicator), slices)
    of = promise(target="0.999", method="time_slices", slice_target="0.95", window={"calendar": "month"})
    found = answered(question(of, indicator, 300))
    assert [found.total.main.kept, found.total.main.seen] == [Tally(6, 2562), 2562]
    budget = evaluated(found).figures.budget
    assert [budget.basis, budget.allowed] == [8910, Fraction("8.91")]


def test_measure__example_4_raw_beside_exempted(organisation: Organisation) -> None:
    indicator = make_indicator(organisation, slice_seconds=HOUR)
    start = NEWEST + timedelta(hours=1) - timedelta(days=28)
    series = make_series(indicator)
    lay(series, spread(start, 400, HOUR, 1000, 300_000))
    lay(series, spread(start + timedelta(hours=400), 30, HOUR, 640, 9000))
    lay(series, spread(start + timedelta(hours=430), 242, HOUR, 626, 103_000))
    out = ExemptSpan(1, Span(start + timedelta(hours=400), start + timedelta(hours=430)), MISSING)
    found = answered(question(promise(HOUR, target="0.995"), indicator, exempt=(out,)))
    assert found.total.main.raw == Tally(2266, 412_000)
    assert found.total.main.kept == Tally(1626, 403_000)
    assert found.total.main.seen == 672
    assert evaluated(found).judged.state is BudgetState.AT_RISK


def test_measure__example_5_the_sum_hides_a_tenant(organisation: Organisation) -> None:
    indicator = make_indicator(organisation, slice_seconds=HOUR, dimension="tenant")
    start = NEWEST + timedelta(hours=1) - timedelta(days=28)
    tenants = {
        "acme": (1180, 210_400), "birch": (402, 96_300), "cobalt": (61, 3150), "dune": (310, 58_200), "elm": (3, 40),
    }  # fmt: skip
    for key, (bad, valid) in tenants.items():
        lay(make_series(indicator, key), spread(start, 672, HOUR, bad, valid))
    of = promise(HOUR, target="0.99", judge="each", share_target="0.95")
    result = evaluated(answered(question(of, indicator)))
    assert result.figures.budget.bad == 1956
    assert result.figures.budget.counted == 368_090
    assert result.judged.state is BudgetState.EXHAUSTED
    assert result.within is not None
    assert [result.within.within, result.within.judged, result.within.unjudged] == [3, 4, ("elm",)]
    assert result.within.outside == ("cobalt",)


ZONES = ("Europe/Madrid", "Asia/Kathmandu", "America/New_York")
KEYS = ("", "acme", "birch")


def random_slices(chance: random.Random, seconds: int, days: int, keys: Sequence[str]) -> list[Slice]:
    """Slices with gaps, idle and unusable ones, across the days on which clocks change."""
    start = datetime(2026, 10, 26, tzinfo=ZoneInfo("UTC")) - timedelta(days=days)
    found = []
    for number in range(days * 86400 // seconds):
        for key in keys:
            if chance.random() < 0.3:
                continue
            valid = chance.choice((0, 1, 7, 10**12 - 1))
            good = valid + 1 if chance.random() < 0.05 else chance.randint(valid // 2, valid)
            starts_at = start + number * timedelta(seconds=seconds)
            found.append(Slice(starts_at, Counts(good, valid, max(good, valid)), key))
    return found


def plain_units(of: Promise, slices: Sequence[Slice], keys: Sequence[str]) -> Tally:
    """Every slice looked at, one by one."""
    chosen = [one for one in slices if one.key in keys]
    return tally(add_keys(chosen) if len(keys) > 1 else chosen, of.method, of.slice_target)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize("keys", [("",), ("acme", "birch", "other")])
def test_measure__equals_a_plain_pass_over_every_slice(
    organisation: Organisation, settings, zone: str, method: Method, keys: tuple[str, ...]
) -> None:
    settings.REPORTING_ZONE = zone
    chance = random.Random(f"{zone}{method}{keys}")
    dimension = "tenant" if len(keys) > 1 else "none"
    indicator = make_indicator(organisation, slice_seconds=900, dimension=dimension)
    objective = make_objective(organisation, indicator)
    slices = random_slices(chance, 900, 9, keys)
    for key in keys:
        lay(make_series(indicator, key), [replace(one, key="") for one in slices if one.key == key])
    said = {"method": method, "slice_target": "0.777777777"} if method is Method.TIME_SLICES else {}
    of = promise(900, window={"rolling_days": 7}, **said)
    middle = slices[len(slices) // 2].starts_at
    exempt = (
        ExemptSpan(1, Span(middle, middle + timedelta(hours=41)), MISSING, frozenset(keys[:1]) - {""}),
        ExemptSpan(2, Span(middle + timedelta(hours=60), middle + timedelta(hours=61)), MISSING),
    )
    asked = question(of, indicator, 900, exempt=exempt)
    counted = answered(asked)
    kept_question = replace(asked, version_id=objective.versions.get().pk)
    framed = [one for one in frame([kept_question]) if one is not None]
    keep_days(framed, {})
    kept = read(framed)[0]
    plan = counted.framed.plan
    for number, span in enumerate(plan.spans):
        inside = [one for one in slices if span.holds(one.starts_at)]
        left, _ = split(inside, exempt)
        for answer in (counted, kept):
            assert answer.total.units[number].raw == plain_units(of, inside, keys)
            assert answer.total.units[number].kept == plain_units(of, left, keys)
            starts = {one.starts_at for one in inside if one.counts.is_usable}
            assert number != MAIN or answer.total.units[number].seen == len(starts)
            if keys != ("",) and method is Method.OCCURRENCES:
                units = [one.units[number] for one in answer.keys.values()]
                assert sum((one.raw for one in units), Tally()) == answer.total.units[number].raw
                assert sum((one.kept for one in units), Tally()) == answer.total.units[number].kept
            for key, one in answer.keys.items():
                assert one.units[number].raw == plain_units(of, inside, (key,))
                assert one.units[number].kept == plain_units(of, left, (key,))
    assert BudgetDay.objects.filter(series=None).count() >= 7


def test_measure__old_slices_removed_leaves_the_sums_of_days(organisation: Organisation) -> None:
    indicator = make_indicator(organisation, slice_seconds=HOUR)
    start = NEWEST - timedelta(days=40)
    lay(make_series(indicator), spread(start, 40 * 24 + 1, HOUR, 500, 90_000))
    before = answered(question(promise(HOUR), indicator)).total.main
    whole = clock.reporting_zone()
    Sample.objects.filter(
        starts_at__gte=local_midnight(date(2026, 8, 1), whole), starts_at__lt=local_midnight(date(2026, 8, 20), whole)
    ).delete()
    assert answered(question(promise(HOUR), indicator)).total.main == before


def test_measure__a_question_about_the_past_sees_only_what_had_started(organisation: Organisation) -> None:
    indicator = make_indicator(organisation, slice_seconds=HOUR)
    start = NEWEST - timedelta(days=40)
    slices = spread(start, 40 * 24 + 1, HOUR, 500, 90_000)
    lay(make_series(indicator), slices)
    midnight = local_midnight(date(2026, 8, 10), clock.reporting_zone())
    found = answered(question(promise(HOUR), indicator, before=midnight))
    span = found.framed.plan.spans[MAIN]
    assert span.end == midnight
    assert found.total.main.raw == tally([one for one in slices if span.holds(one.starts_at)], Method.OCCURRENCES)


def test_measure__a_new_definition_is_not_read_behind(organisation: Organisation) -> None:
    indicator = make_indicator(organisation, slice_seconds=HOUR)
    lay(make_series(indicator), spread(NEWEST - timedelta(hours=99), 100, HOUR, 100, 1000))
    found = answered(question(promise(HOUR), indicator, readable_from=NEWEST - timedelta(hours=9)))
    assert found.total.main.raw == Tally(10, 100)
    assert found.framed.frame.is_cut


def test_measure__the_number_of_queries_does_not_grow(organisation: Organisation) -> None:
    def ask(count: int) -> int:
        questions = []
        for number in range(count):
            indicator = make_indicator(organisation, f"i-{count}-{number}", slice_seconds=HOUR, dimension="tenant")
            for key in ("acme", "birch"):
                lay(make_series(indicator, key), spread(NEWEST, 1, HOUR, 1, 10))
            questions.append(question(promise(HOUR), indicator))
        with CaptureQueriesContext(
            connection,
        ) as spent:
            assert len(measure(questions)) == count
        return len(spent)

    assert ask(1) == ask(4) <= 9


def test_measure__an_indicator_without_a_usable_slice_has_no_answer(organisation: Organisation) -> None:
    indicator = make_indicator(organisation)
    assert measure([question(promise(), indicator)]) == [None]


def test_measure__a_share_of_huge_counts_is_exact(organisation: Organisation) -> None:
    """One event decides among a million millions, where a product of both would leave 64 bits."""
    indicator = make_indicator(organisation)
    valid = 999_999_999_999
    target = Decimal("0.999999999")
    least = -(-valid * 999_999_999 // 10**9)
    slices = [
        Slice(NEWEST, Counts(least, valid, valid)),
        Slice(NEWEST + timedelta(minutes=5), Counts(least - 1, valid, valid)),
        Slice(NEWEST + timedelta(minutes=10), Counts(0, valid, valid)),
    ]
    lay(make_series(indicator), slices)
    of = promise(method="time_slices", slice_target=str(target))
    assert answered(question(of, indicator, 300)).total.main.raw == tally(slices, of.method, target) == Tally(2, 3)
