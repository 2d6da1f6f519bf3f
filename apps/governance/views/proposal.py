"""The page of one proposal."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from apps.accounts.domain import Principal
from apps.core.access import Access, access
from apps.core.asking import PageRequest, reads
from apps.governance import operations
from apps.governance.domain.states import ProposalState
from apps.governance.presenting import present_acts, present_checks, present_head, window_words
from apps.governance.presenting_changes import present_changes, present_news, subject_words
from apps.governance.presenting_people import present_discussion, present_revisions, present_signatures
from apps.governance.presenting_preview import present_preview
from apps.governance.reading import ProposalPage, get_page, stored_changes


@access(Access.SHARED_READ)
@reads()
def proposal(request: PageRequest, number: int) -> HttpResponse:
    """State, change, preview, checks, signatures and discussion; a stale preview is asked for anew."""
    page = get_page(request.principal, number)
    if _is_stale(page):
        operations.ask_preview(proposal=page.proposal)
        page = get_page(request.principal, number)
    template = "governance/_standing.html" if request.htmx else "governance/proposal.html"
    return render(request, template, page_context(page, request.principal))


def _is_stale(page: ProposalPage) -> bool:
    """A finished preview that says nothing any more; one that is being computed is waited for."""
    case = page.case
    is_open = ProposalState(page.proposal.state).is_open and page.proposal.state != ProposalState.SCHEDULED
    finished = case.preview is not None and case.preview.finished_at is not None
    return is_open and finished and case.needs_preview and bool(case.preview_problem)


def page_context(page: ProposalPage, by: Principal) -> dict[str, Any]:
    """Everything the page shows this reader."""
    case, name = page.case, str(page.proposal)
    is_open = ProposalState(page.proposal.state).is_open
    changes = stored_changes(case)
    return {
        "heading": f"{name} {subject_words(case.items)}".strip(),
        "crumbs": crumbs(name),
        **present_head(page),
        **present_changes(case.items),
        "preview": present_preview(case) if is_open or case.preview else {},
        **(present_checks(case.findings()) if is_open else {}),
        "questions": page.questions,
        "window": window_words(case),
        "signatures": present_signatures(case),
        "discussion": present_discussion(page, by),
        "revisions": present_revisions(page.revisions),
        "acts": present_acts(page, by, changes) if is_open else {"can_comment": by.is_person},
    }


def answer_again(
    request: PageRequest, number: int, *, status: int, form: Any = None, place: str = "", read: str = ""
) -> HttpResponse:
    """The page once more after a refused act: what was typed is kept, what is new is shown."""
    page = get_page(request.principal, number)
    context = page_context(page, request.principal)
    known = {revision.sha256: revision for revision in page.revisions}
    context |= {
        "typed": {place: form} if form is not None else {},
        "form": form,
        "has_errors": form is not None and bool(form.errors),
        "is_outdated": status == 412,
        "news": present_news(known.get(read), page.case.revision),
    }
    return render(request, "governance/proposal.html", context, status=status)


def crumbs(*last: str) -> list[dict[str, str]]:
    """The way to a page below the list of proposals."""
    first = {"label": "Proposals", "url": reverse("governance:proposal-list")}
    return [first, *({"label": label, "url": ""} for label in last)]
