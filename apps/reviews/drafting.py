"""Drafts of next quarter's targets and the answers to them, by the rules of targets."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from apps.core import clock
from apps.core.calendar_words import day_words
from apps.core.numbers import number_style
from apps.core.periods import Grain, Period, parse_period, period_on
from apps.core.problems import FieldProblem, Invalid
from apps.metrics import queries as metrics
from apps.metrics.domain import targets
from apps.metrics.domain.spec import Direction, Spec
from apps.metrics.domain.targets import Baseline, Wish
from apps.metrics.models import DefinitionVersion
from apps.reviews.domain.content import Answer, Choice, answered, plain_decimal, round_draft
from apps.scorecards.domain.content import CellContent

NO_DRAFT = "Nothing is drafted for this measure."
BREEDS = "No draft: a target on this measure breeds tiny releases. It is read, not aimed at."
TOO_FEW = "No draft: the quarter counts {n}; fewer than {needed} say too little to start from."
ZERO = "No draft: the quarter's value is 0 already."
LEAVES = "No draft: this metric leaves on {day}."
NO_VALUE = "No draft: the quarter has no value to start from."


def next_row(cell: CellContent, version: DefinitionVersion) -> dict[str, Any]:
    """One row of the next targets: the draft with the baseline's interval beside it, or why there is none."""
    spec = metrics.spec_of(version)
    baseline = _baseline(cell, version)
    row = {"definition": cell.definition, "label": cell.label, "unit": cell.unit, "version": version.number}
    why = _why_gone(version) or _why_none(cell, spec)
    exact = targets.draft_for(cell.definition, baseline.value) if not why and baseline is not None else None
    if exact is None or baseline is None:
        return {**row, "answer": str(Answer.NONE), "why_none": why or NO_DRAFT}
    style = number_style([baseline.value, exact], cell.unit)
    is_floor = spec.direction is Direction.HIGHER_IS_BETTER
    draft = round_draft(exact, style.size, down=is_floor)
    return {
        **row,
        "answer": str(Answer.OPEN),
        "comparison": targets.AT_LEAST if is_floor else targets.AT_MOST,
        "draft": plain_decimal(draft),
        "value": plain_decimal(draft),
        "baseline": _baseline_values(baseline, cell),
        "entry": {"size": plain_decimal(style.size), "suffix": style.suffix},
        "near_noise": targets.is_near_noise(draft, baseline),
        "heroic": False,
        "heroic_reason": "",
        "reason": "",
    }


def _why_gone(version: DefinitionVersion) -> str:
    """A metric that leaves before the quarter is over gets no target for it."""
    last = version.definition.sunset_on
    if last is None or last >= parse_period(judged_quarter()).end_on:
        return ""
    return LEAVES.format(day=day_words(last))


def _why_none(cell: CellContent, spec: Spec) -> str:
    if cell.definition in targets.NOT_TEAM_TARGETS:
        return BREEDS
    found = start_of(cell)
    if found["value"] is None:
        return NO_VALUE
    if found["n"] < spec.min_n:
        return TOO_FEW.format(n=found["n"], needed=spec.min_n)
    return ZERO if not found["value"] else ""


def start_of(cell: CellContent) -> dict[str, Any]:
    """What a target starts from: the reading by which it will be judged."""
    whole = {"value": cell.value, "lower": cell.lower, "upper": cell.upper, "n": cell.n or 0}
    return cell.judged or whole


def _baseline(cell: CellContent, version: DefinitionVersion) -> Baseline | None:
    found = start_of(cell)
    if found["value"] is None:
        return None
    return Baseline(cell.period, found["value"], found["n"], version.number, found["lower"], found["upper"])


def _baseline_values(baseline: Baseline, cell: CellContent) -> dict[str, Any]:
    return {
        "per": cell.judged["per"] if cell.judged else "",
        "period": baseline.period,
        "value": baseline.value,
        "n": baseline.n,
        "version": baseline.version_number,
        "lower": baseline.lower,
        "upper": baseline.upper,
    }


def baseline_of(row: Mapping[str, Any]) -> Baseline:
    """The baseline that a row of the content keeps."""
    kept = row["baseline"]
    return Baseline(kept["period"], kept["value"], kept["n"], kept["version"], kept["lower"], kept["upper"])


def answer(
    row: Mapping[str, Any], choice: Choice, *, value: Decimal | None, reason: str, heroic_reason: str
) -> dict[str, Any]:
    """The answered row; raises `Invalid` with every rule the wished target breaks."""
    if choice is Choice.DROP:
        return answered(row, choice, value=Decimal(row["draft"]), reason=reason, heroic_reason="", is_near_noise=False)
    agreed = Decimal(row["draft"]) if choice is Choice.ACCEPT else value
    if agreed is None:
        raise Invalid("validation_failed", "The target cannot be read.", [
            FieldProblem("/value", "not_a_number", "Enter a number such as 12.5."),
        ])  # fmt: skip
    baseline, agreed = baseline_of(row), agreed.quantize(targets.STEP)
    _require_possible(row, baseline, agreed, heroic_reason)
    heroic = targets.is_heroic(row["comparison"], agreed, baseline.value)
    return answered(
        row, choice, value=agreed, reason=reason, heroic_reason=heroic_reason if heroic else "",
        is_near_noise=targets.is_near_noise(agreed, baseline),
    )  # fmt: skip


def _require_possible(row: Mapping[str, Any], baseline: Baseline, agreed: Decimal, heroic_reason: str) -> None:
    """The same rules that agreeing will apply, asked while the row can still be corrected."""
    quarter = parse_period(judged_quarter())
    version = metrics.get_version(metrics.get_named(row["definition"]), row["version"])
    wish = Wish(row["definition"], row["comparison"], agreed, quarter, heroic_reason)
    problems = targets.find_target_problems(wish, metrics.spec_of(version), baseline, quarter.first_on)
    if problems:
        raise Invalid("validation_failed", "This target cannot be agreed on as it is.", problems)


def judged_quarter() -> str:
    """Key of the quarter that a target agreed on today judges: this one until its day 30, later the next."""
    today = clock.today()
    quarter: Period = period_on(today, Grain.QUARTER)
    return quarter.key if today <= targets.last_day_to_agree(quarter) else quarter.previous(-1).key
