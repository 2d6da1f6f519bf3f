"""What people do with a retro besides writing it: open, hand in, publish, amend, waive, name who facilitates."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from apps.accounts.queries import find_person
from apps.core.access import Access, access
from apps.core.asking import PageRequest
from apps.core.form_problems import add_problem
from apps.core.problems import Invalid, Outdated, Unreadable
from apps.incidents.forms.learning import FacilitatorForm, PublishForm, ReasonForm
from apps.incidents.models import Retro
from apps.incidents.operations import retro_amending, retro_opening, retro_publishing, retro_waiving
from apps.incidents.policies import learning as policies
from apps.incidents.queries import incidents
from apps.incidents.queries import retros as queries
from apps.incidents.views.learning import check_page, lead_to, retro_page

NOBODY = "Nobody signs in with this address. Correct it, or leave the field empty."


@access(Access.PERSON)
@require_POST
def retro_open(request: PageRequest, pk: int) -> HttpResponse:
    """Begin the retro of an incident that no severity asks for."""
    incident = incidents.get_incident(pk, request.principal)
    _, is_new = retro_opening.open_retro(incident=incident, by=request.principal)
    if is_new:
        messages.success(request, "Opened. The pages can be written in any order.")
    return lead_to("retro", pk)


@access(Access.PERSON)
@require_POST
def retro_submit(request: PageRequest, pk: int) -> HttpResponse:
    """Say that the draft is ready to be read."""
    row = queries.get_retro(pk, request.principal)
    retro_opening.submit_retro(retro=row, by=request.principal)
    messages.success(request, "In review. It can still be written; a lead or the facilitator publishes it.")
    return lead_to("retro", pk)


@access(Access.PERSON)
@require_POST
def retro_take_back(request: PageRequest, pk: int) -> HttpResponse:
    """Say that the draft is being written again."""
    row = queries.get_retro(pk, request.principal)
    retro_opening.take_retro_back(retro=row, by=request.principal)
    messages.success(request, "It is a draft again.")
    return lead_to("retro", pk)


@access(Access.PERSON)
@require_POST
def retro_facilitator(request: PageRequest, pk: int) -> HttpResponse:
    """Name who leads the conversation."""
    row = queries.get_retro(pk, request.principal)
    policies.require_can_run_retro(request.principal, row)
    form = FacilitatorForm(request.POST)
    if form.is_valid():
        mail = form.cleaned_data["facilitator"]
        person = find_person(mail) if mail else None
        if mail and person is None:
            form.add_error("facilitator", NOBODY)
        else:
            try:
                retro_opening.name_facilitator(retro=row, facilitator=person, by=request.principal)
            except Invalid as problem:
                add_problem(form, problem)
    if form.errors:
        return retro_page(request, row, status=422, forms={"facilitator": form})
    messages.success(request, "Saved who facilitates.")
    return lead_to("retro", pk)


@access(Access.PERSON)
@require_POST
def retro_publish(request: PageRequest, pk: int) -> HttpResponse:
    """Publish the draft, or the amendment, that was read."""
    row = queries.get_retro(pk, request.principal)
    policies.require_can_publish_retro(request.principal, row)
    form = PublishForm(request.POST)
    if not form.is_valid():
        raise Unreadable("parameter_invalid", "Send the hash of the draft that you read.")
    act = retro_publishing.amend_retro if queries.is_amending(row) else retro_publishing.publish_retro
    try:
        snapshot = act(retro=row, draft_sha256=form.cleaned_data["draft_sha256"], by=request.principal)
    except Invalid:
        return check_page(request, row, status=422)
    except Outdated:
        return check_page(request, queries.get_retro(pk, request.principal), status=412, is_outdated=True)
    said = "Published. Its actions are open." if snapshot.number == 1 else "Published as an amendment."
    messages.success(request, f"{said} Snapshot {snapshot.number} has the hash {snapshot.sha256[:12]}….")
    return lead_to("retro", pk)


@access(Access.PERSON)
@require_POST
def retro_amend(request: PageRequest, pk: int) -> HttpResponse:
    """Open a published retro to be written again."""
    row = queries.get_retro(pk, request.principal)
    policies.require_can_run_retro(request.principal, row)
    said = "The amendment is open. What is published stays until you publish it."
    return _with_reason(request, row, "amend", retro_amending.begin_amendment, said)


@access(Access.PERSON)
@require_POST
def retro_amend_drop(request: PageRequest, pk: int) -> HttpResponse:
    """Leave the retro as it is published."""
    row = queries.get_retro(pk, request.principal)
    retro_amending.drop_amendment(retro=row, by=request.principal)
    messages.success(request, "Left as it is published. What was written stays among the revisions.")
    return lead_to("retro", pk)


@access(Access.PERSON)
@require_POST
def retro_waiver_ask(request: PageRequest, pk: int) -> HttpResponse:
    """Ask that no retro is written."""
    row = queries.get_retro(pk, request.principal)
    policies.require_can_run_retro(request.principal, row)
    said = "Asked. An engineering manager or leadership answers; until then it can be written."
    return _with_reason(request, row, "waiver", retro_waiving.ask_waiver, said)


@access(Access.PERSON)
@require_POST
def retro_waiver_refuse(request: PageRequest, pk: int) -> HttpResponse:
    """The retro is written after all."""
    row = queries.get_retro(pk, request.principal)
    retro_waiving.refuse_waiver(retro=row, by=request.principal)
    messages.success(request, "The retro is written.")
    return lead_to("retro", pk)


@access(Access.PERSON)
@require_POST
def retro_waive(request: PageRequest, pk: int) -> HttpResponse:
    """A second person agrees that there is none."""
    row = queries.get_retro(pk, request.principal)
    retro_waiving.waive_retro(retro=row, by=request.principal)
    messages.success(request, "Waived. It is named beside the share of retros in time.")
    return lead_to("retro", pk)


def _with_reason(
    request: PageRequest, row: Retro, place: str, act: Callable[..., Any], said: str
) -> HttpResponse:  # fmt: skip
    """An act that needs a reason; what was typed comes back when it is refused."""
    form = ReasonForm(request.POST, prefix=place)
    if form.is_valid():
        try:
            act(retro=row, reason=form.cleaned_data["reason"], by=request.principal)
        except Invalid as problem:
            add_problem(form, problem)
    if form.errors:
        return retro_page(request, row, status=422, forms={place: form})
    messages.success(request, said)
    return lead_to("retro", row.incident_id)
