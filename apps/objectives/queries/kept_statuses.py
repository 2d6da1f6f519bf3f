"""Statuses as the rules take them: where budgets stand, without reading one slice."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.core import clock
from apps.objectives.domain.counts import Tally
from apps.objectives.domain.evaluating import Evaluation
from apps.objectives.domain.kept_results import Kept, Measuring, evaluation_of, still
from apps.objectives.domain.objective_words import BudgetState, StateReason
from apps.objectives.domain.promises import Promise
from apps.objectives.domain.states import Judged
from apps.objectives.models import BudgetStatus, JudgedCounts, ObjectiveVersion
from apps.objectives.queries.agreements import Agreed, can_read, promise_of

NOT_CONNECTED = Kept(Judged(BudgetState.NO_DATA, StateReason.NOT_CONNECTED))


def statuses_in_sum(objective_ids: Collection[int]) -> dict[int, BudgetStatus]:
    """Where objectives stand, without their keys; one query."""
    rows = BudgetStatus.objects.filter(objective__in=objective_ids, series=None)
    return {row.objective_id: row for row in rows.select_related("version")}


def standing_in(states: Collection[BudgetState]) -> Q:
    """A condition on objectives: where they stand as of now, as their pages say it; one query.

    Silence turns a state stale without an evaluation, and how much of it does is written in each promise.
    """
    rows = BudgetStatus.objects.filter(series=None).values_list(
        "objective_id", "state", "reason", "window_end", "version__promise_text"
    )
    now, found = clock.as_of(), []
    for objective_id, state, reason, newest_end, promise_text in rows:
        kept = Kept(Judged(BudgetState(state), StateReason(reason)), newest_end)
        version = ObjectiveVersion(promise_text=promise_text)
        judged = still(kept, promise_of(version), now) if can_read(version) else NOT_CONNECTED.judged
        if judged.state in states:
            found.append(objective_id)
    # Without a status nothing was ever measured.
    never = ~Q(Exists(BudgetStatus.objects.filter(objective=OuterRef("pk"), series=None)))
    return Q(pk__in=found) | never if BudgetState.NO_DATA in states else Q(pk__in=found)


def measured_end(row: BudgetStatus | None, at: datetime) -> datetime | None:
    """Where the counts end that a status rests on; None where nothing came, or the source is silent as of then."""
    if row is None or not can_read(row.version):
        return None
    silent = (BudgetState.STALE, BudgetState.NO_DATA)
    return None if still(kept_of(row), promise_of(row.version), at).state in silent else row.window_end


def find_measured_end(objective_id: int, at: datetime) -> datetime | None:
    """Where the counts end that an objective was judged by; one query."""
    return measured_end(statuses_in_sum([objective_id]).get(objective_id), at)


def with_keys(objective_id: int) -> QuerySet[BudgetStatus]:
    """Where an objective stands, and each of its keys."""
    return BudgetStatus.objects.filter(objective=objective_id).select_related("series", "version")


def kept_of(row: BudgetStatus | None) -> Kept:
    """A status as the rules take it; without one nothing was measured yet."""
    if row is None:
        return NOT_CONNECTED
    key = row.series.key if row.series_id and row.series else ""
    return kept_counts(row, key, BudgetState(row.judged_state) if row.judged_state else None)


def kept_counts(row: JudgedCounts, key: str = "", was: BudgetState | None = None) -> Kept:
    """Counts and the state that they decided, as the rules take them."""
    return Kept(
        Judged(BudgetState(row.state), StateReason(row.reason)), row.window_end, Tally(row.bad, row.counted), row.basis,
        Tally(row.raw_bad, row.raw_counted), row.raw_basis, Tally(row.recent_bad, row.recent_counted), row.seen,
        row.unusable, key, was, row.keys_within, row.keys_judged,
    )  # fmt: skip


def judged_by(row: BudgetStatus | None, agreed: Agreed) -> tuple[ObjectiveVersion, Promise]:
    """The version that a status was judged by, and its promise; the one in force where nothing was judged yet."""
    if row is None or row.version_id == agreed.version.pk or not can_read(row.version):
        return agreed.version, agreed.promise
    return row.version, promise_of(row.version)


def evaluation_in(
    agreed: Agreed, row: BudgetStatus | None, keys: Iterable[BudgetStatus] = (), *, at: datetime | None = None
) -> Evaluation | None:
    """The result that a status stands for, as of now unless said otherwise; None where nothing ever came."""
    _, promise = judged_by(row, agreed)
    measuring = Measuring(agreed.spec.slice_seconds, agreed.readable_from)
    kept = [kept_of(one) for one in keys]
    return evaluation_of(promise, measuring, kept_of(row), kept, clock.reporting_zone(), at or clock.as_of())
