"""Five of the six steps: load, mark, link, span and place. Each adds columns to the frame and drops no row."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from apps.core.fact_sources import FactSource
from apps.measurements.domain.engine.conditions import holds_all, instant_of, length_of
from apps.measurements.domain.engine.exempts import NOT_EXEMPT, numbers_of
from apps.measurements.domain.engine.links import attach_links, find_strays
from apps.measurements.domain.engine.needs import LINKED, paths_of_clauses, paths_of_population
from apps.measurements.domain.engine.once import once_of
from apps.measurements.domain.engine.reasons import REASON, Reason, first_reason
from apps.measurements.domain.engine.tables import TEAM, Tables
from apps.measurements.domain.engine.times import micros_of
from apps.metrics.domain.spec import FieldAmount, Population, Span, Spec, TimeAt

MILLION = 1_000_000


def load(tables: Tables, source: FactSource, paths: Iterable[str]) -> pl.DataFrame:
    """Rows of a source with every path among `paths` as a column, references followed, `reason` 0 and exemptions.

    The one place where exemptions are asked: `exempt` is the number of the one that takes a row out, 0 for none.
    """
    frame = tables.rows(source.key)
    frame = with_references(tables, source, frame, paths)
    exempt = numbers_of(frame, source, tables)
    return frame.with_columns(reason=pl.lit(int(Reason.COUNTED), REASON), exempt=exempt, once=once_of(source))


def with_references(tables: Tables, source: FactSource, frame: pl.DataFrame, paths: Iterable[str]) -> pl.DataFrame:
    """Join partners so that `ref` holds the partner's key and `ref.field` its field."""
    wanted: dict[str, set[str]] = {}
    for path in paths:
        head, _, rest = path.partition(".")
        field = source.field(head)
        if field is not None and field.ref:
            wanted.setdefault(head, set()).update({rest} if rest else set())
    for head, inner in wanted.items():
        frame = _join_partner(tables, source, frame, head, inner)
    return frame


def _join_partner(tables: Tables, source: FactSource, frame: pl.DataFrame, head: str, inner: set[str]) -> pl.DataFrame:
    field = source.field(head)
    assert field is not None  # noqa: S101 - told to the type checker; the caller found it
    frame = frame.with_columns(tables.partner_of(frame, source, field).alias(head))
    if not inner:
        return frame
    partner_source = tables.sources.get(field.ref)
    partners = with_references(tables, partner_source, tables.partners(field.ref), inner)
    columns = {f"{head}.{path}": path for path in sorted(inner)}
    far = partners.select("service", pl.col("key").alias(head), **{k: pl.col(v) for k, v in columns.items()})
    return frame.join(far, on=["service", head], how="left", maintain_order="left")


def mark(frame: pl.DataFrame, spec: Spec, population: Population) -> pl.DataFrame:
    """Say which rows are another channel's, filtered out, excluded, or exempted from what would else count."""
    frame = frame.with_columns(first_reason(Reason.OTHER_CHANNEL, ~pl.col("counted")))
    frame = frame.with_columns(first_reason(Reason.FILTERED, ~holds_all(population.where)))
    for exclusion in spec.exclude:
        # An exclusion that speaks of another population's fields says nothing about this one.
        if set(paths_of_clauses(exclusion.where)) <= set(frame.columns):
            frame = frame.with_columns(first_reason(Reason.EXCLUDED, holds_all(exclusion.where)))
    return frame.with_columns(first_reason(Reason.EXEMPTION, pl.col("exempt") != NOT_EXEMPT))


def link(frame: pl.DataFrame, spec: Spec, population: Population, tables: Tables) -> pl.DataFrame:
    """Tie rows to their partners, and mark what only the partner can tell."""
    return frame if spec.link is None else attach_links(frame, spec, population, tables, load=load)


def span(frame: pl.DataFrame, spec: Spec) -> pl.DataFrame:
    """Lengths in us (`length`, `stage_0`…), or the field's amount in millionths; unfinished spans keep `open_since`."""
    if isinstance(spec.value, FieldAmount):
        amount = _millionths(pl.col(spec.value.path))
        frame = frame.with_columns(length=amount, open_since=pl.lit(None, pl.Int64))
        return frame.with_columns(first_reason(Reason.MISSING, pl.col("length").is_null()))
    if not isinstance(spec.value, Span):
        return frame.with_columns(length=pl.lit(None, pl.Int64), open_since=pl.lit(None, pl.Int64))
    start, end = instant_of(spec.value.start), instant_of(spec.value.end)
    stays_open = end.is_null() & start.is_not_null() & pl.lit(spec.value.missing == "at_least")
    stages = [length_of(Span(a, b)).alias(f"stage_{i}") for i, (_, a, b) in enumerate(spec.value.stages)]
    frame = frame.with_columns(
        (end - start).alias("length"), pl.when(stays_open).then(start).alias("open_since"), *stages
    )
    missing = pl.col("length").is_null() & pl.col("open_since").is_null()
    frame = frame.with_columns(first_reason(Reason.MISSING, missing))
    return frame.with_columns(first_reason(Reason.NEGATIVE, pl.col("length") < 0))


def place(frame: pl.DataFrame, spec: Spec, population: Population, tables: Tables, zone: ZoneInfo) -> pl.DataFrame:
    """Give each row its deciding instant, local day, subject service and owner; rows without an instant stay unplaced.

    What found no partner, and so has no deciding instant, is shown at the instant that looked for one.
    """
    decides_afar = population.clock.paths[0].startswith(f"{LINKED}.")
    seeks = decides_afar and spec.link is not None and population.facts == spec.link.source
    frame = frame.with_columns(at=instant_of(population.clock), subject=pl.col("service"))
    frame = frame.with_columns(first_reason(Reason.UNATTRIBUTED if seeks else Reason.MISSING, pl.col("at").is_null()))
    clock_source, team = population.facts, TEAM
    if decides_afar and spec.link is not None:
        clock_source = spec.link.target if seeks else spec.link.source
        if seeks:
            team = f"{LINKED}.{TEAM}"
            frame = frame.with_columns(
                pl.col("at").fill_null(pl.col(spec.link.at)), subject=pl.coalesce(f"{LINKED}.service", "service")
            )
    frame = frame.filter(pl.col("at").is_not_null())
    if population.until is not None:
        until = instant_of(population.until)
        frame = frame.with_columns(
            first_reason(Reason.FILTERED, until < pl.col("at")), until_day=local_day(until, zone)
        )
    return _owned(frame, tables, clock_source, zone, population, team)


def _owned(
    frame: pl.DataFrame, tables: Tables, clock_source: str, zone: ZoneInfo, population: Population, team: str = TEAM
) -> pl.DataFrame:
    services, instants = frame["subject"].to_numpy(), frame["at"].to_numpy()
    # A deadline counts at its own instant, but it is the fact's instant that the connection must cover.
    begun = instants - micros_of(population.clock.plus)
    early = begun < tables.catalogue.connected_since(clock_source)[services]
    frame = frame.with_columns(
        pl.Series("owner", tables.owners(frame, services, instants, team), dtype=pl.Int64),
        pl.Series("early", early, dtype=pl.Boolean),
        day=local_day(pl.col("at"), zone),
    )
    return frame.with_columns(first_reason(Reason.BEFORE_CONNECTION, pl.col("early")))


def local_day(at: pl.Expr, zone: ZoneInfo) -> pl.Expr:
    """The local calendar day of an instant in us, as days since 1970."""
    local = at.cast(pl.Datetime("us")).dt.replace_time_zone("UTC").dt.convert_time_zone(str(zone))
    return local.dt.date().cast(pl.Int32)


def amounts(frame: pl.DataFrame, spec: Spec, population: Population) -> np.ndarray:
    """What each row adds: 1, or its amount in millionths; beside amounts of other populations one is a million."""
    if not population.amount:
        weighs = any(other.amount for other in spec.of + spec.numerator_of)
        return np.full(frame.height, MILLION if weighs else 1, dtype=np.int64)
    return frame.select(_millionths(pl.col(population.amount)).fill_null(0)).to_series().to_numpy()


def _millionths(column: pl.Expr) -> pl.Expr:
    """A number as whole millionths: decimals arrive as text, so nothing binary touches them."""
    return (column.cast(pl.Decimal(38, 6)) * MILLION).cast(pl.Int64)


def run_steps(tables: Tables, spec: Spec, population: Population, zone: ZoneInfo) -> pl.DataFrame:
    """The frame before the sum: this is the evidence."""
    source = tables.sources.get(population.facts)
    frame = load(tables, source, paths_of_population(spec, population))
    frame = mark(frame, spec, population)
    frame = link(frame, spec, population, tables)
    frame = span(frame, spec)
    return place(frame, spec, population, tables, zone)


def run_strays(tables: Tables, spec: Spec, zone: ZoneInfo) -> pl.DataFrame | None:
    """Facts that look for a partner and find none, where a spec counts only the partners; None without such a link."""
    rule, counted = spec.link, {population.facts for population in spec.of + spec.numerator_of}
    if rule is None or rule.source in counted or rule.target not in counted:
        return None
    stages = len(spec.value.stages) if isinstance(spec.value, Span) else 0
    nothing = (pl.lit(None, pl.Int64).alias(name) for name in ("length", "open_since", *_stage_names(stages)))
    frame = find_strays(spec, tables, load=load).with_columns(*nothing, subject=pl.col("service"))
    frame = frame.filter(pl.col("at").is_not_null())
    return _owned(frame, tables, rule.source, zone, Population(rule.source, TimeAt((rule.at,))))


def _stage_names(count: int) -> list[str]:
    return [f"stage_{index}" for index in range(count)]
