"""What people do with an action, each act on a page of its own that says what follows from it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, require_known
from apps.core.calendar_words import day_words
from apps.core.form_problems import add_problem
from apps.core.problems import Invalid
from apps.incidents.domain.action_drafts import EvidenceDraft
from apps.incidents.forms.follow_up import (
    EVIDENCE_PLACES,
    ConfirmForm,
    DropForm,
    EvidenceForm,
    FinishForm,
    LinksForm,
    NewDateForm,
)
from apps.incidents.models import Action
from apps.incidents.operations import follow_up
from apps.incidents.policies import follow_up as policies
from apps.incidents.presenting_follow_up import due_words, summary_of
from apps.incidents.queries import follow_up as queries

BOTH = ["GET", "HEAD", "POST"]


def _page(
    request: PageRequest, action: Action, form: forms.Form, do: Callable[[], Any], *,
    heading: str, intro: str, button: str, done: str,
) -> HttpResponse:  # fmt: skip
    """The form of one act; once it is done, back to the action."""
    if form.is_bound and form.is_valid() and _did(form, do):
        messages.success(request, done)
        return redirect("portal:action", action.pk)
    context = {
        "heading": heading,
        "summary": summary_of(action),
        "intro": intro,
        "form": form,
        "button": button,
        "crumbs": [
            {"label": "Actions", "url": reverse("portal:action-list")},
            {"label": str(action), "url": reverse("portal:action", args=[action.pk])},
            {"label": heading},
        ],
        "has_errors": bool(form.errors),
    }
    return render(request, "incidents/follow_up_act.html", context, status=422 if form.errors else 200)


def _did(form: forms.Form, do: Callable[[], Any]) -> bool:
    """Whether the act was possible; what is wrong with a field returns to the form."""
    try:
        do()
    except Invalid as problem:
        add_problem(form, problem, EVIDENCE_PLACES)
        return False
    return True


def _sent(request: PageRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _shown(form: EvidenceForm) -> EvidenceDraft | None:
    """What was entered as evidence; nothing where no kind is chosen."""
    if not form.cleaned_data["kind"]:
        return None
    return form.evidence(queries.find_service_id(form.cleaned_data["service"]))


@access(Access.TEAM_WRITE)
@require_http_methods(BOTH)
def action_date(request: PageRequest, pk: int) -> HttpResponse:
    """Another due day with its reason."""
    require_known(request)
    action = queries.get_action(pk, by=request.principal)
    policies.require_can_work(request.principal, action.owner_team)
    form = NewDateForm(_sent(request))
    return _page(
        request, action, form,
        lambda: follow_up.set_date(action=action, **form.cleaned_data, by=request.principal),
        heading="Set a new date", button="Set the new date", done="The new date holds. The first one stays visible.",
        intro=f"The first due day, {day_words(action.first_due_on)}, stays and decides whether it was on time.",
    )  # fmt: skip


@access(Access.TEAM_WRITE)
@require_http_methods(BOTH)
def action_done(request: PageRequest, pk: int) -> HttpResponse:
    """Mark as done, with what shows it."""
    require_known(request)
    action = queries.get_action(pk, by=request.principal)
    policies.require_can_work(request.principal, action.owner_team)
    form = FinishForm(_sent(request))
    return _page(
        request, action, form,
        lambda: follow_up.finish(action=action, evidence=_shown(form), by=request.principal),
        heading="Mark as done", button="Mark as done",
        done="Done, unverified. A second person looks at what shows it.",
        intro=f"Done when: {action.done_when} A second person verifies it; what shows it can also be added later.",
    )  # fmt: skip


@access(Access.TEAM_WRITE)
@require_http_methods(BOTH)
def action_evidence(request: PageRequest, pk: int) -> HttpResponse:
    """Add what shows that it is done."""
    require_known(request)
    action = queries.get_action(pk, by=request.principal)
    policies.require_can_work(request.principal, action.owner_team)
    form = EvidenceForm(_sent(request))
    return _page(
        request, action, form,
        lambda: follow_up.add_evidence(
            action=action, evidence=form.evidence(queries.find_service_id(form.cleaned_data["service"])),
            by=request.principal,
        ),
        heading="Add evidence", button="Add the evidence", done="Added.",
        intro=f"Done when: {action.done_when}",
    )  # fmt: skip


@access(Access.TEAM_WRITE)
@require_POST
def action_take_back(request: PageRequest, pk: int) -> HttpResponse:
    """Open again what was marked as done too early."""
    action = queries.get_action(pk, by=request.principal)
    follow_up.take_back(action=action, by=request.principal)
    messages.success(request, f"Open again, due {due_words(action)}.")
    return redirect("portal:action", pk)


@access(Access.PERSON)
@require_http_methods(BOTH)
def action_verify(request: PageRequest, pk: int) -> HttpResponse:
    """Say as a second person that the evidence shows it done."""
    require_known(request)
    action = queries.get_action(pk, by=request.principal)
    policies.require_can_verify(request.principal, action)
    shown = list(action.evidence.all())
    form = (FinishForm if shown else EvidenceForm)(_sent(request))
    linked = f"{len(shown)} linked. " if shown else "Nothing is linked yet: add what you looked at. "
    return _page(
        request, action, form,
        lambda: follow_up.verify(action=action, evidence=_shown(form), by=request.principal),
        heading="Verify", button="Verify it", done="Verified. Its effect is read from the weeks that follow.",
        intro=f"Done when: {action.done_when} Evidence: {linked}Verifying ends the action; it is not opened again.",
    )  # fmt: skip


@access(Access.TEAM_WRITE)
@require_http_methods(BOTH)
def action_drop(request: PageRequest, pk: int) -> HttpResponse:
    """Ask that it be dropped."""
    require_known(request)
    action = queries.get_action(pk, by=request.principal)
    policies.require_can_work(request.principal, action.owner_team)
    form = DropForm(_sent(request))
    return _page(
        request, action, form,
        lambda: follow_up.ask_drop(action=action, **form.cleaned_data, by=request.principal),
        heading="Ask to drop it", button="Ask to drop it", done="Asked. It stays open until a lead confirms.",
        intro=(
            f"The tech lead or engineering manager of {action.owner_team.name}, another person, confirms. Dropped "
            f"after its first due day, {day_words(action.first_due_on)}, it counts as late."
        ),
    )  # fmt: skip


@access(Access.PERSON)
@require_POST
def action_keep(request: PageRequest, pk: int) -> HttpResponse:
    """Keep what somebody asked to drop."""
    action = queries.get_action(pk, by=request.principal)
    follow_up.keep(action=action, by=request.principal)
    messages.success(request, "Kept. It stays open.")
    return redirect("portal:action", pk)


@access(Access.PERSON)
@require_http_methods(BOTH)
def action_confirm_drop(request: PageRequest, pk: int) -> HttpResponse:
    """Drop it for the reason that somebody else gave."""
    require_known(request)
    action = queries.get_action(pk, by=request.principal)
    policies.require_can_confirm_drop(request.principal, action)
    form = ConfirmForm(_sent(request))
    late = clock.as_of() > action.first_due_at
    counts = "It counts as late, as its first due day has passed." if late else "It counts neither as late nor as done."
    return _page(
        request, action, form, lambda: follow_up.confirm_drop(action=action, by=request.principal),
        heading="Drop the action", button="Drop it", done="Dropped. It stays readable with its reason.",
        intro=f"Reason: {action.drop_reason or 'nobody asks for it.'} {counts} It cannot be opened again.",
    )  # fmt: skip


@access(Access.TEAM_WRITE)
@require_http_methods(BOTH)
def action_links(request: PageRequest, pk: int) -> HttpResponse:
    """Who does it, what it should move, where the work is."""
    require_known(request)
    action = queries.get_action(pk, by=request.principal)
    policies.require_can_work(request.principal, action.owner_team)
    people = queries.people_of([action.owner_team_id], clock.as_of())
    now = {
        "assignee": str(action.assignee_id or ""), "metric_slug": action.metric_slug,
        "metric_subject": action.metric_subject, "external_url": action.external_url,
    }  # fmt: skip
    form = LinksForm(_sent(request), people=people, initial=now)
    return _page(
        request, action, form, lambda: _change_links(request, action, form),
        heading="Change who and what", button="Save", done="Saved.",
        intro="What was committed to, and its dates, stay as they are.",
    )  # fmt: skip


def _change_links(request: PageRequest, action: Action, form: LinksForm) -> None:
    data = {name: value for name, value in form.cleaned_data.items() if name != "assignee"}
    follow_up.change_links(action=action, assignee_id=form.assignee_id(), **data, by=request.principal)
