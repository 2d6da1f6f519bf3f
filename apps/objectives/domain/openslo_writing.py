"""OpenSLO v1 from indicators and objectives: plain, exact; what the standard lacks stands in annotations. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.core.periods import Grain
from apps.objectives.domain.documents import compact_json
from apps.objectives.domain.indicator_specs import IndicatorSpec
from apps.objectives.domain.indicator_words import SampleSource
from apps.objectives.domain.objective_words import Method
from apps.objectives.domain.openslo_reading import API_VERSION
from apps.objectives.domain.openslo_sli import OWN_TYPE, PROMETHEUS
from apps.objectives.domain.openslo_slo import SLICE_WINDOWS
from apps.objectives.domain.openslo_words import INDICATOR_NOTE, PROMISE_NOTE, SLUG_NOTE
from apps.objectives.domain.promises import Promise
from apps.objectives.domain.windows import Window
from apps.objectives.domain.yaml_writing import write_yaml

CALENDAR = {
    Grain.WEEK: ("1w", "2024-01-01 00:00:00"),
    Grain.MONTH: ("1M", "2024-01-01 00:00:00"),
    Grain.QUARTER: ("1Q", "2024-01-01 00:00:00"),
}
SLICE_TEXT = {seconds: text for text, seconds in SLICE_WINDOWS.items()}


class NotExportable(ValueError):
    """An objective that the standard cannot say; the text names it and why."""


@dataclass(frozen=True)
class Exported:
    """One objective with its indicator, as it is in force."""

    slug: str
    indicator_slug: str
    service: str
    spec: IndicatorSpec
    promise: Promise


def write_openslo(objectives: Sequence[Exported], *, zone_name: str) -> str:
    """A list of objects as YAML: services, data sources, indicators once each, then SLOs; raises `NotExportable`."""
    full = [one.slug for one in objectives if one.promise.target == 1]
    if full:
        raise NotExportable(f"{', '.join(full)}: OpenSLO has no target of 100 %.")
    services = sorted({one.service for one in objectives})
    servers = sorted({_server(one.spec) for one in objectives if one.spec.source is SampleSource.PULL})
    indicators = {one.indicator_slug: one for one in objectives}
    return write_yaml(
        *[_object("Service", name, {}) for name in services],
        *[_object("DataSource", name, {"type": "Prometheus"}) for name in servers],
        *[_sli(one) for _, one in sorted(indicators.items())],
        *[_slo(one, zone_name) for one in sorted(objectives, key=lambda one: one.slug)],
    )


def _object(kind: str, name: str, spec: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name, **metadata}, "spec": spec}


def _server(spec: IndicatorSpec) -> str:
    return spec.monitoring_source or PROMETHEUS


def _sli(one: Exported) -> dict[str, Any]:
    spec = one.spec
    side = "bad" if spec.bad_query else "good"
    ratio = {
        "counter": False,
        side: {"metricSource": _metric(one, spec.bad_query or spec.good_query)},
        "total": {"metricSource": _metric(one, spec.valid_query)},
    }
    notes = {SLUG_NOTE: one.indicator_slug, INDICATOR_NOTE: spec.canonical_text}
    return _object(
        "SLI", one.indicator_slug, {"description": spec.hurts, "ratioMetric": ratio}, displayName=spec.name,
        annotations=notes,
    )  # fmt: skip


def _metric(one: Exported, query: str) -> dict[str, Any]:
    if one.spec.source is not SampleSource.PULL:
        return {"type": OWN_TYPE, "spec": {"indicator": one.indicator_slug}}
    return {"metricSourceRef": _server(one.spec), "type": "Prometheus", "spec": {"query": query}}


def _slo(one: Exported, zone_name: str) -> dict[str, Any]:
    promise = one.promise
    objective: dict[str, Any] = {"displayName": promise.name, "target": promise.target}
    if promise.method is Method.TIME_SLICES and promise.slice_target is not None:
        objective |= {"timeSliceTarget": promise.slice_target, "timeSliceWindow": SLICE_TEXT[one.spec.slice_seconds]}
    spec = {
        "description": promise.rationale, "service": one.service, "indicatorRef": one.indicator_slug,
        "timeWindow": [_window(promise.window, zone_name)],
        "budgetingMethod": "Timeslices" if promise.method is Method.TIME_SLICES else "Occurrences",
        "objectives": [objective],
    }  # fmt: skip
    notes = {PROMISE_NOTE: compact_json(promise.as_document())}
    return _object("SLO", one.slug, spec, displayName=promise.name, annotations=notes)


def _window(window: Window, zone_name: str) -> dict[str, Any]:
    if window.grain is None:
        return {"duration": f"{window.days}d", "isRolling": True}
    duration, start = CALENDAR[window.grain]
    return {"duration": duration, "isRolling": False, "calendar": {"startTime": start, "timeZone": zone_name}}
