"""Is a target met? A process by its whole interval, a commitment by its exact count."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from apps.core.numbers import format_count, number_style
from apps.measurements.domain.intervals import wilson_adjusted
from apps.measurements.domain.readings import Reading, ReadingKind, TargetComparison
from apps.measurements.domain.wording import Code, Verdict, say, stand_in

if TYPE_CHECKING:
    from apps.core.numbers import NumberStyle

MET, NOT_MET, UNCLEAR = Code.TARGET_MET, Code.TARGET_NOT_MET, Code.TARGET_UNCLEAR


def judge_target(
    reading: Reading,
    comparison: TargetComparison,
    target: float | Decimal,
    *,
    reading_kind: ReadingKind = ReadingKind.PROCESS,
    unit: str,
    phi: float = 1.0,
) -> Verdict:
    """Met if the whole 95 % interval (a commitment: the exact value) is on the good side, the target included.

    Silent, running, paused or open-ended readings are never met. `phi` above 1 widens a share's interval.
    """
    instead = stand_in(reading)
    if instead:
        return instead
    if reading_kind == ReadingKind.COMMITMENT:
        return _exact(reading, comparison, target, unit)
    return _by_interval(_widened(reading, phi), comparison, target, unit, clustered=phi > 1)


def _exact(reading: Reading, comparison: TargetComparison, target: float | Decimal, unit: str) -> Verdict:
    value, bound, rule = _exact_value(reading, unit), Fraction(str(target)), "exact_against_target"
    if value is None:
        return _without_interval(reading, target, unit, rule)
    good = value <= bound if comparison == TargetComparison.AT_MOST else value >= bound
    if reading.at_least and (good or comparison == TargetComparison.AT_LEAST):
        return _open_ended(reading, target, unit, rule)
    style = number_style([reading.value, target], unit)
    now = style.text(value, against=target) + _share_of(reading, unit)
    return say(MET if good else NOT_MET, f"target_{comparison}", rule=rule, now=now, target=style.exact(target))


def _by_interval(
    reading: Reading, comparison: TargetComparison, target: float | Decimal, unit: str, *, clustered: bool
) -> Verdict:
    rule = "interval_against_target"
    if _fraction(reading.lower) is None and _fraction(reading.upper) is None:
        return _without_interval(reading, target, unit, rule)
    code = _interval_code(reading, comparison, Fraction(str(target)))
    if code is UNCLEAR and reading.at_least:
        return _open_ended(reading, target, unit, rule)
    style = _style(reading, target, unit)
    bounds = style.range(reading.lower, reading.upper, against=target)
    if code is UNCLEAR:
        template = "target_inside_clustered" if clustered else "target_inside"
        return say(code, template, rule=rule, target=style.exact(target), range=bounds)
    now = f"{style.text(reading.value, against=target)} ({bounds})"
    return say(code, f"target_{comparison}", rule=rule, now=now, target=style.exact(target))


def _interval_code(reading: Reading, comparison: TargetComparison, target: Fraction) -> Code:
    lower, upper = _fraction(reading.lower), _fraction(reading.upper)
    if comparison == TargetComparison.AT_MOST:
        good, bad = upper is not None and upper <= target, lower is not None and lower > target
    else:
        good, bad = lower is not None and lower >= target, upper is not None and upper < target
    if bad:
        return NOT_MET
    open_ended = reading.at_least or lower is None or upper is None
    return MET if good and not open_ended else UNCLEAR


def _widened(reading: Reading, phi: float) -> Reading:
    if phi <= 1 or reading.numerator is None or not reading.denominator:
        return reading
    lower, upper = wilson_adjusted(reading.numerator, reading.denominator, phi)
    return replace(reading, lower=float(lower), upper=float(upper))


def _exact_value(reading: Reading, unit: str) -> Fraction | None:
    """A share's own quotient of whole numbers: 9 of 10 must meet 90 % whatever the binary fraction says."""
    numerator, denominator = _fraction(reading.numerator), _fraction(reading.denominator)
    if unit == "share" and numerator is not None and denominator:
        return numerator / denominator
    return _fraction(reading.value)


def _share_of(reading: Reading, unit: str) -> str:
    if unit != "share" or reading.numerator is None or reading.denominator is None:
        return ""
    return f" ({format_count(round(reading.numerator))} of {format_count(round(reading.denominator))})"


def _fraction(number: float | Decimal | None) -> Fraction | None:
    """The number as it is printed in decimals; None for a missing, undefined or infinite one."""
    if number is None or not math.isfinite(number):
        return None
    return Fraction(str(number if isinstance(number, Decimal) else float(number)))


def _style(reading: Reading, target: float | Decimal, unit: str) -> NumberStyle:
    least = 1 if unit == "share" else 0
    return number_style([reading.value, reading.lower, reading.upper, target], unit, least_decimals=least)


def _open_ended(reading: Reading, target: float | Decimal, unit: str, rule: str) -> Verdict:
    style = _style(reading, target, unit)
    now = f"at least {style.text(reading.value)}"
    return say(UNCLEAR, "target_open", rule=rule, now=now, target=style.exact(target))


def _without_interval(reading: Reading, target: float | Decimal, unit: str, rule: str) -> Verdict:
    style = _style(reading, target, unit)
    now = style.text(reading.value, against=target)
    return say(UNCLEAR, "target_no_interval", rule=rule, now=now, n=reading.n, target=style.exact(target))
