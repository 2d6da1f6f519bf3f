"""The test suite: all of it on SQLite, and what touches SQL, queues or pages on the real servers.

Two processes walk through SQLite and then through the pages, beside them one each speaks to the servers: it waits for
them half of its time. What these print is shown when they are done.
"""

import argparse
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from devtools import covering, environment, serving
from devtools.say import CommandError, Running, columns, running, say
from devtools.servers import Servers, servers

INTERRUPTED = 2
NO_TESTS_COLLECTED = 5
NOT_PROVEN = 3
OUTCOMES = ("failed", "errors", "passed", "skipped", "xfailed")


@dataclass(frozen=True)
class Part:
    """One run of pytest over the tests that belong to it; None removes a variable of the caller's.

    `dist` says how two processes share them, if they do; what is `beside` runs along with the others.
    """

    name: str
    title: str
    env: Mapping[str, str | None]
    dist: str = ""
    beside: bool = False


@dataclass
class Result:
    """What one part reported: outcomes by kind, and what each missing service leaves unproven."""

    part: Part
    code: int
    outcomes: dict[str, int] = field(default_factory=dict)
    needs: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0


def test(arguments: argparse.Namespace, rest: Sequence[str]) -> int:
    """Run the suite; 1 if a test failed, 3 with --all if something could not be proven here."""
    environment.ensure("dev")
    options = [*rest, *_switches(arguments)]
    with_coverage = arguments.coverage and not rest
    with servers() as found:
        parts = list(_parts(found, with_journeys=arguments.all))
        results = _run_all(parts, options, with_coverage=with_coverage)
    covered = covering.meets_bars() if with_coverage else True
    expected = {"PostgreSQL", "Redis"} | ({"Chromium"} if arguments.all else set())
    expected |= set() if has_prometheus() else {"Prometheus"}
    return _close(results, expected=expected, strict=arguments.all) or int(not covered)


def e2e(arguments: argparse.Namespace, rest: Sequence[str]) -> int:
    """Run the journeys in Chromium."""
    environment.ensure("dev")
    if chromium() is None:
        raise CommandError(
            "The journeys need Chromium: install it (Debian: apt-get install chromium) or set CHROMIUM.", code=3
        )
    return _close(_run_all([_journeys()], list(rest), with_coverage=False), expected=set(), strict=False)


def chromium() -> str | None:
    """The browser for the journeys: CHROMIUM, else the system's."""
    places = [os.environ.get("CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser"]
    return next((path for path in places if path and os.access(path, os.X_OK)), None)


def has_prometheus() -> bool:
    """Whether both programs are here: the server that counts are pulled from, and the one that checks rules."""
    return all(shutil.which(name) for name in ("prometheus", "promtool"))


def _switches(arguments: argparse.Namespace) -> Iterator[str]:
    if arguments.nightly:
        yield "--nightly"
    if arguments.update_budgets:
        yield "--update-budgets"


def _parts(found: Servers, *, with_journeys: bool) -> Iterator[Part]:
    # A file stays in one process: what its tests make for each other is made once.
    yield Part("sqlite", "SQLite", {"DATABASE_URL": None, "REDIS_URL": None}, dist="loadfile")
    if found.database_url:
        env = {"DATABASE_URL": found.database_url, "REDIS_URL": None}
        yield Part("postgres", "PostgreSQL", env, beside=True)
    if found.redis_url:
        yield Part("redis", "Redis", {"DATABASE_URL": found.database_url, "REDIS_URL": found.redis_url}, beside=True)
    if with_journeys and chromium():
        yield _journeys()


def _journeys() -> Part:
    # Playwright's event loop lives in the thread of the test, where Django would refuse its ORM.
    env = {"DATABASE_URL": None, "REDIS_URL": None, "DJANGO_ALLOW_ASYNC_UNSAFE": "true", "CHROMIUM": chromium()}
    # Most of these tests stand in one file.
    return Part("e2e", "Chromium", env, dist="load")


def _run_all(parts: Sequence[Part], options: Sequence[str], *, with_coverage: bool) -> list[Result]:
    # Traces are added up one part after the other, and whoever chose tests reads them as they run.
    one_by_one = with_coverage or _chosen(options) or (os.cpu_count() or 1) < 2
    if with_coverage:
        covering.start()
        options = [*options, "--cov", "--cov-append", "--cov-report="]
    # The demonstration is played once for all parts on SQLite, and not at all where `dev.py demo` just did.
    with tempfile.TemporaryDirectory(prefix="plumbline-test-demo-") as demo, ExitStack() as stack:
        if serving.lay_demo(Path(demo)):
            say("SQLite and Chromium read the demonstration that dev.py demo left.")
        begun = [
            stack.enter_context(_begun(part, options, demo, quietly=True))
            for part in parts
            if part.beside and not one_by_one
        ]
        results = [_run(part, options, demo) for part in parts if one_by_one or not part.beside]
        results += [_ended(run) for run in begun]
    order = [part.name for part in parts]
    return sorted(results, key=lambda result: order.index(result.part.name))


def _run(part: Part, options: Sequence[str], demo: str) -> Result:
    with _begun(part, options, demo) as begun:
        return _ended(begun)


@dataclass(frozen=True)
class _Begun:
    part: Part
    process: Running
    report: Path


@contextmanager
def _begun(part: Part, options: Sequence[str], demo: str, *, quietly: bool = False) -> Iterator[_Begun]:
    """A part that runs until the block ends; quietly is to print once it is done."""
    if not quietly:
        say(f"\n=== {part.title} ===")
    with tempfile.TemporaryDirectory(prefix="plumbline-test-") as scratch:
        report = Path(scratch) / "report.json"
        env = {"DJANGO_SETTINGS_MODULE": "config.settings.test", **part.env}
        env |= {"PLUMBLINE_TEST_PART": part.name, "PLUMBLINE_TEST_REPORT": str(report)}
        env["PLUMBLINE_TEST_DEMO"] = demo
        args = [environment.PYTHON, "-m", "pytest", *_processes(part, options), *options]
        with running(args, env=env, into=Path(scratch) / "printed.txt" if quietly else None) as process:
            yield _Begun(part, process, report)


def _ended(begun: _Begun) -> Result:
    """Wait for a part and show what it printed."""
    code = begun.process.wait()
    if begun.process.into:
        say(f"\n=== {begun.part.title} ===")
        say(begun.process.into.read_text(encoding="utf-8", errors="replace"))
    if code == INTERRUPTED:
        raise KeyboardInterrupt
    found = json.loads(begun.report.read_text(encoding="utf-8")) if begun.report.exists() else {}
    return Result(begun.part, code, **found)


def _chosen(options: Sequence[str]) -> bool:
    return any(not option.startswith("-") or option.startswith(("-n", "-k", "--update")) for option in options)


def _processes(part: Part, options: Sequence[str]) -> list[str]:
    """Two processes pay off for the whole suite, not for a chosen test."""
    if not part.dist or _chosen(options) or (os.cpu_count() or 1) < 2:
        return []
    return ["-n", "2", "--dist", part.dist]


def _close(results: Sequence[Result], *, expected: set[str], strict: bool) -> int:
    """Print the closing lines; return the exit code."""
    failed = [result for result in results if result.code not in (0, NO_TESTS_COLLECTED)]
    missing = _missing(results, expected)
    say("\n=== Summary ===")
    for line in columns([_line(result) for result in results]):
        say(line)
    say(_total(results))
    if missing:
        (first, count), *more = missing.items()
        say(", ".join([f"NOT PROVEN HERE: {count} tests need {first}", *(f"{n} need {name}" for name, n in more)]))
    if failed:
        return 1
    if all(result.code == NO_TESTS_COLLECTED for result in results):
        return NO_TESTS_COLLECTED
    return NOT_PROVEN if strict and missing else 0


def _missing(results: Sequence[Result], expected: set[str]) -> dict[str, int]:
    """Tests nobody ran, by the service they need; the SQLite part sees all of them."""
    here = {result.part.title for result in results}
    needs = results[0].needs
    return {name: needs[name] for name in sorted(expected - here) if needs.get(name)}


def _line(result: Result) -> tuple[str, str, str]:
    state = {0: "passed", NO_TESTS_COLLECTED: "no tests here"}.get(result.code, "FAILED")
    return f"{result.part.title}:", state, f"{_counts(result.outcomes)} in {result.seconds:.1f} s"


def _total(results: Sequence[Result]) -> str:
    totals = {kind: sum(result.outcomes.get(kind, 0) for result in results) for kind in OUTCOMES}
    return f"===== {_counts(totals)} in {sum(result.seconds for result in results):.2f}s ====="


def _counts(outcomes: Mapping[str, int]) -> str:
    return ", ".join(f"{outcomes[kind]} {kind}" for kind in OUTCOMES if outcomes.get(kind)) or "0 passed"
