"""How far a changed definition moves a team's values: medians over its weeks, and what counts as moving. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import median

from apps.core.numbers import MINUS, format_change, number_style
from apps.measurements.domain.readings import Direction, Reading, Status

LEAST_SHIFT = Fraction(5, 100)
LEAST_LOSS = Fraction(10, 100)
# What a page draws as a gap though a value may stand behind it.
GAPS = frozenset({Status.SOURCE_SILENT, Status.ZERO, Status.TOO_FEW, Status.NOT_ESTIMABLE})
TARGET_TURNS = "Its target is judged differently."


@dataclass(frozen=True, slots=True)
class Value:
    """What one period says under one definition; `is_read` is False where a page shows a gap: too few, silent."""

    value: float | None = None
    is_read: bool = True


NO_VALUE = Value(None, is_read=False)


def value_of(reading: Reading) -> Value:
    """What a page would say: nothing where a source is not connected, a gap where it cannot be read."""
    if reading.value is None or reading.status is Status.NOT_CONNECTED:
        return NO_VALUE
    return Value(reading.value, is_read=reading.status not in GAPS)


@dataclass(frozen=True, slots=True)
class Pair:
    """One period under the old and under the new definition."""

    old: Value
    new: Value

    @property
    def is_lost(self) -> bool:
        """The old definition gave a value here, and the new one none, or none that can be read."""
        return _is_lost(self.old, self.new)

    @property
    def is_gained(self) -> bool:
        """The new definition gives a value where the old one gave none, or none that could be read."""
        return _is_lost(self.new, self.old)


def _is_lost(before: Value, after: Value) -> bool:
    if before.value is None:
        return False
    return after.value is None or (before.is_read and not after.is_read)


@dataclass(frozen=True, slots=True)
class Shift:
    """Medians over the periods that have both values (else of each side's own), and what came and went.

    `share` is (new - old) / |old|, 0 below half a display step, None where there is nothing to divide by.
    """

    median_old: float | None
    median_new: float | None
    share: float | None
    compared: int
    valued: int
    gained: int
    lost: int
    is_comparable: bool = True

    @property
    def is_from_zero(self) -> bool:
        """Only the old median is 0, so that no share can say how far it is."""
        both = self.median_old is not None and self.median_new is not None
        return self.compared > 0 and both and self.share is None

    @property
    def moves(self) -> bool:
        """True when the values move, or a tenth of them is lost, or they cannot be compared at all."""
        moved = self.share is not None and Fraction(str(abs(self.share))) >= LEAST_SHIFT
        return moved or self.is_from_zero or self.loses_many or (not self.is_comparable and self.valued > 0)

    @property
    def loses_many(self) -> bool:
        """At least a tenth of the old values is lost."""
        return self.valued > 0 and Fraction(self.lost, self.valued) >= LEAST_LOSS

    def improves(self, direction: Direction) -> bool:
        """True when the median moves to the better side by at least 5 %."""
        if direction is Direction.NEITHER or not self.is_comparable or not self.compared:
            return False
        rises = direction is Direction.HIGHER_IS_BETTER
        if self.is_from_zero:
            return rises == ((self.median_new or 0) > 0)
        share = Fraction(str(self.share or 0))
        return (share if rises else -share) >= LEAST_SHIFT


def shift_of(pairs: Sequence[Pair], unit: str, *, is_comparable: bool = True) -> Shift:
    """How far the values of one team move; definitions of different units cannot be compared."""
    both = [(p.old.value, p.new.value) for p in pairs if p.old.value is not None and p.new.value is not None]
    shared = both if is_comparable else []
    old = _median([a for a, _ in shared] or [p.old.value for p in pairs if p.old.value is not None])
    new = _median([b for _, b in shared] or [p.new.value for p in pairs if p.new.value is not None])
    share = share_of(old, new, unit) if shared and old is not None and new is not None else None
    return Shift(
        median_old=_number(old),
        median_new=_number(new),
        share=_number(share),
        compared=len(shared),
        valued=sum(pair.old.value is not None for pair in pairs),
        gained=sum(pair.is_gained for pair in pairs),
        lost=sum(pair.is_lost for pair in pairs),
        is_comparable=is_comparable,
    )


def share_of(old: Fraction, new: Fraction, unit: str) -> Fraction | None:
    """(new - old) / |old|; 0 when they differ by less than half of what a page can show, None when only old is 0."""
    if abs(new - old) < half_step(old, new, unit) or new == old:
        return Fraction(0)
    return (new - old) / abs(old) if old else None


def half_step(old: Fraction, new: Fraction, unit: str) -> Fraction:
    """Half of the last printed digit when both numbers stand in one sentence."""
    style = number_style([old, new], unit)
    return Fraction(style.size) / Fraction(Decimal(10) ** style.decimals) / 2


def _median(values: Sequence[float]) -> Fraction | None:
    """The exact median of numbers as they are printed in decimals."""
    return median([Fraction(str(value)) for value in values]) if values else None


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def why_of(shift: Shift, unit: str, periods: str, *, target_turns: bool = False) -> str:
    """What moves, in sentences; `periods` names the values (weekly). Empty where nothing is to be told."""
    return " ".join(part for part in (_median_words(shift, unit, periods), _loss_words(shift, periods)) if part) + (
        f" {TARGET_TURNS}" if target_turns else ""
    )


def _median_words(shift: Shift, unit: str, periods: str) -> str:
    if not shift.is_comparable:
        return "Old and new are in different units and cannot be compared."
    if shift.median_old is None or shift.median_new is None or not shift.compared:
        return ""
    old, new = format_change(shift.median_old, shift.median_new, unit)
    moved = "" if shift.share is None else f", {signed_percent(shift.share)}"
    return f"Median of {shift.compared} {periods} values {old} to {new}{moved}."


def _loss_words(shift: Shift, periods: str) -> str:
    return f"{shift.lost} of {shift.valued} {periods} values are lost." if shift.lost else ""


def signed_percent(share: float) -> str:
    """A relative change to one decimal, with its sign: `−16.9 %`."""
    tenths = round(Fraction(str(abs(share))) * 1000)
    sign = "" if not tenths else "+" if share > 0 else MINUS
    return f"{sign}{tenths // 10}.{tenths % 10} %" if tenths else "0 %"
