"""Words beside the values of cards. Pure."""

from collections.abc import Mapping
from typing import Any

from apps.core.numbers import format_count, format_n, number_style
from apps.core.periods import Grain

KIND_WORDS = {Grain.WEEK: "Weekly", Grain.MONTH: "Monthly", Grain.QUARTER: "Quarterly"}


def decision_words(count: int) -> str:
    """How many cells ask for a decision: `1 needs a decision`, `2 need a decision`; empty for none."""
    if not count:
        return ""
    return f"{count} needs a decision" if count == 1 else f"{count} need a decision"


def value_words(reading: Mapping[str, Any], unit: str) -> str:
    """A value in the unit and decimals it shares with its interval; `reading` has value, lower, upper."""
    if reading["value"] is None:
        return "no value"
    return number_style([reading[key] for key in ("value", "lower", "upper")], unit).text(reading["value"])


def detail_words(reading: Mapping[str, Any], unit: str) -> str:
    """Interval and count beside a value: `16–27 h, n = 390 in 34 deployments`; `reading` may have clusters."""
    style = number_style([reading[key] for key in ("value", "lower", "upper")], unit)
    has_interval = reading["lower"] is not None or reading["upper"] is not None
    parts = [style.range(reading["lower"], reading["upper"])] if has_interval else []
    if reading["n"] is not None:
        clusters = reading.get("clusters")
        linked = f" in {format_count(clusters)} deployments" if clusters else ""
        parts.append(f"{format_n(reading['n'])}{linked}")
    return ", ".join(parts)


def reading_words(reading: Mapping[str, Any], unit: str) -> str:
    """A value with interval and count: `31 h (27–36 h, n = 390 in 34 deployments)`."""
    detail = detail_words(reading, unit)
    return f"{value_words(reading, unit)} ({detail})" if detail else value_words(reading, unit)
