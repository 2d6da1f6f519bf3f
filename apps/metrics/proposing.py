"""What the pages share on which something is proposed about one definition."""

from collections.abc import Mapping

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from apps.core.asking import PageRequest
from apps.core.form_problems import add_problem
from apps.core.problems import Conflict, Invalid, Outdated, ProblemError, Unreadable
from apps.governance import operations as governance
from apps.governance import queries as proposals
from apps.governance.domain.revisions import Asked
from apps.governance.models import Proposal
from apps.metrics import operations

METHODS = ["GET", "HEAD", "POST"]
WRONG = 422
VOIDS = "A new revision voids the signatures of the one before."
DRAFTED = "A draft is seen by its authors and the leads of the owning team until it is submitted."
REFUSED = (Invalid, Conflict, Outdated)


def open_proposals(slug: str) -> list[dict[str, str]]:
    """Other open changes of a definition, to be read first."""
    found = proposals.list_open_by_object(operations.DEFINITION, [slug]).get(slug, [])
    return [{"text": f"Open change: {one}.", "url": reverse("governance:proposal", args=[one.number])} for one in found]


def saved(request: PageRequest, asked: Asked, proposal: Proposal | None) -> HttpResponse:
    """Draft a proposal, or write its next revision."""
    if proposal is None:
        proposal = governance.draft_proposal(asked=asked, by=request.principal)
        said = f"Saved as {proposal}. Read it, then submit it; until then it is a draft."
    else:
        read = request.POST.get("sha256", "")
        if not read:
            raise Unreadable("parameter_invalid", "Send the hash of the revision that you read.")
        proposal = governance.revise_proposal(proposal=proposal, asked=asked, sha256=read, by=request.principal)
        said = "Saved as a new revision."
    messages.success(request, said)
    return redirect("governance:proposal", proposal.number)


def refuse(form: forms.Form, problem: ProblemError, places: Mapping[str, str]) -> int:
    """Put a refusal beside the fields, with what was typed kept; answers its status."""
    if isinstance(problem, Outdated):
        form.add_error(None, f"{problem.sentence} What you typed is kept here and was not written over it.")
    else:
        add_problem(form, problem, places)
    return problem.status


def sent(request: PageRequest) -> QueryDict | None:
    """What was sent, or None where the page is only looked at."""
    return request.POST if request.method == "POST" else None


def crumbs(last: str, *middle: dict[str, str]) -> list[dict[str, str]]:
    """The way to a page below the list of proposals."""
    first = {"label": "Proposals", "url": reverse("governance:proposal-list")}
    return [first, *middle, {"label": last, "url": ""}]
