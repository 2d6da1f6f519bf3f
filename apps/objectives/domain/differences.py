"""Rules on which known tools differ, said beside the number so that another tool's figure can be explained. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from apps.objectives.domain.objective_words import Judge, Method, WindowKind
from apps.objectives.domain.promises import Promise


class DifferenceCode(StrEnum):
    """The matters on which tools differ."""

    METHOD = "method"
    MISSING = "missing_slices"
    EQUALITY = "equality"
    EXEMPTIONS = "exemptions"
    FULL_TARGET = "full_target"
    WINDOW = "window"
    KEYS = "keys"


@dataclass(frozen=True)
class Difference:
    """What holds here, and what other tools do."""

    code: DifferenceCode
    here: str
    elsewhere: str


_METHODS = {
    Method.OCCURRENCES: Difference(
        DifferenceCode.METHOD,
        "Every event counts the same, so a busy hour weighs more than a quiet night.",
        "Tools that count minutes or slices weigh every hour alike and can differ from this by several times.",
    ),
    Method.TIME_SLICES: Difference(
        DifferenceCode.METHOD,
        "Every slice with traffic counts the same, however many events it held.",
        "Tools that count events weigh busy slices more.",
    ),
}
_MISSING = Difference(
    DifferenceCode.MISSING,
    "Slices without a sample, and those without traffic, count on neither side; with too few, nothing is judged.",
    "Some tools count a missing slice as good, some as bad, some repeat the last value.",
)
_EQUALITY = Difference(
    DifferenceCode.EQUALITY,
    "Exactly on the target is met.",
    "Some tools ask for more than the target, and most compare rounded numbers.",
)
_EXEMPTIONS = Difference(
    DifferenceCode.EXEMPTIONS,
    "Exempted slices leave both sides, need approval and end; the raw figure stands beside the corrected one.",
    "Some tools count exempted time as good, which raises the figure further; some remove it without a trace.",
)
_FULL = Difference(
    DifferenceCode.FULL_TARGET,
    "A target of 100 % has no budget: no share of it and no burn rate can be said.",
    "Some tools show 0 % or 100 % left, or refuse such a target.",
)
_WINDOWS = {
    WindowKind.ROLLING: Difference(
        DifferenceCode.WINDOW,
        "The window ends with the newest slice; while the source is silent the number stands still.",
        "Tools whose window ends now let bad days leave while nothing is measured.",
    ),
    WindowKind.CALENDAR: Difference(
        DifferenceCode.WINDOW,
        "The period is that of the reporting zone, with the hours it really has.",
        "Tools that use UTC, or 30 days for every month, cut elsewhere.",
    ),
}
_KEYS = Difference(
    DifferenceCode.KEYS,
    "Each key is judged by itself, and the share of keys that keep the promise decides.",
    "A sum over all keys hides the small ones.",
)


def differences_of(promise: Promise) -> list[Difference]:
    """The rules that hold for a promise, in the order in which they are said."""
    found = [_METHODS[promise.method], _MISSING, _WINDOWS[promise.window.kind], _EQUALITY, _EXEMPTIONS]
    found += [_FULL] if promise.target == 1 else []
    return found + ([_KEYS] if promise.judge is Judge.EACH else [])
