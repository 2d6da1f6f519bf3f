"""Count what single incidents took of budgets, each as of its own end: one figure for the rule and for the page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from apps.core import clock
from apps.core.bulk import batched
from apps.objectives.domain.budgets import Budget, budget_of
from apps.objectives.domain.samples import KEPT
from apps.objectives.domain.windows import Span
from apps.objectives.models import IncidentSpend
from apps.objectives.operations.judging import Judgement
from apps.objectives.operations.keeping_days import keep_days
from apps.objectives.queries.counting import Stretch, count
from apps.objectives.queries.incident_spans import IncidentSpan, list_incident_spans, list_spends
from apps.objectives.queries.measuring import frame, question_of, read

Pair = tuple[Judgement, IncidentSpan]
Changed = Mapping[int, date | None]


@dataclass(frozen=True)
class Spend:
    """What one incident took: failures inside it (None: nothing was measured), and the budget at its end."""

    judgement: Judgement
    incident: str
    bad: int | None
    basis: int
    # Its counts may have changed since the last look.
    is_changed: bool

    @property
    def objective_id(self) -> int:
        """Whose budget it is."""
        return self.judgement.agreed.objective.pk

    @property
    def allowed(self) -> Fraction:
        """A at the incident's end."""
        return Budget(self.judgement.promise.target, self.bad or 0, self.basis, self.basis).allowed


def keep_spends(judgements: Sequence[Judgement], changed: Changed, at: datetime) -> list[Spend]:
    """Count the incidents whose counts may have changed, and those of the window that this version did not count yet.

    `changed` names, by objective, the earliest day whose counts changed.
    """
    asked = [one for one in judgements if one.evaluation is not None]
    by_service: dict[int, list[IncidentSpan]] = {}
    for of in list_incident_spans({one.agreed.indicator.service_id for one in asked}, at - KEPT, at):
        by_service.setdefault(of.service_id, []).append(of)
    standing = list_spends([one.agreed.objective.pk for one in asked])
    alike = {(row.objective_id, row.incident) for row in standing if (row.objective_id, row.version_id) in _now(asked)}
    pairs = [
        (one, of)
        for one in asked for of in by_service.get(one.agreed.indicator.service_id, [])
        if _is_changed(one, of, changed) or (_is_shown(one, of) and (one.agreed.objective.pk, of.key) not in alike)
    ]  # fmt: skip
    found = [Spend(one, of.key, bad, basis, _is_changed(one, of, changed)) for (one, of), bad, basis in _counted(pairs)]
    known = {
        (one.agreed.objective.pk, of.key) for one in asked for of in by_service.get(one.agreed.indicator.service_id, [])
    }
    _replace([row for row in standing if (row.objective_id, row.incident) not in alike & known], found)
    return found


def _now(asked: Sequence[Judgement]) -> set[tuple[int, int]]:
    return {(one.agreed.objective.pk, one.agreed.version.pk) for one in asked}


def _is_changed(one: Judgement, incident: IncidentSpan, changed: Changed) -> bool:
    first = changed.get(one.agreed.objective.pk)
    return first is not None and clock.local_day(incident.span.end) >= first


def _is_shown(one: Judgement, incident: IncidentSpan) -> bool:
    """The page of the budget shows it."""
    return one.evaluation is not None and incident.span.end > one.evaluation.frame.span.start


def _counted(pairs: Sequence[Pair]) -> Iterator[tuple[Pair, int | None, int]]:
    """For each the bad units inside the incident's span, and the basis of the window that held its end.

    The days of that window are kept first, as many lie before the promise was judged for the first time.
    """
    questions = [
        question_of(one.agreed, exempt=one.exempt, version_id=one.agreed.version.pk, before=of.span.end)
        for one, of in pairs
    ]
    times = list(zip(pairs, frame(questions), strict=True))
    framed = [(pair, found) for pair, found in times if found is not None]
    keep_days([found for _, found in framed], {})
    answers = read([found for _, found in framed])
    inside = count([Stretch(found.source, _readable(*pair)) for pair, found in framed])
    for (pair, found), answer, counted in zip(framed, answers, inside, strict=True):
        promise = pair[0].promise
        budget = budget_of(
            promise.target, answer.total.main.kept, promise.method, promise.window.kind, found.frame.to_come
        )
        yield pair, counted[None].kept.bad if counted else None, budget.basis
    yield from ((pair, None, 0) for pair, found in times if found is None)


def _readable(one: Judgement, incident: IncidentSpan) -> Span:
    """What of an incident lies behind the present measurement is not read."""
    first, span = one.agreed.readable_from, incident.span
    return span if first is None else Span(min(max(span.start, first), span.end), span.end)


def _replace(gone: Sequence[IncidentSpend], found: Sequence[Spend]) -> None:
    for some in batched([row.pk for row in gone]):
        IncidentSpend.objects.filter(pk__in=some).delete()
    rows = [
        IncidentSpend(
            objective=one.judgement.agreed.objective, version=one.judgement.agreed.version, incident=one.incident,
            bad=one.bad, basis=one.basis,
        )
        for one in found
    ]  # fmt: skip
    IncidentSpend.objects.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=["objective", "incident"],
        update_fields=["version", "bad", "basis"],
    )  # fmt: skip
