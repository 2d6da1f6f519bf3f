"""The demonstration served by gunicorn on loopback, as `dev.py demo` serves it."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60
THREADS = 4
MOST_LOGGED = 2000


@contextmanager
def serving(database: str, folder: Path, as_of: str = "") -> Iterator[str]:
    """Serve a copy of the loaded database, its background work done by the process itself; gives the address.

    `as_of` moves the demonstration's business date.
    """
    own = folder / "served.sqlite3"
    shutil.copyfile(database, own)
    port = _free_port()
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            _command(port), cwd=ROOT, env=_environment(own, folder, as_of), stdout=log, stderr=log
        )
        try:
            _wait_until_ready(process, port, folder / "server.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE_SECONDS)


def _command(port: int) -> list[str]:
    options = ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--workers", "1", "--threads", str(THREADS)]
    return [sys.executable, "-m", "gunicorn", *options, "--log-level", "warning", "config.wsgi:application"]


def _environment(database: Path, folder: Path, as_of: str) -> dict[str, str]:
    own = {
        **({"PLUMBLINE_AS_OF": as_of} if as_of else {}),
        "DJANGO_SETTINGS_MODULE": "tests.e2e.settings",
        "DATABASE_URL": f"sqlite:///{database}",
        "PLUMBLINE_VAR": str(folder),
    }
    return {name: value for name, value in os.environ.items() if name != "REDIS_URL"} | own


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if _answers(port):
            return
        time.sleep(0.1)
    raise RuntimeError(f"The server does not answer:\n{log.read_text()[-MOST_LOGGED:]}")


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
