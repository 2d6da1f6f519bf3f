"""Rows that many tests start from: made by the operations once in each process, then laid into each test as they were.

Making the organisation takes two hundred statements, definitions in force a thousand; laying their rows takes a few.
"""

import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import connection, models

from apps.core import clock

Made = TypeVar("Made")
Literals = tuple[str, ...]
Table = type[models.Model]
Rows = Mapping[Table, Mapping[str, Literals]]

# Written by the migrations alone.
FIXED = {"contenttypes.ContentType", "auth.Permission"}
AT_ONCE = 100
QUOTED = {"sqlite": "quote({})", "postgresql": "quote_nullable({}::text)"}

_kept: dict[tuple[Any, ...], tuple[list[str], bytes]] = {}


def laid_again(name: str, make: Callable[[], Made]) -> Made:
    """What `make` gives and the rows it writes; from the second time on, copies of both.

    Only where all it depends on is alike: what is stored, the clock, and the settings it reads. Objects it gives are
    copies of their own; what it announces beside the rows is announced the first time only. Rows that a test commits
    are made each time, as other sessions and what runs at commit belong to it.
    """
    if not connection.in_atomic_block:
        return make()
    when = clock._played.get(), settings.PLUMBLINE_AS_OF, settings.REPORTING_ZONE
    key = (name, connection.settings_dict["NAME"], when, _standing())
    if key in _kept:
        statements, made = _kept[key]
        _execute(statements)
        return pickle.loads(made)  # type: ignore[no-any-return]  # noqa: S301  our own, from this process
    before = _all_rows()
    result = make()
    _kept[key] = list(_differences(before, _all_rows())), pickle.dumps(result)
    return result


def _standing() -> tuple[Any, ...]:
    """What tells one state of the tables from another: counts, newest keys, and the head of the audit chain."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT (SELECT max(hash) FROM audit_audithead), {', '.join(map(_seen, _tables()))}")  # noqa: S608
        return tuple(cursor.fetchone())


def _seen(model: Table) -> str:
    table, key = _table(model), _key(model)
    return f"(SELECT count(*) FROM {table}), (SELECT CAST(max({key}) AS text) FROM {table})"  # noqa: S608


def _all_rows() -> Rows:
    """Every row by its key, each value as the database itself would quote it."""
    return {model: dict(_rows(model)) for model in _tables()}


def _rows(model: Table) -> Iterator[tuple[str, Literals]]:
    quoted = QUOTED[connection.vendor]
    wanted = ", ".join(quoted.format(name) for name in (_key(model), *_columns(model)))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {wanted} FROM {_table(model)} ORDER BY {_key(model)}")  # noqa: S608
        for key, *values in cursor.fetchall():
            yield key, tuple(values)


def _differences(before: Rows, after: Rows) -> Iterator[str]:
    """The statements that lead from one state to the other."""
    for model in _tables():
        old, new = before[model], after[model]
        for key in old.keys() - new.keys():
            yield f"DELETE FROM {_table(model)} WHERE {_key(model)} = {key}"  # noqa: S608
        for key in old.keys() & new.keys():
            if old[key] != new[key]:
                values = ", ".join(map(" = ".join, zip(_columns(model), new[key], strict=True)))
                yield f"UPDATE {_table(model)} SET {values} WHERE {_key(model)} = {key}"  # noqa: S608
        yield from _insertions(model, [row for key, row in new.items() if key not in old])


def _insertions(model: Table, rows: list[Literals]) -> Iterator[str]:
    for start in range(0, len(rows), AT_ONCE):
        values = ", ".join(f"({', '.join(row)})" for row in rows[start : start + AT_ONCE])
        yield f"INSERT INTO {_table(model)} ({', '.join(_columns(model))}) VALUES {values}"  # noqa: S608


def _execute(statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # it takes them in one message
            statements = [";\n".join(statements)]
        for statement in statements:
            cursor.execute(statement)


@cache
def _tables() -> list[Table]:
    """The model of each table that tests write."""
    every = apps.get_models(include_auto_created=True)
    return [m for m in every if m._meta.managed and not m._meta.proxy and m._meta.label not in FIXED]


def _table(model: Table) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _key(model: Table) -> str:
    return connection.ops.quote_name(model._meta.pk.column)


def _columns(model: Table) -> list[str]:
    return [connection.ops.quote_name(field.column) for field in model._meta.local_concrete_fields]
