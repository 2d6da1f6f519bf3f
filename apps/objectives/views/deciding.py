"""Triggers: what fired, the decision about it, signatures, closing; and looking after a burn alert."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, require_known
from apps.core.form_problems import add_problem
from apps.core.problems import Conflict, Invalid
from apps.objectives.domain.windows import DAY
from apps.objectives.forms.deciding import CloseForm, DecisionForm
from apps.objectives.operations import alerting, deciding
from apps.objectives.policies.budgets import role_missing
from apps.objectives.presenting_trigger_page import present_trigger
from apps.objectives.queries.trigger_page import TriggerPage, get_trigger_page

REVISIT_AFTER = 14 * DAY
WRONG = 422


@access(Access.SHARED_READ)
@require_http_methods(["GET", "HEAD"])
def trigger(request: PageRequest, pk: int) -> HttpResponse:
    """One firing of a rule: what was agreed, how it stands, who decided what, and what is open."""
    require_known(request)
    return _answer(request, pk, DecisionForm(initial={"revisit_on": clock.today() + REVISIT_AFTER}))


def _answer(request: PageRequest, pk: int, form: forms.Form, status: int = 200) -> HttpResponse:
    page = get_trigger_page(pk, request.principal)
    context: dict[str, Any] = {
        **present_trigger(page, request.principal),
        "form": form,
        "close_form": CloseForm(),
        "has_errors": bool(form.errors),
    }
    return render(request, "objectives/trigger.html", context, status=status)


@access(Access.SIGN)
@require_POST
def trigger_decide(request: PageRequest, pk: int) -> HttpResponse:
    """Write what was decided; whoever writes it signs it."""
    require_may_decide(get_trigger_page(pk, request.principal))
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            decision = deciding.decide(trigger_id=pk, asked=form.asked(), by=request.principal)
        except Invalid as problem:
            add_problem(form, problem)
        else:
            messages.success(request, f"Recorded: decision {decision.number}. You signed it.")
            return redirect("objectives:trigger", pk)
    return _answer(request, pk, form, WRONG)


def require_may_decide(page: TriggerPage) -> None:
    """Refuse before the form is read: a closed trigger, or somebody who signs in none of its roles."""
    if not page.fired.is_open:
        raise Conflict("state_forbids", deciding.CLOSED)
    if page.fired.rule is None:
        raise Conflict("state_forbids", page.fired.asks_words)
    if not page.to_decide:
        raise role_missing(page.objective.owner_team, page.fired.signers)


@access(Access.SIGN)
@require_POST
def decision_sign(request: PageRequest, pk: int) -> HttpResponse:
    """Sign the newest decision of a trigger."""
    decision = deciding.sign(decision_id=pk, by=request.principal, role=request.POST.get("role", ""))
    messages.success(request, "You signed it.")
    return redirect("objectives:trigger", decision.trigger_id)


@access(Access.SIGN)
@require_POST
def trigger_close(request: PageRequest, pk: int) -> HttpResponse:
    """Close a trigger whose promise has been met for a day."""
    form = CloseForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else request.POST.get("reason", "")
    closed = deciding.close(trigger_id=pk, reason=reason, by=request.principal)
    messages.success(request, f"{closed} is closed.")
    return redirect("objectives:trigger", pk)


@access(Access.PERSON)
@require_POST
def alert_acknowledge(request: PageRequest, pk: int) -> HttpResponse:
    """Say that somebody looks after a burn alert; it is told no more."""
    alert = alerting.acknowledge_alert(alert_id=pk, by=request.principal)
    messages.success(request, "Somebody looks after it: you. What joins it is told no more.")
    return redirect("objectives:objective", alert.objective.slug)
