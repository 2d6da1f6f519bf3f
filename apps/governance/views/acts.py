"""What people do with a proposal: permission first, then the form, then the act."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from apps.core.access import Access, access
from apps.core.asking import PageRequest
from apps.core.calendar_words import day_words
from apps.core.form_problems import add_problem
from apps.core.problems import Invalid, Outdated, Unreadable
from apps.governance import operations, queries
from apps.governance.domain.states import ProposalState
from apps.governance.forms import HashForm, TextForm, WithdrawForm
from apps.governance.models import Proposal
from apps.governance.presenting import since_words
from apps.governance.views.proposal import answer_again

HASH_MISSING = "Send the hash of the revision that you read."


@access(Access.SIGN)
@require_POST
def submit(request: PageRequest, number: int) -> HttpResponse:
    """Put a draft up for consent."""
    proposal = queries.get_proposal(request.principal, number)
    operations.judge_submitting(proposal=proposal, by=request.principal)
    form = _hash_form(request)
    try:
        done = operations.submit_proposal(
            proposal=proposal, sha256=form["sha256"], role=form["role"], by=request.principal
        )
    except Outdated:
        return answer_again(request, number, status=412, read=form["sha256"])
    except Invalid as problem:
        broken = forms.Form(request.POST)
        add_problem(broken, Invalid(problem.code, str(problem)))
        return answer_again(request, number, status=422, form=broken, place="submit")
    return _done(request, done, "Submitted.")


@access(Access.SIGN)
@require_POST
def sign(request: PageRequest, number: int) -> HttpResponse:
    """Agree to the revision that was read, in one role."""
    proposal = queries.get_proposal(request.principal, number)
    operations.judge_signing(proposal=proposal, role=request.POST.get("role", ""), by=request.principal)
    form = _hash_form(request)
    try:
        done = operations.sign_proposal(
            proposal=proposal, sha256=form["sha256"], role=form["role"], by=request.principal
        )
    except Outdated:
        return answer_again(request, number, status=412, read=form["sha256"])
    return _done(request, done, "Signed.")


def _hash_form(request: PageRequest) -> dict[str, str]:
    form = HashForm(request.POST)
    if not form.is_valid():
        raise Unreadable("parameter_invalid", HASH_MISSING)
    return form.cleaned_data


@access(Access.SIGN)
@require_POST
def comment(request: PageRequest, number: int) -> HttpResponse:
    """Say something about the present revision."""
    proposal = queries.get_proposal(request.principal, number)
    form = TextForm(request.POST, prefix="comment")
    if not form.is_valid():
        return answer_again(request, number, status=422, form=form, place="comment")
    operations.comment(proposal=proposal, text=form.cleaned_data["text"], by=request.principal)
    return _done(request, proposal, "Written.", place="discussion")


@access(Access.SIGN)
@require_POST
def request_changes(request: PageRequest, number: int) -> HttpResponse:
    """Ask for another revision."""
    proposal = queries.get_proposal(request.principal, number)
    operations.judge_requesting(proposal=proposal, by=request.principal)
    return _with_text(request, proposal, "request", operations.request_changes, "Asked. It waits for an answer.")


@access(Access.SIGN)
@require_POST
def reject(request: PageRequest, number: int) -> HttpResponse:
    """End a proposal that should not be."""
    proposal = queries.get_proposal(request.principal, number)
    operations.judge_rejecting(proposal=proposal, by=request.principal)
    return _with_text(request, proposal, "reject", operations.reject_proposal, "Rejected. What was in force stays.")


@access(Access.SIGN)
@require_POST
def withdraw(request: PageRequest, number: int) -> HttpResponse:
    """Take a proposal back."""
    proposal = queries.get_proposal(request.principal, number)
    operations.judge_withdrawing(proposal=proposal, by=request.principal)
    form = WithdrawForm(request.POST, prefix="withdraw")
    if not form.is_valid():
        return answer_again(request, number, status=422, form=form, place="withdraw")
    operations.withdraw_proposal(proposal=proposal, text=form.cleaned_data["text"], by=request.principal)
    return _done(request, proposal, "Withdrawn. What was in force stays.")


@access(Access.SIGN)
@require_POST
def take_back(request: PageRequest, number: int, pk: int) -> HttpResponse:
    """Take one's own request for changes back."""
    proposal = queries.get_proposal(request.principal, number)
    asked = queries.get_request(proposal, pk)
    operations.take_back_request(request=asked, by=request.principal)
    return _done(request, proposal, "Taken back.", place="discussion")


@access(Access.SIGN)
@require_POST
def dismiss(request: PageRequest, number: int, pk: int) -> HttpResponse:
    """Let a proposal go on past a request, in a sentence that stays."""
    proposal = queries.get_proposal(request.principal, number)
    asked = queries.get_request(proposal, pk)
    operations.judge_dismissing(request=asked, by=request.principal)
    form = TextForm(request.POST, prefix=f"dismiss-{pk}")
    if not form.is_valid():
        return answer_again(request, number, status=422, form=form, place="dismiss")
    operations.dismiss_request(request=asked, text=form.cleaned_data["text"], by=request.principal)
    return _done(request, proposal, "Dismissed. The sentence stays on the version.", place="discussion")


def _with_text(
    request: PageRequest, proposal: Proposal, place: str, act: Callable[..., object], said: str
) -> HttpResponse:
    """An act that needs a text; what was typed comes back when it is refused."""
    form = TextForm(request.POST, prefix=place)
    if not form.is_valid():
        return answer_again(request, proposal.number, status=422, form=form, place=place)
    act(proposal=proposal, text=form.cleaned_data["text"], by=request.principal)
    return _done(request, proposal, said, place="discussion")


def _done(request: PageRequest, proposal: Proposal, said: str, place: str = "") -> HttpResponse:
    messages.success(request, f"{said} {_next_words(proposal)}".strip())
    where = redirect("governance:proposal", proposal.number)
    if place:
        where["Location"] += f"#{place}"
    return where


def _next_words(proposal: Proposal) -> str:
    """What came of the last signature."""
    if proposal.state == ProposalState.ACTIVATED:
        return f"It is in force {since_words(proposal)}."
    if proposal.state == ProposalState.SCHEDULED and proposal.effective_from:
        return f"It comes into force on {day_words(proposal.effective_from)}."
    return ""
