"""Checks from outside as counts: each check is one event, good or bad as the indicator says. Pure."""

from enum import StrEnum

from apps.objectives.domain.counts import Counts
from apps.objectives.domain.indicator_specs import IndicatorSpec
from apps.objectives.domain.indicator_words import KINDS, Limit, MeasuredAt


class ProbeState(StrEnum):
    """What a check found."""

    UP = "up"
    DOWN = "down"
    DEGRADED = "degraded"


def takes_probes(spec: IndicatorSpec) -> bool:
    """Whether checks from outside are what the indicator counts."""
    return spec.measured_at is MeasuredAt.PROBE


def count_probe(spec: IndicatorSpec, state: ProbeState, response_ms: int | None) -> Counts | None:
    """One check as counts; a slow answer is good unless the indicator has a limit in milliseconds.

    None where it cannot be said: an answer without its time says nothing about a limit.
    """
    if state is ProbeState.DOWN:
        return Counts(0, 1, 1)
    if KINDS[spec.kind].limit is not Limit.MILLISECONDS:
        return Counts(1, 1, 1)
    if response_ms is None:
        return None
    return Counts(int(response_ms <= float(spec.limit)), 1, 1)
