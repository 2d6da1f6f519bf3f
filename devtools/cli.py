"""The commands of dev.py and their arguments."""

import argparse
import shutil
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from devtools import checking, environment, locking, serving, testing
from devtools.say import ROOT, CommandError, say, warn

CACHES = [".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache", ".coverage", "htmlcov"]


def main(argv: Sequence[str]) -> int:
    """Run one command; return the exit code."""
    arguments, rest = _parser().parse_known_args(argv)
    if rest and not arguments.takes_rest:
        _parser().error(f"{arguments.command} does not know: {' '.join(rest)}")
    signal.signal(signal.SIGTERM, _end_tidily)
    try:
        code: int = arguments.do(arguments, rest)
    except CommandError as stop:
        warn(f"\n{stop}")
        return stop.code
    except KeyboardInterrupt:
        warn("\nStopped.")
        return 130
    return code


def _end_tidily(number: int, frame: FrameType | None) -> None:
    """Let `finally` blocks stop the servers that were started."""
    sys.exit(128 + number)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dev.py", description="Everything one does with Plumbline. Each command sets up what it needs by itself."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")

    def add(name: str, text: str, do: object, *, takes_rest: bool = False) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        command.set_defaults(do=do, takes_rest=takes_rest)
        return command

    add("setup", "make the environment from the lock and migrate the development database", _setup)
    demo = add("demo", "load a real organisation's history, compute it, serve it", serving.demo)
    demo.add_argument("--no-serve", action="store_true", help="do everything but serve")
    demo.add_argument("--fresh", action="store_true", help="load anew even if nothing changed")
    demo.add_argument("--port", type=int, default=8000, help="first port to try (default 8000)")
    serve = add("serve", "serve the portal; with REDIS_URL the work is left to a worker", serving.serve)
    serve.add_argument("--port", type=int, default=8000, help="first port to try (default 8000)")
    add("worker", "Celery worker and beat; needs REDIS_URL", serving.worker)
    test = add("test", "run the suite; every other argument goes to pytest", testing.test, takes_rest=True)
    test.add_argument("--all", action="store_true", help="also journeys; exit 3 if anything could not be proven here")
    test.add_argument("--coverage", action="store_true", help="trace lines and branches, twice as long; judge the bars")
    test.add_argument("--nightly", action="store_true", help="also the long tests")
    test.add_argument("--update-budgets", action="store_true", help="rewrite tests/query_budgets.json")
    add("e2e", "run the journeys in Chromium; other arguments go to pytest", testing.e2e, takes_rest=True)
    add("check", "lint, types, contracts, migrations, schema, locks; changes nothing", checking.check)
    add("fix", "format, sort and rewrite the committed schema", checking.fix)
    add("bench", "measure; arguments go to manage.py bench", serving.bench, takes_rest=True)
    add("lock", "requirements/*.in to hash-pinned locks", locking.lock)
    clean = add("clean", "remove caches and var/", _clean)
    clean.add_argument("--venv", action="store_true", help="remove .venv too")
    return parser


def _setup(arguments: argparse.Namespace, rest: Sequence[str]) -> int:
    python = environment.ensure("dev")
    code = serving.migrate(python, serving.DEVELOPMENT)
    if code == 0:
        say("Ready: python3 dev.py demo, serve, test, check.")
    return code


def _clean(arguments: argparse.Namespace, rest: Sequence[str]) -> int:
    for name in [*CACHES, "var", *([".venv"] if arguments.venv else [])]:
        path = ROOT / name
        if path.is_dir():
            say(f"Removing {name}/")
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for folder in ("apps", "config", "devtools", "tests"):
        for cache in (ROOT / folder).rglob("__pycache__"):
            shutil.rmtree(cache)
    return 0
