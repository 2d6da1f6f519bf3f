"""Fact sources and spec documents that the tests of metrics share."""

import copy
from typing import Any

from apps.core.fact_sources import FactField, FactSource, FieldType, Registry
from apps.delivery.facts import ALL
from apps.metrics.domain.starter import CHANGE_FAILURE_RATE, CHANGE_LEAD_TIME, DEPLOYMENT_FREQUENCY

T = FieldType

INCIDENTS = FactSource(
    key="incidents",
    label="Incidents",
    description="Times when people were hurt.",
    model=None,
    clocks=("detected_at", "resolved_at"),
    main_clock="detected_at",
    fields=(
        FactField("started_at", T.TIME, "When it began."),
        FactField("detected_at", T.TIME, "When it was noticed.", required=True),
        FactField("resolved_at", T.TIME, "When it was over."),
        FactField("severity_worst", T.ENUM, "How bad it was.", choices=("major", "minor")),
        FactField("hurt_seconds", T.INT, "How long it hurt."),
        FactField("cost", T.DECIMAL, "What it cost."),
        FactField("retro_required", T.BOOL, "A retro is due."),
        FactField("labels", T.LABELS, "Free labels."),
        FactField("deployment", T.REF, "The release behind it.", ref="deployments"),
        FactField("retro", T.REF, "Its retro.", ref="retros"),
    ),
)
SAMPLES = FactSource(
    key="sli_samples",
    label="SLI samples",
    description="Good among valid.",
    model=None,
    clocks=("slice_start",),
    main_clock="slice_start",
    fields=(
        FactField("slice_start", T.TIME, "Begin of the slice.", required=True),
        FactField("good", T.INT, "Good events."),
        FactField("valid", T.INT, "Valid events."),
    ),
)
TICKETS = FactSource(
    key="tickets",
    label="Tickets",
    description="Questions of consuming teams.",
    model=None,
    clocks=("opened_at", "resolved_at"),
    main_clock="opened_at",
    fields=(
        FactField("opened_at", T.TIME, "When it came.", required=True),
        FactField("resolved_at", T.TIME, "When it was answered."),
    ),
)


def make_registry() -> Registry:
    """The delivery sources and three more, so that the whole grammar can be spoken."""
    registry = Registry()
    for source in (*ALL, INCIDENTS, SAMPLES, TICKETS):
        registry.register(source)
    return registry


SOURCES = make_registry()

FREQUENCY = DEPLOYMENT_FREQUENCY.spec
LEAD_TIME = CHANGE_LEAD_TIME.spec
FAILURE_RATE = CHANGE_FAILURE_RATE.spec
FAILURE_RATE_BY_INCIDENTS: dict[str, Any] = {
    "measure": "ratio",
    "of": {"facts": "deployments", "clock": "finished_at", "where": ["production"]},
    "link": {
        "from": "incidents", "at": "detected_at", "to": "deployments", "to_where": ["production"],
        "where": [["severity_worst", "in", ["major"]], ["labels", "has_not", "drill"]],
        "explicit": ["deployment"], "infer": "last_before", "max_gap": "72h",
        "keep": [{"from": "linked.finished_at", "to": "detected_at", "at_most": "72h"}],
    },
    "numerator": {"where": [["linked", "is", "some"]]},
    "direction": "lower_is_better",
    "unit": "share",
}  # fmt: skip
HURT_PER_RELEASE: dict[str, Any] = {
    "measure": "ratio",
    "of": [{"facts": "deployments", "clock": "finished_at", "where": ["production"]}],
    "numerator": [
        {"facts": "incidents", "clock": {"latest": ["detected_at", "resolved_at"]}, "amount": "hurt_seconds"}
    ],
    "direction": "neither",
    "unit": "seconds",
    "exclude": [
        {
            "where": [{"any": [["intent", "in", ["rollback"]], ["automated", "is", "true"]]}, ["size", "at_most", 0]],
            "reason": "Nothing new was brought.",
        }
    ],
}
TIMES_TO_RESOLVE: dict[str, Any] = {
    "measure": "quantile",
    "q": "0.850",
    "of": {
        "facts": "incidents",
        "clock": {"field": "resolved_at", "plus": "72h"},
        "where": [["deployment.remediated_by.finished_at", "is", "set"], ["cost", "at_least", "10.50"]],
    },
    "value": {
        "from": {"first_of": ["started_at", "detected_at"]},
        "to": "resolved_at",
        "missing": "at_least",
        "stages": [
            ["noticed", {"first_of": ["started_at", "detected_at"]}, "detected_at"],
            ["mended", "detected_at", "resolved_at"],
        ],
    },
    "window": {"grains": ["month"], "rolling": 3},
    "reading": "commitment",
    "settle_days": 0,
    "direction": "lower_is_better",
    "unit": "seconds",
}
ATTAINMENT: dict[str, Any] = {
    "measure": "attainment",
    "of": {"facts": "sli_samples", "clock": "slice_start"},
    "direction": "higher_is_better",
    "unit": "share",
}
LATEST: dict[str, Any] = {
    "measure": "latest",
    "of": {"facts": "incidents", "clock": "detected_at", "amount": "cost"},
    "direction": "lower_is_better",
    "unit": "money:EUR",
}
MEAN_SIZE: dict[str, Any] = {
    "measure": "mean",
    "of": {"facts": "deployments", "clock": "finished_at"},
    "value": {"field": "size"},
    "direction": "neither",
    "unit": "count",
}
OPEN_TICKETS: dict[str, Any] = {
    "measure": "count",
    "of": {"facts": "tickets", "clock": "opened_at"},
    "direction": "neither",
    "unit": "count",
}
VALID = (
    FREQUENCY, LEAD_TIME, FAILURE_RATE, FAILURE_RATE_BY_INCIDENTS, HURT_PER_RELEASE, TIMES_TO_RESOLVE, ATTAINMENT,
    LATEST, MEAN_SIZE, OPEN_TICKETS,
)  # fmt: skip


def altered(document: dict[str, Any], pointer: str, value: Any) -> dict[str, Any]:
    """A copy of a document with another value at a JSON Pointer (a missing key is added)."""
    changed = copy.deepcopy(document)
    place: Any = changed
    *steps, last = pointer.removeprefix("/").split("/")
    for step in steps:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if isinstance(place, list):
        place[int(last)] = value
    else:
        place[last] = value
    return changed


def without(document: dict[str, Any], key: str) -> dict[str, Any]:
    """A copy of a document without one of its keys."""
    return {name: value for name, value in copy.deepcopy(document).items() if name != key}
