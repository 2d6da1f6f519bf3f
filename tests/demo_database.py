"""The loaded demonstration for tests: `demo` gives a test the whole story's rows and takes back what it writes.

The story is played once into a database of its own, whatever the number of processes; the tests' own stays empty.
The parts of one run on SQLite share it: `dev.py test` names a folder that outlives them.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections, transaction
from django.test import override_settings

FOLDER = "PLUMBLINE_TEST_DEMO"
AS_OF = "2026-08-24T12:00:00+02:00"
SETTINGS = {
    "PLUMBLINE_DEMO": True,
    "PLUMBLINE_AS_OF": AS_OF,
    "PLUMBLINE_WORK_AT_COMMIT": False,
    "ORGANISATION_NAME": "Open Source Organisation",
}


@dataclass(frozen=True)
class Demo:
    """The database that holds it, and everything `load_demo` printed."""

    database: str
    printed: str


@pytest.fixture(scope="session")
def demo_database(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory, request: Any
) -> Demo:
    """Play the story, or wait until another process has done so; load it once for all."""
    own = tmp_path_factory.getbasetemp()
    shared = _shared_folder() or (own.parent if hasattr(request.config, "workerinput") else own)
    said = shared / "demo-said.txt"
    with django_db_blocker.unblock(), _alone(shared / "demo.lock"):
        name = _name(shared)
        if not said.exists():
            _create(name)
            with speaking_to(name), override_settings(**SETTINGS):
                said.write_text(_load(), encoding="utf-8")
    return Demo(_own_copy(name, own / "demo-copy.sqlite3"), said.read_text(encoding="utf-8"))


@pytest.fixture
def demo(demo_database: Demo, django_db_blocker: Any) -> Iterator[Demo]:
    """The loaded demonstration on its day; what the test writes is rolled back."""
    settings = override_settings(**SETTINGS)
    with django_db_blocker.unblock(), speaking_to(demo_database.database), settings, transaction.atomic():
        yield demo_database
        transaction.set_rollback(True)


@contextmanager
def speaking_to(name: str) -> Iterator[None]:
    """Let Django's default connection be one to another database of the same server."""
    usual = connections["default"]
    connections["default"] = type(usual)({**usual.settings_dict, "NAME": name}, "default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = usual


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _shared_folder() -> Path | None:
    """Where all SQLite parts of a run keep the story; a server's database belongs to its part."""
    folder = os.environ.get(FOLDER)
    return Path(folder) if folder and connections["default"].vendor == "sqlite" else None


def _name(folder: Path) -> str:
    if connections["default"].vendor == "sqlite":
        return str(folder / "demo.sqlite3")
    own = str(connections["default"].settings_dict["NAME"])
    return own.split("_gw")[0] + "_demo"


def _create(name: str) -> None:
    """An empty database; one that an earlier run left on a server is replaced."""
    usual = connections["default"]
    if usual.vendor != "sqlite":
        with usual.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}"')


def _load() -> str:
    printed = StringIO()
    call_command("migrate", verbosity=0)
    call_command("load_demo", stdout=printed)
    return printed.getvalue()


def _own_copy(name: str, path: Path) -> str:
    """SQLite allows one writer: each process takes a file of its own."""
    if connections["default"].vendor != "sqlite":
        return name
    shutil.copyfile(name, path)
    return str(path)
