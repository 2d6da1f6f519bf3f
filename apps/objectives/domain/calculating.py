"""The calculator: a promise and counts in, the evaluation out; the same rules as for what is stored. Pure.

Counts come as sums (of the whole and of each key), or slice by slice; nothing of it is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apps.core.fact_parsing import Fault, parse_instant
from apps.core.faults import Faults, said
from apps.objectives.domain.budgets import budget_of
from apps.objectives.domain.burning import MissingTier, Tier, Tiers
from apps.objectives.domain.counts import Counts, Slice, Tally, add_keys, seen_beside, tally
from apps.objectives.domain.evaluating import Frame, Measured, evaluate, frame_of, tiers_for
from apps.objectives.domain.exempting import ExemptSpan, split
from apps.objectives.domain.indicator_words import DEFAULT_SLICE_SECONDS, SLICE_SECONDS
from apps.objectives.domain.objective_words import ExemptionCategory, Method
from apps.objectives.domain.printing import exact_text
from apps.objectives.domain.promises import REQUIRED, Promise, read_promise
from apps.objectives.domain.reading import MAIN, RECENT, plan_of
from apps.objectives.domain.result_documents import Document, result_document
from apps.objectives.domain.samples import LARGEST_COUNT, aligned_before, is_aligned
from apps.objectives.domain.windows import Span

KNOWN = ("version", "slice_seconds", "data_up_to", "as_of", "is_cause", "counts", "keys", "slices", "exemptions")
COUNTS = ("bad", "counted", "raw_bad", "raw_counted", "recent_bad", "recent_counted", "seen", "unusable")
SLICE, EXEMPTION = ("start", "good", "valid", "key"), ("start", "end", "keys")
MOST_SLICES, MOST_KEYS, MOST_EXEMPTIONS = 20_000, 1_000, 50
# What a version says beside its numbers; a calculation needs none of it.
PLACEHOLDERS = {
    "name": "Calculation", "monday_decision": "None.", "rationale": "None.", "revisit_on": "2100-01-01",
}  # fmt: skip


@dataclass(frozen=True)
class Sums:
    """What was counted of the sum or of a key; raw is before exemptions."""

    measured: Measured
    raw: Tally

    def beside(self, total: "Sums") -> "Sums":
        """Those of a key, as they stand beside the sum's."""
        mine = self.measured
        seen = seen_beside(mine.seen, mine.unusable, total.measured.seen)
        return Sums(replace(mine, seen=seen), self.raw)


@dataclass(frozen=True)
class _Asked:
    promise: Promise
    frame: Frame
    as_of: datetime
    is_cause: bool
    total: Sums
    keys: Mapping[str, Sums]
    exempt: Sequence[ExemptSpan] = ()


def calculate(document: Any, zone: ZoneInfo, faults: Faults) -> Document | None:
    """The evaluation of what a document asks; None after any fault, each at its JSON Pointer."""
    asked = _Reader(document, zone, faults).asked() if faults.keys(document, "", known=KNOWN) else None
    if asked is None or faults.found:
        return None
    promise, frame = asked.promise, asked.frame
    keys = {key: one.measured for key, one in asked.keys.items()}
    found = evaluate(promise, frame, asked.total.measured, keys, newest_end=frame.span.end, as_of=asked.as_of)
    raw = budget_of(promise.target, asked.total.raw, promise.method, promise.window.kind, frame.to_come)
    said_all = result_document(promise, found, raw, zone, newest_end=frame.span.end, exempt=asked.exempt)
    return said_all | {"tiers": tiers_document(tiers_for(promise, frame, is_cause=asked.is_cause))}


def tiers_document(tiers: Tiers) -> list[Document]:
    """The burn alerts of a promise with exact thresholds, and those it cannot have, with the reason."""
    return [_tier(one) for one in tiers.present] + [_tier(one, one.sentence) for one in tiers.missing]


def _tier(one: Tier | MissingTier, left_out: str = "") -> Document:
    return {
        "tier": str(one.key), "kind": str(one.kind), "long_seconds": int(one.long.total_seconds()),
        "threshold": exact_text(one.threshold), "left_out": left_out,
    }  # fmt: skip


class _Reader:
    """Reads one document; each method reads one matter."""

    def __init__(self, document: Mapping[str, Any], zone: ZoneInfo, faults: Faults) -> None:
        self.document, self.zone, self.faults = document, zone, faults
        self.slice_seconds = self._slice_seconds()

    def asked(self) -> _Asked | None:
        """What is to be evaluated; None where what the rest depends on could not be read."""
        promise = self._promise()
        slices = self._slices()
        newest = self._newest(slices)
        if ("counts" in self.document) == ("slices" in self.document):
            self.faults.add("/counts", "required", "Send counts, or slices, and not both.")
        if promise is None or newest is None or self.faults.found:
            return None
        frame = frame_of(promise, newest, self.slice_seconds, self.zone)
        exempt = self._exemptions()
        total, keys = self._from_slices(promise, frame, slices, exempt) if slices else self._from_counts(frame)
        as_of = self._instant("as_of") or frame.span.end
        is_cause = self.document.get("is_cause") is True
        return _Asked(promise, frame, as_of, is_cause, total, keys, exempt)

    def _promise(self) -> Promise | None:
        given = self.document.get("version", {})
        if not self.faults.is_a(given, dict, "/version"):
            return None
        found = Faults()
        missing = {key: PLACEHOLDERS[key] for key in REQUIRED if key not in given and key in PLACEHOLDERS}
        promise = read_promise(given | missing, found, slice_seconds=self.slice_seconds)
        for fault in found.found:
            self.faults.add(f"/version{fault.pointer}", fault.code, fault.detail)
        return promise

    def _slice_seconds(self) -> int:
        given = self.document.get("slice_seconds", DEFAULT_SLICE_SECONDS)
        if given not in SLICE_SECONDS:
            listed = ", ".join(map(str, SLICE_SECONDS))
            self.faults.add("/slice_seconds", "unknown_value", f"Slices last {listed} seconds.")
            return DEFAULT_SLICE_SECONDS
        return int(given)

    def _instant(self, key: str, pointer: str = "", holder: Mapping[str, Any] | None = None) -> datetime | None:
        given = (self.document if holder is None else holder).get(key)
        if given is None:
            return None
        try:
            return parse_instant(given, None)
        except Fault as fault:
            self.faults.add(f"{pointer}/{key}", fault.code, fault.sentence)
            return None

    def _newest(self, slices: Sequence[Slice]) -> datetime | None:
        """The start of the newest slice: as said, else as it came."""
        usable = [one.starts_at for one in slices if one.counts.is_usable]
        if "data_up_to" not in self.document:
            if not usable and not self.faults.found:
                self.faults.add(
                    "/data_up_to", "required", "Say up to when the counts reach, such as 2026-08-24T09:40:00Z."
                )
            return max(usable, default=None)
        end = self._instant("data_up_to")
        if end is None:
            return None
        start = end - timedelta(seconds=self.slice_seconds)
        if not is_aligned(start, self.slice_seconds):
            self._misaligned("/data_up_to", end)
        return start

    def _misaligned(self, pointer: str, instant: datetime) -> None:
        near = aligned_before(instant, self.slice_seconds)
        words = f"Slices begin and end on multiples of {self.slice_seconds} s, such as {near:%Y-%m-%dT%H:%M:%SZ}."
        self.faults.add(pointer, "not_aligned", words)

    def _from_counts(self, frame: Frame) -> tuple[Sums, dict[str, Sums]]:
        total = self._sums(self.document.get("counts"), "/counts", frame)
        given = self.document.get("keys", {})
        if not self.faults.is_a(given, dict, "/keys"):
            return total, {}
        if len(given) > MOST_KEYS:
            self.faults.add("/keys", "too_many", f"{len(given)} keys are too many; {MOST_KEYS} fit.")
        return total, {key: self._sums(one, f"/keys/{key}", frame) for key, one in list(given.items())[:MOST_KEYS]}

    def _sums(self, given: Any, pointer: str, frame: Frame) -> Sums:
        if not self.faults.keys(given, pointer, known=COUNTS, required=COUNTS[:2]):
            return Sums(Measured(Tally(), 0), Tally())
        defaults = {
            "raw_bad": given.get("bad"), "raw_counted": given.get("counted"), "recent_bad": 0, "recent_counted": 0,
            "seen": frame.elapsed, "unusable": 0, "bad": 0, "counted": 0,
        }  # fmt: skip
        read = {key: self._whole(given.get(key, defaults[key]), f"{pointer}/{key}") for key in COUNTS}
        for bad, counted in (COUNTS[:2], COUNTS[2:4], COUNTS[4:6]):
            if read[bad] > read[counted]:
                words = f"{read[bad]:,} bad of {read[counted]:,} counted cannot be."
                self.faults.add(f"{pointer}/{bad}", "out_of_range", words)
        measured = Measured(
            Tally(read["bad"], read["counted"]), read["seen"], read["unusable"],
            Tally(read["recent_bad"], read["recent_counted"]),
        )  # fmt: skip
        return Sums(measured, Tally(read["raw_bad"], read["raw_counted"]))

    def _whole(self, value: Any, pointer: str) -> int:
        return self.faults.whole(value, pointer, least=0, most=LARGEST_COUNT * MOST_SLICES) or 0

    def _slices(self) -> list[Slice]:
        listed = self.faults.list_of(self.document.get("slices", []), "/slices", longest=MOST_SLICES)
        found: dict[tuple[datetime, str], Slice] = {}
        for i, item in enumerate(listed):
            one = self._slice(item, f"/slices/{i}")
            if one is None:
                continue
            if (one.starts_at, one.key) in found:
                of = f" of {said(one.key)}" if one.key else ""
                words = f"The slice at {one.starts_at:%Y-%m-%dT%H:%M:%SZ}{of} is given twice; give it once."
                self.faults.add(f"/slices/{i}/start", "repeated", words)
            found[one.starts_at, one.key] = one
        return list(found.values())

    def _slice(self, item: Any, pointer: str) -> Slice | None:
        if not self.faults.keys(item, pointer, known=SLICE, required=SLICE[:3]):
            return None
        starts_at = self._instant("start", pointer, item)
        good, valid = (self._whole(item.get(key, 0), f"{pointer}/{key}") for key in SLICE[1:3])
        key = item.get("key", "")
        if starts_at is None or not self.faults.is_a(key, str, f"{pointer}/key"):
            return None
        if not is_aligned(starts_at, self.slice_seconds):
            self._misaligned(f"{pointer}/start", starts_at)
        return Slice(starts_at, Counts(good, valid, max(good, valid)), key)

    def _exemptions(self) -> list[ExemptSpan]:
        listed = self.faults.list_of(self.document.get("exemptions", []), "/exemptions", longest=MOST_EXEMPTIONS)
        found = []
        for i, item in enumerate(listed):
            pointer = f"/exemptions/{i}"
            if not self.faults.keys(item, pointer, known=EXEMPTION, required=EXEMPTION[:2]):
                continue
            start, end = self._instant("start", pointer, item), self._instant("end", pointer, item)
            keys = self.faults.list_of(item.get("keys", []), f"{pointer}/keys", longest=MOST_KEYS)
            if start is not None and end is not None and start >= end:
                self.faults.add(f"{pointer}/end", "ends_before_start", f"{said(item['end'])} is not after its start.")
            elif start is not None and end is not None:
                named = frozenset(map(str, keys))
                found.append(ExemptSpan(i + 1, Span(start, end), ExemptionCategory.MEASUREMENT_FAULT, named))
        return found

    def _from_slices(
        self, promise: Promise, frame: Frame, slices: Sequence[Slice], exempt: Sequence[ExemptSpan]
    ) -> tuple[Sums, dict[str, Sums]]:  # fmt: skip
        keys = sorted({one.key for one in slices})
        plan = plan_of(promise, frame, self.zone)
        spans = (plan.spans[MAIN], plan.spans[RECENT])
        total = _sums_of(promise, slices, spans, exempt, is_sum=len(keys) > 1)
        if keys == [""]:
            return total, {}
        by_key: dict[str, list[Slice]] = {key: [] for key in keys}
        for one in slices:
            by_key[one.key].append(one)
        sums = {key: _sums_of(promise, mine, spans, exempt) for key, mine in by_key.items()}
        return total, {key: one.beside(total) for key, one in sums.items()}


def _sums_of(
    promise: Promise, slices: Sequence[Slice], spans: tuple[Span, Span], exempt: Sequence[ExemptSpan],
    *, is_sum: bool = False,
) -> Sums:  # fmt: skip
    """Units of one key, or of all together, in the window and in its recent hours."""

    def units(some: Sequence[Slice]) -> Tally:
        together = list(add_keys(some)) if is_sum and promise.method is Method.TIME_SLICES else some
        return tally(together, promise.method, promise.slice_target)

    main = [one for one in slices if spans[0].holds(one.starts_at)]
    recent = [one for one in slices if spans[1].holds(one.starts_at)]
    kept, _ = split(main, exempt)
    fresh, _ = split(recent, exempt)
    usable = {one.starts_at for one in main if one.counts.is_usable}
    broken = {one.starts_at for one in kept if not one.counts.is_usable} - usable
    return Sums(Measured(units(kept), len(usable), len(broken), units(fresh)), units(main))
