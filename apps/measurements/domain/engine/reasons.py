"""Why a fact is not counted; rows are never dropped, so evidence can say so."""

from enum import IntEnum

import polars as pl

REASON = pl.UInt8


class Reason(IntEnum):
    """The first reason found stands; 0 means counted."""

    COUNTED = 0
    OTHER_CHANNEL = 1
    BEFORE_CONNECTION = 2
    FILTERED = 3
    EXCLUDED = 4
    UNATTRIBUTED = 5
    MISSING = 6
    NEGATIVE = 7
    EXEMPTION = 8
    TOLD_ALREADY = 9
    ENDED = 10

    @property
    def words(self) -> str:
        """The reason as people read it."""
        return _WORDS[self]


_WORDS = {
    Reason.COUNTED: "counted",
    Reason.OTHER_CHANNEL: "reported by a second channel; the first one counts",
    Reason.BEFORE_CONNECTION: "before the source was connected",
    Reason.FILTERED: "outside what the definition counts",
    Reason.EXCLUDED: "excluded by the definition",
    Reason.UNATTRIBUTED: "no partner found",
    Reason.MISSING: "one end of the span is not recorded",
    Reason.NEGATIVE: "ends before it starts",
    Reason.EXEMPTION: "left out by an exemption",
    Reason.TOLD_ALREADY: "told by another service already; counted once",
    Reason.ENDED: "ended before the period did",
}


def first_reason(reason: Reason, when: pl.Expr) -> pl.Expr:
    """Set `reason` where `when` holds and no reason stands yet; an unknown truth is no."""
    applies = (pl.col("reason") == Reason.COUNTED) & when.fill_null(value=False)
    return pl.when(applies).then(pl.lit(int(reason), REASON)).otherwise(pl.col("reason")).alias("reason")
