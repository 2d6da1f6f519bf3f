"""A small world of facts held in memory, for tests of the engine's pure steps: no database, no clock."""

import random
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from apps.core.fact_sources import FactField, FactSource, FieldType, Registry
from apps.core.periods import parse_period
from apps.delivery.facts import CHANGES, DEPLOYMENTS, REMEDIATIONS
from apps.measurements.domain.engine.catalogue import FOREVER, Catalogue, Connection, OwnershipRow
from apps.measurements.domain.engine.exempts import Exempt
from apps.measurements.domain.engine.needs import needs_of
from apps.measurements.domain.engine.placed import Placed, join_placed, place_spec
from apps.measurements.domain.engine.reasons import Reason
from apps.measurements.domain.engine.steps import run_steps
from apps.measurements.domain.engine.sums import Pass, sum_cells
from apps.measurements.domain.engine.tables import Tables
from apps.measurements.domain.engine.times import micros
from apps.measurements.domain.engine.windows import windows_for
from apps.metrics.domain.parsing import parse_spec
from apps.metrics.domain.spec import Spec

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 6, 1, tzinfo=BERLIN)  # the first day of 2026-W23 and of June
LATER = datetime(2027, 6, 1, tzinfo=BERLIN)
BEGINNING = micros(datetime(2020, 1, 1, tzinfo=BERLIN))
A, B, C = 11, 22, 33  # services
ALL_SERVICES = range(100)
RED, BLUE = 101, 102  # teams
SHOP = 7  # the group of both
DEFINITION = "it"  # whose spec every spec here is
OWNED = ((A, RED), (B, RED), (C, BLUE))
T = FieldType

# Kinds of facts that no app reports here, so that the engine proves to know no source by its name.
INCIDENTS = FactSource(
    key="incidents", label="Incidents", description="Something hurt.", model=None,
    clocks=("started_at", "resolved_at"), main_clock="started_at",
    fields=(
        FactField("started_at", T.TIME, "When it began.", required=True),
        FactField("resolved_at", T.TIME, "When it ended."),
        FactField("deployment", T.REF, "The deployment that brought it.", ref="deployments"),
        FactField("kind", T.CODE, "What sort."),
    ),
)  # fmt: skip
SAMPLES = FactSource(
    key="samples", label="Samples", description="Good out of valid.", model=None, clocks=("at",), main_clock="at",
    fields=(
        FactField("at", T.TIME, "When."),
        FactField("good", T.INT, "How many were good."),
        FactField("valid", T.INT, "How many counted."),
    ),
)  # fmt: skip
BUSINESS = FactSource(
    key="business", label="Business", description="An amount of a series.", model=None, clocks=("at",), main_clock="at",
    fields=(
        FactField("at", T.TIME, "When."),
        FactField("series", T.CODE, "Of what."),
        FactField("amount", T.DECIMAL, "How much."),
    ),
)  # fmt: skip

REGISTRY = Registry()
for _source in (DEPLOYMENTS, CHANGES, REMEDIATIONS, INCIDENTS, SAMPLES, BUSINESS):
    REGISTRY.register(_source)

DTYPES: dict[FieldType, Any] = {
    T.TIME: pl.Int64, T.INT: pl.Int64, T.BOOL: pl.Boolean, T.LABELS: pl.List(pl.String),
}  # fmt: skip


def hour(hours: float, since: datetime = MONDAY) -> datetime:
    """So many hours after Monday 00:00 in Berlin (elapsed time, also over a change of clocks)."""
    return (since.astimezone(ZoneInfo("UTC")) + timedelta(hours=hours)).astimezone(BERLIN)


def spec_of(measure: str, **more: Any) -> Spec:
    """A spec as a person would write it, read against the sources of this file; `of` is production deployments."""
    units = {"count": "count", "rate": "per_week", "ratio": "share", "attainment": "share", "latest": "count"}
    document = {
        "measure": measure,
        "of": {"facts": "deployments", "clock": "finished_at", "where": ["production"]},
        "direction": "neither",
        "unit": units.get(measure, "seconds"),
        **more,
    }
    return parse_spec(document, REGISTRY)


@dataclass
class World:
    """Facts by source, who owns which service when, and who reports what since when."""

    ownerships: list[OwnershipRow] = field(
        default_factory=lambda: [OwnershipRow(service, team, BEGINNING) for service, team in OWNED]
    )
    connections: dict[tuple[str, int], Connection] = field(default_factory=dict)
    facts: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {s.key: [] for s in REGISTRY})
    zone: ZoneInfo = BERLIN
    exempts: list[Exempt] = field(default_factory=list)

    def exempt(self, start: Any, end: Any, number: int = 1, **more: Any) -> "World":
        """An exemption of the definition under test."""
        held = Exempt(number, frozenset({DEFINITION}), _micros(start), _micros(end), **more)
        self.exempts.append(held)
        return self

    def add(self, source: str, key: str, service: int = A, channel: str = "ci", **fields: Any) -> "World":
        """One fact; instants may be given as hours after Monday."""
        blanks = {f.name: f.empty if f.default is None else str(f.default) for f in REGISTRY.get(source).stored_fields}
        given = {name: _stored(REGISTRY.get(source), name, value) for name, value in fields.items()}
        self.facts[source].append({"service": service, "key": key, "channel": channel, **blanks, **given})
        return self

    def deploy(self, key: str, finished_at: Any, service: int = A, **more: Any) -> "World":
        """A deployment to production."""
        return self.add("deployments", key, service, finished_at=finished_at, **more)

    def change(self, key: str, first: Any, merged: Any, service: int = A, deployment: str = "", **more: Any) -> "World":
        """A change, carried by a deployment of that key if given."""
        return self.add("changes", key, service, first_commit_at=first, merged_at=merged, deployment=deployment, **more)

    def repair(self, failed: str, fixed_by: str, service: int = A, **more: Any) -> "World":
        """A deployment mended another."""
        return self.add("remediations", f"{failed}>{fixed_by}", service, failed=failed, fixed_by=fixed_by, **more)

    def owned(self, service: int, team: int, start: Any, end: Any = None) -> "World":
        """A team owns a service for a stretch of time."""
        self.ownerships.append(OwnershipRow(service, team, _micros(start), FOREVER if end is None else _micros(end)))
        return self

    def connect(self, source: str, service: int, since: Any, channel: str = "ci") -> "World":
        """A channel reports a service from an instant on; an empty channel takes the connection away."""
        self.connections[source, service] = Connection(channel, _micros(since))
        return self

    def catalogue(self) -> Catalogue:
        """The catalogue; every service is connected to everything since 2020 unless told otherwise."""
        always = {(s.key, service): Connection("ci", BEGINNING) for s in REGISTRY for service, _ in OWNED}
        given = {place: c for place, c in {**always, **self.connections}.items() if c.channel}
        services = {service for service, _ in OWNED} | {o.service_id for o in self.ownerships}
        return Catalogue(
            service_ids=services, team_groups={RED: SHOP, BLUE: SHOP}, ownerships=self.ownerships, connections=given,
            exempts=self.exempts,
        )  # fmt: skip

    def tables(
        self, spec: Spec, shuffle: random.Random | None = None, services: Container[int] = ALL_SERVICES
    ) -> Tables:
        """Facts that a spec reads, as the reader would hand them over: in any order, of all services or of some."""
        read = [REGISTRY.get(key) for key in needs_of(spec, REGISTRY).sources]
        frames = {s.key: self._frame(s, shuffle, services) for s in read}
        return Tables(frames, REGISTRY, self.catalogue()).for_definition(DEFINITION)

    def _frame(self, source: FactSource, shuffle: random.Random | None, services: Container[int]) -> pl.DataFrame:
        rows = [row for row in self.facts[source.key] if row["service"] in services]
        if shuffle:
            shuffle.shuffle(rows)
        schema = {"service": pl.Int64, "key": pl.String, "channel": pl.String}
        schema |= {f.name: DTYPES.get(f.type, pl.String) for f in source.stored_fields}
        return pl.DataFrame(rows, schema=schema)

    def evidence(self, spec: Spec) -> pl.DataFrame:
        """The frame before the sum, of the first population."""
        return run_steps(self.tables(spec), spec, spec.of[0], self.zone)

    def reasons(self, spec: Spec) -> dict[str, Reason]:
        """Why each fact counts or not, by key."""
        return {key: Reason(reason) for key, reason in self.evidence(spec).select("key", "reason").iter_rows()}

    def counted(self, spec: Spec) -> set[str]:
        """Keys of the facts that count."""
        return {key for key, reason in self.reasons(spec).items() if reason is Reason.COUNTED}

    def placed(self, spec: Spec, shuffle: random.Random | None = None) -> Placed:
        """What the sum reads."""
        return place_spec(self.tables(spec, shuffle), spec, self.zone)

    def cells(
        self,
        spec: Spec,
        *periods: str,
        as_of: datetime = LATER,
        placed: Sequence[Placed] | None = None,
        subjects: frozenset[tuple[str, int]] | None = None,
    ) -> "Cells":
        """The cells of some periods."""
        found = join_placed(placed) if placed else self.placed(spec)
        windows = windows_for(spec, [parse_period(key) for key in periods], self.zone)
        catalogue = self.catalogue()
        since = np.max([catalogue.connected_since(key) for key in needs_of(spec, REGISTRY).sources], axis=0)
        return Cells(sum_cells(Pass(spec, found, catalogue, since, windows, as_of, subjects)))

    def cell(self, spec: Spec, period: str, *, as_of: datetime = LATER, part: str = "whole", of: Any = None) -> Any:
        """One cell of a subject (default: the organisation), or None."""
        return self.cells(spec, period, as_of=as_of).get(period, part, of)


class Cells:
    """Rows of a sum, found by period, part and subject."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    def get(self, period: str, part: str = "whole", of: Any = None) -> Any:
        """One cell as an object, or None; `of` is (kind, primary key) or None for the organisation."""
        kind, pk = of or ("organisation", 0)
        wanted = parse_period(period)
        found = self.frame.filter(
            (pl.col("subject_kind") == kind)
            & (pl.col("subject_id") == pk)
            & (pl.col("part") == part)
            & (pl.col("grain") == wanted.grain.value)
            & (pl.col("end_on") == wanted.end_on)
        )
        assert found.height <= 1
        return SimpleNamespace(**found.row(0, named=True)) if found.height else None

    def rows(self) -> set[tuple[Any, ...]]:
        """Every cell, to compare two sums."""
        return set(self.frame.iter_rows())


def _stored(source: FactSource, name: str, value: Any) -> Any:
    declared = source.field(name)
    assert declared is not None, name
    return _micros(value) if declared.type is T.TIME and value is not None else value


def _micros(value: Any) -> int:
    return micros(value if isinstance(value, datetime) else hour(value))
