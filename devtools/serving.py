"""Commands that run Plumbline: demo, serve, worker, bench."""

import argparse
import hashlib
import json
import os
import platform
import shutil
import socket
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from devtools import environment
from devtools.say import ROOT, CommandError, become, run, run_keeping, say

DEVELOPMENT = {"DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings.dev")}
DEMO_DATABASE = environment.VAR / "demo.sqlite3"
DEMO_STAMP = environment.VAR / "demo-stamp.json"
# What the loading printed, and which sources left which file: as long as both are so, tests need not play it again.
DEMO_SAID = environment.VAR / "demo-said.txt"
DEMO_UNTOUCHED = environment.VAR / "demo-untouched.json"
DEMO_ADDRESS = "http://127.0.0.1:8000/"
# Who loads it with these set has a demonstration of their own.
DEMO_CHOICES = ("DATABASE_URL", "PLUMBLINE_AS_OF", "REPORTING_ZONE")
# Rooms that only show what is stored: a change there does not call for loading anew.
SHOWN = frozenset({"__pycache__", "views", "views.py", "api", "urls.py", "forms.py", "charts.py", "templatetags"})
PORTS_TRIED = 100
THREADS = 8


def demo(arguments: argparse.Namespace, rest: Sequence[str]) -> int:
    """Load the demo organisation (or find it loaded), show its scorecards, serve it."""
    python = environment.ensure("base")
    port = free_port(arguments.port)
    address = f"http://127.0.0.1:{port}/"
    env = _demo_environment(address)
    code = _load_demo(python, env, fresh=arguments.fresh)
    if code or arguments.no_serve:
        return code
    say(f"Serving at {address} (stop with Ctrl-C)")
    return _gunicorn(port, env)


def _demo_environment(address: str) -> dict[str, str]:
    """Its settings keep the data in var/demo.sqlite3, unless DATABASE_URL names another database."""
    environment.VAR.mkdir(parents=True, exist_ok=True)
    return {"DJANGO_SETTINGS_MODULE": "config.settings.demo", "PLUMBLINE_DEMO": "1", "PLUMBLINE_ADDRESS": address}


def _load_demo(python: Path, env: Mapping[str, str], *, fresh: bool) -> int:
    wanted = {
        "code": _tree_digest(ROOT / "apps", ROOT / "config"),
        "database": _digest(os.environ.get("DATABASE_URL", "")),
    }
    is_there = bool(os.environ.get("DATABASE_URL")) or DEMO_DATABASE.exists()
    if is_there and not fresh and _read_json(DEMO_STAMP) == wanted:
        return run([python, "manage.py", "load_demo", "--summary"], env=env)
    for stamp in (DEMO_STAMP, DEMO_UNTOUCHED):
        stamp.unlink(missing_ok=True)
    _drop_demo_database()
    sources = _sources()
    if code := migrate(python, env):
        return code
    if code := run_keeping(DEMO_SAID, [python, "manage.py", "load_demo"], env=env):
        return code
    DEMO_STAMP.write_text(json.dumps(wanted) + "\n", encoding="utf-8")
    if env["PLUMBLINE_ADDRESS"] == DEMO_ADDRESS and not any(name in os.environ for name in DEMO_CHOICES):
        untouched = {"sources": sources, "file": _digest(DEMO_DATABASE.read_bytes())}
        DEMO_UNTOUCHED.write_text(json.dumps(untouched) + "\n", encoding="utf-8")
    return 0


def lay_demo(folder: Path) -> bool:
    """Copy the demonstration for tests, with what it printed: only as these very sources left it, untouched since."""
    untouched = _read_json(DEMO_UNTOUCHED)
    if not isinstance(untouched, dict) or untouched["sources"] != _sources() or not DEMO_DATABASE.exists():
        return False
    copied = folder / DEMO_DATABASE.name
    shutil.copyfile(DEMO_DATABASE, copied)
    if Path(f"{DEMO_DATABASE}-wal").exists() or _digest(copied.read_bytes()) != untouched["file"]:
        copied.unlink()
        return False
    shutil.copyfile(DEMO_SAID, folder / DEMO_SAID.name)
    return True


def _sources() -> str:
    """Digest of all that could make a demonstration differ: the code, what is installed, the interpreter."""
    files = [path for folder in ("apps", "config", "templates", "requirements") for path in (ROOT / folder).rglob("*")]
    read = ((str(path.relative_to(ROOT)), path.read_bytes()) for path in sorted(files) if _is_source(path))
    return _digest(platform.python_version(), *(item for pair in read for item in pair))


def _is_source(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts


def _drop_demo_database() -> None:
    """Only the demo's own file is removed; a database somebody named is never dropped."""
    if not os.environ.get("DATABASE_URL"):
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(f"{DEMO_DATABASE}{suffix}").unlink(missing_ok=True)


def _tree_digest(*folders: Path) -> str:
    """Digest of the code and data that decide what is loaded."""
    files = (path for folder in folders for path in sorted(folder.rglob("*")) if _counts(path))
    return _digest(*(item for path in files for item in (str(path.relative_to(ROOT)), path.read_bytes())))


def _counts(path: Path) -> bool:
    return path.is_file() and not SHOWN.intersection(path.parts)


def _digest(*parts: str | bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part)
        digest.update(b"\0")
    return digest.hexdigest()


def _read_json(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def serve(arguments: argparse.Namespace, rest: Sequence[str]) -> int:
    """Serve the portal on loopback; without REDIS_URL its one process also does the background work."""
    python = environment.ensure("base")
    if code := migrate(python, DEVELOPMENT):
        return code
    port = free_port(arguments.port)
    work = "background work is left to dev.py worker" if os.environ.get("REDIS_URL") else "with background work inside"
    say(f"Serving at http://127.0.0.1:{port}/, {work} (stop with Ctrl-C)")
    return _gunicorn(port, DEVELOPMENT)


def migrate(python: Path, env: Mapping[str, str]) -> int:
    """Bring the tables of the named settings' database up to date."""
    say("Bringing the database's tables up to date ...")
    return run([python, "manage.py", "migrate", "-v", "0"], env=env)


def worker(arguments: argparse.Namespace, rest: Sequence[str]) -> int:
    """Celery worker with beat inside, for development; production runs them apart."""
    if not os.environ.get("REDIS_URL"):
        raise CommandError(
            "A worker needs REDIS_URL, for example REDIS_URL=redis://127.0.0.1:6379/0.\n"
            "Without it no worker is needed: dev.py serve does the background work itself.",
            code=2,
        )
    python = environment.ensure("base")
    environment.VAR.mkdir(parents=True, exist_ok=True)
    schedule = environment.VAR / "celerybeat-schedule"
    args = ["worker", "--beat", "--schedule", schedule, "--loglevel", "INFO"]
    become([python, "-m", "celery", "-A", "config.celery_app", *args], env=DEVELOPMENT)


def bench(arguments: argparse.Namespace, rest: Sequence[str]) -> int:
    """Hand the arguments to manage.py bench."""
    python = environment.ensure("base")
    return run([python, "manage.py", "bench", *rest], env=DEVELOPMENT)


def _gunicorn(port: int, env: Mapping[str, str]) -> NoReturn:
    """One process of threads when it also drains the due rows, else one per core (at most four)."""
    processes = min(4, os.cpu_count() or 1) if os.environ.get("REDIS_URL") else 1
    options = ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--workers", str(processes)]
    options += ["--threads", str(THREADS), "--log-level", "warning", "--timeout", "60"]
    become([environment.PYTHON, "-m", "gunicorn", *options, "config.wsgi:application"], env=env)


def free_port(first: int) -> int:
    """The first free loopback port from `first` on."""
    for port in _candidates(first):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port != first:
            say(f"Port {first} is taken; using {port}.")
        return port
    raise CommandError(f"No free port between {first} and {first + PORTS_TRIED - 1}; name another with --port.")


def _candidates(first: int) -> Iterable[int]:
    return range(first, min(first + PORTS_TRIED, 65536))
