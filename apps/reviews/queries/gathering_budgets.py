"""Budgets on a weekly agenda: triggers that nobody decided on, overdue first, and objectives that burn."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from apps.accounts.domain import ROLE_WORDS, Principal
from apps.core import clock
from apps.core.calendar_words import day_words
from apps.core.joining import joined
from apps.objectives.domain.objective_words import BudgetState, StateReason
from apps.objectives.domain.page_words import NOT_CONNECTED, fired_words
from apps.objectives.domain.policy_words import TriggerStanding
from apps.objectives.domain.sentences import state_text
from apps.objectives.models import PolicyTrigger
from apps.objectives.queries import team_budgets
from apps.objectives.queries.fired_rules import Fired, as_seen, list_fired, pressing_first
from apps.objectives.queries.team_budgets import TeamBudget
from apps.objectives.queries.team_keys import Placed, place_objectives
from apps.reviews.domain import burn
from apps.reviews.domain.prompts import Movement
from apps.reviews.domain.weekly import Found, Press, Rule
from apps.teams.models import Team


@dataclass(frozen=True)
class Around:
    """What is said of each objective of a team beside its trigger, by short name."""

    today: date
    budgets: Mapping[str, TeamBudget]
    placed: Mapping[str, Placed]


def read_budgets(team: Team, reader: Principal) -> tuple[list[Found], int]:
    """Triggers and burning budgets of a team, and how many budgets are quiet; five queries."""
    today = clock.today()
    budgets = team_budgets.list_budgets({"owner_team": team.pk}, today)
    around = Around(today, {one.slug: one for one in budgets}, place_objectives(team.pk))
    fired = list_fired(PolicyTrigger.objects.filter(objective__owner_team=team, closed_at=None))
    asking = [one for one in fired if one.needs_decision(today)]
    triggers = _triggers(as_seen(asking, reader), around)
    above = {one.data["objective"] for one in triggers}
    burning = [_burning(one, around) for one in budgets if one.slug not in above]
    found = [one for one in burning if one is not None]
    return [*triggers, *found], len(burning) - len(found)


def _triggers(fired: Iterable[Fired], around: Around) -> list[Found]:
    """Those past their revisit date first, then the strictest, then the oldest."""
    ordered = sorted(pressing_first(fired, around.today), key=lambda one: not _is_overdue(one, around.today))
    return [_trigger(one, around, place) for place, one in enumerate(ordered)]


def _is_overdue(fired: Fired, today: date) -> bool:
    return fired.standing(today) is TriggerStanding.TO_REVISIT


def _trigger(fired: Fired, around: Around, place: int) -> Found:
    budget, placed = around.budgets.get(fired.slug), around.placed.get(fired.slug)
    name = budget.promise.name if budget else fired.version_name
    rest = f"{fired.asks_words} {_standing_words(fired, around.today)} {_keys_words(placed)}".strip()
    named = f"{name}: {fired_words(fired.key, fired.incident)}. {rest}"
    masked = f"{name}: {fired_words(fired.key, '')}. {rest}"
    hidden = {"incident": fired.incident, "masked": masked} if fired.incident else {}
    shown = _shown(budget, placed) if budget else {"objective": fired.slug}
    return Found(
        Rule.BUDGET_TRIGGER, str(fired), named, Press.DECISION_MISSING,
        reverse("objectives:trigger", args=[fired.pk]),
        {
            "title": f"{fired}: {name}", "trigger": fired.pk, "fired": fired.key.value,
            "from_at": fired.from_at.isoformat(), **hidden, **shown,
        },
        order=f"{place:05d}", services=(placed.service,) if placed else (),
    )  # fmt: skip


def _standing_words(fired: Fired, today: date) -> str:
    standing, newest, holding = fired.standing(today), fired.newest, fired.holding
    if standing is TriggerStanding.TO_REVISIT and holding is not None:
        return f"It was to be looked at again on {day_words(holding.revisit_on)}."
    if standing is TriggerStanding.WAITS_FOR_SIGNATURES and newest is not None:
        roles = joined([ROLE_WORDS[role] for role in fired.missing(newest)])
        return f"A decision waits for the {roles} to sign."
    return f"Nobody decided since {day_words(clock.local_day(fired.from_at))}."


def _burning(budget: TeamBudget, around: Around) -> Found | None:
    placed = around.placed.get(budget.slug)
    state = _state(budget)
    press = burn.press_of(state, placed.exhausted_keys if placed and budget.is_judged else ())
    if press is None:
        return None
    burns = press in (Press.EXHAUSTED, Press.AT_RISK)
    words = f"{budget.promise.name}. {_state_words(budget)}. {_keys_words(placed) if burns else ''} {_decided(budget)}"
    return Found(
        Rule.BURN, f"objective:{budget.slug}", " ".join(words.split()), press,
        reverse("objectives:objective", args=[budget.slug]),
        {"title": budget.promise.name, **_shown(budget, placed)}, order=budget.promise.name,
        services=(placed.service,) if placed else (), movement=Movement.BURN_AT_RISK.value if burns else "",
        definition="burn",
    )  # fmt: skip


def _state(budget: TeamBudget) -> BudgetState:
    return budget.evaluation.judged.state if budget.evaluation else BudgetState.NO_DATA


def _state_words(budget: TeamBudget) -> str:
    if budget.evaluation is None:
        return NOT_CONNECTED
    return state_text(budget.promise, budget.evaluation, clock.reporting_zone(), was=budget.was)


def _keys_words(placed: Placed | None) -> str:
    return burn.keys_words(placed.exhausted_keys) if placed else ""


def _decided(budget: TeamBudget) -> str:
    """What holds about it already."""
    holding = [one.holding for one in budget.fired if one.holding is not None]
    if not holding:
        return ""
    newest = max(holding, key=lambda one: one.written_at)
    return f"Decided: {newest.verb.value}, looked at again on {day_words(newest.revisit_on)}."


def _shown(budget: TeamBudget, placed: Placed | None) -> dict[str, Any]:
    """The figures of a budget as they stood."""
    keys = {"exhausted_keys": list(placed.exhausted_keys), "objective_id": placed.pk} if placed else {}
    evaluation = budget.evaluation
    basis = {"objective": budget.slug, "state": _state(budget).value, **keys}
    if evaluation is None:
        return {**basis, "reason": StateReason.NOT_CONNECTED.value}
    figures = evaluation.figures.budget
    return {
        **basis, "reason": evaluation.judged.reason.value, "bad": figures.bad, "counted": figures.counted,
        "basis": figures.basis, "target": str(budget.promise.target), "up_to": evaluation.frame.span.end.isoformat(),
    }  # fmt: skip
