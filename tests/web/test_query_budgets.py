"""What an address may cost: queries and bytes, the same at five teams as at sixty; the counts stand in a file.

`--update-budgets` rewrites the file from what is counted; with `--nightly` also at 500 teams.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.architecture.crowd import grow
from tests.architecture.matrix import Entry, entries
from tests.architecture.walking import Walk, walking

FILE = Path(__file__).parents[1] / "query_budgets.json"
MOST_QUERIES = 12
MOST_BYTES = 100_000
# Whoever reads every team asks for the most rows; home is also the page of somebody's own team.
READER = "admin"
OWN_PAGE = "/ of a team member"
# What lies beyond the bars, each with its own bar and why.
MORE_QUERIES = {
    # These compute a number again from its facts, with the partners of each fact, at the watermark of its run.
    "/metrics/change-lead-time/values/team:{team}/2026-Q2/": 25,
    "/api/v1/measurements/change-failure-rate~v1~team:{team}~2026-Q2~whole/evidence/": 19,
    # These do the same, and read what another tool's rule needs.
    "/metrics/change-failure-rate/values/team:{team}/2026-Q2/peers/devlake/": 30,
    "/api/v1/measurements/change-failure-rate~v1~team:{team}~2026-Q2~whole/peers/devlake/": 30,
}
MORE_BYTES = {"/gallery/": 200_000, "/docs/api/": 450_000}  # every component in every state; every endpoint
Counts = dict[str, dict[str, int]]
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def counted(
    django_db_setup: None, django_db_blocker: Any, request: pytest.FixtureRequest
) -> Iterator[dict[str, Counts]]:
    """Queries and bytes of every address that is read, by the number of teams."""
    sizes = [5, 60, 500] if request.config.getoption("--nightly") else [5, 60]
    with django_db_blocker.unblock(), walking() as walk:
        found: dict[str, Counts] = {"queries": {}, "bytes": {}}
        for size in sizes:
            place = walk.world.places["quay"]
            grow(place.team, place.service, to=size)
            if size == sizes[0]:
                _warm(walk)
            for name, queries, length in _measure(walk):
                found["queries"].setdefault(name, {})[str(size)] = queries
                found["bytes"].setdefault(name, {})[str(size)] = length
        if request.config.getoption("--update-budgets"):
            _write(found["queries"])
        yield found


def _measure(walk: Walk) -> Iterator[tuple[str, int, int]]:
    """(name, queries, bytes) of each address."""
    for entry in _read_entries():
        yield entry.pattern, *_cost(walk, READER, walk.path(entry.pattern))
    yield OWN_PAGE, *_cost(walk, "member_a", "/")


def _warm(walk: Walk) -> None:
    """Ask each address once before anything is counted: it fills what a process keeps, at any size."""
    for entry in _read_entries():
        walk.clients[READER].get(walk.path(entry.pattern))
    walk.clients["member_a"].get("/")


def _read_entries() -> list[Entry]:
    """Pages and lists that answer their reader with a body."""
    return [entry for entry in entries() if entry.method == "GET" and entry.statuses[READER] == 200]


def _cost(walk: Walk, principal: str, path: str) -> tuple[int, int]:
    client = walk.clients[principal]
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    assert answer.status_code == 200, path
    return len(queries), len(answer.getvalue())


def _write(queries: Counts) -> None:
    """The counts of this run, beside those at sizes that did not run."""
    known: Counts = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    merged = {name: {**known.get(name, {}), **counts} for name, counts in sorted(queries.items())}
    FILE.write_text(json.dumps(merged, indent=2) + "\n", encoding="utf-8")


def test_budgets__every_address_has_one_and_keeps_it(counted: dict[str, Counts]) -> None:
    budgets: Counts = json.loads(FILE.read_text(encoding="utf-8"))
    assert set(counted["queries"]) == set(budgets), "dev.py test --update-budgets writes the file anew."
    for name, counts in counted["queries"].items():
        known = {size: count for size, count in counts.items() if size in budgets[name]}
        assert {size: budgets[name][size] for size in known} == known, f"{name}: --update-budgets, if it is meant"


def test_budgets__are_twelve_at_most(counted: dict[str, Counts]) -> None:
    assert _beyond(counted["queries"], MOST_QUERIES, MORE_QUERIES) == {}


def test_budgets__do_not_grow_with_the_organisation(counted: dict[str, Counts]) -> None:
    growing = {name: counts for name, counts in counted["queries"].items() if len(set(counts.values())) > 1}
    assert growing == {}


def test_budgets__no_page_is_heavy(counted: dict[str, Counts]) -> None:
    pages = {name: counts for name, counts in counted["bytes"].items() if not name.startswith("/api/")}
    assert _beyond(pages, MOST_BYTES, MORE_BYTES) == {}


def _beyond(counts: Counts, bar: int, bars: dict[str, int]) -> Counts:
    return {name: found for name, found in counts.items() if max(found.values()) > bars.get(name, bar)}


def test_budgets__are_rewritten_by_hand_only() -> None:
    """The file is data: sorted, every address at both sizes."""
    text = FILE.read_text(encoding="utf-8")
    budgets: Counts = json.loads(text)
    assert text == json.dumps(dict(sorted(budgets.items())), indent=2) + "\n"
    assert {size for counts in budgets.values() for size in ("5", "60") if size not in counts} == set()
