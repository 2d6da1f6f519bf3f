"""Fact tables as they were read, with what every step asks of them: dense services, counted channels, partners."""

from collections.abc import Iterable, Mapping
from copy import copy

import numpy as np
import polars as pl

from apps.core.fact_sources import FactField, FactSource, FieldType, Registry
from apps.measurements.domain.engine.catalogue import NOBODY, Catalogue, Ints
from apps.measurements.domain.engine.exempts import Exempt, about

TEAM = "team"
TEXTS = (FieldType.CODE, FieldType.ENUM, FieldType.REF)


class Tables:
    """Frames by source key: `service` (dense index), `key`, `counted` and the fields that are needed.

    Empty texts stand as null, so that "is set" means what it says. Rows that name their team hold its dense index in
    `team`.
    """

    def __init__(self, frames: Mapping[str, pl.DataFrame], sources: Registry, catalogue: Catalogue) -> None:
        self.sources = sources
        self.catalogue = catalogue
        self.exempts: tuple[Exempt, ...] = ()
        self._frames = {key: self._prepared(sources.get(key), frame) for key, frame in frames.items()}

    def for_definition(self, slug: str, exempts: Iterable[Exempt] | None = None) -> "Tables":
        """The same tables with the exemptions that name a definition; `exempts` other than those in force may be given.

        Without this nothing is exempted: a spec does not know whose it is.
        """
        found = copy(self)
        found.exempts = tuple(about(self.catalogue.exempts if exempts is None else exempts, slug))
        return found

    def _prepared(self, source: FactSource, frame: pl.DataFrame) -> pl.DataFrame:
        texts = [f.name for f in source.stored_fields if f.type in TEXTS and f.name in frame.columns]
        dense = self.catalogue.service_index(frame["service"].to_numpy())
        frame = frame.with_columns(
            pl.Series("service", dense, dtype=pl.Int64),
            *(pl.when(pl.col(t) != "").then(pl.col(t)).alias(t) for t in texts),
        )
        if source.names_team:
            teams = np.searchsorted(self.catalogue.team_ids, frame[TEAM].to_numpy())
            frame = frame.with_columns(pl.Series(TEAM, teams, dtype=pl.Int64))
        return frame.with_columns(counted=self._counted(source.key, frame))

    def _counted(self, source: str, frame: pl.DataFrame) -> pl.Expr | pl.Series:
        if "channel" not in frame.columns:
            return pl.lit(value=True)
        channels = self.catalogue.counted_channels(source)
        counted = pl.DataFrame(
            {
                "service": self.catalogue.service_index(np.array(list(channels), dtype=np.int64)),
                "counted_channel": list(channels.values()),
            },
            schema={"service": pl.Int64, "counted_channel": pl.String},
        )
        joined = frame.join(counted, on="service", how="left", maintain_order="left")
        return (joined["channel"] == joined["counted_channel"]).fill_null(value=True).alias("counted")

    def owners(self, frame: pl.DataFrame, services: Ints, instants: Ints, team: str = TEAM) -> Ints:
        """The team (by index) that each row belongs to: the one it names in `team`, else its service's owner then."""
        owners = self.catalogue.owner_at(services, instants)
        if team not in frame.columns:
            return owners
        named = frame[team].fill_null(NOBODY).to_numpy()
        return np.where(named == NOBODY, owners, named)

    def rows(self, source: str) -> pl.DataFrame:
        """All rows of a source."""
        return self._frames[source]

    def partners(self, source: str) -> pl.DataFrame:
        """Rows of the counted channel: one for each (service, key)."""
        frame = self._frames[source]
        return frame if "channel" not in frame.columns else frame.filter(pl.col("counted"))

    def partner_of(self, frame: pl.DataFrame, source: FactSource, field: FactField) -> pl.Series:
        """For each row the key of the partner a reference names; null without one."""
        return frame[field.name] if field.via is None else self._derived(frame, source, field)

    def _derived(self, frame: pl.DataFrame, source: FactSource, field: FactField) -> pl.Series:
        """The earliest partner named by rows of a third source that lies on the right side of this fact."""
        via = field.via
        assert via is not None  # noqa: S101 - told to the type checker; the caller tested it
        ties = self.partners(via.source).select("service", match=via.match, pick=via.pick)
        far = self.partners(field.ref).select("service", pick="key", far=via.clock)
        own = frame.select("service", "key", own=via.clock, at=pl.int_range(pl.len()))
        met = ties.join(far, on=["service", "pick"]).join(
            own, left_on=["service", "match"], right_on=["service", "key"]
        )
        right_side = pl.col("far") > pl.col("own") if via.partner_is == "after" else pl.col("far") < pl.col("own")
        best = met.filter(right_side).sort("far", "pick").unique("at", keep="first", maintain_order=True)
        chosen = own.select("at").join(best.select("at", "pick"), on="at", how="left", maintain_order="left")
        return chosen["pick"]
