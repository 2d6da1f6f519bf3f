"""Promises a spec may not break: nothing is measured that rewards more pieces instead of better work. Pure."""

from apps.metrics.domain.faults import Faults
from apps.metrics.domain.spec import Measure, Population

COUNTING = (Measure.COUNT, Measure.RATE)
# Facts whose number says how work was cut, not what it brought: source, clock (empty: any), what to ask instead.
VANITY_COUNTS = (
    ("changes", "", "Counting changes rewards small pieces. Measure how long a change takes to production instead."),
    ("commits", "", "Counting commits rewards small pieces. Measure how long a change takes to production instead."),
    ("tickets", "resolved_at", "Counting closed tickets rewards closing. Measure how long people wait instead."),
)
VANITY_AMOUNTS = {"size": "Adding up sizes rewards more code. Measure what it brought, or how long it took, instead."}


def guard_population(population: Population, measure: Measure, pointer: str, faults: Faults) -> None:
    """Note a vanity count or sum, with what to measure instead."""
    if advice := VANITY_AMOUNTS.get(population.amount.rpartition(".")[2]):
        faults.add(f"{pointer}/amount", "vanity", advice)
    for source, clock, advice in VANITY_COUNTS if measure in COUNTING else ():
        if population.facts == source and (not clock or clock in population.clock.paths):
            faults.add(f"{pointer}/facts", "vanity", advice)
