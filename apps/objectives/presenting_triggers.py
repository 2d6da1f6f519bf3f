"""Triggers in words: what fired, where it stands, who decides, and when it can be closed."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from apps.accounts.domain import ROLE_WORDS
from apps.core.calendar_words import day_words
from apps.core.joining import joined
from apps.objectives.domain.page_words import fired_words
from apps.objectives.domain.policy_words import TriggerStanding, Verb
from apps.objectives.queries.fired_rules import DecisionRow, Fired, pressing_first

VERB_WORDS = {Verb.CONTINUE: "Continue", Verb.ADJUST: "Adjust", Verb.INVESTIGATE: "Investigate"}
LABELS = {
    TriggerStanding.UNDECIDED: "Record the decision",
    TriggerStanding.WAITS_FOR_SIGNATURES: "Read it and sign",
    TriggerStanding.TO_REVISIT: "Decide again",
    TriggerStanding.DECIDED: "Read the decision",
    TriggerStanding.CLOSED: "Read what was decided",
}


def trigger_url(pk: int) -> str:
    """The page of a trigger."""
    return reverse("objectives:trigger", args=[pk])


def roles_words(roles: Sequence[str]) -> str:
    """Roles in words."""
    return joined([ROLE_WORDS[role] for role in roles])


def standing_words(fired: Fired, today: date) -> str:
    """Where a trigger stands and whose turn it is."""
    standing, newest, holding = fired.standing(today), fired.newest, fired.holding
    if standing is TriggerStanding.CLOSED:
        return "Closed"
    if standing is TriggerStanding.UNDECIDED:
        if fired.rule is None:
            return "Needs a decision: the agreed text cannot be read"
        decide = "decides" if len(fired.signers) == 1 else "decide"
        return f"Needs a decision: the {roles_words(fired.signers)} {decide}"
    if standing is TriggerStanding.WAITS_FOR_SIGNATURES and newest is not None:
        return f"Needs a decision: it waits for the {roles_words(fired.missing(newest))} to sign"
    if holding is not None and standing is TriggerStanding.TO_REVISIT:
        return f"Needs a decision: it was to be looked at again on {day_words(holding.revisit_on)}"
    if holding is not None:
        return f"Decided: {VERB_WORDS[holding.verb].lower()}, looked at again on {day_words(holding.revisit_on)}"
    return "Open"


def trigger_lines(fired: Iterable[Fired], today: date) -> list[dict[str, Any]]:
    """Open triggers as lines, those that ask for somebody first."""
    return [
        {
            "name": str(one), "text": f"{one}: {fired_words(one.key, one.incident)}", "from_at": one.from_at,
            "asks": one.asks_words, "standing": standing_words(one, today),
            "needs_decision": one.needs_decision(today), "url": trigger_url(one.pk),
            "link_label": LABELS[one.standing(today)],
        }
        for one in pressing_first(fired, today)
    ]  # fmt: skip


def signatures_of(fired: Fired, decision: DecisionRow) -> list[dict[str, Any]]:
    """Who signed a decision in which role, and which roles are waited for."""
    signed = {one.role: one for one in decision.signatures}
    found = []
    for role in fired.signers or tuple(signed):
        word = ROLE_WORDS[role].capitalize()
        if role in signed:
            one = signed[role]
            who = f"{one.who}, standing in" if one.stands_in else one.who
            found.append({"role": word, "who": who, "moment": one.signed_at})
        else:
            found.append({"role": word, "moment": None, "waiting": "has not signed"})
    return found


def decision_cards(fired: Fired) -> list[dict[str, Any]]:
    """Every decision, newest first; a later one supersedes."""
    holding, newest = fired.holding, fired.newest
    return [
        {
            "title": f"{VERB_WORDS[one.verb]}: {one.sentence}",
            "words": _decision_words(is_holding=one is holding, is_newest=one is newest),
            "written_at": one.written_at, "who": one.who, "revisit": day_words(one.revisit_on),
            "signatures": signatures_of(fired, one), "pk": one.pk,
        }
        for one in reversed(fired.decisions)
    ]  # fmt: skip


def _decision_words(*, is_holding: bool, is_newest: bool) -> str:
    if is_holding:
        return "It holds."
    return "It does not hold before every role has signed." if is_newest else "A later decision superseded it."
