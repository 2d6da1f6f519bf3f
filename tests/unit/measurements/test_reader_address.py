"""The quick reader signs in wherever Django does, whatever signs stand in user and password."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from psycopg import sql

from apps.core.fact_sources import sources
from apps.measurements.reading import AdbcCursor, Reader

USER, PASSWORD = "o'dd @/user:%41", "p@ss/w:o#r?d %20&+='"


@pytest.fixture
def odd_role(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Django's settings name a role of strange signs, with options beside it."""
    role = sql.Identifier(USER)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(PASSWORD)))
    settings: dict[str, Any] = connection.settings_dict
    with monkeypatch.context() as patch:
        patch.setitem(settings, "USER", USER)
        patch.setitem(settings, "PASSWORD", PASSWORD)
        patch.setitem(settings, "OPTIONS", {"application_name": "a & b"})
        yield
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP ROLE {}").format(role))


@pytest.mark.postgres
def test_reader__signs_in_as_django_does(odd_role: None) -> None:
    with Reader(sources, {}) as reader:
        assert isinstance(reader.cursor, AdbcCursor)
        who = reader.cursor.columns("SELECT current_user, current_setting('application_name')", [], ["who", "name"])
    assert who.rows() == [(USER, "a & b")]
