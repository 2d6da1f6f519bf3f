"""Targets: a draft from a team's own past, how far it may reach, and which quarter it judges. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from typing import Any

from apps.core.periods import Period
from apps.core.problems import FieldProblem
from apps.metrics.domain.spec import Direction, Reading, Spec
from apps.metrics.domain.units import range_of

AT_MOST, AT_LEAST = "at_most", "at_least"
# By how much a draft improves on the baseline. What is missing here has no draft.
DRAFT_SHARES = {
    "change-lead-time": Fraction(1, 5),
    "change-failure-rate": Fraction(15, 100),
    "failed-deployment-recovery-time": Fraction(1, 3),
}
# A target would breed tiny releases.
NOT_TEAM_TARGETS = frozenset({"deployment-frequency"})
BOUND = Fraction(1, 3)
DAYS_TO_AGREE = 30
STEP = Decimal("0.000001")
MOST = Decimal(10) ** 14


@dataclass(frozen=True)
class Baseline:
    """A team's own past value from which a target starts: in stored units, with n, interval and version."""

    period: str
    value: float
    n: int
    version_number: int
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True)
class Wish:
    """What somebody wants to agree on: a comparison, a value, the quarter, and reasons."""

    slug: str
    comparison: str
    value: Decimal
    quarter: Period
    heroic_reason: str = ""


def content_of(
    *, team: str, definition: str, quarter: str, comparison: str, value: Decimal | str, baseline: Baseline | None,
    reason: str = "", heroic_reason: str = "", review: str = "",
) -> dict[str, Any]:  # fmt: skip
    """The content of an item that agrees on a target; `review` names the quarter under review it comes from."""
    start = asdict(baseline) if baseline else None
    if start is not None:
        start["version"] = start.pop("version_number")
    content = {
        "team": team, "definition": definition, "quarter": quarter, "comparison": comparison,
        "value": str(value), "baseline": start, "reason": reason, "heroic_reason": heroic_reason,
    }  # fmt: skip
    return content | ({"review": review} if review else {})


def key_of(content: Mapping[str, Any]) -> str:
    """The key of the object a target is: team, definition and quarter."""
    return "/".join(str(content.get(part, "")) for part in ("team", "definition", "quarter"))


def draft_target(baseline: Decimal | float, r: Fraction) -> Decimal:
    """baseline · (1 − r) in the unit of the baseline, to six decimals, never beyond the exact value."""
    exact = _fraction(baseline) * (1 - r)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(STEP, ROUND_CEILING)


def draft_for(slug: str, baseline: Decimal | float) -> Decimal | None:
    """The draft for a definition, or None where targets are not drafted."""
    r = DRAFT_SHARES.get(slug)
    return None if r is None else draft_target(baseline, r)


def is_heroic(comparison: str, value: Decimal, baseline: Decimal | float) -> bool:
    """True when a target asks for more than one third of the baseline; rounding to a millionth is forgiven."""
    start = _fraction(baseline)
    if comparison == AT_MOST:
        bound = start * (1 - BOUND)
        return Fraction(value) + Fraction(STEP) < bound
    return Fraction(value) - Fraction(STEP) > start * (1 + BOUND)


def is_near_noise(value: Decimal, baseline: Baseline) -> bool:
    """True when the target lies inside the baseline's interval: then a practice is agreed on, too."""
    if baseline.lower is None or baseline.upper is None:
        return False
    return _fraction(baseline.lower) <= Fraction(value) <= _fraction(baseline.upper)


def last_day_to_agree(quarter: Period) -> date:
    """The quarter's day 30: later agreements judge the next quarter."""
    return quarter.first_on + timedelta(days=DAYS_TO_AGREE - 1)


def judges_from(quarter: Period, agreed_on: date) -> date:
    """The reporting day after the agreement, not before the quarter."""
    return max(quarter.first_on, agreed_on + timedelta(days=1))


def find_target_problems(wish: Wish, spec: Spec, baseline: Baseline | None, agreed_on: date) -> list[FieldProblem]:
    """Every rule the wish breaks."""
    problems = [*_quarter_problems(wish.quarter, agreed_on), *_value_problems(wish, spec)]
    if wish.slug in NOT_TEAM_TARGETS:
        sentence = "A target for this metric breeds tiny releases; it is read, not aimed at."
        problems.insert(0, FieldProblem("/definition", "not_a_team_target", sentence))
    if baseline is not None:
        problems += _baseline_problems(wish, spec, baseline)
    elif spec.reading is Reading.PROCESS:
        problems.append(
            FieldProblem("/baseline", "required", "Name the team's own past value this target starts from.")
        )
    return problems


def _quarter_problems(quarter: Period, agreed_on: date) -> Iterator[FieldProblem]:
    if agreed_on >= quarter.end_on:
        yield FieldProblem("/quarter", "quarter_over", f"{quarter.key} is over; what was agreed then stands.")
    elif agreed_on > last_day_to_agree(quarter):
        last, following = last_day_to_agree(quarter), quarter.previous(-1)
        sentence = (
            f"{quarter.key} could be agreed on until {last:%-d %B %Y}. From now on targets judge {following.key}."
        )
        yield FieldProblem("/quarter", "quarter_running", sentence)


def _value_problems(wish: Wish, spec: Spec) -> Iterator[FieldProblem]:
    wanted = {Direction.LOWER_IS_BETTER: AT_MOST, Direction.HIGHER_IS_BETTER: AT_LEAST}.get(spec.direction)
    if wish.comparison not in (AT_MOST, AT_LEAST):
        yield FieldProblem("/comparison", "unknown_value", "Choose at_most or at_least.")
    elif wanted and wish.comparison != wanted:
        better = spec.direction.replace("_", " ")
        yield FieldProblem("/comparison", "wrong_comparison", f"Here {better}, so a target says {wanted}.")
    if not _is_inside(wish.value, spec.unit):
        sentence = "A share lies between 0 and 1." if spec.unit == "share" else "A target is 0 or more."
        yield FieldProblem("/value", "out_of_range", sentence)


def _is_inside(value: Decimal, unit: str) -> bool:
    if not value.is_finite():
        return False
    least, most = range_of(unit)
    return least <= value <= (MOST if most is None else most) and value < MOST


def _baseline_problems(wish: Wish, spec: Spec, baseline: Baseline) -> Iterator[FieldProblem]:
    if baseline.n < spec.min_n:
        sentence = f"The baseline counts {baseline.n}; fewer than {spec.min_n} say too little to start from."
        yield FieldProblem("/baseline", "baseline_too_few", sentence)
    if not _is_inside(wish.value, spec.unit) or not is_heroic(wish.comparison, wish.value, baseline.value):
        return
    if len(wish.heroic_reason.strip()) < 20:
        sentence = "More than one third in a quarter is heroic. Write in a sentence how it can be reached."
        yield FieldProblem("/heroic_reason", "heroic", sentence)


def _fraction(number: Decimal | float | Fraction) -> Fraction:
    """The exact value of what is printed for a float."""
    return Fraction(repr(number)) if isinstance(number, float) else Fraction(number)
