"""Figures as lines of text, as JSON, and against an earlier run."""

import os
import platform
from collections.abc import Callable, Iterator
from typing import Any

from apps.portal.bench.scratch import Figures

WORSE = 1.2


def machine() -> Figures:
    """What the figures were measured on, in words that tell machines apart."""
    return {"processors": os.cpu_count(), "architecture": platform.machine(), "python": platform.python_version()}


def lines(found: Figures) -> Iterator[str]:
    """One line for each measurement: the ratio and its bar first, then the seconds behind it."""
    rebuilt = found.get("rebuild", {})
    yield from _each({name: rebuilt[name] for name in ("small", "large") if name in rebuilt}, _rebuild_lines)
    yield from _each(found.get("late", {}), _late_lines)
    if "ingest" in found:
        yield from _ingest_lines(found["ingest"])
    yield from _each(found.get("pages", {}), _page_lines)
    if "preview" in found:
        yield from _preview_lines(found["preview"])
    if "audit" in found:
        yield from _audit_lines(found["audit"])
    yield from _each({f"{name}, among many": one for name, one in found.get("incidents", {}).items()}, _answer_lines)
    if "budgets" in found:
        yield from _budget_lines(found["budgets"])


def _each(found: Figures, told: Callable[[str, Figures], Iterator[str]]) -> Iterator[str]:
    for name, one in found.items():
        yield from told(name, one)


def _rebuild_lines(name: str, figures: Figures) -> Iterator[str]:
    bar, spread = figures["bar"], ", ".join(f"{ratio:.2f}" for ratio in figures["ratios"])
    yield f"rebuild {name}: {figures['ratio']:.2f} times its baseline, bar {bar:.0f} ({spread}): {_word(figures)}"
    to_streaming, to_copying = figures["ratio_to_streaming"], figures["ratio_to_copying"]
    yield f"  {to_streaming:.2f} times streaming the columns, {to_copying:.2f} times COPY out and in"
    yield from (_round_line(number, one) for number, one in enumerate(figures["rounds"], 1))
    first, again, runs = figures["rounds"][0], figures["again"], figures["with_runs"]
    yield f"  {first['rows']:,} facts, {first['cells']:,} cells, at most {figures['peak_mib']:.0f} MiB"
    yield f"  again with nothing changed {again['seconds']:.1f} s ({again['written']:,} written)"
    yield f"  with the runs of weeks {runs['seconds']:.1f} s ({runs['cells']:,} cells, {runs['peak_mib']:.0f} MiB)"


def _round_line(number: int, one: Figures) -> str:
    return (
        f"  round {number}: rebuild {one['seconds']:.1f} s, {one['cpu_seconds']:.1f} s of it computing; "
        f"streaming {one['stream_seconds']:.2f} s, COPY out {one['copy_out_seconds']:.2f} s, "
        f"COPY in {one['copy_in_seconds']:.1f} s"
    )


def _late_lines(name: str, pair: Figures) -> Iterator[str]:
    few, many = pair["few"], pair["many"]
    yield f"late deployment, {name}: {pair['ratio']:.2f}, bar {pair['bar']}: {_word(pair)}"
    yield f"  {few['median_seconds'] * 1000:.0f} ms against {many['median_seconds'] * 1000:.0f} ms"


def _ingest_lines(figures: Figures) -> Iterator[str]:
    yield f"bulk ingest: {figures['ratio']:.1f} times single posts, bar {figures['bar']:.0f}: {_word(figures)}"
    yield f"  {figures['bulk_per_second']:,.0f} facts a second against {figures['single_per_second']:,.0f}"


def _page_lines(name: str, page: Figures) -> Iterator[str]:
    few, many = page["few"], page["many"]
    yield (
        f"page {name}: {few['queries']} and {many['queries']} queries, {few['bytes'] / 1000:.0f} and "
        f"{many['bytes'] / 1000:.0f} kB: {_word(page)}"
    )
    yield (
        f"  {few['milliseconds']:.0f} and {many['milliseconds']:.0f} ms, {few['cpu_milliseconds']:.0f} and "
        f"{many['cpu_milliseconds']:.0f} of it computing; p95 {few['p95_milliseconds']:.0f} and "
        f"{many['p95_milliseconds']:.0f} ms, the goal is 300"
    )


def _preview_lines(figures: Figures) -> Iterator[str]:
    yield f"impact preview: 40 teams, 26 weeks, {figures['facts']:,} facts, at most {figures['peak_mib']:.0f} MiB"
    for name, one in figures.items():
        if isinstance(one, dict):
            seconds = ", ".join(f"{second:.1f}" for second in one["seconds"])
            yield f"  {name}: {one['median_seconds']:.1f} s ({seconds}), {one['cpu_seconds']:.1f} s of it computing"
    yield f"  the goal is {figures['goal']:.0f} s on two free processors"


def _audit_lines(figures: Figures) -> Iterator[str]:
    appending, verifying = figures["append"], figures["verify"]
    yield f"audit appends by eight: plain commits of one writer are {appending['ratio']:.2f} times as many"
    yield f"  {appending['per_second']:,.0f} a second against {appending['plain_per_second']:,.0f}; the goal is 500"
    yield f"  {appending['within_per_second']:,.0f} a second after another write in its transaction"
    yield f"audit verify: {verifying['ratio']:.1f} times reading and hashing the same texts"
    yield (
        f"  {verifying['events']:,} events in {verifying['seconds']:.1f} s, {verifying['cpu_seconds']:.1f} s of it "
        f"computing, against {verifying['hash_seconds']:.1f} s; the goal is {verifying['goal_seconds']:.0f} s"
    )


def _answer_lines(name: str, one: Figures) -> Iterator[str]:
    yield f"{name}: {one['queries']} queries, {one['bytes'] / 1000:.0f} kB: {_word(one)}"
    yield (
        f"  {one['milliseconds']:.0f} ms, {one['cpu_milliseconds']:.0f} of it computing; "
        f"p95 {one['p95_milliseconds']:.0f} ms, the goal is {one['goal']}"
    )


def _budget_lines(figures: Figures) -> Iterator[str]:
    goals, tenants = figures["goals"], figures["tenants"]
    yield (
        f"budgets of {figures['objectives']:,} objectives: {figures['ratio']:.2f} times one bare pass over their "
        f"slices, bar {figures['bar']:.0f}: {_word(figures)}"
    )
    yield (
        f"  every budget and tier {figures['seconds']:.1f} s against {figures['bare_seconds']:.1f} s, the goal is "
        f"{goals['evaluate']} s; for the first time {figures['first_seconds']:.1f} s"
    )
    yield (
        f"  with {tenants['keys']:,} tenants {tenants['seconds']:.1f} s, the goal is {goals['tenants']} s; one slice "
        f"to its status {figures['slice_seconds'] * 1000:.0f} ms, the goal is {goals['slice']} s"
    )
    yield (
        f"  {figures['slices']:,} slices in {figures['gibibytes']:.2f} GiB, the goal is {goals['gibibytes']} GiB; "
        f"{figures['per_second']:,.0f} samples a second over REST of one sender and "
        f"{figures['together_per_second']:,.0f} of two, the goal is {goals['push']:,}"
    )
    yield f"  {figures['slice_bytes']:.0f} bytes a slice, {figures['day_bytes']:,.0f} bytes an objective and day"
    for some, of in ((figures["pages"], f"{figures['objectives']:,} objectives"), (tenants["pages"], "of tenants")):
        yield from _each({f"page {name}, {of}": one for name, one in some.items()}, _answer_lines)


def _word(figures: Figures) -> str:
    return "met" if figures["met"] else "MISSED"


def is_met(found: Any) -> bool:
    """True when no measurement missed its bar."""
    if not isinstance(found, dict):
        return True
    return found.get("met") is not False and all(is_met(inner) for inner in found.values())


def worse_than(new: Any, old: Any, path: str = "") -> Iterator[str]:
    """Ratios that are a fifth worse than in an earlier run."""
    if not isinstance(new, dict) or not isinstance(old, dict):
        return
    if "ratio" in new and "ratio" in old and _is_worse(new, old):
        yield f"{path.strip()}: {new['ratio']:.2f}, was {old['ratio']:.2f}"
    for name in new:
        yield from worse_than(new[name], old.get(name), f"{path} {name}")


def _is_worse(new: Figures, old: Figures) -> bool:
    grows = "single_per_second" in new
    change = old["ratio"] / new["ratio"] if grows else new["ratio"] / old["ratio"]
    return bool(change > WORSE)
