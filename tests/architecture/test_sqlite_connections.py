"""Every connection to SQLite fires triggers for rows that a REPLACE removes, however the connection is made."""

import ast
import subprocess
import sys
import threading
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, connections

from tests.architecture.source import CODE, ROOT, place, python_files, tree_of
from tests.demo_database import speaking_to

ON = "PRAGMA recursive_triggers"
PRINTS = f"""
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    print(cursor.execute({ON!r}).fetchone()[0])
"""
pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no such switch")


def switched() -> int:
    """1 where the present connection fires them."""
    with connection.cursor() as cursor:
        return int(cursor.execute(ON).fetchone()[0])


@pytest.mark.django_db
def test_connection__of_the_tests_fires_them() -> None:
    assert switched() == 1


@pytest.mark.django_db
def test_connection__of_another_thread_fires_them() -> None:
    found: list[int] = []

    def look() -> None:
        found.append(switched())
        connections.close_all()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [1]


def test_connection__made_anew_on_a_file_fires_them(tmp_path, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock(), speaking_to(str(tmp_path / "other.sqlite3")):
        assert switched() == 1
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE kept (id integer PRIMARY KEY, word text)")
            cursor.execute("CREATE TRIGGER stop BEFORE DELETE ON kept BEGIN SELECT RAISE(ABORT, 'refused'); END")
            cursor.execute("INSERT INTO kept VALUES (1, 'a')")
            with pytest.raises(DatabaseError, match="refused"):
                cursor.execute("INSERT OR REPLACE INTO kept VALUES (1, 'b')")


@pytest.mark.parametrize("module", ["dev", "demo", "test"])
@pytest.mark.parametrize("address", ["sqlite:///{}/own.sqlite3", "sqlite:///{}/own.sqlite3?init_command=SELECT+1"])
def test_connection__of_a_process_fires_them(module: str, address: str, tmp_path) -> None:
    """No setting of the operator's takes the switch away."""
    environment = {
        "DJANGO_SETTINGS_MODULE": f"config.settings.{module}", "PLUMBLINE_VAR": str(tmp_path),
        "DATABASE_URL": address.format(tmp_path), "PATH": "/usr/bin:/bin",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", PRINTS], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "1"


def test_connection__has_one_maker() -> None:
    """No code opens SQLite beside Django, so that no connection lacks the switch."""
    found = [
        place(path, node)
        for path in python_files(*CODE)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and any(name.split(".")[0] in ("sqlite3", "aiosqlite", "adbc_driver_sqlite", "apsw") for name in _names(node))
    ]
    assert found == []
    assert set(connections.databases) == {"default"}
    assert "recursive_triggers=ON" in settings.DATABASES["default"]["OPTIONS"]["init_command"]


def _names(node: ast.Import | ast.ImportFrom) -> list[str]:
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
