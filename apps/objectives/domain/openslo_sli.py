"""The indicator of an OpenSLO v1 object: ratios and thresholds as counted events, sources resolved by name. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from apps.core.faults import Faults, said
from apps.objectives.domain.openslo_queries import (
    NEEDS_WINDOW,
    NOT_A_COUNTER,
    OPERATORS,
    events_query,
    threshold_queries,
)
from apps.objectives.domain.openslo_text import SourceObject

OWN_TYPE = "plumbline"
PROMETHEUS = "prometheus"
Known = Mapping[tuple[str, str], SourceObject]


def read_sli(
    nested: Mapping[str, Any], place: str, objective: Mapping[str, Any], objective_place: str, faults: Faults,
    known: Known, used: set[tuple[str, str]],
) -> tuple[dict[str, Any] | None, str]:  # fmt: skip
    """What the metrics decide of an indicator document, and the name of its data source; None after a fault."""
    ratio, threshold = nested.get("ratioMetric"), nested.get("thresholdMetric")
    if (ratio is None) == (threshold is None):
        faults.add(place, "required", "An indicator has a ratioMetric or a thresholdMetric.")
        return None, ""
    sources = _Sources(faults, known, used)
    if ratio is not None:
        return _ratio(ratio, f"{place}/ratioMetric", sources), sources.server
    return _threshold(threshold, f"{place}/thresholdMetric", objective, objective_place, sources), sources.server


class _Sources:
    """Resolves metric sources; all of one indicator must come from one server."""

    def __init__(self, faults: Faults, known: Known, used: set[tuple[str, str]]) -> None:
        self.faults, self.known, self.used = faults, known, used
        self.server = ""
        self.is_own = False

    def query(self, metric: Any, place: str) -> str | None:
        """The query of a metric; None after a fault, or where the counts come by push."""
        source = metric.get("metricSource") if isinstance(metric, Mapping) else None
        if not self.faults.is_a(source, dict, f"{place}/metricSource"):
            return None
        assert isinstance(source, dict)  # noqa: S101 - said by the line above
        kind = self._kind(source, f"{place}/metricSource")
        if kind is None:
            return None
        if kind == OWN_TYPE:
            self.is_own = True
            return ""
        spec = source.get("spec")
        query = spec.get("query") if isinstance(spec, Mapping) else None
        return self.faults.text(query or "", f"{place}/metricSource/spec/query", longest=4000)

    def _kind(self, source: Mapping[str, Any], place: str) -> str | None:
        """`prometheus` or `plumbline`; any other source has no counts that could be read."""
        kind, name = source.get("type"), source.get("metricSourceRef")
        if name is not None:
            target = self.known.get(("DataSource", str(name)))
            if target is None:
                self.faults.add(f"{place}/metricSourceRef", "unresolved", f"No file holds a DataSource {said(name)}.")
                return None
            self.used.add(("DataSource", target.name))
            spec = target.document.get("spec")
            kind = kind or (spec.get("type") if isinstance(spec, Mapping) else None)
            if self.server not in ("", target.name):
                self.faults.add(place, "ambiguous", "One indicator reads from one data source.")
                return None
            self.server = target.name
        lowered = str(kind or "").lower()
        if lowered in (PROMETHEUS, OWN_TYPE):
            return lowered
        self.faults.add(f"{place}/type", "unknown_value", f"Only Prometheus can be read, not {said(kind)}.")
        return None


def _ratio(ratio: Any, place: str, sources: _Sources) -> dict[str, Any] | None:
    """Good or bad events out of all."""
    faults = sources.faults
    if not faults.is_a(ratio, dict, place):
        return None
    if ratio.get("raw") is not None or ratio.get("rawType") is not None:
        faults.add(f"{place}/raw", "no_counts", "A ratio computed elsewhere has no counts; name good and total.")
        return None
    side = [name for name in ("good", "bad") if ratio.get(name) is not None]
    if len(side) != 1 or ratio.get("total") is None:
        faults.add(place, "required", "Name total, and good or bad, one of them.")
        return None
    part = sources.query(ratio[side[0]], f"{place}/{side[0]}")
    total = sources.query(ratio["total"], f"{place}/total")
    if part is None or total is None:
        return None
    if sources.is_own:
        return {}
    if part.split() == total.split():
        faults.add(f"{place}/{side[0]}", "repeated", "Both queries are the same, so nothing could ever fail or pass.")
        return None
    return _events(side[0], part, total, ratio, place, sources)


def _events(
    side: str, part: str, total: str, ratio: Mapping[str, Any], place: str, sources: _Sources
) -> dict[str, Any] | None:
    """Both queries as queries of the events of a slice."""
    is_counter = ratio.get("counter") is True
    queries = {}
    for name, key, text in ((side, f"{side}_query", part), ("total", "valid_query", total)):
        query = events_query(text, is_counter=is_counter)
        if query is None:
            words = NEEDS_WINDOW if is_counter else NOT_A_COUNTER
            sources.faults.add(f"{place}/{name}/metricSource/spec/query", "window_missing", words)
        else:
            queries[key] = query
    return {**_pulled(sources), **queries} if len(queries) == 2 else None


def _threshold(
    threshold: Any, place: str, objective: Mapping[str, Any], objective_place: str, sources: _Sources
) -> dict[str, Any] | None:
    """Readings that meet a threshold out of all readings."""
    faults = sources.faults
    operator = faults.one_of(objective.get("op", ""), OPERATORS, f"{objective_place}/op", "an operator")
    value = objective.get("value")
    if not isinstance(value, Decimal):
        faults.add(f"{objective_place}/value", "required", "A thresholdMetric needs a number to be compared with.")
    query = sources.query(threshold, place)
    if query is None or operator is None or not isinstance(value, Decimal):
        return None
    if sources.is_own:
        return {}
    valid, good = threshold_queries(query, operator, value)
    return {**_pulled(sources), "valid_query": valid, "good_query": good}


def _pulled(sources: _Sources) -> dict[str, Any]:
    """A pull stays off until somebody maps the source to a server and tries it."""
    return {"source": "pull", "monitoring_source": sources.server or PROMETHEUS}
