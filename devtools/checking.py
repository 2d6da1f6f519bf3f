"""What the machine can judge without running a test; check changes nothing, fix changes form only."""

import argparse
import difflib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from devtools import environment, locking
from devtools.say import ROOT, attempt_quietly, run, run_quietly, say

SCHEMA = ROOT / "docs" / "openapi.yaml"
SETTINGS = {"DJANGO_SETTINGS_MODULE": "config.settings.test", "DATABASE_URL": None, "REDIS_URL": None}
FORMATTED = ["apps", "config", "devtools", "tests", "dev.py", "manage.py"]

Finding = tuple[int, str]


def check(arguments: argparse.Namespace, rest: Sequence[str]) -> int:
    """Run every check, print what fails, and name the failing ones at the end."""
    environment.ensure("dev")
    failed = [name for name, judge in _checks() if not _passes(name, judge)]
    say(f"\ncheck: failed: {', '.join(failed)}" if failed else "\ncheck: clean")
    return 1 if failed else 0


def fix(arguments: argparse.Namespace, rest: Sequence[str]) -> int:
    """Format and sort the code, rewrite the committed schema."""
    environment.ensure("dev")
    found = run([_tool("ruff"), "check", "--fix", *_present()])
    run([_tool("ruff"), "format", *_present()])
    _write_schema(SCHEMA)
    return found


def _checks() -> Iterator[tuple[str, Callable[[], Finding]]]:
    yield "ruff", lambda: _command(_tool("ruff"), "check", *_present())
    yield "format", lambda: _command(_tool("ruff"), "format", "--check", "--output-format", "concise", *_present())
    yield "types", lambda: _command(_tool("mypy"), "--no-error-summary")
    yield "contracts", lambda: _command(_tool("lint-imports"), "--no-cache")
    yield "django", lambda: _manage("check")
    yield "migrations", lambda: _manage("makemigrations", "--check", "--dry-run")
    yield "schema", _schema_finding
    yield "locks", _lock_finding


def _command(program: Path, *options: str) -> Finding:
    return attempt_quietly(" ".join([program.name, *options[:1]]), [program, *options], env=SETTINGS)


def _manage(command: str, *options: str | Path) -> Finding:
    args = [environment.PYTHON, ROOT / "manage.py", command, *options]
    return attempt_quietly(f"manage.py {command}", args, env=SETTINGS)


def _passes(name: str, judge: Callable[[], Finding]) -> bool:
    code, output = judge()
    if code:
        say(output.rstrip())
        say(f"-- {name}: failed")
    return code == 0


def _tool(name: str) -> Path:
    return environment.VENV / "bin" / name


def _present() -> list[str]:
    return [name for name in FORMATTED if (ROOT / name).exists()]


def _lock_finding() -> Finding:
    say("locks ...")
    found = list(locking.problems(ROOT))
    return len(found), "\n".join(found)


def _schema_finding() -> Finding:
    with tempfile.TemporaryDirectory(prefix="plumbline-schema-") as scratch:
        fresh = Path(scratch) / "openapi.yaml"
        code, output = _generate_schema(fresh)
        if code:
            return code, output
        difference = _difference(SCHEMA, fresh)
    hint = "docs/openapi.yaml differs from the API; python3 dev.py fix rewrites it, the diff is for review."
    return (1, f"{difference}\n{hint}") if difference else (0, "")


def _generate_schema(target: Path) -> Finding:
    return _manage("spectacular", "--validate", "--fail-on-warn", "--file", target)


def _write_schema(target: Path) -> None:
    args = [environment.PYTHON, ROOT / "manage.py", "spectacular", "--file", target]
    run_quietly("Writing docs/openapi.yaml", args, env=SETTINGS)


def _difference(committed: Path, fresh: Path) -> str:
    old = committed.read_text(encoding="utf-8").splitlines() if committed.exists() else []
    new = fresh.read_text(encoding="utf-8").splitlines()
    return "\n".join(list(difflib.unified_diff(old, new, "docs/openapi.yaml", "the API", lineterm=""))[:200])
