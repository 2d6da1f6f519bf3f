"""The severity policy: what each level means and asks for. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from apps.incidents.domain.retro_words import RetroForm

MOST_LEVELS, MOST_HOURS, MOST_DAYS = 6, 720, 365


@dataclass(frozen=True)
class Level:
    """One level of severity; 1 is the worst."""

    number: int
    means: str
    retro: RetroForm
    retro_hours: int
    needs_monitored_action: bool
    needs_other_facilitator: bool
    action_days: int


SHIPPED = (
    Level(1, "flow down for most", RetroForm.FULL, 72, True, True, 15),
    Level(2, "flow impaired", RetroForm.FULL, 72, True, False, 30),
    Level(3, "a workaround exists", RetroForm.SHORT, 72, False, False, 60),
    Level(4, "no user noticed", RetroForm.NONE, 72, False, False, 90),
)  # fmt: skip


def as_document(levels: tuple[Level, ...]) -> list[dict[str, Any]]:
    """The levels as they are stored in a policy's row."""
    return [asdict(level) for level in levels]


def read_levels(document: list[Mapping[str, Any]]) -> tuple[Level, ...]:
    """The levels of a stored policy, worst first."""
    levels = [Level(**{**row, "retro": RetroForm(row["retro"])}) for row in document]
    return tuple(sorted(levels, key=lambda level: level.number))


def level_of(levels: tuple[Level, ...], number: int | None) -> Level | None:
    """The level of that number, or None."""
    return next((level for level in levels if level.number == number), None)


def policy_problem(levels: Sequence[Level]) -> str:
    """Why these levels are no policy, as a sentence; empty when they are."""
    numbers = [level.number for level in levels]
    if not levels or numbers != list(range(1, len(levels) + 1)) or len(levels) > MOST_LEVELS:
        return f"Levels are numbered from 1, the worst, without a gap; at most {MOST_LEVELS}."
    if not all(level.means.strip() for level in levels):
        return "Each level says what it means."
    if not all(0 < level.retro_hours <= MOST_HOURS and 0 < level.action_days <= MOST_DAYS for level in levels):
        return f"Retros are due within {MOST_HOURS} hours, actions within {MOST_DAYS} days."
    return ""
