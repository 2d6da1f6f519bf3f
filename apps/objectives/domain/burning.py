"""Burn alerts for any window: tiers that keep their share of the budget, and those that cannot ring. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from apps.objectives.domain.budgets import burn_ceiling, burn_rate
from apps.objectives.domain.counts import Tally
from apps.objectives.domain.objective_words import AlertKind, Method

MONTH_HOURS = 720
SCALES = (Fraction(1, 4), Fraction(1, 2), Fraction(1), Fraction(2), Fraction(3))
SHORT_PART = 12
LEAST_SLICES = 3
LEAST_BAD = {Method.OCCURRENCES: 2, Method.TIME_SLICES: 1}
RECENT_HOURS, HORIZON_HOURS = 24, 72


class TierKey(StrEnum):
    """The tiers by the share of the budget that they watch over, and how long."""

    PAGE_FAST = "page_fast"
    PAGE_SLOW = "page_slow"
    TICKET_FAST = "ticket_fast"
    TICKET_SLOW = "ticket_slow"


class LeftOut(StrEnum):
    """Why a tier of the pattern does not exist for a promise."""

    ABOVE_CEILING = "above_ceiling"
    TOO_FEW_SLICES = "too_few_slices"
    SHORT_WINDOW = "short_window"
    NO_BUDGET = "no_budget"
    CAUSE_NEVER_PAGES = "cause_never_pages"


@dataclass(frozen=True)
class TierRule:
    """One tier of the pattern, for a window of a month."""

    key: TierKey
    kind: AlertKind
    share: Fraction
    hours: int


PATTERN = (
    TierRule(TierKey.PAGE_FAST, AlertKind.PAGE, Fraction(2, 100), 1),
    TierRule(TierKey.PAGE_SLOW, AlertKind.PAGE, Fraction(5, 100), 6),
    TierRule(TierKey.TICKET_FAST, AlertKind.TICKET, Fraction(10, 100), 24),
    TierRule(TierKey.TICKET_SLOW, AlertKind.TICKET, Fraction(10, 100), 72),
)


@dataclass(frozen=True)
class Tier:
    """A tier for one promise: it rings when both windows burn at least as fast as the threshold."""

    key: TierKey
    kind: AlertKind
    share: Fraction
    long: timedelta
    short: timedelta
    threshold: Fraction


@dataclass(frozen=True)
class MissingTier:
    """A tier of the pattern that this promise cannot have, and why."""

    key: TierKey
    kind: AlertKind
    long: timedelta
    threshold: Fraction
    why: LeftOut
    sentence: str


@dataclass(frozen=True)
class Tiers:
    """The tiers of a promise, and those left out, which its page says."""

    present: tuple[Tier, ...]
    missing: tuple[MissingTier, ...]


@lru_cache(maxsize=64)
def scale_of(window_hours: Fraction) -> Fraction:
    """k: the window in months of 720 hours, taken to the nearest of ¼, ½, 1, 2, 3 by ratio."""
    months = window_hours / MONTH_HOURS
    return min(SCALES, key=lambda scale: max(months / scale, scale / months))


@lru_cache(maxsize=1024)  # most promises of an organisation share a few windows and targets
def tiers_of(
    *, window_hours: Fraction, target: Decimal, slice_seconds: int, may_alert: bool = True, is_cause: bool = False
) -> Tiers:
    """The tiers of a promise: long = k · (1, 6, 24, 72) h, short = long/12, threshold = share · W/long."""
    scale, present, missing = scale_of(window_hours), [], []
    for rule in PATTERN:
        long_hours = scale * rule.hours
        threshold = rule.share * window_hours / long_hours
        long = timedelta(seconds=int(long_hours * 3600))
        why = _left_out(rule, threshold, long, target, slice_seconds, may_alert=may_alert, is_cause=is_cause)
        if why is None:
            present.append(Tier(rule.key, rule.kind, rule.share, long, _short(long, slice_seconds), threshold))
        else:
            sentence = _sentence(why, threshold, long, target)
            missing.append(MissingTier(rule.key, rule.kind, long, threshold, why, sentence))
    return Tiers(tuple(present), tuple(missing))


def _short(long: timedelta, slice_seconds: int) -> timedelta:
    """A twelfth of the long window in whole slices, at least one."""
    length = timedelta(seconds=slice_seconds)
    return max(1, -(-(long // SHORT_PART) // length)) * length


def _left_out(
    rule: TierRule, threshold: Fraction, long: timedelta, target: Decimal, slice_seconds: int, *, may_alert: bool,
    is_cause: bool,
) -> LeftOut | None:  # fmt: skip
    ceiling = burn_ceiling(target)
    reasons = (
        (ceiling is None, LeftOut.NO_BUDGET),
        (not may_alert, LeftOut.SHORT_WINDOW),
        (is_cause and rule.kind is AlertKind.PAGE, LeftOut.CAUSE_NEVER_PAGES),
        (long < LEAST_SLICES * timedelta(seconds=slice_seconds), LeftOut.TOO_FEW_SLICES),
        (ceiling is not None and threshold > ceiling, LeftOut.ABOVE_CEILING),
    )
    return next((why for applies, why in reasons if applies), None)


def _sentence(why: LeftOut, threshold: Fraction, long: timedelta, target: Decimal) -> str:
    hours = long_words(long)
    if why is LeftOut.ABOVE_CEILING:
        ceiling = burn_ceiling(target) or Fraction(0)
        return (
            f"Over {hours} this alert needs a burn of {float(threshold):.4g}, and a total outage burns "
            f"{float(ceiling):.4g}: it could never ring."
        )
    return {
        LeftOut.TOO_FEW_SLICES: f"{hours.capitalize()} hold fewer than {LEAST_SLICES} slices.",
        LeftOut.SHORT_WINDOW: "Windows under 7 days are too short for burn alerts.",
        LeftOut.NO_BUDGET: "There is no budget to burn: every failure breaks the promise.",
        LeftOut.CAUSE_NEVER_PAGES: "Saturation is a cause, not a symptom: it opens tickets and never pages.",
    }[why]


def long_words(length: timedelta) -> str:
    """`15 min`, `90 min`, `6 h`."""
    minutes = int(length.total_seconds() // 60)
    return f"{minutes} min" if (minutes < 120 and minutes % 60) or minutes < 60 else f"{minutes // 60} h"


@dataclass(frozen=True)
class Burning:
    """What the two windows of a tier hold."""

    long: Tally
    short: Tally


class AlertStep(StrEnum):
    """What an alert does now."""

    OPENS = "opens"
    STAYS = "stays"
    CLOSES = "closes"
    QUIET = "quiet"


def alert_step(tier: Tier, burning: Burning, target: Decimal, *, minimum_bad: int, is_open: bool) -> AlertStep:
    """Opens when both windows burn at least at the threshold and enough failed; closes when the short one falls below.

    Missing data closes nothing: an undefined burn leaves an open alert open.
    """
    if not is_open and burning.long.bad < minimum_bad:
        return AlertStep.QUIET  # of a thousand keys nearly all, before any ratio is taken
    short = burn_rate(burning.short, target)
    if is_open:
        return AlertStep.CLOSES if short is not None and short < tier.threshold else AlertStep.STAYS
    long = burn_rate(burning.long, target)
    rings = long is not None and short is not None and min(long, short) >= tier.threshold
    return AlertStep.OPENS if rings else AlertStep.QUIET


@lru_cache(maxsize=64)
def recent_hours(window_hours: Fraction) -> Fraction:
    """How far back the pace is read: 24·k hours."""
    return RECENT_HOURS * scale_of(window_hours)


@lru_cache(maxsize=64)
def horizon_hours(window_hours: Fraction) -> Fraction:
    """Within how many hours an end of the budget puts it at risk, in a rolling window: 72·k."""
    return HORIZON_HOURS * scale_of(window_hours)


def window_lengths(tiers: Tiers) -> Iterator[timedelta]:
    """Every length for which a burn rate is needed, each once, shortest first."""
    yield from sorted({length for tier in tiers.present for length in (tier.long, tier.short)})
