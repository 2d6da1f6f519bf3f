"""Storing cells: only what differs is written, and a final value that changes keeps what it was."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, TypeVar

import polars as pl
from django.db import connection, transaction

from apps.core.immutable import writing
from apps.measurements.models import ComputeRun, MetricValue, Restatement

TABLE = MetricValue._meta.db_table
PLACE = ("version_id", "subject_kind", "subject_id", "part", "grain", "end_on")
PERIOD = ("part", "grain", "end_on")
RESULT = (
    "numerator", "denominator", "n", "clusters", "value", "lower", "upper", "spread", "at_least", "left_out",
    "unattributed", "services_owned", "services_connected",
)  # fmt: skip
COUNTS = ("n", "left_out", "unattributed", "services_owned")
OPEN = ("clusters", "value", "lower", "upper", "spread")
EMPTY = {name: "NULL" if name in OPEN else "FALSE" if name == "at_least" else "0" for name in RESULT}
SHOWN = ("value", "lower", "upper", "n", "numerator", "denominator")
COLUMNS = (*PLACE, *RESULT, "final_at", "run_id")
INCOMING = "incoming_cells"
Item = TypeVar("Item")


@dataclass(frozen=True)
class Stored:
    """What storing did: rows written (new or different) and values restated."""

    written: int
    restated: int


def store_cells(
    cells: pl.DataFrame | Iterable[pl.DataFrame],
    *,
    version_id: int,
    run: ComputeRun,
    cause: str,
    subjects: frozenset[tuple[str, int]] | None = None,
) -> Stored:
    """Write one version's cells, at once or bit by bit, in one transaction; equal rows write nothing.

    A cell of these `subjects` (None: of all) that the same periods hold no more is stored as empty.
    """
    frames = [cells] if isinstance(cells, pl.DataFrame) else cells
    rows = (_rows(frame, version_id, run) for frame in frames)
    with transaction.atomic(), connection.cursor() as cursor:
        if _is_first(cursor, version_id):
            return Stored(_send(cursor, TABLE, rows), 0)
        _make_incoming(cursor)
        _send(cursor, INCOMING, rows)
        _add_vanished(cursor, version_id, run, subjects)
        _drop_equal(cursor)
        restated = _restate(cursor, version_id, run, cause)
        written = _merge(cursor)
        cursor.execute(f"DROP TABLE {INCOMING}")
    return Stored(written, restated)


def _rows(cells: pl.DataFrame, version_id: int, run: ComputeRun) -> pl.DataFrame:
    return cells.with_columns(version_id=pl.lit(version_id), run_id=pl.lit(run.pk)).select(COLUMNS)


def _is_first(cursor: Any, version_id: int) -> bool:
    """Nothing of this version is stored yet, so nothing can be compared or restated."""
    # Asked in the order of the unique index: PostgreSQL would else read the table from its begin, where others lie.
    order = ", ".join(PLACE)
    cursor.execute(f"SELECT 1 FROM {TABLE} WHERE version_id = %s ORDER BY {order} LIMIT 1", [version_id])  # noqa: S608
    return cursor.fetchone() is None


def _make_incoming(cursor: Any) -> None:
    cursor.execute(f"DROP TABLE IF EXISTS {INCOMING}")
    cursor.execute(
        f"CREATE TEMPORARY TABLE {INCOMING} AS SELECT {', '.join(COLUMNS)} FROM {TABLE} WHERE 1 = 0"  # noqa: S608
    )
    # Without an index every stored cell may be looked for in all incoming ones.
    place = "temp.incoming_place" if connection.vendor == "sqlite" else "incoming_place"
    cursor.execute(f"CREATE INDEX {place} ON {INCOMING} ({', '.join(PLACE)})")


def refresh_statistics() -> None:
    """Tell PostgreSQL how the table grew: plans made before its own vacuum comes round would look through all of it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {TABLE}")


def _send(cursor: Any, table: str, frames: Iterable[pl.DataFrame]) -> int:
    """Insert frames; the next one is computed while this one is written. Returns the number of rows."""
    if connection.vendor == "postgresql":
        return _copy(cursor, table, frames)
    return sum(_insert(cursor, table, frame) for frame in frames)


def _copy(cursor: Any, table: str, frames: Iterable[pl.DataFrame]) -> int:
    """PostgreSQL reads the columns as CSV that polars wrote: no row passes through Python."""
    sent = 0
    with cursor.copy(f"COPY {table} ({', '.join(COLUMNS)}) FROM STDIN (FORMAT csv)") as copy:
        for count, text in ahead((frame.height, _csv(frame)) for frame in frames):
            copy.write(text.getbuffer())
            sent += count
    if table == INCOMING:
        cursor.execute(f"ANALYZE {INCOMING}")
    return sent


def _csv(rows: pl.DataFrame) -> BytesIO:
    buffer = BytesIO()
    rows.write_csv(buffer, include_header=False, datetime_format="%Y-%m-%d %H:%M:%S%.6f+00")
    return buffer


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """The same items, each made by a thread while the one before it is used."""
    making, nothing = iter(items), object()
    with ThreadPoolExecutor(max_workers=1) as pool:
        coming = pool.submit(next, making, nothing)
        while (item := coming.result()) is not nothing:
            coming = pool.submit(next, making, nothing)
            yield item  # type: ignore[misc]


def _insert(cursor: Any, table: str, rows: pl.DataFrame) -> int:
    texts = rows.with_columns(
        pl.col("end_on").cast(pl.String), pl.col("final_at").dt.strftime("%Y-%m-%d %H:%M:%S%.6f")
    ).with_columns(pl.col("final_at").str.strip_suffix(".000000"))
    places = ", ".join(["%s"] * len(COLUMNS))
    cursor.executemany(f"INSERT INTO {table} ({', '.join(COLUMNS)}) VALUES ({places})", texts.iter_rows())  # noqa: S608
    return rows.height


def _add_vanished(cursor: Any, version_id: int, run: ComputeRun, subjects: frozenset[tuple[str, int]] | None) -> None:
    """Stored cells of the incoming periods that are computed no more become empty: their subject owns nothing there."""
    kept = " + ".join(f"v.{c}" for c in COUNTS)
    columns = [*(f"v.{c}" for c in PLACE), *EMPTY.values(), "v.final_at", str(int(run.pk))]
    cursor.execute(
        f"INSERT INTO {INCOMING} ({', '.join(COLUMNS)}) {_missing(version_id, subjects)} "  # noqa: S608
        f"SELECT {', '.join(columns)} "
        f"FROM missing m JOIN {TABLE} v ON {_same('v', 'm', PLACE[1:] if subjects else PERIOD)} "
        f"WHERE v.version_id = %s AND {kept} > 0 "
        f"AND NOT EXISTS (SELECT 1 FROM {INCOMING} i WHERE {_same('i', 'v', PLACE)})",
        [version_id],
    )


def _missing(version_id: int, subjects: frozenset[tuple[str, int]] | None) -> str:
    """The periods and parts to look at; of given subjects only what they were not given, so that few are looked up.

    Kinds and keys are our own. The index of incoming cells begins with the version, so the version is named, too:
    else each place would be looked for in all of them.
    """
    periods = f"SELECT DISTINCT {', '.join(PERIOD)} FROM {INCOMING}"  # noqa: S608
    if not subjects:
        return f"WITH missing AS MATERIALIZED ({periods})"
    rows = [f"SELECT '{kind}' AS subject_kind, {int(pk)} AS subject_id" for kind, pk in sorted(subjects)]
    given = (
        f"SELECT 1 FROM {INCOMING} i WHERE i.version_id = {int(version_id)} "  # noqa: S608
        f"AND {_same('i', 'p', PERIOD)} AND {_same('i', 's', PLACE[1:3])}"
    )
    return (
        f"WITH missing AS MATERIALIZED (SELECT s.*, p.* FROM ({periods}) p "  # noqa: S608
        f"CROSS JOIN ({' UNION ALL '.join(rows)}) s WHERE NOT EXISTS ({given}))"
    )


def _same(left: str, right: str, columns: Iterable[str]) -> str:
    return " AND ".join(f"{left}.{column} = {right}.{column}" for column in columns)


def _drop_equal(cursor: Any) -> None:
    """Forget incoming rows that equal what is stored, so that neither comparing nor merging looks at them again."""
    same_place = " AND ".join(f"v.{c} = {INCOMING}.{c}" for c in PLACE)
    cursor.execute(
        f"DELETE FROM {INCOMING} WHERE EXISTS (SELECT 1 FROM {TABLE} v"  # noqa: S608 - names of ours only
        f" WHERE {same_place} AND NOT ({_differs('v', INCOMING)}))"
    )
    if connection.vendor == "postgresql":  # few are left, which its planner has to know
        cursor.execute(f"ANALYZE {INCOMING}")


def _differs(left: str, right: str, columns: Sequence[str] = RESULT) -> str:
    word = "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"
    ours = ", ".join(f"{left}.{c}" for c in columns)
    theirs = ", ".join(f"{right}.{c}" for c in columns)
    return f"({ours}) {word} ({theirs})"


def _restate(cursor: Any, version_id: int, run: ComputeRun, cause: str) -> int:
    """Keep the old and the new numbers of every cell that was final when it was computed and now shows others."""
    same_place = " AND ".join(f"v.{c} = i.{c}" for c in PLACE)
    old, new = ", ".join(f"v.{c}" for c in SHOWN), ", ".join(f"i.{c}" for c in SHOWN)
    cursor.execute(
        f"SELECT v.id, v.run_id, {old}, {new} FROM {INCOMING} i JOIN {TABLE} v ON {same_place} "  # noqa: S608
        f"JOIN {ComputeRun._meta.db_table} r ON r.id = v.run_id "
        f"WHERE v.version_id = %s AND r.as_of >= v.final_at AND {_differs('v', 'i', SHOWN)}",
        [version_id],
    )
    size = len(SHOWN)
    made = [
        Restatement(
            cell_id=row[0],
            old_run_id=row[1],
            new_run=run,
            old=dict(zip(SHOWN, row[2 : 2 + size], strict=True)),
            new=dict(zip(SHOWN, row[2 + size :], strict=True)),
            cause=cause[:200],
            at=run.computed_at,
        )
        for row in cursor.fetchall()
    ]
    with writing(Restatement):
        Restatement.objects.bulk_create(made, batch_size=500)
    return len(made)


def _merge(cursor: Any) -> int:
    updates = ", ".join(f"{c} = excluded.{c}" for c in (*RESULT, "final_at", "run_id"))
    cursor.execute(
        f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}) SELECT {', '.join(COLUMNS)} FROM {INCOMING} WHERE 1 = 1 "  # noqa: S608
        f"ON CONFLICT ({', '.join(PLACE)}) DO UPDATE SET {updates} WHERE {_differs(TABLE, 'excluded')}"
    )
    return int(cursor.rowcount)


def make_run(*, watermark: dict[str, int], as_of: datetime, computed_at: datetime, engine: int) -> ComputeRun:
    """Note what a pass saw and when."""
    return ComputeRun.objects.create(watermark=watermark, as_of=as_of, computed_at=computed_at, engine=engine)
