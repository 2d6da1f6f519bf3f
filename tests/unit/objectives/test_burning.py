"""Tiers of burn alerts for any window: the table of the design, what can never ring, opening and closing."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.objectives.domain.budgets import burn_ceiling
from apps.objectives.domain.burning import (
    AlertStep,
    Burning,
    LeftOut,
    TierKey,
    alert_step,
    long_words,
    scale_of,
    tiers_of,
)
from apps.objectives.domain.counts import Tally

F = Fraction
T997 = Decimal("0.997")
TABLE = [
    (7, F(1, 4), ["15 min", "90 min", "6 h", "18 h"], [F("13.44"), F("5.6"), F("2.8"), F(14, 15)]),
    (14, F(1, 2), ["30 min", "3 h", "12 h", "36 h"], [F("13.44"), F("5.6"), F("2.8"), F(14, 15)]),
    (28, F(1), ["1 h", "6 h", "24 h", "72 h"], [F("13.44"), F("5.6"), F("2.8"), F(14, 15)]),
    (31, F(1), ["1 h", "6 h", "24 h", "72 h"], [F("14.88"), F("6.2"), F("3.1"), F(31, 30)]),
    (60, F(2), ["2 h", "12 h", "48 h", "144 h"], [F("14.4"), F(6), F(3), F(1)]),
    (90, F(3), ["3 h", "18 h", "72 h", "216 h"], [F("14.4"), F(6), F(3), F(1)]),
]


@pytest.mark.parametrize(("days", "scale", "longs", "thresholds"), TABLE)
def test_tiers__keep_their_share_of_the_budget(days: int, scale: F, longs: list[str], thresholds: list[F]) -> None:
    hours = F(24 * days)
    found = tiers_of(window_hours=hours, target=T997, slice_seconds=60)
    assert scale_of(hours) == scale
    assert [long_words(tier.long) for tier in found.present] == longs
    assert [tier.threshold for tier in found.present] == thresholds
    assert found.missing == ()


@given(st.integers(1, 90), st.integers(1, 10**4), st.sampled_from([60, 300, 900, 3600]))
def test_tiers__none_that_is_there_is_out_of_reach(days: int, per_myriad: int, slice_seconds: int) -> None:
    target = Decimal(per_myriad).scaleb(-4)
    found = tiers_of(window_hours=F(24 * days), target=target, slice_seconds=slice_seconds)
    ceiling = burn_ceiling(target)
    for tier in found.present:
        assert ceiling is not None
        assert tier.threshold <= ceiling
        assert tier.threshold * F(tier.long // timedelta(seconds=1), 3600) == tier.share * 24 * days
        assert tier.short % timedelta(seconds=slice_seconds) == timedelta(0)
        assert timedelta(seconds=slice_seconds) <= tier.short <= tier.long
    assert len(found.present) + len(found.missing) == 4


@pytest.mark.parametrize(
    ("given", "key", "why"),
    [
        ({"target": Decimal("0.92")}, TierKey.PAGE_FAST, LeftOut.ABOVE_CEILING),
        ({"slice_seconds": 3600}, TierKey.PAGE_FAST, LeftOut.TOO_FEW_SLICES),
        ({"may_alert": False}, TierKey.TICKET_SLOW, LeftOut.SHORT_WINDOW),
        ({"target": Decimal(1)}, TierKey.PAGE_SLOW, LeftOut.NO_BUDGET),
        ({"is_cause": True}, TierKey.PAGE_SLOW, LeftOut.CAUSE_NEVER_PAGES),
    ],
)
def test_tiers__left_out_are_named_with_the_reason(given: dict[str, object], key: TierKey, why: LeftOut) -> None:
    asked = {"window_hours": F(672), "target": T997, "slice_seconds": 300, **given}
    found = tiers_of(**asked)
    missing = {one.key: one for one in found.missing}
    assert missing[key].why is why
    assert missing[key].sentence.endswith(".")


def test_ceiling__at_92_percent_is_12_5() -> None:
    assert burn_ceiling(Decimal("0.92")) == F("12.5")
    (fast,) = tiers_of(window_hours=F(672), target=Decimal("0.92"), slice_seconds=300).missing
    assert "13.44" in fast.sentence
    assert "12.5" in fast.sentence


FAST = tiers_of(window_hours=F(672), target=T997, slice_seconds=300).present[0]
HOT, COLD, EDGE = Tally(50, 1000), Tally(1, 1000), Tally(4032, 100_000)


@pytest.mark.parametrize(
    ("long", "short", "is_open", "step"),
    [
        (HOT, HOT, False, AlertStep.OPENS),
        (EDGE, EDGE, False, AlertStep.OPENS),
        (HOT, COLD, False, AlertStep.QUIET),
        (COLD, HOT, False, AlertStep.QUIET),
        (Tally(1, 10), Tally(1, 10), False, AlertStep.QUIET),
        (HOT, Tally(), False, AlertStep.QUIET),
        (COLD, HOT, True, AlertStep.STAYS),
        (HOT, COLD, True, AlertStep.CLOSES),
        (Tally(), Tally(), True, AlertStep.STAYS),
    ],
)
def test_alert__opens_on_both_and_closes_on_the_short_one(
    long: Tally, short: Tally, is_open: bool, step: AlertStep
) -> None:
    assert alert_step(FAST, Burning(long, short), T997, minimum_bad=2, is_open=is_open) is step
