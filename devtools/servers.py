"""Throw-away PostgreSQL and Redis servers on free loopback ports, gone when the tests end."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from devtools.say import say, warn

START_SECONDS = 30.0
SERVER_USER = "postgres"


@dataclass(frozen=True)
class Servers:
    """Addresses of the servers the tests may use; None where there is none."""

    database_url: str | None
    redis_url: str | None


@contextmanager
def servers() -> Iterator[Servers]:
    """TEST_DATABASE_URL and TEST_REDIS_URL if given, else servers of our own, else nothing."""
    with ExitStack() as stack:
        database_url = os.environ.get("TEST_DATABASE_URL") or _entered(stack, "PostgreSQL", _postgresql)
        redis_url = os.environ.get("TEST_REDIS_URL") or _entered(stack, "Redis", _redis)
        yield Servers(database_url=database_url, redis_url=redis_url)


class _UnavailableError(Exception):
    """A server cannot be started here; the text says why."""


def _entered(stack: ExitStack, name: str, server: Callable[[], AbstractContextManager[str]]) -> str | None:
    try:
        url = stack.enter_context(server())
    except _UnavailableError as reason:
        warn(f"No {name} for the tests: {reason}")
        return None
    say(f"Started a throw-away {name} for the tests.")
    return url


@contextmanager
def _postgresql() -> Iterator[str]:
    folder = _postgresql_folder()
    prefix = _unprivileged()
    with _scratch("plumbline-pg-", owned_by_server=bool(prefix)) as scratch:
        password = secrets.token_urlsafe(16)
        password_file = scratch / "password"
        password_file.write_text(password, encoding="ascii")
        if prefix:
            shutil.chown(password_file, SERVER_USER)
        data = scratch / "data"
        options = ["-D", data, "-U", "plumbline", "-E", "UTF8", "--locale=C", "--no-sync", "--auth=scram-sha-256"]
        _initialise([*prefix, folder / "initdb", *options, f"--pwfile={password_file}"])
        port = _unused_port()
        fast = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        where = ["-c", "listen_addresses=127.0.0.1", "-c", f"port={port}", "-c", f"unix_socket_directories={scratch}"]
        probe = [folder / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
        with _process([*prefix, folder / "postgres", "-D", data, *fast, *where], scratch / "log", _program(probe)):
            yield f"postgres://plumbline:{password}@127.0.0.1:{port}/postgres"


@contextmanager
def _redis() -> Iterator[str]:
    program = shutil.which("redis-server")
    if program is None:
        raise _UnavailableError("redis-server is not installed (or give TEST_REDIS_URL).")
    with _scratch("plumbline-redis-") as scratch:
        port = _unused_port()
        options = ["--bind", "127.0.0.1", "--port", str(port), "--dir", scratch, "--save", "", "--appendonly", "no"]
        with _process([program, *options], scratch / "log", lambda: _is_open(port)):
            yield f"redis://127.0.0.1:{port}/0"


def _postgresql_folder() -> Path:
    """The folder of the newest PostgreSQL programs; Debian keeps them off the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        folders.insert(0, Path(on_path).resolve().parent)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise _UnavailableError("initdb is not installed (or give TEST_DATABASE_URL).")


def _version(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


def _unprivileged() -> list[str]:
    """PostgreSQL refuses to run as root: the words that start a program as its own system user."""
    if os.geteuid() != 0:
        return []
    try:
        pwd.getpwnam(SERVER_USER)
    except KeyError:
        raise _UnavailableError(
            "it cannot run as root and there is no user postgres (or give TEST_DATABASE_URL)."
        ) from None
    program = shutil.which("setpriv")
    if program is None:
        raise _UnavailableError("it cannot run as root and setpriv is not installed (or give TEST_DATABASE_URL).")
    return [program, f"--reuid={SERVER_USER}", f"--regid={SERVER_USER}", "--init-groups", "--"]


@contextmanager
def _scratch(prefix: str, *, owned_by_server: bool = False) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as name:
        if owned_by_server:
            shutil.chown(name, SERVER_USER)
        yield Path(name)


def _initialise(args: Sequence[object]) -> None:
    done = subprocess.run(
        [str(arg) for arg in args], cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise _UnavailableError(f"initdb failed: {(done.stderr or done.stdout).strip()[-500:]}")


@contextmanager
def _process(args: Sequence[object], log: Path, is_ready: Callable[[], bool]) -> Iterator[None]:
    """Run a server until the block ends."""
    with log.open("wb") as output:
        # A group of its own: Ctrl-C ends the tests first, then the server is told.
        process = subprocess.Popen(
            [str(arg) for arg in args], cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output, process_group=0
        )
    try:
        _wait_until_ready(process, log, is_ready)
        yield
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGINT)  # to PostgreSQL the fast, orderly end; to Redis an ordinary one
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_until_ready(process: "subprocess.Popen[bytes]", log: Path, is_ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if is_ready():
            return
        time.sleep(0.1)
    raise _UnavailableError(f"the server did not start: {log.read_text(errors='replace').strip()[-500:]}")


def _program(args: Sequence[object]) -> Callable[[], bool]:
    return lambda: subprocess.run([str(arg) for arg in args], stdin=subprocess.DEVNULL, check=False).returncode == 0


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
