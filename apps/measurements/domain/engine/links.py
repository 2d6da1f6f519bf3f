"""The one rule that ties facts of two sources: explicit first, then inferred by time, within a scope and a gap."""

from collections.abc import Callable
from typing import Any

import polars as pl

from apps.measurements.domain.engine.catalogue import NOBODY
from apps.measurements.domain.engine.conditions import holds_all
from apps.measurements.domain.engine.exempts import NOT_EXEMPT
from apps.measurements.domain.engine.needs import (
    LINKED,
    explicit_paths,
    kept_paths,
    linked_paths,
    paths_of_clauses,
)
from apps.measurements.domain.engine.reasons import Reason, first_reason
from apps.measurements.domain.engine.tables import TEAM, Tables
from apps.measurements.domain.engine.times import micros_of
from apps.metrics.domain.spec import Link, Population, Spec

Load = Callable[..., pl.DataFrame]


def attach_links(
    frame: pl.DataFrame, spec: Spec, population: Population, tables: Tables, *, load: Load
) -> pl.DataFrame:
    """Add `linked` (the partner's row) and `linked.…` columns; on the far side least and greatest of several."""
    rule = spec.link
    assert rule is not None  # noqa: S101 - told to the type checker; the caller tested it
    if population.facts == rule.source:
        frame = _tied(frame, rule, linked_paths(spec, rule.source) | kept_paths(rule), tables, load)
        frame = frame.with_columns(first_reason(Reason.UNATTRIBUTED, pl.col(LINKED).is_null() | ~pl.col("kept")))
        frame = frame.with_columns(first_reason(Reason.FILTERED, ~pl.col("partner_fits")))
        return _exempted_with_partner(frame) if _decides(population) else frame
    return _from_target(frame, spec, rule, tables, load) if population.facts == rule.target else frame


def _decides(population: Population) -> bool:
    """True when the partner's clock decides the period."""
    return population.clock.paths[0].partition(".")[0] == LINKED


def _exempted_with_partner(frame: pl.DataFrame) -> pl.DataFrame:
    """What is counted at an exempted partner's time is left out with it."""
    partner = pl.col("partner_exempt").fill_null(NOT_EXEMPT)
    frame = frame.with_columns(first_reason(Reason.EXEMPTION, partner != NOT_EXEMPT))
    own = pl.col("exempt") != NOT_EXEMPT
    return frame.with_columns(exempt=pl.when(own).then("exempt").otherwise(partner))


def find_strays(spec: Spec, tables: Tables, *, load: Load) -> pl.DataFrame:
    """Facts of the link's source that it speaks of and finds no partner for; `at` is the instant that looked."""
    rule = spec.link
    assert rule is not None  # noqa: S101 - told to the type checker; the caller tested it
    sides = load(tables, tables.sources.get(rule.source), _near_paths(rule)).filter(
        pl.col("counted") & holds_all(rule.where)
    )
    tied = _tied(sides, rule, kept_paths(rule), tables, load)
    lost = tied.filter((pl.col(LINKED).is_null() | ~pl.col("kept")) & ~_told_elsewhere(rule, tables))
    lost = lost.with_columns(first_reason(Reason.EXEMPTION, pl.col("exempt") != NOT_EXEMPT))
    lost = lost.with_columns(first_reason(Reason.UNATTRIBUTED, pl.lit(value=True)))
    return lost.with_columns(pl.col(rule.at).alias("at"))


def _near_paths(rule: Link) -> set[str]:
    """Fields of the link's own source that the rule reads."""
    own = {path for path in paths_of_clauses(rule.keep) if path.partition(".")[0] != LINKED}
    return {rule.at, *rule.explicit, *paths_of_clauses(rule.where), *own}


def _targets(rule: Link, far: set[str], tables: Tables, load: Load) -> pl.DataFrame:
    """Partner rows with the fields that are read of them and whether they may be inferred."""
    source = tables.sources.get(rule.target)
    rows = load(tables, source, {rule.target_clock, *paths_of_clauses(rule.target_where), *far}).filter(
        pl.col("counted")
    )
    owner = tables.owners(rows, rows["service"].to_numpy(), rows[rule.target_clock].fill_null(0).to_numpy())
    return rows.with_columns(
        pl.Series("owner", owner), fits=holds_all(rule.target_where), number=pl.int_range(pl.len(), dtype=pl.Int64)
    )


def _tied(frame: pl.DataFrame, rule: Link, far: set[str], tables: Tables, load: Load) -> pl.DataFrame:
    """Rows of the link's source with their partner's number and fields, whether it fits, and whether it is kept."""
    targets = _targets(rule, far, tables, load)
    pairs = _pair(frame, rule, targets, tables)
    frame = frame.with_columns(pairs["number"].alias(LINKED), pairs["fits"].alias("partner_fits"))
    fields = {f"{LINKED}.{path}": pl.col(path) for path in sorted(far)}
    fields |= {f"{LINKED}.{TEAM}": pl.col(TEAM)} if TEAM in targets.columns else {}
    columns = targets.select(
        pl.col("number").alias(LINKED), pl.col("service").alias(f"{LINKED}.service"),
        pl.col("exempt").alias("partner_exempt"), **fields,
    )  # fmt: skip
    frame = frame.join(columns, on=LINKED, how="left", maintain_order="left")
    return frame.with_columns(kept=holds_all(rule.keep))


def _pair(frame: pl.DataFrame, rule: Link, targets: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """For each row of the source side the number of its partner, null where nothing is found."""
    frame = frame.with_columns(at_link=pl.col(rule.at), place=pl.int_range(pl.len(), dtype=pl.Int64))
    sides = frame.select(
        "place", "service", "at_link", "key", *({TEAM} & set(frame.columns)),
        named=_named(rule, tables), ruled_out=_ruled_out(rule, tables), elsewhere=_told_elsewhere(rule, tables),
        may=holds_all(rule.where),
    )  # fmt: skip
    explicit = sides.filter(pl.col("named").is_not_null()).join(
        targets.select("service", "number", "fits", named="key"), on=["service", "named"], how="left"
    )
    found = [explicit.select("place", "number", "fits", "may")]
    if rule.infer != "none":
        loose = sides.filter(pl.col("named").is_null() & ~pl.col("elsewhere") & pl.col("may"))
        found.append(
            _inferred(loose, rule, targets, tables).with_columns(fits=pl.lit(value=True), may=pl.lit(value=True))
        )
    pairs = pl.concat(found, how="vertical_relaxed").filter(pl.col("may"))
    return sides.select("place").join(pairs, on="place", how="left", maintain_order="left")


def _named(rule: Link, tables: Tables) -> pl.Expr:
    """The key of the partner that a declaration names, or else a field of the rule; what is ruled out is none."""
    ruled_out = _ruled_out(rule, tables)
    paths = explicit_paths(rule, tables.sources.get(rule.source))
    open_ones = [
        pl.when(~ruled_out.list.contains(pl.col(path)).fill_null(value=False)).then(pl.col(path)) for path in paths
    ]
    return pl.coalesce(open_ones) if open_ones else pl.lit(None, pl.String)


def _ruled_out(rule: Link, tables: Tables) -> pl.Expr:
    """Keys of partners on its own service that a person ruled out for a row."""
    declared = tables.sources.get(rule.source).declared
    if declared is None or declared.target != rule.target:
        return pl.lit([], pl.List(pl.String))
    return pl.col(declared.ruled_out)


def _told_elsewhere(rule: Link, tables: Tables) -> pl.Expr:
    """True where another row of the same happening names the partner."""
    declared = tables.sources.get(rule.source).declared
    if declared is None or declared.target != rule.target:
        return pl.lit(value=False)
    return pl.col(declared.elsewhere).fill_null(value=False)


def _inferred(loose: pl.DataFrame, rule: Link, targets: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """The last partner before, or the first after, the same instant included; ties go by key text."""
    by = "service" if rule.scope == "service" else "owner"
    if by == "owner":
        owner = tables.owners(loose, loose["service"].to_numpy(), loose["at_link"].fill_null(0).to_numpy())
        # What nobody owns is no team: two services without an owner have nothing to do with each other.
        loose = loose.with_columns(pl.Series("owner", owner)).filter(pl.col("owner") != NOBODY)
    clock = rule.target_clock
    fitting = targets.filter(pl.col("fits") & pl.col(clock).is_not_null()).sort(clock, "key", "service")
    rows = loose.filter(pl.col("at_link").is_not_null()).sort("at_link")
    is_free = pl.col("ruled_out").list.len() == 0
    met = rows.filter(is_free).join_asof(
        fitting.unique([by, clock], keep="first", maintain_order=True)
        .sort(clock)
        .select(by, "number", pl.col(clock).alias("far_at")),
        left_on="at_link",
        right_on="far_at",
        by=by,
        strategy="forward" if rule.infer == "first_after" else "backward",
        tolerance=micros_of(rule.max_gap) if rule.max_gap is not None else None,
        check_sortedness=False,
    )
    return pl.concat([met.select("place", "number"), _nearest_left(rows.filter(~is_free), rule, fitting, by)])


def _nearest_left(rows: pl.DataFrame, rule: Link, fitting: pl.DataFrame, by: str) -> pl.DataFrame:
    """The same for rows of which some partners are ruled out: the nearest of the others."""
    far = fitting.select(by, "number", far_at=rule.target_clock, far_key="key", far_service="service")
    gap = pl.col("far_at") - pl.col("at_link")
    gap = gap if rule.infer == "first_after" else -gap
    inside = (gap >= 0) & (gap <= micros_of(rule.max_gap)) if rule.max_gap is not None else gap >= 0
    is_ruled_out = pl.col("ruled_out").list.contains(pl.col("far_key")) & (pl.col("far_service") == pl.col("service"))
    far = far if by != "service" else far.with_columns(service=pl.col("far_service"))
    met = rows.join(far, on=by, how="inner").filter(inside & ~is_ruled_out).with_columns(gap=gap)
    nearest = met.sort("gap", "far_key", "far_service").unique("place", keep="first", maintain_order=True)
    return nearest.select("place", "number")


def _from_target(frame: pl.DataFrame, spec: Spec, rule: Link, tables: Tables, load: Load) -> pl.DataFrame:
    """Each row of the far side with how many facts point to it, and their least and greatest fields."""
    near = linked_paths(spec, rule.target)
    sides = load(tables, tables.sources.get(rule.source), _near_paths(rule) | near)
    sides = sides.filter(pl.col("counted") & (pl.col("exempt") == NOT_EXEMPT))
    tied = _tied(sides, rule, kept_paths(rule) | {"key"}, tables, load)
    tied = tied.filter(pl.col(LINKED).is_not_null() & pl.col("partner_fits") & pl.col("kept"))
    ends: dict[str, Any] = {}
    for path in sorted(near):
        ends[f"{LINKED}.first.{path}"] = pl.col(path).min()
        ends[f"{LINKED}.last.{path}"] = pl.col(path).max()
    met = tied.group_by(f"{LINKED}.service", f"{LINKED}.key").agg(pl.len().cast(pl.Int64).alias(LINKED), **ends)
    places = met.rename({f"{LINKED}.service": "service", f"{LINKED}.key": "key"})
    return frame.join(places, on=["service", "key"], how="left", maintain_order="left")
