"""Reading facts for the engine: only the columns a spec needs, up to a watermark, within a scope.

PostgreSQL is read through ADBC, which hands over columns without touching a row in Python; it sees committed data
only, so inside a transaction, and on SQLite, Django's own cursor reads the same statements.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import quote, urlencode

import adbc_driver_postgresql.dbapi as adbc
import polars as pl
from django.db import connection
from django.db.models import Max, Min
from psycopg.pq import Conninfo

from apps.core.fact_sources import FactField, FactSource, FieldType, Registry
from apps.measurements.domain.engine.catalogue import Catalogue
from apps.measurements.domain.engine.needs import Needs, explicit_paths, is_placed_by_many
from apps.measurements.domain.engine.tables import TEAM, Tables
from apps.metrics.domain.spec import Spec

KEY_BATCH = 5_000
FIRST_OVERLAP = 3  # rows found by their own clock are found once; two references may lead to the same row
ROUNDS = 4  # a path passes two references, and a derived one leads through a row of its own
TYPES: dict[FieldType, pl.DataType | type[pl.DataType]] = {
    FieldType.TIME: pl.Int64,
    FieldType.BOOL: pl.Boolean,
    FieldType.INT: pl.Int64,
    FieldType.DECIMAL: pl.String,
    FieldType.LABELS: pl.List(pl.String),
}

Way = tuple[str, list[Any]]


@dataclass(frozen=True)
class Scope:
    """What a pass must see: facts that may decide a cell in `[start, end)`, of some services or of all."""

    start: datetime | None = None
    end: datetime | None = None
    services: tuple[int, ...] | None = None


class Cursor(Protocol):
    """Runs a statement with `{}` for each parameter and answers columns."""

    def columns(self, sql: str, params: Sequence[Any], names: Sequence[str]) -> pl.DataFrame:
        """The rows as a frame."""
        ...


@dataclass
class DjangoCursor:
    """Reads through Django's connection: sees what its transaction wrote."""

    def columns(self, sql: str, params: Sequence[Any], names: Sequence[str]) -> pl.DataFrame:
        """The rows as a frame; texts of times are left to the caller."""
        with connection.cursor() as cursor:
            cursor.execute(sql.replace("{}", "%s"), list(params))
            rows = cursor.fetchall()
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
        return pl.DataFrame([pl.Series(n, list(c), strict=False) for n, c in zip(names, columns, strict=True)])


@dataclass
class AdbcCursor:
    """Reads through ADBC on a connection of its own."""

    session: Any

    def columns(self, sql: str, params: Sequence[Any], names: Sequence[str]) -> pl.DataFrame:
        """The rows as a frame. Parameters are numbers, instants and keys of ours, written as literals."""
        statement = sql.replace("{}", "%s") % tuple(_literal(p) for p in params)
        with self.session.cursor() as cursor:
            cursor.execute(statement)
            frame = pl.DataFrame(cursor.fetch_arrow())
        return frame.rename(dict(zip(frame.columns, names, strict=True)))


def _literal(value: Any) -> str:
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return f"'{value.isoformat()}'::timestamptz"
    if isinstance(value, list | tuple):
        return "ARRAY[" + ",".join(_literal(v) for v in value) + "]::text[]"
    return "'" + str(value).replace("'", "''") + "'"


@dataclass
class Reader:
    """One pass's way to the facts; use as a context manager so that its connection is closed."""

    sources: Registry
    watermark: Mapping[str, int]
    _session: Any = field(default=None, repr=False)

    def __enter__(self) -> "Reader":
        if connection.vendor == "postgresql" and not connection.in_atomic_block:
            self._session = adbc.connect(_uri(), autocommit=True)
        return self

    def __exit__(self, *details: object) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    @property
    def cursor(self) -> Cursor:
        """ADBC where it can see everything, else Django's cursor."""
        return AdbcCursor(self._session) if self._session is not None else DjangoCursor()

    def count_about(self, needs: Needs) -> int:
        """About how many rows the longest table holds: the range of its keys, which costs nothing to know."""
        ranges = [
            self.sources.get(key).model._default_manager.aggregate(a=Min("pk"), b=Max("pk")) for key in needs.sources
        ]
        return max((found["b"] - found["a"] + 1 for found in ranges if found["b"] is not None), default=0)

    def tables(self, needs: Needs, specs: Iterable[Spec], scope: Scope, catalogue: Catalogue) -> Tables:
        """All tables that `specs` read, with every partner that a row in scope names, and what exemptions look at."""
        needs = _with_exempts(needs, catalogue, self.sources)
        if any(is_placed_by_many(spec) for spec in specs):
            scope = Scope(services=scope.services)
        frames = {
            key: self._read(needs, key, catalogue, _ways(needs, key, specs, scope, self.sources))
            for key in needs.sources
        }
        if scope.start is not None:
            self._add_tied(frames, needs, specs, catalogue)
        return Tables(frames, self.sources, catalogue)

    def _read(self, needs: Needs, key: str, catalogue: Catalogue, ways: Sequence[Way]) -> pl.DataFrame:
        """Rows that any of the ways finds: each is a statement of its own, with the index that fits it."""
        source = self.sources.get(key)
        fields = [f for f in source.stored_fields if f.name in needs.columns[key]]
        names = ["service", "key", *(f.name for f in fields)]
        columns = ["t.service_id", "t.key", *(_column(f) for f in fields)]
        if source.names_team:
            names.append(TEAM)
            columns.append("t.team_id")
        if catalogue.has_rivals(key):
            names.append("channel")
            columns.append("t.channel")
        mark = self.watermark.get(key, 0)
        sql = " UNION ALL ".join(
            f"SELECT {', '.join(columns)} FROM {source.model._meta.db_table} t "  # noqa: S608 - names of ours only
            f"WHERE t.seq <= {{}} AND (t.until_seq IS NULL OR t.until_seq > {{}}) AND {condition}"
            for condition, _ in ways
        )
        params = [value for _, given in ways for value in (mark, mark, *given)]
        frame = _typed(self.cursor.columns(sql, params, names), fields)
        return frame if len(ways) < FIRST_OVERLAP else frame.unique(_place(frame))

    def _add_tied(
        self, frames: dict[str, pl.DataFrame], needs: Needs, specs: Iterable[Spec], catalogue: Catalogue
    ) -> None:
        """What rows in scope name, and what names that in turn, is loaded by key: it may lie years away."""
        fresh, naming = dict(frames), _naming_columns(needs, specs, self.sources)
        for _ in range(ROUNDS):
            found: dict[str, list[pl.DataFrame]] = {}
            for source, column, partner in _references(needs, self.sources):
                if source in fresh:
                    named = _unknown(_keys(fresh[source], column), frames[partner])
                    found.setdefault(partner, []).append(self._read_keys(needs, partner, "key", named, catalogue))
                if (source, column) in naming and partner in fresh and fresh[partner] is not frames[partner]:
                    named = _keys(fresh[partner], "key")
                    found.setdefault(source, []).append(self._read_keys(needs, source, column, named, catalogue))
            fresh = {key: new for key, rows in found.items() if (new := _new_rows(rows, frames[key])).height}
            for key, rows in fresh.items():
                frames[key] = pl.concat([frames[key], rows])

    def _read_keys(
        self, needs: Needs, key: str, column: str, wanted: pl.DataFrame, catalogue: Catalogue
    ) -> pl.DataFrame:
        """Rows of a source whose `column` holds one of the wanted (service, key) pairs."""
        found = [self._read(needs, key, catalogue, [("1 = 0", [])])]
        for part in wanted.iter_slices(KEY_BATCH):
            names = part["key"].to_list()
            services = ",".join(str(s) for s in part["service"].unique().to_list())
            if connection.vendor == "postgresql":
                condition, params = f't.service_id IN ({services}) AND t."{column}" = ANY({{}})', [names]
            else:
                marks = ",".join(["{}"] * len(names))
                condition, params = f't.service_id IN ({services}) AND t."{column}" IN ({marks})', names
            rows = self._read(needs, key, catalogue, [(condition, params)])
            found.append(rows.join(part, left_on=["service", column], right_on=["service", "key"], how="semi"))
        return pl.concat(found)


def _with_exempts(needs: Needs, catalogue: Catalogue, sources: Registry) -> Needs:
    """What specs read, and the columns by which exemptions choose facts of the same sources."""
    found = Needs({key: set(columns) for key, columns in needs.columns.items()}, set(needs.vias))
    for key in needs.sources:
        for exempt in catalogue.exempts:
            found.columns[key] |= exempt.reads(sources.get(key))
    return found


def _column(field_: FactField) -> str:
    """The column of a field; numbers and lists that drivers read in their own ways come as text."""
    name = f't."{field_.name}"'
    return f"CAST({name} AS text)" if field_.type in (FieldType.LABELS, FieldType.DECIMAL) else name


def _uri() -> str:
    """The address of Django's own connection: what libpq knows of its parameters, every part quoted."""
    params = connection.get_connection_params()
    known = {option.keyword.decode() for option in Conninfo.get_defaults()} - {"dbname"}
    parts = {name: str(value) for name, value in params.items() if name in known}
    return f"postgresql:///{quote(str(params.get('dbname', '')), safe='')}?{urlencode(parts, quote_via=quote)}"


def _keys(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """The (service, key) pairs that a column holds, each once."""
    return frame.select("service", key=column).filter(pl.col("key").is_not_null() & (pl.col("key") != "")).unique()


def _unknown(named: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Named places that are not read yet; with rival channels a known key may be the other channel's."""
    return named if "channel" in known.columns else named.join(known, on=["service", "key"], how="anti")


def _new_rows(found: Sequence[pl.DataFrame], known: pl.DataFrame) -> pl.DataFrame:
    """Each found row once, without those that are known."""
    rows = pl.concat(found).unique(_place(known), maintain_order=True)
    return rows.join(known, on=_place(known), how="anti")


def _place(frame: pl.DataFrame) -> list[str]:
    """The columns that name one current row of a source."""
    return [name for name in ("service", "key", "channel") if name in frame.columns]


def _references(needs: Needs, sources: Registry) -> list[tuple[str, str, str]]:
    """(source, column, source of what it names) of all stored references that are read."""
    return [
        (key, name, partner.key)
        for key in needs.sources
        for name, partner in _ties(needs, sources.get(key), sources)
        if partner.key in needs.columns
    ]


def _naming_columns(needs: Needs, specs: Iterable[Spec], sources: Registry) -> set[tuple[str, str]]:
    """(source, column) of references that are read from the far side: rows that name a fact decide about it."""
    found = set()
    for key, name in needs.vias:
        field_ = sources.get(key).field(name)
        if field_ is not None and field_.via is not None:
            found.add((field_.via.source, field_.via.match))
    for link in (spec.link for spec in specs if spec.link):
        found |= {(link.source, path.partition(".")[0]) for path in explicit_paths(link, sources.get(link.source))}
    return found


def _typed(frame: pl.DataFrame, fields: Sequence[FactField]) -> pl.DataFrame:
    """The same types from every cursor: times as us, texts as text, labels as lists."""
    casts = [pl.col("service").cast(pl.Int64), pl.col("key").cast(pl.String)]
    casts += [_cast(frame, f) for f in fields]
    casts += [pl.col(TEAM).cast(pl.Int64)] if TEAM in frame.columns else []
    casts += [pl.col("channel").cast(pl.String)] if "channel" in frame.columns else []
    return frame.select(casts)


def _cast(frame: pl.DataFrame, field_: FactField) -> pl.Expr:
    column, present = pl.col(field_.name), frame.schema[field_.name]
    if field_.type is FieldType.TIME and present == pl.String:
        column = column.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us")
    if field_.type is FieldType.TIME and isinstance(present, pl.Datetime):
        column = column.dt.cast_time_unit("us")
    if field_.type is FieldType.LABELS:
        return column.cast(pl.String).str.json_decode(pl.List(pl.String)).alias(field_.name)
    return column.cast(TYPES.get(field_.type, pl.String)).alias(field_.name)


def _ways(needs: Needs, key: str, specs: Iterable[Spec], scope: Scope, sources: Registry) -> list[Way]:
    """Which rows of a source may matter in a scope; more than needed does no harm, fewer would."""
    source, inside = sources.get(key), "1 = 1"
    if scope.services is not None:
        inside = f"t.service_id IN ({','.join(str(int(s)) for s in scope.services) or 'NULL'})"
    if scope.start is None or scope.end is None:
        return [(inside, [])]
    span = _widened(scope.start, scope.end, list(specs))
    return [(f"{inside} AND {near}", params) for near, params in _near(needs, source, span, sources)]


def _widened(start: datetime, end: datetime, specs: list[Spec]) -> tuple[datetime, datetime]:
    """A stretch of time with the widest gap of a link or shift of a clock on both sides."""
    gaps = [s.link.max_gap for s in specs if s.link and s.link.max_gap and s.link.infer != "none"]
    shifts = [p.clock.plus for s in specs for p in s.of + s.numerator_of]
    reach = max([*gaps, *shifts], default=timedelta(0))
    return start - reach, end + reach


def _near(needs: Needs, source: FactSource, span: tuple[datetime, datetime], sources: Registry) -> Iterator[Way]:
    """Rows with a clock in the span; then, one reference at a time, other rows tied to a fact that has one."""
    own = _in_span("t", _clocks(needs, source))
    times = [*span] * len(_clocks(needs, source))
    yield f"({own})", times
    for name, partner in _ties(needs, source, sources):
        table, clocks = partner.model._meta.db_table, _clocks(needs, partner)
        tied = f'SELECT 1 FROM {table} p WHERE p.service_id = t.service_id AND p.key = t."{name}"'  # noqa: S608
        near = f"({own}) IS NOT TRUE AND EXISTS ({tied} AND ({_in_span('p', clocks)}))"
        yield near, [*times, *[*span] * len(clocks)]


def _clocks(needs: Needs, source: FactSource) -> list[str]:
    """The clocks of a source that some spec reads: no other decides a period."""
    read = needs.columns.get(source.key, set())
    return [name for name in source.clocks if name in read] or [source.main_clock]


def _in_span(table: str, clocks: Iterable[str]) -> str:
    return " OR ".join(f'{table}."{name}" >= {{}} AND {table}."{name}" < {{}}' for name in clocks)


def _ties(needs: Needs, source: FactSource, sources: Registry) -> list[tuple[str, FactSource]]:
    """Stored references of a source that are read, with what they name."""
    read = needs.columns[source.key]
    return [(f.name, sources.get(f.ref)) for f in source.stored_fields if f.ref and f.name in read]
