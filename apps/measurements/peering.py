"""Another tool's number beside the house's: the same facts at the same watermark, and what only one of them counts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from apps.core.fact_sources import sources
from apps.core.periods import Period, local_midnight
from apps.core.problems import Absent
from apps.measurements.domain.engine.catalogue import FOREVER, Catalogue
from apps.measurements.domain.engine.needs import Needs
from apps.measurements.domain.engine.placed import EPOCH_DAY
from apps.measurements.domain.engine.reasons import Reason
from apps.measurements.domain.engine.steps import local_day
from apps.measurements.domain.engine.tables import Tables
from apps.measurements.domain.engine.times import instant
from apps.measurements.domain.peers import PEERS, rule_of, shapes
from apps.measurements.domain.peers.shapes import Days, Peer, PeerCount, PeerFacts, PeerRule
from apps.measurements.domain.subjects import Subject, SubjectKind
from apps.measurements.evidence import Behind, exemption_of, in_numerator, look_behind, of_subject, words_of
from apps.measurements.models import ComputeRun
from apps.measurements.reading import Reader, Scope
from apps.metrics import queries as metrics
from apps.metrics.domain.spec import Spec
from apps.metrics.models import DefinitionVersion
from apps.services import queries as services

LISTED = 50
# What a rule reads of each source, and the clock by which a fact belongs to a subject.
READ = {
    "deployments": (shapes.DEPLOYMENTS, "finished_at"),
    "incidents": (shapes.INCIDENTS, "started_at"),
    "changes": (shapes.CHANGES, ""),
}
ITSELF = ["source", "place", "key"]
ANYWHERE = -1  # a happening that several services tell of is one, whichever of them tells it


@dataclass(frozen=True)
class PeerFact:
    """A fact that only one of the two counts, with the house's word for it where the house has one."""

    source: str
    service_id: int
    key: str
    at: datetime
    words: str


@dataclass(frozen=True)
class Side:
    """What one of the two counts alone: how many facts, and the newest of them."""

    count: int
    rows: tuple[PeerFact, ...]


@dataclass(frozen=True)
class Layer:
    """Facts set side by side: those of the numerator, or all that are counted."""

    key: str
    both: int
    only_house: Side
    only_peer: Side


@dataclass(frozen=True)
class Comparison:
    """Another tool's value of a cell, and the facts that only one of the two counts.

    `fresh` names the sources that the house's value does not read: these are seen as they stand now.
    """

    peer: Peer
    rule: PeerRule
    count: PeerCount
    layers: tuple[Layer, ...]
    watermark: Mapping[str, int]
    as_of: datetime
    fresh: tuple[str, ...]

    @property
    def rows(self) -> Iterator[PeerFact]:
        """Every fact that is listed."""
        for layer in self.layers:
            yield from layer.only_house.rows
            yield from layer.only_peer.rows


def compare_with(
    peer_key: str, version: DefinitionVersion, subject: Subject, period: Period, run: ComputeRun | None
) -> Comparison:
    """A cell by another tool's rule; raises `Absent` for an unknown tool, or a definition for which it has no rule."""
    peer, definition = PEERS.get(peer_key), version.definition
    rule = rule_of(peer, definition.names) if peer else None
    if peer is None or rule is None:
        raise Absent("not_found", "Nothing is here for you.")
    spec = metrics.spec_of(version)
    behind = look_behind(spec, subject, period, run, definition=definition.slug)
    seen = behind.setting.watermark
    watermark = {**services.watermark(rule.reads), **seen}
    count = rule.count(_facts(rule, behind, subject, watermark), _days(behind))
    layers = tuple(_layers(rule, count, spec, behind))
    fresh = tuple(source for source in rule.reads if source not in seen)
    return Comparison(peer, rule, count, layers, watermark, behind.setting.as_of, fresh)


def _days(behind: Behind) -> Days:
    """The local days of the cell, of a running period those that have begun."""
    window, setting = behind.window, behind.setting
    begun = setting.as_of.astimezone(setting.zone).date() + timedelta(days=1)
    first, end = (d.toordinal() - EPOCH_DAY for d in (window.from_on, min(window.period.end_on, begun)))
    return Days(first, max(end, first + 1))


def _facts(rule: PeerRule, behind: Behind, subject: Subject, watermark: Mapping[str, int]) -> PeerFacts:
    """What the rule reads of the subject. The last deployment of a period may be tied to an incident of today."""
    setting, window = behind.setting, behind.window
    ends = instant(window.ends)
    until = max(setting.as_of, ends) if "incidents" in rule.reads else ends
    scope = Scope(local_midnight(window.from_on, setting.zone), until, _services_of(subject, setting.catalogue))
    needs = Needs({source: READ[source][0].keys() - {*shapes.FACT, "day"} for source in rule.reads})
    with Reader(sources, watermark) as reader:
        tables = reader.tables(needs, [], scope, setting.catalogue.with_exempts(()))
    return PeerFacts(**{source: _of_source(source, rule, tables, subject, behind) for source in READ})


def _services_of(subject: Subject, catalogue: Catalogue) -> tuple[int, ...] | None:
    """The services that a subject ever owned; None where that may be any."""
    if subject.kind is SubjectKind.SERVICE:
        return (subject.id,)
    if subject.kind not in (SubjectKind.TEAM, SubjectKind.GROUP):
        return None
    owned, owners = catalogue.owned_between(-FOREVER, FOREVER)
    mine = pl.DataFrame({"subject": owned, "owner": owners}).filter(of_subject(subject, catalogue))
    return tuple(int(catalogue.service_ids[index]) for index in mine["subject"].unique())


def _of_source(source: str, rule: PeerRule, tables: Tables, subject: Subject, behind: Behind) -> pl.DataFrame:
    """Facts of the subject at their clock; a change is a subject's by the deployment that carried it."""
    columns, clock = READ[source]
    if source not in rule.reads:
        return pl.DataFrame(schema=columns)
    rows = tables.partners(source)
    if not clock:
        return rows.select(*columns)
    rows = rows.filter(pl.col(clock).is_not_null())
    owners = tables.owners(rows, rows["service"].to_numpy(), rows[clock].to_numpy())
    placed = rows.with_columns(
        pl.Series("owner", owners, dtype=pl.Int64), subject="service", day=local_day(pl.col(clock), behind.setting.zone)
    )
    return placed.filter(of_subject(subject, tables.catalogue)).select(*columns)


def _layers(rule: PeerRule, count: PeerCount, spec: Spec, behind: Behind) -> Iterator[Layer]:
    ours = pl.concat(_ours(frame, source, spec, is_top=is_top) for frame, source, is_top in behind.frames)
    ours = ours.sort("reason", "at").unique(ITSELF, keep="first", maintain_order=True)
    theirs = count.facts.select(pl.lit(rule.counts).alias("source"), _place(rule.counts), "service", "key", "at", "top")
    counted = ours.filter(pl.col("reason") == int(Reason.COUNTED))
    if spec.is_share and rule.unit == "share":
        yield _layer("numerator", counted.filter("top"), theirs.filter("top"), ours, behind)
    yield _layer("counted", counted, theirs, ours, behind)


def _place(source: str) -> pl.Expr:
    is_shared = bool(sources.get(source).counted_once_by)
    return (pl.lit(ANYWHERE, pl.Int64) if is_shared else pl.col("service")).alias("place")


def _ours(frame: pl.DataFrame, source: str, spec: Spec, *, is_top: bool) -> pl.DataFrame:
    return frame.select(
        pl.lit(source).alias("source"), _place(source), "service", "key", "at",
        "reason", taken_by=exemption_of(), top=in_numerator(spec, source, is_top=is_top),
    )  # fmt: skip


def _layer(key: str, ours: pl.DataFrame, theirs: pl.DataFrame, known: pl.DataFrame, behind: Behind) -> Layer:
    said = theirs.join(ours, on=ITSELF, how="anti").join(
        known.select(*ITSELF, "reason", "taken_by"), on=ITSELF, how="left"
    )
    alone = ours.join(theirs, on=ITSELF, how="anti").with_columns(reason=pl.lit(None), taken_by=pl.lit(None))
    both = ours.join(theirs, on=ITSELF, how="semi").height
    return Layer(key, both, _side(alone, behind), _side(said, behind, tells=True))


def _side(frame: pl.DataFrame, behind: Behind, *, tells: bool = False) -> Side:
    ids = behind.setting.catalogue.service_ids
    read = {source for _, source, _ in behind.frames}
    newest = frame.sort("at", "key", "service", descending=[True, False, False]).head(LISTED)
    rows = (
        PeerFact(
            source=row["source"],
            service_id=int(ids[row["service"]]),
            key=row["key"],
            at=instant(row["at"]),
            words=_words(row, read) if tells else "",
        )
        for row in newest.iter_rows(named=True)
    )
    return Side(frame.height, tuple(rows))


def _words(row: Mapping[str, Any], read: set[str]) -> str:
    """Why the house does not count a fact that another tool counts."""
    if row["source"] not in read:
        return f"the definition counts no {row['source']}"
    if row["reason"] is None:
        return "not of this period and subject by the definition"
    if row["reason"] == Reason.COUNTED:
        return "counted, and not in the numerator"
    return words_of(Reason(row["reason"]), row["taken_by"])
