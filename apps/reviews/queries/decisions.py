"""Reads of decisions: the register, one with its evidence, and those whose effect is to be looked at."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from apps.accounts.domain import Principal
from apps.core.problems import Absent
from apps.incidents.models import Incident
from apps.reviews.domain.answers import Outcome
from apps.reviews.domain.documents import HIDDEN
from apps.reviews.models import Decision, FollowUp
from apps.teams.models import Team

AGAIN = (Outcome.TOO_EARLY.value, Outcome.NOT_DONE.value)


def visible_decisions(by: Principal) -> QuerySet[Decision]:
    """Decisions of teams whose judgements the principal reads."""
    rows: QuerySet[Decision] = Decision.objects.all()
    return rows if by.sees_all_teams else rows.filter(team_id__in=by.visible_team_ids)


def list_decisions(by: Principal) -> QuerySet[Decision]:
    """The register: newest first, with what became of each (`outcome`, empty until somebody confirmed one)."""
    newest = FollowUp.objects.filter(decision=OuterRef("pk")).order_by("-pk").values("outcome")[:1]
    rows = visible_decisions(by).select_related("team", "action__owner_team", "item__review").annotate(
        outcome=Subquery(newest), is_superseded=Exists(later_answers())
    )  # fmt: skip
    return rows.order_by("-decided_at", "-pk")


def later_answers() -> QuerySet[Decision]:
    """Answers to the item of a decision that supersede it."""
    rows: QuerySet[Decision] = Decision.objects.filter(item=OuterRef("item"), number__gt=OuterRef("number"))
    return rows


def get_decision(pk: int, *, by: Principal) -> Decision:
    """A decision with its follow-ups; raises `Absent`."""
    turned = Prefetch("follow_ups", FollowUp.objects.select_related("confirmed_by").order_by("pk"))
    rows = list_decisions(by).select_related("decided_by", "follows").prefetch_related(turned)
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Absent("not_found", "Nothing is here for you.")
    return found


def lock_decision(pk: int) -> Decision:
    """The decision, locked until the transaction ends: what became of it is confirmed one after the other."""
    rows = Decision.objects.select_related("team", "action").select_for_update(of=("self",), no_key=True)
    found: Decision = rows.get(pk=pk)
    return found


def due_decisions(team: Team, day: date) -> list[Decision]:
    """Decisions of a team whose effect is to be looked at by a day, oldest first; one query.

    What helped or changed nothing is done with; what hurt stands until a new decision follows it.
    """
    newest = FollowUp.objects.filter(decision=OuterRef("pk")).order_by("-pk")
    rows = Decision.objects.filter(team=team, follow_up_on__lte=day).select_related("action").annotate(
        outcome=Subquery(newest.values("outcome")[:1]), again_on=Subquery(newest.values("asks_again_on")[:1]),
        is_followed=Exists(Decision.objects.filter(follows=OuterRef("pk"))), is_superseded=Exists(later_answers()),
    )  # fmt: skip
    asked = Q(outcome=None) | Q(outcome__in=AGAIN, again_on__lte=day) | Q(outcome=Outcome.HURT.value)
    rows = rows.filter(asked, is_followed=False, is_superseded=False)
    return list(rows.order_by(F("again_on").asc(nulls_last=True), "follow_up_on", "pk"))


def evidence_shown(decision: Decision, *, by: Principal) -> Mapping[str, Any]:
    """What was shown when it was decided; of an incident that the reader may not know of no more than that."""
    evidence: dict[str, Any] = json.loads(decision.evidence_text)
    key = evidence["shown"].get("incident", "")
    hidden = key and Incident.objects.hidden_from(by).filter(pk=int(key.removeprefix("I-"))).exists()
    if not hidden:
        return evidence
    return {**evidence, "subject": "", "sentence": HIDDEN, "prompt": "", "evidence": "", "shown": {}}


def newest_outcomes(decision_ids: Iterable[int]) -> dict[int, FollowUp]:
    """What was confirmed last of some decisions, by decision; one query."""
    rows = FollowUp.objects.filter(decision_id__in=list(decision_ids)).order_by("pk")
    return {row.decision_id: row for row in rows}
