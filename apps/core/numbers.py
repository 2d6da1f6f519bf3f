"""How every number is printed: one rule for unit, decimals and rounding, for pages, sentences, mails and the API.

A duration is stored in seconds, a share as 0 to 1. Numbers that stand in one sentence share unit and decimals, chosen
so that the largest of them keeps two significant digits; rounding is half up on decimals.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Number: TypeAlias = int | float | Decimal | Fraction

NO_NUMBER = "–"
# Between a number and its unit: a line never ends there, in whatever narrow column the words come to stand.
JOINT = "\N{NO-BREAK SPACE}"
MINUS = "−"
SIGNIFICANT_DIGITS = 2
MOST_DECIMALS = 9
MOST_EXACT_DECIMALS = 3

# Seconds below the bound are printed in this unit: (bound, seconds in one, word). The last one has no bound.
DURATION_UNITS = (
    (Decimal(90), Decimal(1), "s"),
    (Decimal(90 * 60), Decimal(60), "min"),
    (Decimal(72 * 3600), Decimal(3600), "h"),
    (Decimal("Infinity"), Decimal(86400), "d"),
)
# How much of the stored value makes one printed, the words after a number, and those after an interval in brackets.
PLAIN_UNITS = {
    "share": (Decimal("0.01"), f"{JOINT}%", f"{JOINT}%"),
    "per_day": (Decimal(1), f"{JOINT}a{JOINT}day", ""),
    "per_week": (Decimal(1), f"{JOINT}a{JOINT}week", ""),
    "count": (Decimal(1), "", ""),
    "quotient": (Decimal(1), "", ""),
}
# Enough digits for any float; the default context refuses to round numbers beyond 28 digits.
_WIDE = Context(prec=700, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """The unit and decimals that all numbers of one sentence share; `size` is one printed unit in stored units."""

    size: Decimal
    suffix: str
    range_suffix: str
    decimals: int

    def text(self, value: Number | None, *, against: Number | None = None) -> str:
        """A number with its unit, as `24.04 h`; `against` is what it is judged by and must not be rounded onto.

        A duration that would read 0 beside a much longer one is said in a unit of its own: `2 min`, not `0 d`.
        """
        if self._vanishes(value):
            return format_value(value, "seconds", against=against)
        bare = self.bare(value, against=against)
        return bare if bare == NO_NUMBER else bare + self.suffix

    def bare(self, value: Number | None, *, against: Number | None = None) -> str:
        """A number without its unit, with as many more decimals as keep it on its side of `against`."""
        exact = _decimal(value)
        if exact is None:
            return NO_NUMBER
        return _print(_round(exact / self.size, self._decimals_against(exact, _decimal(against))))

    def range(self, lower: Number | None, upper: Number | None, *, against: Number | None = None) -> str:
        """An interval such as `16–27 h`; a missing or infinite bound is open."""
        low, high = self.bare(lower, against=against), self.bare(upper, against=against)
        if self._vanishes(lower):
            low = self.text(lower, against=against)
        if NO_NUMBER in (low, high):
            low, high = (_open(low, self.range_suffix), _open(high, self.range_suffix))
            return f"{low} to {high}"
        return f"{low}–{high}{self.range_suffix}"

    def exact(self, value: Number | None) -> str:
        """A number somebody agreed on, such as a target: as few decimals as show it whole, at most three."""
        exact = _decimal(value)
        if exact is None:
            return NO_NUMBER
        shown = _round(exact / self.size, MOST_EXACT_DECIMALS)
        decimals = next(count for count in range(MOST_EXACT_DECIMALS + 1) if _round(shown, count) == shown)
        return _print(_round(shown, decimals)) + self.suffix

    def _vanishes(self, value: Number | None) -> bool:
        """Whether a length of time would be rounded onto 0, which it is not."""
        exact = _decimal(value)
        return exact is not None and exact != 0 and self.size > 1 and not _round(exact / self.size, self.decimals)

    def _decimals_against(self, exact: Decimal, against: Decimal | None) -> int:
        if against is None:
            return self.decimals
        side = exact.compare(against)
        for decimals in range(self.decimals, MOST_DECIMALS):
            if _round(exact / self.size, decimals).compare(against / self.size) == side:
                return decimals
        return MOST_DECIMALS


def number_style(values: Iterable[Number | None], unit: str, *, least_decimals: int = 0) -> NumberStyle:
    """The style for all values of a sentence: the largest decides the unit and keeps two significant digits."""
    exact = [number for number in map(_decimal, values) if number is not None]
    largest = max((abs(number) for number in exact), default=Decimal(0))
    size, suffix, range_suffix = _unit(largest, unit)
    shown = [number / size for number in exact]
    whole = all(number == number.to_integral_value() for number in shown)
    decimals = 0 if whole else _decimals(largest / size)
    return NumberStyle(size, suffix, range_suffix, max(decimals, least_decimals))


def format_value(value: Number | None, unit: str, *, against: Number | None = None) -> str:
    """One number with its unit (seconds, share 0-1, per_day, per_week, count, quotient, money:EUR)."""
    return number_style([value], unit).text(value, against=against)


def format_change(
    before: Number | None, after: Number | None, unit: str, *, least_decimals: int = 0
) -> tuple[str, str]:
    """Two values of one movement; words such as "a week" are said once, behind the second."""
    style = number_style([before, after], unit, least_decimals=least_decimals)
    first = style.text(before) if style.range_suffix else style.bare(before)
    return first, style.text(after)


def format_interval(
    value: Number | None,
    lower: Number | None,
    upper: Number | None,
    unit: str,
    *,
    at_least: bool = False,
    least_decimals: int = 0,
) -> str:
    """A value and its interval, such as `21 h (16–27 h)`; without any bound the value alone."""
    style = number_style([value, lower, upper], unit, least_decimals=least_decimals)
    text = ("at least " if at_least else "") + style.text(value)
    if _decimal(lower) is None and _decimal(upper) is None:
        return text
    return f"{text} ({style.range(lower, upper)})"


def format_points(differences: Sequence[Number | None]) -> list[str]:
    """Differences of shares in signed percentage points, such as `+2.7`, with one decimal or more."""
    style = number_style(differences, "share", least_decimals=1)
    return [_signed(style.bare(difference, against=0), difference) for difference in differences]


def format_ratios(ratios: Sequence[Number | None]) -> list[str]:
    """Ratios of two values, such as `×0.38`, never rounded onto the 1 that means no change.

    Each keeps digits of its own: beside ×34, a ratio of 0.03 must not read ×0.
    """
    texts = [number_style([ratio], "quotient").bare(ratio, against=1) for ratio in ratios]
    return [_open(text, "") if text == NO_NUMBER else f"×{text}" for text in texts]


def format_count(count: int) -> str:
    """A whole number of facts, such as `1,284,500`."""
    return f"{count:,}"


def format_n(count: int) -> str:
    """How many facts a value is made of: `n = 1,284`, kept on one line."""
    return f"n{JOINT}={JOINT}{format_count(count)}"


def _decimal(value: Number | None) -> Decimal | None:
    """The exact decimal of what Python prints for the number; None for a missing, undefined or infinite one."""
    if value is None:
        return None
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / Decimal(value.denominator)
    exact = Decimal(value) if isinstance(value, int | Decimal) else Decimal(repr(float(value)))
    return exact if exact.is_finite() else None


def _unit(largest: Decimal, unit: str) -> tuple[Decimal, str, str]:
    if unit == "seconds":
        _, size, word = next(row for row in DURATION_UNITS if largest < row[0])
        return size, f"{JOINT}{word}", f"{JOINT}{word}"
    if unit.startswith("money:"):
        return Decimal(1), f"{JOINT}{unit.removeprefix('money:')}", ""
    return PLAIN_UNITS[unit]


def _decimals(largest: Decimal) -> int:
    """Decimals that leave two significant digits; 9.96 becomes 10, not 10.0."""
    decimals = SIGNIFICANT_DIGITS - 1 - largest.adjusted()
    return max(0, SIGNIFICANT_DIGITS - 1 - _round(largest, decimals).adjusted())


def _round(number: Decimal, decimals: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-decimals), context=_WIDE)


def _print(number: Decimal) -> str:
    text = f"{abs(number):,f}"
    return f"{MINUS}{text}" if number < 0 else text


def _signed(text: str, difference: Number | None) -> str:
    exact = _decimal(difference)
    return f"+{text}" if exact is not None and exact > 0 else text


def _open(text: str, suffix: str) -> str:
    return "open" if text == NO_NUMBER else text + suffix
