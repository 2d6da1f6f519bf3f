"""Which servers a test needs, which are here, and what stays unproven without them."""

import json
import os
import shutil
import time
from collections import Counter
from pathlib import Path

import pytest

LOOPBACK = ["127.0.0.1", "::1", "localhost"]
SERVICE_OF_MARK = {
    "sql": "PostgreSQL", "postgres": "PostgreSQL", "redis": "Redis", "e2e": "Chromium", "prometheus": "Prometheus",
}  # fmt: skip
OUTCOMES = ("failed", "error", "passed", "skipped", "xfailed")


def part() -> str:
    """The part of the suite that runs: sqlite, postgres, redis, e2e; empty when pytest was called directly."""
    return os.environ.get("PLUMBLINE_TEST_PART", "")


def on_postgresql() -> bool:
    """Whether the tests' database is PostgreSQL."""
    return os.environ.get("DATABASE_URL", "").startswith("postgres")


def examples(count: int) -> int:
    """How many random histories a test of both databases tries: all on SQLite, a quarter again on PostgreSQL.

    The rules are the same on both; what PostgreSQL adds are its statements, which a few histories send.
    """
    return -(-count // 4) if on_postgresql() else count


def redis_url() -> str:
    """Address of the Redis the tests may write to; empty where there is none."""
    return os.environ.get("REDIS_URL", "")


def chromium() -> str:
    """Path of the browser for the journeys; empty where there is none."""
    places = [os.environ.get("CHROMIUM", ""), "/usr/bin/chromium", "/usr/bin/chromium-browser"]
    return next((path for path in places if path and os.access(path, os.X_OK)), "")


def marks(item: pytest.Item) -> set[str]:
    """The marks of this suite on one test."""
    return {mark.name for mark in item.iter_markers()} & {*SERVICE_OF_MARK, "nightly"}


def belongs(item: pytest.Item, *, running: str, nightly: bool) -> bool:
    """Whether a test is of the running part; each test but `sql` ones belongs to one part only.

    At night PostgreSQL runs every test that speaks to a database, pages and endpoints as well.
    """
    own = marks(item)
    if "nightly" in own and not nightly:
        return False
    if running in ("e2e", "redis"):
        return running in own
    if own & {"e2e", "redis"}:
        return False
    if running == "postgres":
        return bool(own & {"sql", "postgres"}) or (nightly and speaks_to_database(item))
    return "postgres" not in own


def speaks_to_database(item: pytest.Item) -> bool:
    """Whether a test asks for the database, by mark or by a fixture of its own."""
    asked = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    return bool(asked) or item.get_closest_marker("django_db") is not None


def missing(item: pytest.Item) -> str | None:
    """Why a test cannot run as pytest was called, or None."""
    own = marks(item)
    if "postgres" in own and not on_postgresql():
        return "needs PostgreSQL: python3 dev.py test, or DATABASE_URL"
    if "redis" in own and not redis_url():
        return "needs Redis: python3 dev.py test, or REDIS_URL"
    if "prometheus" in own and not (shutil.which("prometheus") and shutil.which("promtool")):
        return "needs Prometheus: apt-get install prometheus"
    if "e2e" in own and not chromium():
        return "needs Chromium: python3 dev.py e2e, or CHROMIUM"
    return None


def needs(items: list[pytest.Item]) -> dict[str, int]:
    """How many tests need each service to be proven."""
    return dict(
        Counter(service for item in items for service in {SERVICE_OF_MARK[mark] for mark in marks(item) - {"nightly"}})
    )


class Report:
    """Collects what dev.py prints at the end: outcomes by kind, needs by service, seconds."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.started = time.monotonic()

    def write_needs(self, found: dict[str, int]) -> None:
        """Called where tests are collected: with several processes that is the workers, all seeing the same."""
        self.path.with_suffix(".needs").write_text(json.dumps(found), encoding="utf-8")

    def write(self, stats: dict[str, list[object]]) -> None:
        """Called once, where outcomes come together."""
        needed = self.path.with_suffix(".needs")
        outcomes = {"errors" if kind == "error" else kind: len(stats.get(kind, [])) for kind in OUTCOMES}
        report = {
            "outcomes": outcomes,
            "needs": json.loads(needed.read_text(encoding="utf-8")) if needed.exists() else {},
            "seconds": time.monotonic() - self.started,
        }
        self.path.write_text(json.dumps(report), encoding="utf-8")
