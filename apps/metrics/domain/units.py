"""Which units a measure can have. Pure."""

import re
from fractions import Fraction

from apps.metrics.domain.faults import Faults, said
from apps.metrics.domain.spec import FieldAmount, Measure, Span

MONEY = "money:EUR"
AMOUNTS = ("count", "quotient", "seconds", MONEY)
_MONEY = re.compile(r"money:[A-Z]{3}")


def read_unit(unit: object, fitting: tuple[str, ...], pointer: str, faults: Faults) -> str | None:
    """A unit that fits the measure; money names its currency."""
    if not isinstance(unit, str):
        faults.is_a(unit, str, pointer)
        return None
    if (MONEY if _MONEY.fullmatch(unit) else unit) in fitting:
        return unit
    faults.add(pointer, "unit_mismatch", f"{said(unit)} is not a unit of this measure. Possible: {', '.join(fitting)}.")
    return None


def fitting_units(
    measure: Measure, *, per: str, is_share: bool, has_amount: bool, value: Span | FieldAmount | None
) -> tuple[str, ...]:
    """The units a value of this measure can have."""
    if measure is Measure.RATE:
        return ("per_week",) if per == "week" else ("per_day",)
    if measure is Measure.ATTAINMENT or (measure is Measure.RATIO and is_share):
        return ("share",)
    if measure is Measure.RATIO:
        return ("quotient", "seconds", MONEY)
    if measure is Measure.COUNT:
        return AMOUNTS if has_amount else ("count",)
    if measure is Measure.LATEST or isinstance(value, FieldAmount):
        return (*AMOUNTS, "share")
    return ("seconds",)


def range_of(unit: str) -> tuple[Fraction, Fraction | None]:
    """Least and greatest value a target of that unit may have; None: no upper bound."""
    return Fraction(0), Fraction(1) if unit == "share" else None
