"""One late deployment: what it costs does not depend on how much history there is."""

from datetime import timedelta
from statistics import median

from apps.core import clock
from apps.core.fact_sources import sources
from apps.core.work import run_now
from apps.measurements.models import MetricValue
from apps.portal.bench.copying import CHANNEL
from apps.portal.bench.scratch import Figures, Tell, run_step, scratch_database
from apps.portal.bench.sizes import AS_OF, Size
from apps.portal.bench.timing import taken
from apps.services import operations as services
from apps.services.queries import list_services

BAR = 1.5
DAYS_LATE = 100
TIMES = 7
YARD = Size("late", teams=40, services=160, deployments=40_000, changes=60_000, days=730)
# Name of the comparison: a small history and a large one.
PAIRS = {
    "two against twenty years": (YARD, YARD.over_years(20)),
    "20,000 against 2,000,000 facts in the same two years": (YARD.thinned(20_000), YARD.thinned(2_000_000)),
}


def late() -> Figures:
    """Store one deployment of a hundred days ago and every value it moves, several times over."""
    found = list_services().order_by("pk").values_list("pk", flat=True)[:TIMES]
    with clock.playing(AS_OF):
        seconds = [_publish_and_compute(pk, f"late-{number}") for number, pk in enumerate(found)]
    return {"seconds": seconds, "median_seconds": median(seconds), "cells": MetricValue.objects.count()}


def _publish_and_compute(service_id: int, key: str) -> float:
    row = {"service": service_id, "key": key, "finished_at": AS_OF - timedelta(days=DAYS_LATE)}
    with taken() as working:
        services.record_facts(source=sources.get("deployments"), channel=CHANNEL, rows=[row])
        run_now("measurements.recompute_cells")
    return working.seconds


def measure_late(server: str, tell: Tell) -> Figures:
    """The cost with little and with much history behind it."""
    found = {}
    for name, sizes in PAIRS.items():
        few, many = (_late_in(server, size, tell) for size in sizes)
        ratio = many["median_seconds"] / few["median_seconds"]
        found[name] = {"few": few, "many": many, "ratio": ratio, "bar": BAR, "met": ratio <= BAR}
    return found


def _late_in(server: str, size: Size, tell: Tell) -> Figures:
    tell(f"one late deployment among {size.facts:,} facts of {size.days} days")
    with scratch_database(server, size.name) as url:
        run_step(url, "load", size=vars(size))
        run_step(url, "rebuild", runs=True, again=False)
        return run_step(url, "late") | {"facts": size.facts, "days": size.days}
