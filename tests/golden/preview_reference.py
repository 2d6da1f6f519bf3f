"""What lead time from the merge would move in the demo pack, computed in plain Python and apart from the engine.

`python tests/golden/preview_reference.py --write` writes `pack_preview.json` beside this file.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tests.golden import pack_reference as pack  # noqa: E402

PREVIEW_FILE = Path(__file__).with_name("pack_preview.json")
LAST_WEEK, WEEKS = "2026-W34", 26
LEAST_READ = 5  # fewer changes in a week are shown as a gap
LEAST_SHARE = Fraction(1, 20)
Lengths = dict[str, list[int]]


def preview_document() -> dict[str, Any]:
    """Every team's weeks, medians, shift and newest closed quarter under both definitions."""
    facts = pack.load_facts()
    weekly = pack.cells(facts, pack.by_team, pack.week_of)
    quarterly = pack.cells(facts, pack.by_team, pack.quarter_of)
    weeks = pack.weeks_ending(LAST_WEEK, WEEKS)
    return {
        team: _team([_lengths(weekly[team].get(week)) for week in weeks], weeks)
        | {"quarter": _quarter(_lengths(quarterly[team].get(pack.LAST_COMPLETE_QUARTER)))}
        for team in sorted(pack.TEAMS)
    }


def _lengths(facts: pack.Facts | None) -> Lengths:
    """The seconds of all changes of a cell from the first commit and from the merge, impossible ones dropped."""
    changes = facts.changes if facts else []
    return {
        "old": [at for c in changes if (at := pack.seconds(c.first_commit_at, c.finished_at)) >= 0],
        "new": [at for c in changes if (at := pack.seconds(c.merged_at, c.finished_at)) >= 0],
    }


def _team(cells: list[Lengths], weeks: list[str]) -> dict[str, Any]:
    medians = [{side: pack.linear_median(cell[side]) for side in ("old", "new")} for cell in cells]
    shared = [m for m in medians if m["old"] is not None and m["new"] is not None]
    old, new = (_median_of(m[side] for m in shared) for side in ("old", "new"))
    valued = sum(m["old"] is not None for m in medians)
    lost = sum(_is_lost(cell["old"], cell["new"]) for cell in cells)
    gained = sum(_is_lost(cell["new"], cell["old"]) for cell in cells)
    share = None if not old or new is None else (new - old) / old
    return {
        "weeks": [[w, pack.number(m["old"]), pack.number(m["new"])] for w, m in zip(weeks, medians, strict=True)],
        "median_old": pack.number(old),
        "median_new": pack.number(new),
        "shift": None if share is None else float(share),
        "lost": lost,
        "gained": gained,
        "moves": bool((share is not None and abs(share) >= LEAST_SHARE) or lost * 10 >= valued > 0),
    }


def _is_lost(before: list[int], after: list[int]) -> bool:
    """A value is lost when nothing is left, or when too little is left to be read and there was enough."""
    return bool(before) and (not after or len(before) >= LEAST_READ > len(after))


def _median_of(values: Iterable[Fraction | None]) -> Fraction | None:
    """The median of medians, exactly."""
    return pack.linear_median([value for value in values if value is not None])


def _quarter(lengths: Lengths) -> dict[str, Any]:
    return {
        side: {"median": pack.number(pack.linear_median(found)), "n": len(found)} for side, found in lengths.items()
    }


def main() -> None:
    """Print the document, or write it with --write."""
    parser = argparse.ArgumentParser(description="The preview of lead time from the merge on the demo pack.")
    parser.add_argument("--write", action="store_true", help=f"write {PREVIEW_FILE.name}")
    text = json.dumps(preview_document(), indent=1) + "\n"
    if parser.parse_args().write:
        PREVIEW_FILE.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
