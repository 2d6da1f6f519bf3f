"""Make objectives due for evaluation: after new counts, at local midnight, after a change of what judges them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from apps.core import clock
from apps.core.bulk import batched
from apps.core.facts import Touched
from apps.core.work import nudge
from apps.governance.domain.kinds import Change
from apps.objectives.models import EvaluationDue
from apps.objectives.queries import due_evaluations

EVALUATE = "objectives.evaluate_due"
INCIDENTS = "incidents"


@transaction.atomic
def ask(changed: Mapping[int, date | None], at: datetime) -> int:
    """Ask for every objective of these indicators; each with the earliest local day whose counts changed.

    Returns the number of objectives that are due now.
    """
    judged = due_evaluations.list_judged_by(changed.keys())
    return ask_objectives({objective: changed[indicator] for objective, indicator in judged}, at)


@transaction.atomic
def ask_objectives(changed: Mapping[int, date | None], at: datetime) -> int:
    """Ask for these objectives; no day: no count changed, only the clock or what judges them.

    A duty that waits keeps the earlier of its days; one that is being worked becomes due once more.
    """
    wanted = sorted(changed)
    for some in batched(wanted):
        # Most have one day: a statement for each day, as one that names every row's is slow to write and to read.
        together: dict[date | None, list[int]] = {}
        for row in _lock_or_make(some, at):
            kept = row.changed_from if row.done_at is None else None
            together.setdefault(_earlier(kept, changed[row.objective_id]), []).append(row.pk)
        for day, pks in together.items():
            rows = EvaluationDue.objects.filter(pk__in=pks)
            rows.update(due_at=at, done_at=None, attempts=0, last_error="", changed_from=day)
    if wanted:
        nudge(EVALUATE)
    return len(wanted)


def _lock_or_make(objective_ids: Sequence[int], at: datetime) -> list[EvaluationDue]:
    """The duties of these objectives, locked; a row for each that was never asked for, whoever else makes it, too."""
    found = due_evaluations.lock_duties(objective_ids)
    missing = sorted(set(objective_ids) - {row.objective_id for row in found})
    if not missing:
        return found
    rows = [EvaluationDue(objective_id=pk, due_at=at, done_at=at) for pk in missing]
    EvaluationDue.objects.bulk_create(rows, ignore_conflicts=True)
    return due_evaluations.lock_duties(objective_ids)


def hold_duties(changes: Sequence[Change]) -> None:
    """Lock the duties that these changes ask for once they hold: an evaluation takes its duties, then the audit chain.

    Whoever signs would hold the chain already, and wait for a duty.
    """
    slugs: set[str] = set()
    indicators, teams = set[str](), set[int]()
    for change in changes:
        kind = change.item.kind
        if kind == "slo":
            slugs.add(change.item.key)
        elif kind == "sli":
            indicators.add(change.item.key)
        elif kind == "budget_policy" and change.owner_team_id is not None:
            teams |= {change.owner_team_id, getattr(change.extra.get("draft"), "owner_team_id", change.owner_team_id)}
        elif kind == "exemption":
            row = change.extra.get("row")
            slugs |= set(row.objectives if row else change.item.content.get("objectives", ()))
    if slugs or indicators or teams:
        found = due_evaluations.list_changed_by(slugs, indicators, teams)
        due_evaluations.lock_objectives(found)
        due_evaluations.lock_duties(found)


def ask_after_incidents(touched: Sequence[Touched]) -> None:
    """Receiver of changed facts: an incident that moved may have spent another part of its service's budgets."""
    earliest: dict[int, date] = {}
    for change in touched:
        if change.source.key == INCIDENTS and change.instants:
            day = clock.local_day(min(change.instants))
            earliest[change.service_id] = min(day, earliest.get(change.service_id, day))
    judged = due_evaluations.list_of_services(earliest.keys())
    if judged:
        ask_objectives({objective: earliest[service] for objective, service in judged}, clock.now())


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)
