"""The page of a budget, prepared for its template: a negotiation in seven parts, not a verdict."""

from typing import Any

from django.urls import reverse

from apps.accounts.domain import ROLE_WORDS, OrganisationRole, Principal
from apps.accounts.domain.responsibilities import EM, PM, TL
from apps.core import clock
from apps.core.calendar_words import day_words
from apps.objectives.domain.agreed_words import say_promise, say_rule
from apps.objectives.domain.budgets import outage_hours_left
from apps.objectives.domain.differences import differences_of
from apps.objectives.domain.evaluating import Evaluation, tiers_for
from apps.objectives.domain.indicator_words import KINDS
from apps.objectives.domain.kept_results import raw_budget_in
from apps.objectives.domain.objective_words import BudgetState, Judge
from apps.objectives.domain.page_words import NOT_CONNECTED, STATE_CODES
from apps.objectives.domain.printing import (
    burn_text,
    left_share_text,
    minutes_text,
    over_text,
    sli_text,
    spent_share_text,
    target_text,
    units_text,
)
from apps.objectives.domain.promises import Promise
from apps.objectives.domain.questions import QUESTIONS
from apps.objectives.domain.sentences import (
    UNUSABLE_SORTS,
    budget_sentence,
    moment_text,
    one_costs_text,
    says_budget,
    state_text,
)
from apps.objectives.policies import budgets as policies
from apps.objectives.presenting_alerts import alert_rows, tier_rows
from apps.objectives.presenting_around import exempt_words, incident_rows
from apps.objectives.presenting_beside import beside_table
from apps.objectives.presenting_cells import counted, days_url
from apps.objectives.presenting_keys import noun_of, present_keys, within_words
from apps.objectives.presenting_log import log_lines
from apps.objectives.presenting_months import months_table, suggestion_words, what_if_table
from apps.objectives.presenting_spending import calm_words, spending_figures
from apps.objectives.presenting_triggers import trigger_lines
from apps.objectives.queries.agreements import Agreed, can_read, policy_of
from apps.objectives.queries.budget_page import BudgetPage

UNREADABLE = "Its wording in force was stored under other rules. The log of the server names the version."
ROLES = (PM, TL, EM)
SHOWN_IN_LOG = 12


def present_budget(page: BudgetPage, by: Principal) -> dict[str, Any]:
    """Everything the template shows."""
    objective = page.objective
    may = by.is_person and (objective.owner_team_id in by.team_roles or by.holds(OrganisationRole.STEWARD))
    may_propose = may and objective.retired_on is None
    context: dict[str, Any] = {
        "heading": page.promise.name if page.promise else objective.slug,
        "crumbs": [{"label": "SLOs", "url": reverse("objectives:objective-list")}, {"label": objective.slug}],
        "objective": objective,
        "meta_lines": _meta(page),
        "notices": _notices(page),
    }
    if page.agreed is None or page.promise is None:
        return context
    lines = log_lines(page)
    return context | {
        **_sentence(page, page.agreed, page.promise),
        "agreed": _agreed(page, page.agreed, page.promise),
        "triggers": trigger_lines(page.fired, clock.today()),
        "questions": _questions(page.evaluation),
        "alerts": alert_rows(page, can_acknowledge=policies.can_acknowledge(by, objective.owner_team)),
        "tiers": _tiers(page, page.promise, page.agreed),
        "figures": spending_figures(page),
        "calm": calm_words(page),
        "incidents": incident_rows(page),
        "exemptions": _exemptions(page),
        "keys": present_keys(page),
        "months": months_table(page),
        "what_if": what_if_table(page, may_propose=may_propose),
        "suggestion": suggestion_words(page),
        "log": lines[:SHOWN_IN_LOG],
        "log_rest": max(0, len(lines) - SHOWN_IN_LOG),
        "differences": differences_of(page.promise),
        "wiring": wiring_words(page, page.agreed),
        "may_propose": may_propose,
    }


def _meta(page: BudgetPage) -> list[dict[str, Any]]:
    objective, version = page.objective, page.version
    team, indicator = objective.owner_team, objective.indicator
    found: list[dict[str, Any]] = [
        {"before": "owner", "text": team.name, "url": reverse("portal:team", args=[team.slug])},
        {"before": "SLI", "text": indicator.slug, "url": reverse("objectives:indicator", args=[indicator.slug])},
        {"before": "service", "text": indicator.service.name,
         "url": reverse("portal:service", args=[indicator.service.slug])},
    ]  # fmt: skip
    if version is not None:
        url = reverse("objectives:objective-versions", args=[objective.slug])
        found.append({"before": "", "text": f"v{version.number}", "url": url})
    if page.evaluation is not None:
        found.append({"before": "data up to", "at": page.evaluation.frame.span.end})
    return found


def _notices(page: BudgetPage) -> list[dict[str, str]]:
    """What whoever opens the page should know first."""
    found, objective = [], page.objective
    if objective.retired_on is not None:
        left = objective.retired_on <= clock.today()
        said = f"Retired on {day_words(objective.retired_on)}: it is judged no more."
        ahead = f"It is retired on {day_words(objective.retired_on)}; until then it is judged."
        found.append({"tone": "note", "text": said if left else ahead})
    if page.agreed is None:
        first = page.versions.of_objective[0] if page.versions.of_objective else None
        if first is not None and (first.effective_from is None or first.effective_from <= clock.today()):
            found.append({"tone": "bad", "title": "Not judged: what was agreed reads no more", "text": UNREADABLE})
            return found
        holds_from = first.effective_from if first else None
        said = f"It holds from {day_words(holds_from)} on." if holds_from else "Nothing of it is in force yet."
        found.append({"tone": "note", "title": "Not judged: not in force", "text": said})
    elif page.version is not None and page.version.pk != page.agreed.version.pk:
        said = (
            f"Version {page.agreed.version.number} is in force; the figures below are of v{page.version.number} until "
        )
        found.append({"tone": "note", "text": f"{said}the next evaluation."})
    elif page.agreed.promise.revisit_on < clock.today():
        said = f"It was to be looked at again on {day_words(page.agreed.promise.revisit_on)}. Does it still fit?"
        found.append({"tone": "note", "text": said})
    return found


def _sentence(page: BudgetPage, agreed: Agreed, promise: Promise) -> dict[str, Any]:
    """Part 1: what came of the promise, and how it stands; the raw figure beside it."""
    evaluation = page.evaluation
    if evaluation is None:
        return {
            "state": {"code": "no_data", "sentence": NOT_CONNECTED},
            "sentence": f"{promise.name} promises {target_text(promise.target)}, and no counts have come yet.",
        }
    zone = clock.reporting_zone()
    sentence = state_text(promise, evaluation, zone, was=page.kept.was)
    return {
        "state": {"code": STATE_CODES[evaluation.judged.state], "sentence": sentence},
        "sentence": budget_sentence(promise.name, agreed.spec, promise, evaluation, zone),
        "facts": _facts(page, evaluation, promise),
        "hidden": _hidden(page, evaluation, promise),
        "beside": beside_table(page),
    }


def _hidden(page: BudgetPage, evaluation: Evaluation, promise: Promise) -> str:
    """What the sum does not show: who of its keys does not keep the promise."""
    if promise.judge is Judge.EACH and page.keys:
        return within_words(evaluation, promise, noun_of(page))
    if not evaluation.hidden:
        return ""
    named = ", ".join(evaluation.hidden[:5]) + (" and others" if len(evaluation.hidden) > 5 else "")
    return f"Hidden by the total: {named}."


def _facts(page: BudgetPage, evaluation: Evaluation, promise: Promise) -> list[dict[str, str]]:
    """The figures behind the sentence; each opens its days."""
    figures, budget, unit = evaluation.figures, evaluation.figures.budget, _unit(promise)
    said = [
        (f"Failed {unit}", f"{budget.bad:,} of {budget.counted:,}"),
        ("SLI", sli_text(budget.sli, promise.target)),
        *_budget_facts(evaluation, promise),
    ]
    if figures.burn is not None and evaluation.judged.state.is_judged:
        said.append(("Burn rate of the recent hours", f"{burn_text(figures.burn)} times even spend"))
    said.append(("Before exemptions", _raw_words(page, evaluation, promise)))
    costs = one_costs_text(evaluation)
    said += [("Low traffic", costs)] if costs else []
    days = days_url(page.objective.slug)
    return [{"label": label, "text": text, "url": days} for label, text in said]


def _budget_facts(evaluation: Evaluation, promise: Promise) -> list[tuple[str, str]]:
    """What was agreed to fail, and what of it is spent; of what is not judged nothing that reads green or red."""
    budget = evaluation.figures.budget
    if budget.remaining is None:
        return [("Budget", "none: every failure breaks it")]
    agreed = f"{units_text(budget.allowed)} {_unit(promise)}"
    if not says_budget(promise, evaluation):
        return [("Agreed to fail", agreed), ("Budget left", "not judged")]
    left = f"{units_text(budget.left)} left" if budget.is_met else f"{over_text(budget.left)} over"
    found = [
        ("Agreed to fail", f"{agreed}, {left}"),
        ("Budget spent", spent_share_text(budget.consumed)),
        ("Budget left", left_share_text(budget.remaining)),
    ]
    outage = minutes_text(outage_hours_left(budget, evaluation.frame.full.hours))
    return [*found, ("As a total outage at average traffic", outage)] if budget.is_met else found


def _raw_words(page: BudgetPage, evaluation: Evaluation, promise: Promise) -> str:
    budget, raw = evaluation.figures.budget, raw_budget_in(page.kept, promise)
    if (raw.bad, raw.counted) == (budget.bad, budget.counted):
        return "the same; nothing is left out"
    left = f", {left_share_text(raw.remaining)} left" if says_budget(promise, evaluation) else ""
    return f"{raw.bad:,} of {raw.counted:,}, {sli_text(raw.sli, promise.target)}{left}"


def _unit(promise: Promise) -> str:
    return "events" if promise.method.value == "occurrences" else "slices"


def _agreed(page: BudgetPage, agreed: Agreed, promise: Promise) -> dict[str, Any]:
    """Part 2: the promise in a sentence, whom it serves, and the policy that was agreed before the argument."""
    said = say_promise(promise, agreed.spec)
    return {
        "promise": said[:1].upper() + said[1:],
        "decision": promise.monday_decision,
        "rationale": promise.rationale,
        "hurts": agreed.spec.hurts,
        "revisit": day_words(promise.revisit_on),
        "policies": [
            {
                "name": one.name,
                "url": reverse("objectives:policy-versions", args=[one.policy.slug]),
                "rules": [say_rule(rule) for rule in policy_of(one).rules] if can_read(one) else [UNREADABLE],
            }
            for one in page.policies
        ],
    }


def _questions(evaluation: Evaluation | None) -> list[dict[str, str]]:
    """One question for each of three people, by the state."""
    state = evaluation.judged.state if evaluation else BudgetState.NO_DATA
    return [{"role": ROLE_WORDS[role].capitalize(), "text": QUESTIONS[state][role]} for role in ROLES]


def _tiers(page: BudgetPage, promise: Promise, agreed: Agreed) -> dict[str, Any] | None:
    if page.evaluation is None:
        return None
    is_cause = KINDS[agreed.spec.kind].is_cause
    return tier_rows(tiers_for(promise, page.evaluation.frame, is_cause=is_cause))


def _exemptions(page: BudgetPage) -> list[dict[str, Any]]:
    found = []
    for one in page.exemptions:
        bounds = one.validity.bounds
        if bounds is not None:
            found.append(
                {
                    "label": exempt_words(one), "url": reverse("portal:exemption", args=[str(one)]),
                    "starts_at": bounds[0], "ends_at": bounds[1], "keys": ", ".join(one.keys),
                }
            )  # fmt: skip
    return found


def wiring_words(page: BudgetPage, agreed: Agreed) -> list[str]:
    """How the counts come, and how whole they are; silence and broken slices are said in words."""
    status, evaluation = page.status, page.evaluation
    if status is None or evaluation is None:
        return ["No counts have come. Whoever works in the team can push them, import a file, or connect monitoring."]
    length = f"{agreed.spec.slice_seconds // 60} min"
    missing = max(0, status.elapsed - status.seen - status.unusable)
    found = [f"{counted(status.seen, 'slice')} of {length} came in this window, of {status.elapsed:,} that it holds."]
    if missing:
        found.append(f"{counted(missing, 'slice')} did not come; they count on neither side.")
    if status.unusable:
        found.append(f"{counted(status.unusable, 'slice')} cannot be used: {UNUSABLE_SORTS}. Check the wiring.")
    if evaluation.judged.state is BudgetState.STALE:
        since = moment_text(evaluation.frame.span.end, clock.reporting_zone())
        found.append(f"Nothing has come since {since}; the number stands still until something does.")
    return found
