"""Budgets of many objectives: all of them evaluated beside one bare pass over their slices, one slice, pushes, size."""

from datetime import timedelta
from statistics import median
from typing import Any

from django.db import connection, transaction

from apps.core import clock
from apps.objectives.domain.counts import Counts, Slice
from apps.objectives.models import BudgetStatus, EvaluationDue, Sample, SampleBatch, Series
from apps.objectives.operations.evaluating import evaluate_due
from apps.objectives.operations.evaluation_asking import ask_objectives
from apps.objectives.operations.sample_storing import store
from apps.portal.bench.promising import SLICE, Promises, make_promises
from apps.portal.bench.scratch import Figures, Tell, run_step, scratch_database
from apps.portal.bench.sizes import AS_OF, Size
from apps.portal.bench.timing import taken

YARD = Size("budgets", teams=40, services=400, deployments=1_000, changes=0)
MANY = Promises(objectives=2_000, keys=1, days=100)
# A thousand tenants each; slices of the days that burn alerts read, and days before them as sums alone.
TENANTS = Promises(objectives=20, keys=1_000, days=5)
# It also writes days, states and results, and reads what is agreed; the bare pass does none of it.
BAR = 6.0
WINDOW = timedelta(days=28)
GOALS = {"evaluate": 10, "tenants": 60, "slice": 5, "push": 5_000, "gibibytes": 8}
PUSHED, TIMES = 1_000, 5


def promise(options: Figures) -> Figures:
    """Add objectives with their slices to a loaded organisation, and evaluate each for the first time."""
    size = Promises(**options["promises"])
    with clock.playing(AS_OF):
        with taken() as filling:
            pks = make_promises(size, options["prefix"])
        with taken() as first:
            _evaluate(pks)
    return {"fill_seconds": filling.seconds, "first_seconds": first.seconds, "slices": size.slices}


def budgets(_: Figures) -> Figures:
    """Seconds of evaluating all after a change of today's counts, and of one bare pass; bytes of the slices."""
    pks = list(EvaluationDue.objects.values_list("objective_id", flat=True))
    with clock.playing(AS_OF):
        with taken() as bare:
            _bare_pass()
        with taken() as evaluating:
            _evaluate(pks)
        size = _bytes_of_slices()
        states = list(BudgetStatus.objects.filter(series=None).values_list("state", flat=True))
    return {
        "objectives": len(pks), "seconds": evaluating.seconds, "cpu_seconds": evaluating.cpu_seconds,
        "bare_seconds": bare.seconds, "gibibytes": size / 2**30, "judged": sum(s in ("ok", "at_risk") for s in states),
        "keys": BudgetStatus.objects.exclude(series=None).count(),
    }  # fmt: skip


def push(_: Figures) -> Figures:
    """Seconds from one slice to its new status, and samples stored a second, a thousand at once and read already."""
    series = list(Series.objects.order_by("pk")[: PUSHED + 1])
    slices, stored = [], []
    for number in range(TIMES):
        at = AS_OF + (number + 1) * SLICE
        with clock.playing(at):
            with taken() as following:
                _store(series[:1], at)
                if not evaluate_due():
                    raise RuntimeError("The slice was not followed by an evaluation.")
            with taken() as storing:
                _store(series[1:], at)
        slices.append(following.seconds)
        stored.append((len(series) - 1) / storing.seconds)
        EvaluationDue.objects.update(due_at=at + timedelta(days=365))
    return {"slice_seconds": median(slices), "per_second": median(stored)}


@transaction.atomic
def _store(series: list[Series], at: Any) -> None:
    batch = SampleBatch.objects.create(channel="bench", sender="system", received_at=at)
    store(batch=batch, items=[(one.pk, Slice(at - SLICE, Counts(99, 100, 100))) for one in series], at=at)


def _evaluate(pks: list[int]) -> None:
    ask_objectives(dict.fromkeys(pks, clock.local_day(AS_OF - SLICE)), AS_OF)
    if evaluate_due() < len(pks):
        raise RuntimeError("Not every objective was evaluated; the duties say what went wrong.")


def _bare_pass() -> None:
    """What any program has to pay that reads the slices of the windows once."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT series_id, sum(valid - good), sum(valid) FROM {Sample._meta.db_table}"  # noqa: S608
            " WHERE starts_at >= %s GROUP BY series_id",
            [AS_OF - WINDOW],
        )
        cursor.fetchall()


def _bytes_of_slices() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size(%s)", [Sample._meta.db_table])
        return int(cursor.fetchone()[0])


def measure_budgets(server: str, tell: Tell) -> Figures:
    """All objectives against one bare pass; with tenants, the time alone."""
    tell(f"{MANY.objectives:,} objectives, {MANY.slices:,} slices")
    with scratch_database(server, YARD.name) as url:
        run_step(url, "load", size=vars(YARD))
        made = run_step(url, "promise", promises=vars(MANY), prefix="many")
        found = made | run_step(url, "budgets")
        found |= run_step(url, "push")
    ratio = found["seconds"] / found["bare_seconds"]
    tell(f"{TENANTS.series:,} tenants, {TENANTS.slices:,} slices")
    with scratch_database(server, f"{YARD.name}-tenants") as url:
        run_step(url, "load", size=vars(YARD))
        made = run_step(url, "promise", promises=vars(TENANTS), prefix="tenants")
        by_tenant = made | run_step(url, "budgets")
    return found | {"ratio": ratio, "bar": BAR, "met": ratio <= BAR, "tenants": by_tenant, "goals": GOALS}
