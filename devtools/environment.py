"""The virtual environment: made from the hash-pinned lock, recognised by a stamp the next time."""

import fcntl
import hashlib
import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devtools.say import ROOT, CommandError, attempt_quietly, run_quietly, say

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "plumbline-stamp.json"
VAR = Path(os.environ.get("PLUMBLINE_VAR") or ROOT / "var")
NEWEST_TRIED = (3, 14)

NO_VENV = """This Python cannot make virtual environments: its module ensurepip is missing.
On Debian and Ubuntu it comes with a package of its own. As root:
    apt-get install python{version}-venv
or run dev.py with another Python (3.11 or newer)."""


def ensure(kind: str) -> Path:
    """Make or refresh the environment for "base" or "dev"; return its interpreter."""
    if _is_current(kind):
        return PYTHON
    with _one_at_a_time():
        if not _is_current(kind):
            _build(kind)
    return PYTHON


def lock_path(kind: str) -> Path:
    """The lock file of "base" (to run) or "dev" (to run, test and check)."""
    return ROOT / "requirements" / f"{kind}.lock"


def _wanted(kind: str) -> dict[str, str]:
    digest = hashlib.sha256(lock_path(kind).read_bytes()).hexdigest()
    return {"kind": kind, "lock": digest, "python": platform.python_version(), "root": str(ROOT)}


def _is_current(kind: str) -> bool:
    stamp = _read_stamp()
    if stamp is None or not PYTHON.exists():
        return False
    accepted = ("base", "dev") if kind == "base" else ("dev",)
    return any(stamp == _wanted(name) for name in accepted)


def _read_stamp() -> dict[str, str] | None:
    try:
        stamp: dict[str, str] = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return stamp


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two commands started together must not install into each other's half-made environment."""
    VAR.mkdir(parents=True, exist_ok=True)
    with (VAR / "setup.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _build(kind: str) -> None:
    if sys.version_info[:2] > NEWEST_TRIED:
        say(f"Python {platform.python_version()} is newer than any this release was tried with; going on.")
    STAMP.unlink(missing_ok=True)
    if not _fits_interpreter():
        _create_venv()
    names = sum(1 for line in lock_path(kind).read_text(encoding="utf-8").splitlines() if "==" in line)
    title = f"Installing up to {names} packages from requirements/{kind}.lock (hash-checked wheels)"
    # The lock is whole and `pip check` follows, so nothing is left to resolve: an older pip, asked to, meets an extra
    # before its pin and refuses the lock as soon as that package has a newer release.
    options = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-input", "--disable-pip-version-check"]
    run_quietly(title, [PYTHON, "-m", "pip", "install", *options, "-r", lock_path(kind)])
    run_quietly("Checking that the packages fit together", [PYTHON, "-m", "pip", "check"])
    STAMP.write_text(json.dumps(_wanted(kind), indent=2) + "\n", encoding="utf-8")


def _fits_interpreter() -> bool:
    """Whether .venv exists, works, and is of the version that runs dev.py."""
    if not PYTHON.exists():
        return False
    code, output = attempt_quietly(
        "Looking at the existing environment",
        [PYTHON, "-c", "import pip, platform; print(platform.python_version())"],
    )
    return code == 0 and output.strip() == platform.python_version()


def _create_venv() -> None:
    try:
        __import__("ensurepip")
    except ImportError:
        raise CommandError(NO_VENV.format(version=f"{sys.version_info[0]}.{sys.version_info[1]}")) from None
    if VENV.exists():
        say("The existing environment belongs to another Python; making it anew.")
        shutil.rmtree(VENV)
    # Run from inside an environment, the base interpreter is the one that may build another.
    base = getattr(sys, "_base_executable", None) or sys.executable
    run_quietly(f"Creating .venv with Python {platform.python_version()}", [base, "-m", "venv", VENV])
