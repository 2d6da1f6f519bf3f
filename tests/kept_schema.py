"""The migrated schema on SQLite, made once for a state of the migrations and laid into the memory of each process.

Making it takes longer than most files of tests. It is kept beside the demonstration where `PLUMBLINE_TEST_DEMO` names a
folder, and whoever comes while it is made waits for it; without a folder every process migrates for itself.
"""

import fcntl
import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import django
import pytest
from django.db import connection

from tests.demo_database import FOLDER

APPS = Path(__file__).parents[1] / "apps"
# What migrations write is theirs alone, but for the triggers and guards that they import.
WRITTEN = ("*/migrations/*.py", "core/triggers.py", "governance/guards.py")
MEMORY = "file:memorydb_default?mode=memory&cache=shared"


def kept_file() -> Path | None:
    """Where the schema of this state is kept; None where nothing is."""
    folder = os.environ.get(FOLDER)
    if not folder or connection.vendor != "sqlite":
        return None
    found = hashlib.sha256(f"{django.VERSION} {sqlite3.sqlite_version}".encode())
    for path in sorted(path for pattern in WRITTEN for path in APPS.glob(pattern)):
        found.update(f"{path.relative_to(APPS)}".encode() + path.read_bytes())
    return Path(folder) / f"schema-{found.hexdigest()[:16]}.sqlite3"


@pytest.fixture(scope="session")
def _made_by_one(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[list[Callable[[], None]]]:
    """Hold the folder until the schema is there; answers how to let it go."""
    path = kept_file()
    if path is None or path.exists():
        yield []
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield [lock.close]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(_made_by_one: list[Callable[[], None]]) -> Iterator[None]:
    """Lay the schema that is kept into memory before Django connects to it: it finds nothing left to migrate."""
    path = kept_file()
    with closing(sqlite3.connect(MEMORY, uri=True)) as memory:
        if path is not None and path.exists():
            with closing(sqlite3.connect(path)) as kept:
                kept.backup(memory)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, _made_by_one: list[Callable[[], None]]) -> None:
    """Keep what was migrated here, for the processes that follow."""
    path = kept_file()
    if path is not None and not path.exists():
        scratch = path.with_suffix(f".{os.getpid()}")
        with closing(sqlite3.connect(MEMORY, uri=True)) as memory, closing(sqlite3.connect(scratch)) as kept:
            memory.backup(kept)
        scratch.replace(path)
    for let_go in _made_by_one:
        let_go()
