"""Days, slices and kept results as tables: counted, and left out with the reason."""

import json
from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from apps.core import clock
from apps.core.calendar_words import day_words
from apps.core.numbers import NO_NUMBER
from apps.objectives.domain.counts import is_bad_slice
from apps.objectives.domain.exempting import ExemptSpan
from apps.objectives.domain.indicator_specs import IndicatorSpec
from apps.objectives.domain.objective_words import BudgetState, Method
from apps.objectives.domain.page_words import STATE_CODES
from apps.objectives.domain.printing import sli_text
from apps.objectives.domain.promises import Promise
from apps.objectives.domain.samples import KEPT
from apps.objectives.domain.sentences import unusable_words
from apps.objectives.models import BudgetEvaluation, SampleBatch
from apps.objectives.presenting_cells import Cell, counted, days_url, head, plain, state, table
from apps.objectives.queries.evidence import DayEvidence, SliceEvidence


def days_table(slug: str, days: Iterable[DayEvidence], promise: Promise, key: str) -> dict[str, Any]:
    """One row for each day: what counted, what an exemption left out, what did not come."""
    query = f"?{urlencode({'key': key})}" if key else ""
    rows = [_day_row(slug, one, promise, query) for one in days]
    columns = (
        "Day", ("Failed of counted", True), ("SLI", True), ("Left out by exemptions", True),
        ("Left out by the source", True), ("Slices missing", True), ("Without traffic", True), ("Unusable", True),
    )  # fmt: skip
    return table("Days, newest first", columns, rows, compact=True, caption_hidden=True)


def _day_row(slug: str, one: DayEvidence, promise: Promise, query: str) -> list[Cell]:
    is_sliced = one.day > clock.today() - KEPT
    url = f"{reverse('objectives:objective-slices', args=[slug, one.day.isoformat()])}{query}" if is_sliced else ""
    share = 1 - Fraction(one.bad, one.counted) if one.is_kept and one.counted else None
    # Units are of a version: of a day that it did not keep the sums of its slices say none.
    units = f"{one.bad:,} of {one.counted:,}" if one.is_kept else "–"
    return [
        head(day_words(one.day), url),
        plain(units, numeric=True),
        plain(sli_text(share, promise.target), numeric=True),
        plain(f"{one.raw_counted - one.counted:,}" if one.is_kept else "–", numeric=True),
        plain(f"{one.total - one.valid:,}", numeric=True),
        plain(f"{one.missing:,}", numeric=True),
        plain("–" if one.idle is None else f"{one.idle:,}", numeric=True),
        plain(f"{one.unusable:,}", numeric=True),
    ]


def slices_table(
    slices: Iterable[SliceEvidence], promise: Promise, spec: IndicatorSpec, *, has_batches: bool
) -> dict[str, Any]:
    """One row for each slice, those that did not come among them."""
    rows = [_slice_row(one, promise, spec, has_batches=has_batches) for one in slices]
    columns: list[str | tuple[str, bool]] = ["Begins", ("Good", True), ("Valid", True), ("Failed", True), "Counts"]
    columns += ["Delivered"] if has_batches else []
    return table("Slices in order of time", columns, rows, compact=True, caption_hidden=True)


def _slice_row(one: SliceEvidence, promise: Promise, spec: IndicatorSpec, *, has_batches: bool) -> list[Cell]:
    zone = clock.reporting_zone()
    begins = f"{one.starts_at.astimezone(zone):%H:%M}"
    counts = one.counts
    numbers: list[Cell] = [plain("–", numeric=True)] * 3
    if counts is not None:
        numbers = [plain(f"{n:,}", numeric=True) for n in (counts.good, counts.valid, counts.valid - counts.good)]
    delivered = [plain(batches_words(one.first, one.last))] if has_batches else []
    return [head(begins), *numbers, plain(counts_words(one, promise, spec)), *delivered]


def counts_words(one: SliceEvidence, promise: Promise, spec: IndicatorSpec) -> str:
    """Whether a slice counts, and why not."""
    counts = one.counts
    if counts is None:
        return "Missing: no sample came"
    if not counts.is_usable:
        return f"Unusable: {unusable_words(counts, spec)}, so it counts as missing"
    if counts.is_idle:
        return "Without traffic: nobody came"
    if one.exempt is not None:
        return f"Left out: {exempt_name(one.exempt)}"
    if promise.method is Method.TIME_SLICES and promise.slice_target is not None:
        return "Counted, as a bad slice" if is_bad_slice(counts, promise.slice_target) else "Counted, as a good slice"
    return "Counted"


def exempt_name(one: ExemptSpan) -> str:
    """`E-3, measurement fault`."""
    return f"E-{one.number}, {one.category.label.lower()}"


def batches_words(first: SampleBatch | None, last: SampleBatch | None) -> str:
    """Who delivered a slice first, and who corrected it last."""
    if first is None or last is None:
        return ""
    if first.pk == last.pk:
        return _batch(first)
    return f"first {_batch(first)}; corrected {_batch(last)}"


def _batch(batch: SampleBatch) -> str:
    at = batch.received_at.astimezone(clock.reporting_zone())
    return f"batch {batch.pk} by {batch.channel}, {at:%d %b %H:%M}"


def sums_words(slices: Iterable[SliceEvidence]) -> str:
    """How many slices did what: `280 counted, 6 missing, 2 left out by an exemption`."""
    found = {"counted": 0, "missing": 0, "left out by an exemption": 0, "without traffic": 0, "unusable": 0}
    for one in slices:
        found[_sort(one)] += 1
    parts = [f"{number:,} {words}" for words, number in found.items() if number]
    return f"{counted(sum(found.values()), 'slice')}: {', '.join(parts)}." if parts else "No slice is expected yet."


def _sort(one: SliceEvidence) -> str:
    if one.counts is None:
        return "missing"
    if not one.counts.is_usable:
        return "unusable"
    if one.counts.is_idle:
        return "without traffic"
    return "left out by an exemption" if one.exempt else "counted"


def result_facts(slug: str, row: BudgetEvaluation) -> dict[str, Any]:
    """A result as it was kept, in the words it had then; its canonical text stays what it is."""
    document = json.loads(row.document_text)
    budget, raw = document["budget"], document["raw"]
    # What is not judged is neither red nor green, so no share of a budget is said of it.
    is_said = BudgetState(row.state).is_judged
    said = [
        ("Failed of counted", f"{budget['bad']:,} of {budget['counted']:,}"),
        ("Target", document["target_text"]),
        ("SLI", budget["sli"]["text"]),
        ("Agreed to fail", budget["allowed"]),
        ("Budget spent", budget["consumed"]["text"] if is_said else NO_NUMBER),
        ("Budget left", budget["remaining"]["text"] if is_said else NO_NUMBER),
        ("Burn rate", document["burn"]["text"] if is_said else NO_NUMBER),
        ("Before exemptions", f"{raw['bad']:,} of {raw['counted']:,}, {raw['sli']['text']}"),
    ]
    days = days_url(slug)
    facts = [{"label": label, "text": text, "url": days} for label, text in said]
    times = document["times"]
    return {
        "state": {"code": STATE_CODES[BudgetState(row.state)], "sentence": document["text"]},
        "facts": facts,
        "window": {"start": _instant(times["start"]), "end": _instant(times["end"])},
        "data_up_to": _instant(times["data_up_to"]),
        "keys": _result_keys(slug, document),
        "exemptions": ", ".join(f"E-{one['number']}" for one in document["exemptions"]),
        "sha256": row.document_sha256,
    }


def _result_keys(slug: str, document: dict[str, Any]) -> dict[str, Any] | None:
    if not document["keys"]:
        return None
    rows = [
        [
            head(one["key"], days_url(slug, key=one["key"])),
            state(STATE_CODES[BudgetState(one["state"])], ""),
            plain(f"{one['budget']['bad']:,} of {one['budget']['counted']:,}", numeric=True),
            plain(
                one["budget"]["remaining"]["text"] if BudgetState(one["state"]).is_judged else NO_NUMBER, numeric=True
            ),
        ]
        for one in document["keys"]
    ]
    return table("Keys as they stood", ("Key", "Budget", ("Failed of counted", True), ("Budget left", True)), rows)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
