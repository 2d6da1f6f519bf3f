"""How figures of a budget are printed: always rounded against us, so that 100 % means that nothing failed. Pure."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from fractions import Fraction

from apps.core.numbers import JOINT, MINUS, NO_NUMBER

API_PLACES = 9
WIDE = 60


def floor(value: Fraction, places: int) -> Decimal:
    """The greatest decimal of so many places that is not more than the value."""
    scaled = value * 10**places
    return _scaled(scaled.numerator // scaled.denominator, places)


def ceil(value: Fraction, places: int) -> Decimal:
    """The least decimal of so many places that is not less than the value."""
    scaled = value * 10**places
    return _scaled(-(-scaled.numerator // scaled.denominator), places)


def _scaled(whole: int, places: int) -> Decimal:
    with localcontext(prec=WIDE):
        return Decimal(whole).scaleb(-places)


def exact_text(value: Fraction, *, up: bool = False, digits: int = 20) -> str:
    """A ratio as plain decimal: exact where it ends, else rounded in the given direction after so many digits."""
    with localcontext(prec=digits, rounding=ROUND_CEILING if up else ROUND_FLOOR):
        number = Decimal(value.numerator) / Decimal(value.denominator)
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _print(number: Decimal) -> str:
    text = f"{abs(number):,f}"
    return f"{MINUS}{text}" if number < 0 else text


def percent_places(target: Decimal) -> int:
    """Decimals of the target in percent."""
    return max(0, -int((target * 100).normalize().as_tuple().exponent))


def target_text(target: Decimal) -> str:
    """The target with every digit that was agreed on: `99.7 %`."""
    places = percent_places(target)
    return f"{_print((target * 100).quantize(Decimal(1).scaleb(-places)))}{JOINT}%"


def sli_text(sli: Fraction | None, target: Decimal) -> str:
    """The indicator, rounded down, with one decimal more than the target: 100 % appears only where nothing failed."""
    if sli is None:
        return NO_NUMBER
    return f"{_print(floor(sli * 100, percent_places(target) + 1))}{JOINT}%"


def left_share_text(remaining: Fraction | None) -> str:
    """The share of the budget that is left, rounded down: `24.4 %`, `−93.7 %`."""
    return NO_NUMBER if remaining is None else f"{_print(floor(remaining * 100, 1))}{JOINT}%"


def spent_share_text(consumed: Fraction | None) -> str:
    """A share of the budget that was spent, rounded up: `75.6 %`."""
    return NO_NUMBER if consumed is None else f"{_print(ceil(consumed * 100, 1))}{JOINT}%"


def burn_text(burn: Fraction | None) -> str:
    """A burn rate, rounded up to two decimals."""
    return NO_NUMBER if burn is None else _print(ceil(burn, 2))


def units_text(left: Fraction) -> str:
    """Units left, rounded down to whole ones: `942`; more failures than agreed are said as such elsewhere."""
    return _print(floor(left, 0))


def over_text(left: Fraction) -> str:
    """How many more units failed than agreed, rounded up."""
    return _print(ceil(-left, 0))


def hours_text(hours: Fraction | None) -> str:
    """Hours left, rounded down: `54 h`, `12 d` from four days on."""
    if hours is None:
        return NO_NUMBER
    return f"{_print(floor(hours / 24, 0))}{JOINT}d" if hours >= 96 else f"{_print(floor(hours, 0))}{JOINT}h"


def hours_up_text(hours: Fraction) -> str:
    """A wait, rounded up to whole hours."""
    return f"{_print(ceil(hours, 0))}{JOINT}h"


def minutes_text(hours: Fraction | None) -> str:
    """A time of total outage, rounded down to minutes."""
    return NO_NUMBER if hours is None else f"{_print(floor(max(hours, Fraction(0)) * 60, 0))}{JOINT}min"


@dataclass(frozen=True)
class Ratio:
    """A ratio as the API gives it: nine places, rounded against us, and the printed text."""

    value: str | None
    text: str


def ratio_down(value: Fraction | None, text: str) -> Ratio:
    """A ratio of which more is better."""
    return Ratio(None if value is None else f"{floor(value, API_PLACES):f}", text)


def ratio_up(value: Fraction | None, text: str) -> Ratio:
    """A ratio of which less is better."""
    return Ratio(None if value is None else f"{ceil(value, API_PLACES):f}", text)
