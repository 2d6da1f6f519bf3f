"""Budgets of many objectives: all of them evaluated beside one bare pass over their slices, one slice, pushes, size."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import cycle
from statistics import median

from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.core import clock
from apps.objectives.models import BudgetStatus, EvaluationDue, Objective, Sample
from apps.objectives.operations.evaluating import evaluate_due
from apps.objectives.operations.evaluation_asking import ask_objectives
from apps.portal.bench.asking import TIMES, Ask, keeps, measured
from apps.portal.bench.ingesting import post_facts, pushing_client
from apps.portal.bench.organisation import STEWARD
from apps.portal.bench.promising import SLICE, Promises, make_promises
from apps.portal.bench.scratch import Figures, Tell, run_step, scratch_database
from apps.portal.bench.sizes import AS_OF, Size
from apps.portal.bench.timing import taken
from apps.portal.bench.together import seconds_together

YARD = Size("budgets", teams=40, services=400, deployments=1_000, changes=0)
MANY = Promises(objectives=2_000, keys=1, days=100)
# A thousand tenants each; slices of the days that burn alerts read, and days before them as sums alone.
TENANTS = Promises(objectives=20, keys=1_000, days=5)
# It also writes days, states and results, and reads what is agreed; the bare pass does none of it.
BAR = 3.0
WINDOW = timedelta(days=28)
LATE = timedelta(days=2)
GOALS = {"evaluate": 10, "tenants": 60, "slice": 5, "push": 5_000, "gibibytes": 8}
PER_CALL, CALLS, SENDERS = 1_000, 5, 2


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
    """Seconds from a pushed slice to its new status, and samples a second of one and of two senders, all over REST."""
    slugs = list(Objective.objects.order_by("pk").values_list("indicator__slug", flat=True))
    with clock.playing(AS_OF):
        client = pushing_client()
    slices = []
    _let_rest()
    for number in range(CALLS):
        at = AS_OF + (number + 1) * SLICE
        with clock.playing(at):
            with taken() as following:
                _follow(client, _sample(slugs[0], at))
            slices.append(following.seconds)
            _follow(client, _sample(slugs[-1], at - LATE, good=90))
    half = len(slugs) // SENDERS
    parts = [slugs[n * half : (n + 1) * half][:PER_CALL] for n in range(SENDERS)]
    begin = AS_OF + CALLS * SLICE
    alone = seconds_together([partial(_send, client, parts[0], begin)])
    both = seconds_together([partial(_send, client, part, begin + CALLS * SLICE) for part in parts])
    return {
        "slice_seconds": median(slices), "per_second": CALLS * len(parts[0]) / alone,
        "together_per_second": CALLS * sum(map(len, parts)) / both,
    }  # fmt: skip


def _let_rest() -> None:
    """No objective is due by itself for a long time: what is evaluated from here on was asked for by a slice."""
    EvaluationDue.objects.update(due_at=AS_OF + timedelta(days=365))


def _follow(client: Client, sample: Figures) -> None:
    """Push a slice, new or late, and evaluate what is due: the one objective that it is of, and no other."""
    post_facts(client, [sample])
    evaluated = evaluate_due()
    if evaluated != 1:
        raise RuntimeError(f"One slice was followed by {evaluated} evaluations; its own objective alone is due.")
    _let_rest()


def _send(client: Client, slugs: Sequence[str], begin: datetime) -> None:
    """One slice of every indicator in a call, as monitoring sends them each five minutes."""
    for number in range(CALLS):
        at = begin + (number + 1) * SLICE
        with clock.playing(at):
            post_facts(client, [_sample(slug, at) for slug in slugs])


def _sample(slug: str, at: datetime, good: int = 99) -> Figures:
    starts_at = (at - SLICE).isoformat()
    return {"source": "sli_samples", "indicator": slug, "slice_start": starts_at, "good": good, "valid": 100}


def promised_pages(_: Figures) -> Figures:
    """Queries, bytes and milliseconds of the list of all objectives, of one's budget and of its keys."""
    client = Client(headers={"Host": "127.0.0.1"})
    slugs = list(Objective.objects.order_by("slug").values_list("slug", flat=True)[:TIMES])
    addresses = {"objectives": [reverse("objectives:objective-list")]} | {
        name: [reverse(f"objectives:{name}", args=[slug]) for slug in slugs]
        for name in ("objective", "objective-keys", "objective-days")
    }
    with clock.playing(AS_OF):
        client.force_login(User.objects.get(email=STEWARD))
        found = {name: measured(_asking(client, cycle(those))) for name, those in addresses.items()}
    return {name: one | {"goal": 300, "met": keeps(one)} for name, one in found.items()}


def _asking(client: Client, addresses: Iterator[str]) -> Ask:
    return lambda: client.get(next(addresses))


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
        found["pages"] = run_step(url, "promised-pages")
        found |= run_step(url, "push")
    ratio = found["seconds"] / found["bare_seconds"]
    found["slice_bytes"] = found["gibibytes"] * 2**30 / found["slices"]
    found["day_bytes"] = found["slice_bytes"] * MANY.slices / (MANY.objectives * MANY.days)
    tell(f"{TENANTS.series:,} tenants, {TENANTS.slices:,} slices")
    with scratch_database(server, f"{YARD.name}-tenants") as url:
        run_step(url, "load", size=vars(YARD))
        made = run_step(url, "promise", promises=vars(TENANTS), prefix="tenants")
        by_tenant = made | run_step(url, "budgets")
        by_tenant["pages"] = run_step(url, "promised-pages")
    return found | {"ratio": ratio, "bar": BAR, "met": ratio <= BAR, "tenants": by_tenant, "goals": GOALS}
