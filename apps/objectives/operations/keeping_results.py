"""Keep what a review shows: the result that each status stands for, once and for good."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from apps.accounts.domain import Principal
from apps.audit import operations as audit
from apps.core.bulk import batched
from apps.core.immutable import writing
from apps.objectives.domain.documents import compact_json, sha256_of
from apps.objectives.domain.objective_words import EvaluationCause
from apps.objectives.domain.result_documents import Document
from apps.objectives.models import BudgetEvaluation
from apps.objectives.queries import shown_results as queries
from apps.objectives.queries.budget_documents import Stands
from apps.objectives.queries.due_evaluations import lock_objectives


@transaction.atomic
def keep_for_review(*, objectives: Sequence[int], at: datetime, by: Principal) -> dict[int, int]:
    """Keep where objectives stand at an instant; answers the results' primary keys by objective.

    `at` is the moment at which a review shows them. Nothing is counted anew; what was never measured has no result,
    and one that was kept of the same moment with the same content is answered again. Whoever opens the review has
    asked for the right to: everybody may read a budget, and keeping its result changes none.
    """
    lock_objectives(objectives)
    rows = [_row(one, document, at) for one, document in queries.list_shown(objectives, at)]
    kept = queries.kept_for_reviews([row.objective_id for row in rows], at)
    new = [row for row in rows if (row.objective_id, row.document_sha256) not in kept]
    with writing(BudgetEvaluation):
        for part in batched(new):
            BudgetEvaluation.objects.bulk_create(part, batch_size=500)
    if new:
        data = {"results": {row.objective.slug: row.pk for row in new}}
        audit.record("budget.kept_for_review", subject="objectives.budgetevaluation", by=by, data=data)
    return {row.objective_id: kept.get((row.objective_id, row.document_sha256), row.pk) for row in rows}


def _row(one: Stands, document: Document, at: datetime) -> BudgetEvaluation:
    status = one.status
    if status is None:
        raise ValueError("Only what was measured has a result.")
    text = compact_json(document)
    return BudgetEvaluation(
        objective=one.agreed.objective, version=status.version, cause=EvaluationCause.REVIEW.value, as_of=at,
        state=document["state"], bad=status.bad, counted=status.counted, basis=status.basis, raw_bad=status.raw_bad,
        raw_counted=status.raw_counted, document_text=text, document_sha256=sha256_of(text),
        computed_at=status.computed_at,
    )  # fmt: skip
