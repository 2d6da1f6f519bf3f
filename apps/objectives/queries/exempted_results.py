"""Results that were kept when exemptions began to take slices out of budgets: the raw figures beside the corrected."""

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.governance.models import Exemption
from apps.objectives.domain.objective_words import EvaluationCause
from apps.objectives.models import BudgetEvaluation


@dataclass(frozen=True)
class Then:
    """What stood when an exemption began to take slices out of one objective's budget, as it was written."""

    slug: str
    name: str
    number: int
    as_of: datetime
    result: dict[str, Any]


def exemptions_told(objective_ids: Collection[int], since: datetime) -> dict[int, set[int]]:
    """Numbers of exemptions whose first result is kept since an instant, by objective; one query."""
    rows = BudgetEvaluation.objects.filter(
        objective__in=objective_ids, cause=EvaluationCause.EXEMPTION.value, as_of__gte=since
    )
    found: dict[int, set[int]] = defaultdict(set)
    for objective_id, text in rows.values_list("objective_id", "document_text"):
        found[objective_id] |= _numbers(json.loads(text))
    return found


def list_then(row: Exemption) -> list[Then]:
    """The first result of each objective that an exemption took slices out of, by short name; one query."""
    rows = BudgetEvaluation.objects.filter(
        objective__slug__in=row.objectives, cause=EvaluationCause.EXEMPTION.value, as_of__gte=row.approved_at
    ).select_related("objective", "version")  # fmt: skip
    found: dict[str, Then] = {}
    for one in rows.order_by("as_of", "pk"):
        result, slug = json.loads(one.document_text), one.objective.slug
        if slug not in found and row.number in _numbers(result):
            found[slug] = Then(slug, one.version.name, one.pk, one.as_of, result)
    return [found[slug] for slug in sorted(found)]


def _numbers(result: dict[str, Any]) -> set[int]:
    return {one["number"] for one in result["exemptions"]}
