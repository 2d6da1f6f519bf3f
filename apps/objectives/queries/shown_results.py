"""Results as a review shows them: what statuses stand for at one instant, and those that are kept for it already."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import chain

from apps.core import clock
from apps.objectives.domain.evaluating import Evaluation
from apps.objectives.domain.objective_words import EvaluationCause
from apps.objectives.domain.result_documents import Document
from apps.objectives.domain.windows import Span
from apps.objectives.models import BudgetEvaluation, BudgetStatus
from apps.objectives.queries.agreements import exempt_spans, list_agreed
from apps.objectives.queries.budget_documents import Stands, whole_document
from apps.objectives.queries.kept_statuses import evaluation_in

# A result of an objective by the fingerprint of its document.
Shown = tuple[int, str]


def list_shown(objective_ids: Collection[int], at: datetime) -> list[tuple[Stands, Document]]:
    """Where objectives stand at an instant, each with its whole result; absent where nothing was ever measured.

    Five queries for any number of objectives: nothing is counted, the figures are those of the statuses.
    """
    agreed = list_agreed(objective_ids, clock.local_day(at))
    keys, totals = _statuses([one.objective.pk for one in agreed])
    stands = [Stands(one, totals.get(one.objective.pk), keys[one.objective.pk]) for one in agreed]
    found = [(one, evaluation_in(one.agreed, one.status, one.keys, at=at)) for one in stands]
    measured = [(one, evaluation) for one, evaluation in found if evaluation is not None]
    if not measured:
        return []
    exempt = exempt_spans([one.agreed.objective for one, _ in measured], _around(e for _, e in measured))
    return [
        (one, whole_document(one, e, [x for x in exempt[one.agreed.objective.pk] if x.span.meets(e.frame.span)]))
        for one, e in measured
    ]


def _statuses(objective_ids: Collection[int]) -> tuple[dict[int, list[BudgetStatus]], dict[int, BudgetStatus]]:
    """The statuses of keys in their order, and those of the sums; one query."""
    rows = BudgetStatus.objects.filter(objective__in=objective_ids).select_related("series", "version")
    keys: dict[int, list[BudgetStatus]] = defaultdict(list)
    totals = {}
    for row in rows.order_by("series__key", "pk"):
        if row.series_id is None:
            totals[row.objective_id] = row
        else:
            keys[row.objective_id].append(row)
    return keys, totals


def _around(evaluations: Iterable[Evaluation]) -> Span:
    instants = list(chain.from_iterable((e.frame.span.start, e.frame.span.end) for e in evaluations))
    return Span(min(instants), max(instants))


def kept_for_reviews(objective_ids: Collection[int], at: datetime) -> dict[Shown, int]:
    """Results that reviews kept of an instant."""
    rows = BudgetEvaluation.objects.filter(objective__in=objective_ids, as_of=at, cause=EvaluationCause.REVIEW.value)
    return {(pk, sha): number for pk, sha, number in rows.values_list("objective_id", "document_sha256", "pk")}
