"""The bench: what it generates, what it measures in small, and how figures are told and held against earlier ones."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.test import override_settings

from apps.portal.bench import (
    asking,
    auditing,
    budgets,
    happening,
    incidents,
    ingesting,
    lateness,
    paging,
    previewing,
    rebuilding,
    report,
    running,
    scratch,
)
from apps.portal.bench.calling import make_pages
from apps.portal.bench.happening import make_incidents
from apps.portal.bench.history import make_history
from apps.portal.bench.promising import Promises
from apps.portal.bench.sizes import LARGE, SMALL, Size
from apps.portal.bench.steps import STEPS
from tests.demo_database import speaking_to

TINY = Size("small", teams=5, services=12, deployments=300, changes=500, days=100)
USING_SCRATCH = (auditing, budgets, incidents, lateness, paging, previewing, rebuilding, running)
QUIET = {"PLUMBLINE_WORK_AT_COMMIT": False, "PLUMBLINE_INLINE_WORK": False, "ALLOWED_HOSTS": ["127.0.0.1"]}


def told(text: str) -> None:
    """Nobody listens."""


def test_history__is_the_same_on_every_machine() -> None:
    once, again = (next(iter(make_history(TINY).deployments())) for _ in range(2))
    assert once.equals(again)
    assert once.height == TINY.deployments
    assert once["finished_at"].is_sorted()
    assert once["service"].max() < TINY.services


def test_history__changes_and_remediations_name_deployments() -> None:
    history = make_history(TINY)
    keys = set(next(iter(history.deployments()))["key"])
    changes = next(iter(history.changes()))
    assert changes.height == TINY.changes
    assert set(changes["deployment"]) - {""} <= keys
    mended = history.remediations()
    assert set(mended["failed"]) | set(mended["fixed_by"]) <= keys
    assert (mended["failed"] != mended["fixed_by"]).all()


def test_incidents__are_the_same_on_every_machine() -> None:
    once, again = (make_incidents(TINY, 60) for _ in range(2))
    assert once == again
    assert [one.is_over for one in once].count(False) == happening.GOING_ON
    assert all(one.started_at < one.steps[0] for one in once)
    pages = next(iter(make_pages(TINY, 50).frames([1, 2])))
    assert pages.equals(next(iter(make_pages(TINY, 50).frames([1, 2]))))
    assert pages.filter(pages["bucket"] == "night")["night"].null_count() == 0


def test_sizes__are_those_that_the_bars_name() -> None:
    assert (SMALL.teams, SMALL.services, SMALL.deployments, SMALL.changes) == (150, 600, 177_462, 300_000)
    assert (LARGE.teams, LARGE.services, LARGE.deployments, LARGE.changes) == (500, 2_500, 2_000_000, 8_000_000)
    twenty = SMALL.over_years(20)
    assert (twenty.days, twenty.deployments) == (7305, 1_774_620)
    assert SMALL.thinned(20_000).facts == 20_000


@contextmanager
def on_server() -> Iterator["psycopg.Connection[Any]"]:
    """A session beside the test's own database, to make others."""
    usual = django_settings.DATABASES["default"]
    given = {"host": usual["HOST"], "port": usual["PORT"], "user": usual["USER"], "password": usual["PASSWORD"]}
    with psycopg.connect(
        dbname="postgres", autocommit=True, **{key: value for key, value in given.items() if value}
    ) as session:
        yield session


@pytest.fixture(scope="module")
def figures(django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """Everything measured in a tiny organisation: steps run in this process, databases are copies of an empty one."""
    empty = f"plumbline_bench_test_{os.getpid()}"
    made: list[str] = []

    @contextmanager
    def scratch_database(server: str, name: str) -> Iterator[str]:
        own = f"{empty}_{len(made)}"
        made.append(own)
        with on_server() as session:
            session.execute(f'CREATE DATABASE "{own}" TEMPLATE "{empty}"')
        with speaking_to(own):
            yield own

    def run_step(url: str, step: str, **options: Any) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(json.dumps(STEPS[step]({"step": step, **options})))
        return found

    with pytest.MonkeyPatch.context() as patch, on_server() as session, override_settings(**QUIET):
        shrink(patch)
        for module in USING_SCRATCH:
            patch.setattr(module, "run_step", run_step)
            patch.setattr(module, "scratch_database", scratch_database, raising=False)
        session.execute(f'CREATE DATABASE "{empty}"')
        try:
            with django_db_blocker.unblock():
                with speaking_to(empty):
                    call_command("migrate", verbosity=0)
                yield running.measure("unused", ["small"], running.KINDS, told)
        finally:
            for name in [*made, empty]:
                session.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def shrink(patch: pytest.MonkeyPatch) -> None:
    """The same measurements with few facts; writers follow each other, as no process of a test is forked."""
    patch.setattr(running, "SIZES", {"small": TINY})
    patch.setattr(running, "SMALL", TINY)
    patch.setattr(running, "ROUNDS", {"small": 1})
    patch.setattr(lateness, "PAIRS", {"in small": (TINY, TINY.thinned(1_200))})
    patch.setattr(lateness, "TIMES", 2)
    patch.setattr(lateness, "DAYS_LATE", 30)
    patch.setattr(paging, "FEW", TINY)
    patch.setattr(paging, "MANY", Size("many", teams=25, services=30, deployments=300, changes=500, days=100))
    patch.setattr(asking, "TIMES", 2)
    patch.setattr(previewing, "SIZE", TINY)
    patch.setattr(previewing, "TIMES", 1)
    patch.setattr(incidents, "SIZE", Size("happen", teams=5, services=12, deployments=300, changes=0, days=100))
    for name, value in (("INCIDENTS", 120), ("PAGES", 600)):
        patch.setattr(incidents, name, value)
    patch.setattr(happening, "GOING_ON", 5)
    for name, value in (("PER_CALL", 30), ("CALLS", 2), ("SINGLES", 6)):
        patch.setattr(ingesting, name, value)
    for name, value in (("WRITERS", 2), ("APPENDS", 8), ("EVENTS", 40)):
        patch.setattr(auditing, name, value)
    patch.setattr(budgets, "YARD", TINY)
    patch.setattr(budgets, "MANY", Promises(objectives=3, keys=1, days=30))
    patch.setattr(budgets, "TENANTS", Promises(objectives=1, keys=4, days=5))
    for module in (auditing, budgets):
        patch.setattr(module, "seconds_together", lambda works: sum(1.0 for work in works if work() is None))


@pytest.mark.postgres
def test_measure__rebuild_counts_the_facts_it_read_and_finds_nothing_to_write_again(figures: dict[str, Any]) -> None:
    found = figures["rebuild"]["small"]
    assert found["rounds"][0]["rows"] >= TINY.facts
    assert found["rounds"][0]["written"] == found["rounds"][0]["cells"] > 0
    assert found["again"]["written"] == 0
    assert found["with_runs"]["cells"] > found["rounds"][0]["cells"]
    assert (found["bar"], len(found["ratios"])) == (10.0, 1)


@pytest.mark.postgres
def test_measure__budgets_are_evaluated_from_generated_slices(figures: dict[str, Any]) -> None:
    found = figures["budgets"]
    assert (found["objectives"], found["judged"], found["slices"]) == (3, 3, 3 * 30 * 288)
    assert (found["keys"], found["tenants"]["keys"]) == (0, 4)
    assert found["together_per_second"] == found["per_second"] == 5  # one indicator, five calls, a second each
    assert found["slice_seconds"] > 0
    assert found["day_bytes"] == pytest.approx(288 * found["slice_bytes"])
    pages = [*found["pages"].values(), *found["tenants"]["pages"].values()]
    assert len(pages) == 8
    assert all(one["met"] and 0 < one["queries"] <= 12 for one in pages)
    lines = list(report.lines({"budgets": found}))
    assert lines[0].startswith("budgets of 3 objectives: ")
    assert "page objective, of tenants: " in "".join(lines)


@pytest.mark.postgres
def test_measure__pages_ask_the_same_at_both_sizes(figures: dict[str, Any]) -> None:
    assert set(figures["pages"]) == {"home", "overview", "proposal", "team"}
    assert all(page["met"] for page in figures["pages"].values())
    assert all(page["many"]["queries"] <= page["few"]["queries"] <= 12 for page in figures["pages"].values())


@pytest.mark.postgres
def test_measure__late_facts_ingest_previews_and_the_chain(figures: dict[str, Any]) -> None:
    (late,) = figures["late"].values()
    assert late["few"]["cells"] > 0
    assert len(late["many"]["seconds"]) == 2
    assert figures["ingest"]["ratio"] > 0
    assert all(0 < one["teams"] <= TINY.teams for one in figures["preview"].values() if isinstance(one, dict))
    assert figures["audit"]["verify"]["events"] == 40


@pytest.mark.postgres
def test_measure__incidents_among_many_keep_their_queries(figures: dict[str, Any]) -> None:
    found = figures["incidents"]
    assert set(found) == set(incidents.GOALS)
    assert all(one["met"] and 0 < one["queries"] <= 12 for one in found.values())


@pytest.mark.postgres
def test_report__has_a_line_for_everything_measured(figures: dict[str, Any]) -> None:
    lines = list(report.lines(figures))
    begun = (
        "rebuild small:",
        "late deployment, in small:",
        "bulk ingest:",
        "page home:",
        "impact preview:",
        "audit ",
        "section save, ",
        "budgets of ",
    )
    assert [any(line.startswith(start) for line in lines) for start in begun] == [True] * len(begun)


@pytest.mark.postgres
def test_scratch__a_database_is_gone_at_the_end_also_after_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps: list[tuple[str, ...]] = []

    def manage(url: str, *words: str) -> str:
        steps.append((url, *words))
        return ""

    monkeypatch.setattr(scratch, "_manage", manage)
    usual = django_settings.DATABASES["default"]
    secret = f":{usual['PASSWORD']}" if usual["PASSWORD"] else ""
    server = f"postgres://{usual['USER']}{secret}@{usual['HOST']}:{usual['PORT']}/postgres"
    with pytest.raises(ZeroDivisionError), scratch.scratch_database(server, "late-20y") as url:
        raise ZeroDivisionError
    assert url.endswith(f"/plumbline_bench_{os.getpid()}_late_20y")
    assert steps == [(url, "migrate", "--verbosity=0", "--skip-checks")]
    with on_server() as session:
        name = url.rpartition("/")[2]
        assert session.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None


def test_step__that_ends_with_an_error_is_named(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(scratch.StepFailedError, match=r"ended with exit code 1\.$"):
        scratch.run_step("sqlite://:memory:", "unheard-of")
    assert "KeyError: 'unheard-of'" in capfd.readouterr().err


def test_server__is_a_postgresql_or_the_remedy_is_said() -> None:
    assert scratch.server_url({"DATABASE_URL": "postgres://a/b"}) == "postgres://a/b"
    assert scratch.server_url({"TEST_DATABASE_URL": "pgsql://a/c", "DATABASE_URL": "postgres://a/b"}) == "pgsql://a/c"
    with pytest.raises(scratch.NoServerError, match="set DATABASE_URL"):
        scratch.server_url({"DATABASE_URL": "sqlite:///x"})


INGEST = {"single_per_second": 100.0, "bulk_per_second": 6_000.0, "ratio": 60.0, "bar": 20.0, "met": True}


def figures_with(**changed: Any) -> dict[str, Any]:
    """Figures of an ingest."""
    return {"machine": {"processors": 2}, "ingest": INGEST | changed}


@pytest.mark.parametrize(
    ("old", "new", "worse"),
    [
        (60.0, 60.0, []),
        (60.0, 51.0, []),
        (60.0, 49.0, ["ingest: 49.00, was 60.00"]),
        (60.0, 90.0, []),
    ],
)
def test_worse__a_rate_that_fell_by_more_than_a_fifth(old: float, new: float, worse: list[str]) -> None:
    assert list(report.worse_than(figures_with(ratio=new), figures_with(ratio=old))) == worse


def test_worse__a_cost_that_grew_by_more_than_a_fifth() -> None:
    old, new = ({"late": {"pair": {"ratio": ratio}}} for ratio in (1.0, 1.3))
    assert list(report.worse_than(new, old)) == ["late pair: 1.30, was 1.00"]
    assert list(report.worse_than(old, new)) == []
    assert list(report.worse_than(new, {})) == []


def test_command__writes_figures_and_fails_on_a_missed_bar_or_a_worse_ratio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = figures_with()
    monkeypatch.setenv("TEST_DATABASE_URL", "postgres://127.0.0.1/postgres")
    monkeypatch.setattr("apps.portal.management.commands.bench.measure", lambda *_given: given)
    written = tmp_path / "figures.json"
    call_command("bench", only="ingest", json=written)
    assert json.loads(written.read_text()) == given
    assert "bulk ingest: 60.0 times single posts, bar 20: met" in capsys.readouterr().out
    given["ingest"]["ratio"] = 30.0
    with pytest.raises(CommandError, match="A bar is missed or a ratio became worse"):
        call_command("bench", compare=written)
    assert "worse by more than a fifth: ingest: 30.00, was 60.00" in capsys.readouterr().out
    given["ingest"]["met"] = False
    with pytest.raises(CommandError, match="A bar is missed"):
        call_command("bench")
    assert ": MISSED" in capsys.readouterr().out


def test_command__says_what_it_does_not_know_and_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match=r"--only knows rebuild, late, .*, not speed\."):
        call_command("bench", only="ingest,speed")
    for name in scratch.SERVER_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(CommandError, match="set DATABASE_URL"):
        call_command("bench", only="ingest")
