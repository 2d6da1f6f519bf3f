"""Exemptions from a budget: approved slices leave both sides, and the raw figure stands beside the corrected. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.core.problems import FieldProblem
from apps.objectives.domain.counts import Slice
from apps.objectives.domain.objective_words import ExemptionCategory
from apps.objectives.domain.windows import Span

LONGEST = timedelta(days=14)


@dataclass(frozen=True)
class ExemptSpan:
    """An exemption in force, as far as slices are concerned; no keys: all of them."""

    number: int
    span: Span
    category: ExemptionCategory
    keys: frozenset[str] = frozenset()

    def takes_out(self, starts_at: datetime, key: str) -> bool:
        """The one predicate: the slice starts inside the span and belongs to a key that is meant."""
        return self.span.holds(starts_at) and (not self.keys or key in self.keys)

    def clashes(self, other: "ExemptSpan") -> bool:
        """Both would take out the same slices."""
        shares_keys = not self.keys or not other.keys or bool(self.keys & other.keys)
        return shares_keys and self.span.meets(other.span)


def split(slices: Iterable[Slice], exempt: Sequence[ExemptSpan]) -> tuple[list[Slice], list[Slice]]:
    """Slices that count, and those taken out. No event is in both, none in neither."""
    kept: list[Slice] = []
    removed: list[Slice] = []
    for one in slices:
        is_out = any(exemption.takes_out(one.starts_at, one.key) for exemption in exempt)
        (removed if is_out else kept).append(one)
    return kept, removed


def find_problems(
    asked: ExemptSpan, *, exemptable: Sequence[ExemptionCategory], window_start: datetime | None,
    standing: Iterable[ExemptSpan],
) -> list[FieldProblem]:  # fmt: skip
    """Every limit that an exemption of an objective breaks."""
    found = []
    if asked.category not in exemptable:
        allowed = ", ".join(one.label.lower() for one in exemptable) or "none"
        words = f"This objective can be exempted for: {allowed}. Changing that is a change of the promise."
        found.append(FieldProblem("/category", "not_exemptable", words))
    if asked.span.end - asked.span.start > LONGEST:
        words = f"An exemption from a budget lasts at most {LONGEST.days} days."
        found.append(FieldProblem("/expires_at", "too_long", words))
    if window_start is not None and asked.span.start < window_start:
        words = f"It starts before the current window, which begins {window_start:%Y-%m-%d %H:%M} UTC."
        found.append(FieldProblem("/starts_at", "too_far_back", words))
    clashing = [one.number for one in standing if asked.clashes(one)]
    if clashing:
        named = ", ".join(f"E-{number}" for number in sorted(clashing))
        found.append(FieldProblem("/starts_at", "overlaps", f"It overlaps {named}, which takes out the same slices."))
    return found
