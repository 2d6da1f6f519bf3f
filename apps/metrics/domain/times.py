"""Reads lengths of time, instants and spans of a spec. Pure."""

import re
from datetime import timedelta
from typing import Any

from apps.core.fact_sources import FieldType
from apps.metrics.domain.faults import Faults, said
from apps.metrics.domain.fields import Scope, find_typed
from apps.metrics.domain.spec import Span, TimeAt

UNITS = {"w": 7 * 86400, "d": 86400, "h": 3600, "m": 60, "s": 1}
LONGEST = timedelta(days=3660)
PICKS = ("first_of", "earliest", "latest")
_LENGTH = re.compile(r"([1-9][0-9]{0,6})([wdhms])")


def read_length(value: Any, pointer: str, faults: Faults) -> timedelta | None:
    """A positive length such as 72h or 90d, at most ten years."""
    if not faults.is_a(value, str, pointer):
        return None
    match = _LENGTH.fullmatch(value)
    if not match:
        faults.add(pointer, "wrong_length", f"{said(value)} is no length of time. Write 30m, 72h, 90d or 2w.")
        return None
    length = timedelta(seconds=int(match[1]) * UNITS[match[2]])
    if length > LONGEST:
        faults.add(pointer, "out_of_range", f"{said(value)} is longer than ten years.")
        return None
    return length


def write_length(length: timedelta) -> str:
    """The text that `read_length` reads, in the largest unit that fits; weeks are written as days."""
    seconds = length // timedelta(seconds=1)
    unit = next(name for name in ("d", "h", "m", "s") if seconds % UNITS[name] == 0)
    return f"{seconds // UNITS[unit]}{unit}"


def read_time(value: Any, pointer: str, scope: Scope, faults: Faults, *, clock: bool = False) -> TimeAt | None:
    """A time field, or `{first_of|earliest|latest: […]}`; a `clock` decides the period and may add `plus`."""
    if isinstance(value, str):
        return TimeAt((value,)) if _is_time(value, pointer, scope, faults, clock=clock) else None
    picks = [key for key in PICKS if isinstance(value, dict) and key in value]
    known = (*PICKS, "field", "plus") if clock else PICKS
    if not faults.keys(value, pointer, known=known):
        return None
    if len(picks) + ("field" in value) != 1:
        faults.add(pointer, "one_of_them", f"Write exactly one of {', '.join(k for k in known if k != 'plus')}.")
        return None
    return _picked(value, picks[0] if picks else "field", pointer, scope, faults, clock=clock)


def _picked(
    value: dict[str, Any], pick: str, pointer: str, scope: Scope, faults: Faults, *, clock: bool
) -> TimeAt | None:
    if pick == "field":
        names, places = [value["field"]], [f"{pointer}/field"]
    else:
        names = faults.list_of(value[pick], f"{pointer}/{pick}", longest=6, shortest=2)
        places = [f"{pointer}/{pick}/{index}" for index in range(len(names))]
    known = [_is_time(name, where, scope, faults, clock=clock) for name, where in zip(names, places, strict=True)]
    plus = read_length(value["plus"], f"{pointer}/plus", faults) if "plus" in value else timedelta(0)
    if not known or not all(known) or plus is None:
        return None
    return TimeAt(tuple(names), "only" if pick == "field" else pick, plus)


def _is_time(path: Any, pointer: str, scope: Scope, faults: Faults, *, clock: bool) -> bool:
    found = find_typed(path, FieldType.TIME, scope, pointer, faults)
    if found is None:
        return False
    if clock and found.field.name not in found.source.clocks:
        allowed = ", ".join(found.source.clocks)
        faults.add(pointer, "not_a_clock", f"{said(path)} decides no period. Clocks of {found.source.key}: {allowed}.")
        return False
    return True


def read_span(value: Any, pointer: str, scope: Scope, faults: Faults) -> Span | None:
    """A span of `value`: two ends, what a missing end and a negative length do, and the stages in between."""
    known = ("from", "to", "missing", "negative", "stages")
    if not faults.keys(value, pointer, known=known, required=("from", "to")):
        return None
    ends = read_ends(value, pointer, scope, faults)
    missing = faults.one_of(value.get("missing", "drop"), ("drop", "at_least"), f"{pointer}/missing", "a way here")
    negative = faults.one_of(value.get("negative", "drop"), ("drop",), f"{pointer}/negative", "a way here")
    stages = _read_stages(value.get("stages", []), f"{pointer}/stages", scope, faults)
    if ends is None or missing is None or negative is None or stages is None:
        return None
    if stages and not _is_chain(ends, stages):
        sentence = "Stages follow each other: the first begins at *from*, each next where the one before ends, to *to*."
        faults.add(f"{pointer}/stages", "stages_not_chained", sentence)
        return None
    return Span(*ends, missing, negative, stages)


def read_ends(value: dict[str, Any], pointer: str, scope: Scope, faults: Faults) -> tuple[TimeAt, TimeAt] | None:
    """The two ends of a span, which must differ."""
    start = read_time(value["from"], f"{pointer}/from", scope, faults) if "from" in value else None
    end = read_time(value["to"], f"{pointer}/to", scope, faults) if "to" in value else None
    if start is None or end is None:
        return None
    if start == end:
        faults.add(f"{pointer}/to", "no_length", "Both ends are the same time, so every length would be zero.")
        return None
    return start, end


def _read_stages(
    value: Any, pointer: str, scope: Scope, faults: Faults
) -> tuple[tuple[str, TimeAt, TimeAt], ...] | None:
    if value == [] and isinstance(value, list):
        return ()
    items = faults.list_of(value, pointer, longest=8, shortest=1)
    stages = [_read_stage(item, f"{pointer}/{index}", scope, faults) for index, item in enumerate(items)]
    read = tuple(stage for stage in stages if stage is not None)
    if not items or len(read) < len(stages):
        return None
    if len({name for name, _, _ in read}) < len(read):
        faults.add(pointer, "named_twice", "Two stages have the same name.")
        return None
    return read


def _read_stage(item: Any, pointer: str, scope: Scope, faults: Faults) -> tuple[str, TimeAt, TimeAt] | None:
    if not isinstance(item, list) or len(item) != 3:
        faults.add(pointer, "wrong_type", "A stage is written as [name, from, to].")
        return None
    name = faults.text(item[0], f"{pointer}/0", longest=40)
    start = read_time(item[1], f"{pointer}/1", scope, faults)
    end = read_time(item[2], f"{pointer}/2", scope, faults)
    return (name, start, end) if name and start and end else None


def _is_chain(ends: tuple[TimeAt, TimeAt], stages: tuple[tuple[str, TimeAt, TimeAt], ...]) -> bool:
    joints = [ends[0], *(end for _, _, end in stages)]
    return joints[-1] == ends[1] and all(stage[1] == joint for stage, joint in zip(stages, joints, strict=False))
