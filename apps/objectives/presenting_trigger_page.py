"""The page of one trigger, prepared for its template."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from apps.accounts.domain import ROLE_WORDS, Principal
from apps.core import clock
from apps.objectives.domain.agreed_words import say_rule
from apps.objectives.domain.budget_triggers import NOT_YET, hours_to_exit
from apps.objectives.domain.page_words import NOT_CONNECTED, STATE_CODES, fired_words
from apps.objectives.domain.policy_words import Advice, Ask
from apps.objectives.domain.printing import hours_up_text
from apps.objectives.domain.sentences import state_text
from apps.objectives.domain.windows import DAY
from apps.objectives.policies import budgets as policies
from apps.objectives.presenting_cells import incident_url, page_of
from apps.objectives.presenting_triggers import decision_cards, roles_words, standing_words
from apps.objectives.queries.fired_rules import Fired
from apps.objectives.queries.kept_statuses import judged_by, kept_of, measured_end
from apps.objectives.queries.trigger_page import TriggerPage

ADVICE_WORDS = {
    Advice.OPEN: "A release reads: open.",
    Advice.CAREFUL: "A release reads: careful, slow down.",
    Advice.UNDECIDED: "A release reads: undecided, ask the team.",
    Advice.FROZEN: "A release reads: frozen, reliability first.",
}
RETIRED = "The SLO is retired and measured no more. A lead of the team closes it, and says why."
# Two weeks, the length after which a decision is looked at again unless another day is named.
FREEZE_DAYS = 14 * DAY
LONGEST_FREEZE = 60
MOVED = "It fired while {then} owned the SLO, and stays with {then}. {now} owns the SLO now, so {now} decides."
UNDECIDABLE = "Nobody can decide on it here. It stands as undecided until a lead of the team closes it."
NOT_MET = "It cannot be closed now: the promise it fired under is not met, or cannot be judged."


def present_trigger(page: TriggerPage, by: Principal) -> dict[str, Any]:
    """Everything its template shows but the forms."""
    fired, today = page.fired, clock.today()
    team = page.objective.owner_team
    said = fired_words(fired.key, fired.incident)
    return {
        "heading": f"{fired}: {said}",
        "crumbs": [
            {"label": "SLOs", "url": reverse("objectives:objective-list")},
            {"label": fired.version_name, "url": page_of(fired.slug)},
            {"label": str(fired), "url": ""},
        ],
        "fired": fired,
        "team": team,
        "name": fired.version_name,
        "objective_url": page_of(fired.slug),
        "incident_url": incident_url(fired.incident) if fired.incident else "",
        "rule": say_rule(fired.rule) if fired.rule else "",
        "asks": fired.asks_words,
        "policy": {
            "text": f"{fired.policy_name}, v{fired.policy_number}",
            "url": reverse("objectives:policy-versions", args=[fired.policy_slug]),
        },
        "standing": standing_words(fired, today),
        "needs_decision": fired.needs_decision(today),
        "advice": ADVICE_WORDS[fired.advice(today)] if fired.is_open else "",
        "state": _state(page),
        "result_url": reverse("objectives:objective-result", args=[fired.slug, fired.evaluation_id]),
        "fired_state": _fired_state(page),
        "decisions": decision_cards(fired),
        "sign": _sign(page),
        "decide": [ROLE_WORDS[one.role] for one in page.to_decide],
        "decide_title": "Record the decision" if not fired.decisions else "Record another decision",
        "who": _who(fired),
        "moved": MOVED.format(then=fired.team_name, now=fired.owner_name) if fired.has_moved else "",
        "freeze_url": _freeze_url(page) if page.to_decide or page.to_sign else "",
        "closing": _closing(page, can_close=policies.can_close(by, team)),
    }


def _who(fired: Fired) -> str:
    """Who signs a decision."""
    if fired.rule is None:
        return UNDECIDABLE
    return f"The {roles_words(fired.signers)} of {fired.owner_name} sign it, each another person."


def _state(page: TriggerPage) -> dict[str, str]:
    """How the budget stands now, in the words of its page."""
    if page.agreed is None or page.evaluation is None:
        return {"code": "no_data", "sentence": NOT_CONNECTED}
    _, promise = judged_by(page.status, page.agreed)
    words = state_text(promise, page.evaluation, clock.reporting_zone(), was=kept_of(page.status).was)
    return {"code": STATE_CODES[page.evaluation.judged.state], "sentence": words}


def _fired_state(page: TriggerPage) -> str:
    if page.result is None:
        return ""
    return f"{page.result.bad:,} of {page.result.counted:,} had failed, by version {page.fired.version_number}"


def _sign(page: TriggerPage) -> dict[str, Any] | None:
    """The button of whoever may sign the newest decision."""
    newest = page.fired.newest
    if newest is None or not page.to_sign:
        return None
    roles = [one.role for one in page.to_sign]
    return {
        "url": reverse("objectives:decision-sign", args=[newest.pk]),
        "label": f"Sign as {roles_words(roles)}",
        "role": roles[0] if len(roles) == 1 else "",
        "text": newest.sentence,
    }


def _freeze_url(page: TriggerPage) -> str:
    """Reliability first offers a freeze window that is filled in, from today on for as long as a decision holds."""
    if page.fired.asks is not Ask.RELIABILITY_FIRST:
        return ""
    team, today, name = page.objective.owner_team.slug, clock.today(), page.fired.version_name
    filled = {
        "for": f"team:{team}",
        "name": f"Reliability first: {name}"[:LONGEST_FREEZE],
        "starts_on": today.isoformat(),
        "last_on": (today + FREEZE_DAYS).isoformat(),
        "reason": f"{page.fired}: the budget of {name} is exhausted, and the agreed policy asks for reliability first.",
    }
    return f"{reverse('portal:freeze-create')}?{urlencode(filled)}"


def _closing(page: TriggerPage, *, can_close: bool) -> dict[str, Any]:
    """When it can be closed, and by whom."""
    fired, retired_on = page.fired, page.objective.retired_on
    if not fired.is_open:
        return {"closed_at": fired.closed_at, "who": fired.closed_by, "reason": fired.closed_reason}
    url = reverse("objectives:trigger-close", args=[fired.pk]) if can_close else ""
    if retired_on is not None and retired_on <= clock.today():
        return {"words": RETIRED, "url": url}
    hours = hours_to_exit(fired.met_since, measured_end(page.status, clock.as_of()))
    if hours is None:
        return {"words": NOT_MET}
    if hours > 0:
        return {"words": NOT_YET.format(hours=hours_up_text(hours))}
    return {"words": "It has been met for 24 h. A lead of the team closes it.", "url": url}
