"""The plain form of a proposal: any kind, any number of items, as JSON."""

import json
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.core.access import Access, access
from apps.core.asking import PageRequest, require_known
from apps.core.form_problems import add_problem
from apps.core.problems import Absent, Conflict, Invalid, Outdated, Unreadable
from apps.governance import operations, policies, queries
from apps.governance.checking import Case, sentences_of
from apps.governance.domain.frame import PLACES
from apps.governance.domain.kinds import Op, kinds
from apps.governance.domain.states import ProposalState
from apps.governance.forms import ProposalForm, words_of
from apps.governance.models import Proposal
from apps.governance.reading import change_of_item
from apps.governance.views.proposal import answer_again, crumbs

METHODS = ["GET", "HEAD", "POST"]
DRAFT_INTRO = "A draft is seen by its authors and the leads of the owning team."
REVISION_INTRO = "A new revision voids the signatures of the one before."


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def proposal_create(request: PageRequest, kind: str) -> HttpResponse:
    """A draft of one kind; a kind with a form of its own is written there."""
    require_known(request, "key")
    if kinds.get(kind) is None:
        raise Absent("not_found", "Nothing is here for you.")
    key = request.GET.get("key", "")
    own = kinds.pages(kind).new
    if own and request.method != "POST":
        return redirect(f"{reverse(own)}?{urlencode({'key': key})}" if key else reverse(own))
    items = [{"kind": kind, "op": Op.CREATE.value, "key": "", "content": {}}]
    if key:
        items = [_change_of(request, kind, key)]
    form = ProposalForm(_sent(request), initial={"items": json.dumps(items, indent=2, ensure_ascii=False)})
    label = kinds.get(kind).label.lower()  # type: ignore[union-attr]
    context = {"heading": f"Propose: {label}", "crumbs": crumbs("New"), "button": "Save the draft"}
    return _answer(request, form, context, None)


def _change_of(request: PageRequest, kind: str, key: str) -> dict[str, Any]:
    """A change that begins with what is in force; raises `Absent`, and `Forbidden` for whoever may not draft it."""
    item = queries.newest_in_force(request.principal, kind, key)
    if item is None:
        raise Absent("not_found", "Nothing is here for you.")
    content = queries.content_of(item)
    policies.require_can_draft(request.principal, [change_of_item(item, content)])
    return {"kind": kind, "op": Op.CHANGE.value, "key": key, "content": content}


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def proposal_edit(request: PageRequest, number: int) -> HttpResponse:
    """The next revision of a proposal, begun from the newest one."""
    require_known(request)
    proposal = queries.get_proposal(request.principal, number)
    operations.judge_editing(proposal=proposal, by=request.principal)
    form = ProposalForm(_sent(request), initial=words_of(Case.of(proposal).asked))
    context = {
        "heading": f"Revise {proposal}",
        "crumbs": crumbs(f"{proposal}: revise"),
        "intro": DRAFT_INTRO if proposal.state == ProposalState.DRAFT else REVISION_INTRO,
        "button": "Save this revision",
        "sha256": proposal.revision_sha256,
    }  # fmt: skip
    return _answer(request, form, context, proposal)


def _answer(
    request: PageRequest, form: ProposalForm, context: dict[str, Any], proposal: Proposal | None
) -> HttpResponse:
    """Save, or only check, what the form holds; refusals stand beside the fields and keep what was typed."""
    status, checked = 200, []
    if form.is_bound and form.is_valid():
        try:
            if request.POST.get("act") == "save":
                return _saved(request, form, proposal)
            checked = sentences_of(operations.check_asked(asked=form.asked(), by=request.principal))
        except Outdated:
            number = proposal.number if proposal else 0
            return answer_again(request, number, status=412, read=request.POST.get("sha256", ""))
        except (Invalid, Conflict) as problem:
            add_problem(form, problem, PLACES)
            status = problem.status
    if form.is_bound and form.errors and status == 200:
        status = 422
    whole = {**context, "form": form, "checked": checked, "has_errors": bool(form.errors)}
    return render(request, "governance/proposal_form.html", whole, status=status)


def _saved(request: PageRequest, form: ProposalForm, proposal: Proposal | None) -> HttpResponse:
    if proposal is None:
        proposal = operations.draft_proposal(asked=form.asked(), by=request.principal)
        messages.success(request, f"Saved as {proposal}. It is a draft until it is submitted.")
    else:
        read = request.POST.get("sha256", "")
        if not read:
            raise Unreadable("parameter_invalid", "Send the hash of the revision that you read.")
        operations.revise_proposal(proposal=proposal, asked=form.asked(), sha256=read, by=request.principal)
        messages.success(request, "Saved as a new revision.")
    return redirect("governance:proposal", proposal.number)


def _sent(request: PageRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None
