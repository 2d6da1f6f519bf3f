"""Promises and budgets for tests: an objective in force in one line, counts spread over its slices, an evaluation."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apps.core import clock
from apps.core.bulk import insert_rows
from apps.core.faults import Faults
from apps.core.immutable import writing
from apps.objectives.domain.budget_policies import Policy, read_policy
from apps.objectives.domain.counts import Counts, DaySum, Slice, day_of, sum_of
from apps.objectives.domain.promises import Promise, read_promise
from apps.objectives.models import (
    BudgetPolicy,
    BudgetPolicyVersion,
    BudgetStatus,
    EvaluationDue,
    Indicator,
    Objective,
    ObjectiveVersion,
    Sample,
    SampleDay,
    Series,
)
from apps.objectives.operations import evaluating, evaluation_asking
from apps.teams.models import Team
from tests.personas import Organisation
from tests.sampling import make_batch, make_proposal


def promise_document(**said: Any) -> dict[str, Any]:
    """What an objective's version says: 99.7 % over 28 days unless said otherwise."""
    return {
        "name": "Checkout works", "monday_decision": "Whether to launch.", "rationale": "Nobody waits to pay.",
        "revisit_on": "2026-12-01", "target": "0.997", **said,
    }  # fmt: skip


def promise(slice_seconds: int = 300, **said: Any) -> Promise:
    """A promise that reads without fault."""
    faults = Faults()
    found = read_promise(promise_document(**said), faults, slice_seconds=slice_seconds)
    assert found is not None, faults.found
    return found


def make_objective(
    world: Organisation, indicator: Indicator, slug: str = "checkout-works", *, team: Team | None = None, **said: Any
) -> Objective:
    """An objective whose first version holds from the beginning."""
    with writing(Objective):
        objective = Objective.objects.create(
            slug=slug, indicator=indicator, owner_team=team or world.checkout, created_at=clock.now(),
            created_by=world.people["ana"],
        )  # fmt: skip
    add_promise(world, objective, **said)
    return objective


def add_promise(
    world: Organisation, objective: Objective, *, effective_from: date | None = None, moved_from: Team | None = None,
    **said: Any,
) -> ObjectiveVersion:  # fmt: skip
    """The next version of an objective; each is a meaning of its own."""
    seconds = objective.indicator.versions.latest("number").slice_seconds
    read = promise(seconds, **said)
    number = objective.versions.count() + 1
    with writing(ObjectiveVersion):
        return ObjectiveVersion.objects.create(
            objective=objective, number=number, name=read.name, target=read.target, revisit_on=read.revisit_on,
            promise_text=read.canonical_text, promise_sha256=_sha(read.canonical_text), meaning_number=number,
            reason="For a test.", effective_from=effective_from, proposal=make_proposal(world),
            adopted_at=clock.now(), adopted_by=world.people["ana"], moved_from=moved_from,
        )  # fmt: skip


def make_policy(
    world: Organisation, slug: str = "checkout-budget", *, team: Team | None = None, **said: Any
) -> BudgetPolicyVersion:
    """A policy with the default rules, in force from the beginning."""
    faults = Faults()
    document = {
        "name": "Checkout's budget", "goals": "Users can pay.", "non_goals": "Not a punishment.",
        "revisit_on": "2026-12-01", **said,
    }  # fmt: skip
    read: Policy | None = read_policy(document, faults)
    assert read is not None, faults.found
    with writing(BudgetPolicy):
        policy = BudgetPolicy.objects.create(
            slug=slug, owner_team=team or world.checkout, created_at=clock.now(), created_by=world.people["ana"]
        )
    with writing(BudgetPolicyVersion):
        return BudgetPolicyVersion.objects.create(
            policy=policy, number=1, name=read.name, policy_text=read.canonical_text,
            policy_sha256=_sha(read.canonical_text), meaning_number=1, revisit_on=read.revisit_on,
            reason="For a test.", proposal=make_proposal(world), adopted_at=clock.now(),
            adopted_by=world.people["ana"],
        )  # fmt: skip


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def spread(start: datetime, count: int, seconds: int, bad: int, valid: int) -> list[Slice]:
    """So many slices in a row that together hold exactly these counts, as evenly as whole events allow."""
    slices = []
    for number in range(count):
        before, after = valid * number // count, valid * (number + 1) // count
        failed = bad * after // valid - bad * before // valid
        starts_at = start + number * timedelta(seconds=seconds)
        slices.append(Slice(starts_at, Counts(after - before - failed, after - before, after - before)))
    return slices


def status_of(objective: Objective, key: str | None = None) -> BudgetStatus:
    """Where an objective, or one of its keys, stands."""
    rows = BudgetStatus.objects.filter(objective=objective).select_related("series", "version")
    return rows.get(series=None) if key is None else rows.get(series__key=key)


def states(objectives: Iterable[Objective]) -> Sequence[str]:
    """The states of objectives, in order."""
    return [status_of(one).state for one in objectives]


def lay(series: Series, slices: Sequence[Slice]) -> None:
    """Put many slices of an empty stretch at once, with the sums of their days: quicker than a batch of each."""
    batch = make_batch()
    columns = ("series_id", "starts_at", "good", "valid", "total", "first_batch_id", "last_batch_id")
    rows = [(series.pk, s.starts_at, s.counts.good, s.counts.valid, s.counts.total, batch.pk, batch.pk) for s in slices]
    insert_rows(Sample, columns, rows)
    lay_days(series, slices)
    newest = max((one.starts_at for one in slices if one.counts.is_usable), default=None)
    if newest is not None and (series.newest_start is None or newest > series.newest_start):
        series.newest_start = newest
        series.save()


def roll_up(slices: Iterable[Slice], zone: ZoneInfo) -> dict[tuple[str, date], DaySum]:
    """A plain pass: sums by key and local day, slice by slice."""
    found: dict[tuple[str, date], DaySum] = {}
    for one in slices:
        place = (one.key, day_of(one.starts_at, zone))
        found[place] = found.get(place, DaySum()) + sum_of(one.counts)
    return found


def lay_days(series: Series, slices: Sequence[Slice]) -> None:
    """The sums of slices by day, added to what stands."""
    for (_, day), more in roll_up([replace(one, key="") for one in slices], clock.reporting_zone()).items():
        row, _ = SampleDay.objects.get_or_create(series=series, day=day)
        for name in ("good", "valid", "total", "seen", "idle", "unusable"):
            setattr(row, name, getattr(row, name) + getattr(more, name))
        row.save()


def evaluate_now(objective_ids: Sequence[int]) -> None:
    """Evaluate these objectives at once, as if they had just become due."""
    evaluation_asking.ask_objectives(dict.fromkeys(objective_ids), clock.now())
    evaluating.evaluate(list(EvaluationDue.objects.filter(objective__in=objective_ids)))
