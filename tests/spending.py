"""Budgets that pages of tests show: the worked examples as stored samples, an exhausted one with its trigger."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from apps.core import clock
from apps.objectives.models import Objective, PolicyTrigger
from tests.budgets import evaluate_now, lay, make_objective, make_policy, spread
from tests.personas import Organisation
from tests.sampling import make_indicator, make_series

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# The newest slice begins at NEWEST; pages are read at NOW.
NEWEST = datetime(2026, 8, 24, 7, tzinfo=UTC)
NOW = NEWEST + HOUR + timedelta(minutes=5)
WINDOW = 672
TENANTS = {
    "acme": (1_180, 210_400), "birch": (402, 96_300), "cobalt": (61, 3_150), "dune": (310, 58_200), "elm": (3, 40),
}  # fmt: skip


def evaluate(*objectives: Objective, at: datetime = NOW) -> None:
    """Evaluate as of an instant."""
    with clock.playing(at):
        evaluate_now([one.pk for one in objectives])


def spent(
    world: Organisation, bad: int = 5_000, valid: int = 1_284_500, *, policy: bool = True, **promise: Any
) -> Objective:
    """Checkout's 99.7 % over 28 days, of which so many failed, spread evenly; evaluated at `NOW`."""
    if policy:
        make_policy(world)
    indicator = make_indicator(world, slice_seconds=3600)
    objective = make_objective(world, indicator, **promise)
    lay(make_series(indicator), spread(NEWEST - (WINDOW - 1) * HOUR, WINDOW, 3600, bad, valid))
    evaluate(objective)
    return objective


def first_example(world: Organisation, **promise: Any) -> Objective:
    """Example 1 of the design: 2,911 bad of 1,284,500, of them 412 of 46,100 in the last 24 hours."""
    indicator = make_indicator(world, slice_seconds=3600)
    objective = make_objective(world, indicator, **promise)
    series = make_series(indicator)
    lay(series, spread(NEWEST - (WINDOW - 1) * HOUR, WINDOW - 24, 3600, 2_911 - 412, 1_284_500 - 46_100))
    lay(series, spread(NEWEST - 23 * HOUR, 24, 3600, 412, 46_100))
    evaluate(objective)
    return objective


def tenants(world: Organisation, counts: Mapping[str, tuple[int, int]] = TENANTS, **promise: Any) -> Objective:
    """Example 5 of the design: Harbour's 99 % to each of its tenants."""
    indicator = make_indicator(
        world, "cluster-answers", service=world.harbour_cluster, team=world.harbour, slice_seconds=3600,
        dimension="tenant",
    )  # fmt: skip
    said = {"target": "0.99", "judge": "each", "share_target": "0.95", **promise}
    objective = make_objective(world, indicator, "clusters-answer", team=world.harbour, **said)
    for key, (bad, valid) in counts.items():
        lay(make_series(indicator, key), spread(NEWEST - (WINDOW - 1) * HOUR, WINDOW, 3600, bad, valid))
    evaluate(objective)
    return objective


def fired(objective: Objective) -> PolicyTrigger:
    """The trigger of an objective that is open."""
    return PolicyTrigger.objects.get(objective=objective, closed_at=None, incident="")
