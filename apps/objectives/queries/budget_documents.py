"""Budgets as documents for REST: from statuses and kept results, never from slices."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from apps.core import clock
from apps.core.problems import Absent, Conflict
from apps.objectives.domain.evaluating import Evaluation
from apps.objectives.domain.exempting import ExemptSpan
from apps.objectives.domain.kept_results import raw_budget_in
from apps.objectives.domain.objective_words import BudgetState
from apps.objectives.domain.printing import hours_text, left_share_text, ratio_down
from apps.objectives.domain.promises import Promise
from apps.objectives.domain.result_documents import Document, key_document, moment, ratio, result_document
from apps.objectives.domain.sentences import state_text
from apps.objectives.models import (
    BudgetDay,
    BudgetDecision,
    BudgetEvaluation,
    BudgetPolicy,
    BudgetStatus,
    BurnAlert,
    Objective,
    PolicyTrigger,
)
from apps.objectives.queries import agreements, standing
from apps.objectives.queries.agreements import Agreed
from apps.objectives.queries.former_results import find_beside
from apps.objectives.queries.kept_statuses import evaluation_in, judged_by, kept_of, statuses_in_sum, with_keys
from apps.objectives.queries.owning import results_with_team, with_team_then

NO_DATA_TEXT = "No data: not connected"


@dataclass(frozen=True)
class Stands:
    """An objective as it is agreed today and as it stood when it was evaluated last."""

    agreed: Agreed
    status: BudgetStatus | None
    keys: Sequence[BudgetStatus] = ()

    @property
    def promise(self) -> Promise:
        """The promise that the status was judged by."""
        return judged_by(self.status, self.agreed)[1]

    @property
    def version_number(self) -> int:
        """The number of that promise's version."""
        return judged_by(self.status, self.agreed)[0].number

    @property
    def evaluation(self) -> Evaluation | None:
        """The result as of now; None where nothing ever came."""
        return evaluation_in(self.agreed, self.status, self.keys)

    @property
    def was(self) -> BudgetState | None:
        """The last judged state."""
        return kept_of(self.status).was


def stands_of(slug: str, *, keys: bool = False) -> Stands:
    """Where one objective stands; raises `Absent`, or `Conflict` where nothing is agreed on any more."""
    objective = standing.get_objective(slug)
    found = agreements.list_agreed([objective.pk], clock.today())
    if not found:
        raise Conflict("retired", "Nothing is agreed on this objective today. Its evaluations stay.")
    rows = list(with_keys(objective.pk)) if keys else list(statuses_in_sum([objective.pk]).values())
    total = next((row for row in rows if row.series_id is None), None)
    return Stands(
        found[0], total, sorted((r for r in rows if r.series), key=lambda r: r.series.key if r.series else "")
    )


def stands_of_many(objectives: Sequence[Objective]) -> list[Stands]:
    """Where some objectives stand, in order; those without an agreement today are absent. Four queries."""
    agreed = {one.objective.pk: one for one in agreements.list_agreed([o.pk for o in objectives], clock.today())}
    statuses = statuses_in_sum(list(agreed))
    return [Stands(agreed[one.pk], statuses.get(one.pk)) for one in objectives if one.pk in agreed]


def status_document(one: Stands) -> Document:
    """The state in a few words and figures."""
    evaluation, zone = one.evaluation, clock.reporting_zone()
    document: Document = {
        "objective": one.agreed.objective.slug, "version": one.version_number,
        "state": str(evaluation.judged.state) if evaluation else "no_data",
        "reason": str(evaluation.judged.reason) if evaluation else "not_connected",
        "text": state_text(one.promise, evaluation, zone, was=one.was) if evaluation else NO_DATA_TEXT,
        "was": one.was.value if one.was else None, "data_up_to": None, "remaining": None, "hours_left": None,
        "keys_within": None, "keys_judged": None, "computed_at": None,
    }  # fmt: skip
    if one.status is not None:
        document["computed_at"] = one.status.computed_at
    if evaluation is None or one.status is None:
        return document
    budget, hours = evaluation.figures.budget, evaluation.figures.hours_left
    has_keys = one.status.keys_judged + one.status.keys_unjudged > 0
    return document | {
        "data_up_to": moment(evaluation.frame.span.end),
        "remaining": ratio(ratio_down(budget.remaining, left_share_text(budget.remaining))),
        "hours_left": ratio(ratio_down(hours, hours_text(hours))),
        "keys_within": one.status.keys_within if has_keys else None,
        "keys_judged": one.status.keys_judged if has_keys else None,
    }


def budget_document(one: Stands) -> Document:
    """The whole result as it stands now, with its keys and exemptions, and what the version before would say."""
    evaluation = one.evaluation
    if evaluation is None:
        raise Absent("not_found", "Nothing was ever measured for this objective.")
    return whole_document(one, evaluation, _exempted(one, evaluation)) | {"former": _former(one)}


def _former(one: Stands) -> Document | None:
    """The result of the version before on the same counts; None from one window after its change on."""
    found = find_beside(one.agreed)
    if found is None:
        return None
    promise, evaluation = found.former.promise, found.evaluation
    document = result_document(
        promise, evaluation, raw_budget_in(found.kept, promise), clock.reporting_zone(),
        newest_end=evaluation.frame.span.end, exempt=_exempted(one, evaluation),
    )  # fmt: skip
    return document | {"version": found.former.version.number, "until": moment(found.former.until_at)}


def whole_document(one: Stands, evaluation: Evaluation, exempt: Sequence[ExemptSpan]) -> Document:
    """The whole result that a status stands for, with the version that judged."""
    raw = raw_budget_in(kept_of(one.status), one.promise)
    found = result_document(
        one.promise, evaluation, raw, clock.reporting_zone(), newest_end=evaluation.frame.span.end, exempt=exempt,
        was=one.was,
    )  # fmt: skip
    return found | {"version": one.version_number}


def _exempted(one: Stands, evaluation: Evaluation) -> list[ExemptSpan]:
    objective = one.agreed.objective
    return agreements.exempt_spans([objective], evaluation.frame.span)[objective.pk]


def key_documents(one: Stands) -> list[Document]:
    """Each key by name."""
    evaluation = one.evaluation
    return [key_document(key) for key in evaluation.keys] if evaluation else []


def list_days(slug: str) -> QuerySet[BudgetDay]:
    """Days of an objective under the version that its status was judged by, newest first."""
    objective = standing.get_objective(slug)
    status = statuses_in_sum([objective.pk]).get(objective.pk)
    version = status.version_id if status else None
    return BudgetDay.objects.filter(version=version).select_related("series").order_by("-day", "series_id")


def list_evaluations(slug: str) -> QuerySet[BudgetEvaluation]:
    """Kept results of an objective."""
    objective = standing.get_objective(slug)
    rows = BudgetEvaluation.objects.filter(objective=objective).select_related("objective", "version")
    return results_with_team(rows)


def read_document(row: BudgetEvaluation) -> Any:
    """What a result kept, as it was written."""
    return json.loads(row.document_text)


def list_alerts() -> QuerySet[BurnAlert]:
    """Openings of burn alerts."""
    return with_team_then(BurnAlert.objects.select_related("objective", "version"), objective="objective", at="from_at")


def list_policies() -> QuerySet[BudgetPolicy]:
    """Budget policies with their versions, by short name."""
    return standing.list_policies().prefetch_related("versions")


def list_triggers() -> QuerySet[PolicyTrigger]:
    """Triggers as rows to be filtered and paged; `fired_rules.list_fired` reads them with their decisions."""
    rows = PolicyTrigger.objects.select_related("objective", "policy_version__policy", "version")
    return with_team_then(rows, objective="objective", at="from_at")


def list_decisions() -> QuerySet[BudgetDecision]:
    """Decisions with their triggers and signatures."""
    rows = BudgetDecision.objects.select_related("trigger__objective", "trigger__policy_version")
    return with_team_then(rows, objective="trigger__objective", at="written_at").prefetch_related("signatures")
