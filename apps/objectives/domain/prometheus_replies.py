"""Reading what a Prometheus-compatible server answers to a range query: nothing lost, nothing invented. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from apps.objectives.domain.counts import Counts, Slice
from apps.objectives.domain.monitoring_words import FAULT_WORDS, PullFault
from apps.objectives.domain.samples import LARGEST_COUNT, aligned_before

MOST_SERIES = 5000
MOST_SAID = 200
LONGEST_KEY = 200
PROMQL_NOTES = ("PromQL warning", "PromQL info")


@dataclass(frozen=True)
class PullFailed(Exception):
    """The answer cannot be used as a whole: the fault, and what the server said about it."""

    fault: PullFault
    said: str = ""

    @property
    def sentence(self) -> str:
        """The words on the indicator's page."""
        return f"{FAULT_WORDS[self.fault]} It said: {self.said}" if self.said else FAULT_WORDS[self.fault]


@dataclass
class Points:
    """Event counts by key and end of slice. What is absent is missing; None stands for what is no number."""

    by_key: dict[str, dict[datetime, int | None]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def at(self, key: str, instant: datetime) -> int | None:
        """The count, or None for an absent one and for NaN and Inf."""
        return self.by_key.get(key, {}).get(instant)


def read_reply(status: int, body: bytes, *, label: str = "") -> Points:
    """The points of an answer, rounded half up to whole events; raises `PullFailed`.

    An error page, half an answer, an answer that says it is partial: each is a failure as a whole.
    """
    document = _document(status, body)
    points = Points(notes=_notes(document))
    data = document.get("data")
    if not isinstance(data, dict) or data.get("resultType") != "matrix" or not isinstance(data.get("result"), list):
        raise PullFailed(PullFault.NOT_A_RANGE)
    if len(data["result"]) > MOST_SERIES:
        raise PullFailed(PullFault.TOO_MANY_SERIES, f"{len(data['result']):,} series")
    for series in data["result"]:
        key, values = _series(series, label)
        if key in points.by_key:
            raise PullFailed(PullFault.AMBIGUOUS, _shown(key or "no label"))
        points.by_key[key] = dict(_values(values))
    return points


def _document(status: int, body: bytes) -> dict[str, Any]:
    """The answer as an object that says success."""
    try:
        document = json.loads(body.decode("utf-8"), parse_float=Decimal, parse_constant=_refuse)
    except (UnicodeDecodeError, ValueError, RecursionError):
        if status // 100 == 3:
            raise PullFailed(PullFault.REDIRECTED) from None
        if status != 200:
            raise PullFailed(PullFault.ERROR_STATUS, f"status {status}") from None
        raise PullFailed(PullFault.BAD_JSON) from None
    if not isinstance(document, dict):
        raise PullFailed(PullFault.BAD_JSON)
    if status != 200 or document.get("status") != "success":
        said = document.get("error")
        fault = PullFault.SERVER_SAID if isinstance(said, str) and said else PullFault.ERROR_STATUS
        raise PullFailed(fault, _shown(said) if fault is PullFault.SERVER_SAID else f"status {status}")
    return document


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _notes(document: Mapping[str, Any]) -> list[str]:
    """Remarks about the query; any other warning means that a part of the data is not in the answer."""
    warnings = document.get("warnings") or []
    if not isinstance(warnings, list):
        raise PullFailed(PullFault.BAD_JSON)
    partial = [one for one in warnings if not str(one).startswith(PROMQL_NOTES)]
    if partial:
        raise PullFailed(PullFault.PARTIAL, _shown(partial[0]))
    return [_shown(one) for one in warnings]


def _series(series: Any, label: str) -> tuple[str, list[Any]]:
    """The key of one series and its values."""
    if not isinstance(series, dict) or not isinstance(series.get("values"), list):
        raise PullFailed(PullFault.NOT_A_RANGE)
    metric = series.get("metric")
    if not isinstance(metric, dict):
        raise PullFailed(PullFault.NOT_A_RANGE)
    if not label:
        return "", series["values"]
    key = metric.get(label)
    if not isinstance(key, str) or not key:
        raise PullFailed(PullFault.LABEL_ABSENT, label)
    if not _is_text_to_keep(key):
        raise PullFailed(PullFault.KEY_UNFIT, _shown(key[:60]))
    return key, series["values"]


def _is_text_to_keep(key: str) -> bool:
    """Short enough for its column, and without what no database takes: NUL and halves of characters."""
    return len(key) <= LONGEST_KEY and "\0" not in key and not any("\ud800" <= char <= "\udfff" for char in key)


def _values(values: list[Any]) -> Iterator[tuple[datetime, int | None]]:
    for pair in values:
        if not isinstance(pair, list) or len(pair) != 2 or isinstance(pair[0], bool):
            raise PullFailed(PullFault.NOT_A_RANGE)
        try:
            instant = datetime.fromtimestamp(int(pair[0]), UTC)
            yield instant, _whole(Decimal(pair[1]) if isinstance(pair[1], str) else None)
        except (InvalidOperation, ValueError, TypeError, OverflowError, OSError):
            raise PullFailed(PullFault.NOT_A_RANGE) from None


def _whole(value: Decimal | None) -> int | None:
    """Whole events, rounded half up; None for NaN, Inf and what no column holds."""
    if value is None:
        raise ValueError("a value of Prometheus is text")
    if not value.is_finite() or abs(value) > LARGEST_COUNT:
        return None
    return int(value.to_integral_value(ROUND_HALF_UP))


def _shown(text: Any) -> str:
    """Words of the server as they stand on a page: short, in one line, printable."""
    line = " ".join(str(text).split())
    return "".join(char if char.isprintable() else "?" for char in line)[:MOST_SAID]


@dataclass(frozen=True)
class Pulled:
    """What a pull gives: slices, and the keys behind the cap that are counted together."""

    slices: tuple[Slice, ...]
    notes: tuple[str, ...] = ()


def join_points(
    valid: Points, other: Points, *, other_is_bad: bool, absent_bad_is_zero: bool, slice_seconds: int
) -> Pulled:
    """Slices from points of valid and of good or bad events: the point at t describes [t − L, t).

    A slice without a valid point, or without its partner, is missing. An absent bad point counts as zero only where
    the indicator says so and the valid one is there; NaN never does. Negative counts are kept as unusable.
    """
    length, found = timedelta(seconds=slice_seconds), []
    for key in sorted(valid.by_key):
        for at, count in sorted(valid.by_key[key].items()):
            partner = other.at(key, at)
            is_absent = at not in other.by_key.get(key, {})
            if partner is None and is_absent and other_is_bad and absent_bad_is_zero:
                partner = 0
            if count is None or partner is None or aligned_before(at, slice_seconds) != at:
                continue
            good = count - partner if other_is_bad else partner
            found.append(Slice(at - length, Counts(good, count, count), key))
    return Pulled(tuple(found), tuple(dict.fromkeys([*valid.notes, *other.notes])))
