"""Coverage of the whole suite against the bars in pyproject.toml."""

import json
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any

from devtools import environment
from devtools.say import ROOT, run, run_quietly, say

FULL_ROOMS = {"domain", "policies", "operations"}


def start() -> None:
    """Forget what earlier runs covered."""
    run([environment.PYTHON, "-m", "coverage", "erase"])


def meets_bars() -> bool:
    """Print the coverage of all parts together; whether both bars are met."""
    with tempfile.TemporaryDirectory(prefix="plumbline-coverage-") as scratch:
        target = Path(scratch) / "coverage.json"
        run_quietly("Adding up coverage", [environment.PYTHON, "-m", "coverage", "json", "-q", "-o", target])
        found: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    totals = found["totals"]
    measured = {
        "lines": 100 * totals["covered_lines"] / max(1, totals["num_statements"]),
        "branches": 100 * totals["covered_branches"] / max(1, totals["num_branches"]),
    }
    bars = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["plumbline"]["coverage"]
    for kind, share in measured.items():
        say(f"Coverage of {kind}: {share:.1f} % (bar {bars[kind]} %{'' if share >= bars[kind] else ', NOT MET'})")
    for line in _open_branches(found["files"]):
        say(line)
    return all(measured[kind] >= bars[kind] for kind in bars)


def _open_branches(files: dict[str, Any]) -> Iterator[str]:
    """Rooms where rules live, and the audit app, whose every branch should be walked."""
    for name, file in sorted(files.items()):
        parts = PurePath(name).with_suffix("").parts
        missing = file["missing_branches"]
        if missing and parts[0] == "apps" and ("audit" in parts or FULL_ROOMS & set(parts)):
            yield f"  {name}: branches not taken: {len(missing)}, the first at line {abs(missing[0][0])}"
