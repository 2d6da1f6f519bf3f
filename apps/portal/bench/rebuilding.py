"""A full rebuild beside its baselines."""

from statistics import median

from django.db import connection

from apps.core import clock
from apps.measurements import operations
from apps.measurements.models import MetricValue
from apps.portal.bench.scratch import Figures, Tell, run_step
from apps.portal.bench.sizes import AS_OF, SMALL, Size
from apps.portal.bench.timing import peak_mib, taken

BARS = {"small": 10.0, "large": 3.0}
LARGEST_MIB = 2048


def rebuild(options: Figures) -> Figures:
    """Compute and store every cell, with or without the runs of weeks; `again` keeps what is stored."""
    if not options["again"]:
        _empty()
    with clock.playing(AS_OF), taken() as rebuilding:
        outcome = operations.rebuild(runs=options["runs"])
    return {
        "seconds": rebuilding.seconds,
        "cpu_seconds": rebuilding.cpu_seconds,
        "peak_mib": peak_mib(),
        "written": outcome.written,
        "cells": MetricValue.objects.count(),
    }


def _empty() -> None:
    """Forget all cells, so that the table and its indexes start as small as in a new database."""
    table = MetricValue._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - our own name
        cursor.execute(f"VACUUM FULL ANALYZE {table}")


def measure_rebuild(url: str, size: Size, times: int, tell: Tell) -> Figures:
    """Baselines and rebuilds in turn, so that a busy moment of the machine meets both."""
    rounds = []
    for number in range(times):
        tell(f"{size.name}: baselines and rebuild, round {number + 1} of {times}")
        found = run_step(url, "read-facts")
        built = run_step(url, "rebuild", runs=False, again=False)
        rounds.append(found | run_step(url, "write-cells") | built)
    tell(f"{size.name}: rebuild again, nothing changed")
    again = run_step(url, "rebuild", runs=False, again=True)
    tell(f"{size.name}: rebuild with the runs of 4, 13 and 26 weeks")
    runs = run_step(url, "rebuild", runs=True, again=False)
    return {"rounds": rounds, "again": again, "with_runs": runs, **_judged(rounds, size)}


def _judged(rounds: list[Figures], size: Size) -> Figures:
    streaming = [r["seconds"] / r["stream_seconds"] for r in rounds]
    copying = [r["seconds"] / (r["copy_out_seconds"] + r["copy_in_seconds"]) for r in rounds]
    ratios = streaming if size.name == SMALL.name else copying
    peak = max(r["peak_mib"] for r in rounds)
    return {
        "ratio": median(ratios),
        "ratios": ratios,
        "bar": BARS[size.name],
        "ratio_to_streaming": median(streaming),
        "ratio_to_copying": median(copying),
        "peak_mib": peak,
        "met": median(ratios) <= BARS[size.name] and peak <= LARGEST_MIB,
    }
