"""Write where budgets stand, one row for each objective and key, and the results that are kept for good."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from apps.core import clock
from apps.core.bulk import batched, insert_rows
from apps.core.immutable import writing
from apps.objectives.domain.budgets import Budget
from apps.objectives.domain.documents import compact_json, sha256_of
from apps.objectives.domain.evaluating import Evaluation
from apps.objectives.domain.objective_words import BudgetState, EvaluationCause
from apps.objectives.domain.reading import Read
from apps.objectives.domain.samples import KEPT
from apps.objectives.domain.states import Judged
from apps.objectives.models import BudgetEvaluation, BudgetStatus, FormerStatus, JudgedCounts
from apps.objectives.operations.judging import Judgement
from apps.objectives.queries import budget_standing as queries
from apps.objectives.queries.budget_standing import Place
from apps.objectives.queries.exempted_results import exemptions_told
from apps.objectives.queries.former_results import Former
from apps.objectives.queries.measuring import Answer

Standing = Mapping[Place, BudgetStatus]
COLUMNS = tuple(field.attname for field in BudgetStatus._meta.concrete_fields if not field.primary_key)


def write_statuses(judgements: Sequence[Judgement], before: Standing, computed_at: datetime) -> None:
    """Replace the statuses of these objectives.

    What does not follow from the counts goes on: the last judged state, and since when a promise is kept.
    """
    rows = [row for one in judgements for row in _statuses(one, before, computed_at)]
    for some in batched([one.agreed.objective.pk for one in judgements]):
        BudgetStatus.objects.filter(objective__in=some).delete()
    insert_rows(BudgetStatus, COLUMNS, [[getattr(row, name) for name in COLUMNS] for row in rows])


def _statuses(one: Judgement, before: Standing, computed_at: datetime) -> Iterator[BudgetStatus]:
    objective = one.agreed.objective.pk
    status = _status(one, one.judged, before.get((objective, "")), computed_at)
    if one.answer is None or one.evaluation is None:
        yield status
        return
    _count_in_sum(status, one, one.answer, one.evaluation)
    yield status
    series = one.answer.series_ids
    for key in one.evaluation.keys:
        row = _status(one, key.judged, before.get((objective, key.key)), computed_at)
        row.series_id = series[key.key]
        _count(row, one, one.answer.keys[key.key], key.budget)
        yield row


def _status(one: Judgement, judged: Judged, before: BudgetStatus | None, computed_at: datetime) -> BudgetStatus:
    was = before.judged_state if before else ""
    is_met = judged.state.is_judged and judged.state is not BudgetState.EXHAUSTED
    since = (before.met_since if before else None) or one.as_of
    return BudgetStatus(
        objective=one.agreed.objective, version=one.agreed.version, state=judged.state.value,
        reason=judged.reason.value, judged_state=judged.state.value if judged.state.is_judged else was,
        met_since=since if is_met else None, policy_id=before.policy_id if before else None, computed_at=computed_at,
    )  # fmt: skip


def _count_in_sum(status: JudgedCounts, one: Judgement, answer: Answer, evaluation: Evaluation) -> None:
    """The counts of a sum, and how many of its keys keep the promise."""
    _count(status, one, answer.total, evaluation.figures.budget)
    within = evaluation.within
    if within is not None:
        status.keys_within, status.keys_judged = within.within, within.judged
        status.keys_unjudged = len(within.unjudged)


def _count(status: JudgedCounts, one: Judgement, read: Read, budget: Budget) -> None:
    """The counts of a sum or a key, as they decided."""
    raw, recent = one.raw_budget(read), read.measured.recent
    if one.evaluation is not None:
        frame = one.evaluation.frame
        status.window_start, status.window_end, status.elapsed = frame.span.start, frame.span.end, frame.elapsed
    status.bad, status.counted, status.basis = budget.bad, budget.counted, budget.basis
    status.raw_bad, status.raw_counted, status.raw_basis = raw.bad, raw.counted, raw.basis
    status.recent_bad, status.recent_counted = recent.bad, recent.counted
    status.seen, status.unusable = read.main.seen, read.main.unusable


def write_formers(
    objective_ids: Collection[int], formers: Sequence[tuple[Former, Judgement]], computed_at: datetime
) -> None:
    """Replace what versions before say of these objectives; where none stands beside any more, nothing is left."""
    for some in batched(list(objective_ids)):
        FormerStatus.objects.filter(objective__in=some).delete()
    FormerStatus.objects.bulk_create([_former(*one, computed_at) for one in formers], batch_size=500)


def _former(former: Former, one: Judgement, computed_at: datetime) -> FormerStatus:
    row = FormerStatus(
        objective=one.agreed.objective, version=former.version, state=one.judged.state.value,
        reason=one.judged.reason.value, until_at=former.until_at, computed_at=computed_at,
    )  # fmt: skip
    if one.answer is not None and one.evaluation is not None:
        _count_in_sum(row, one, one.answer, one.evaluation)
    return row


def keep_results(
    judgements: Iterable[Judgement], cause: EvaluationCause, as_of: datetime, computed_at: datetime
) -> dict[int, int]:
    """Keep results for good, each once for its instant and cause; answers their primary keys by objective.

    Objectives that were never measured have no result.
    """
    wanted = {one.agreed.objective.pk: one for one in judgements if one.evaluation is not None}
    kept = {pk: row for (pk, why), row in queries.evaluations_at(wanted, as_of).items() if why == cause.value}
    rows = [_result(one, cause, as_of, computed_at) for pk, one in sorted(wanted.items()) if pk not in kept]
    with writing(BudgetEvaluation):
        for part in batched(rows):
            BudgetEvaluation.objects.bulk_create(part, batch_size=500)
    return kept | {row.objective_id: row.pk for row in rows}


def keep_exempted(judgements: Iterable[Judgement], at: datetime) -> None:
    """Keep the figures, raw and corrected, of the moment at which an exemption began to take slices out."""
    taking = {one.agreed.objective.pk: one for one in judgements if one.exempted}
    if not taking:
        return
    told = exemptions_told(taking.keys(), at - KEPT)
    fresh = [one for pk, one in taking.items() if {span.number for span in one.exempted} - told.get(pk, set())]
    keep_results(fresh, EvaluationCause.EXEMPTION, at, clock.now())


def _result(one: Judgement, cause: EvaluationCause, as_of: datetime, computed_at: datetime) -> BudgetEvaluation:
    document = (one.document() or {}) | {"version": one.agreed.version.number}
    text = compact_json(document)
    budget, raw = document["budget"], document["raw"]
    return BudgetEvaluation(
        objective=one.agreed.objective, version=one.agreed.version, cause=cause.value, as_of=as_of,
        state=one.state.value, bad=budget["bad"], counted=budget["counted"], basis=budget["basis"],
        raw_bad=raw["bad"], raw_counted=raw["counted"], document_text=text, document_sha256=sha256_of(text),
        computed_at=computed_at,
    )  # fmt: skip
