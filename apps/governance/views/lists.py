"""Pages that list: what needs the reader, all proposals, all that came into force."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from apps.core.access import Access, access
from apps.core.asking import PageRequest, read_page, reads
from apps.core.calendar_words import day_words
from apps.core.problems import Unreadable
from apps.governance import policies, queries
from apps.governance.asking import cases_to_preview, open_questions
from apps.governance.checking import Case
from apps.governance.domain.kinds import kinds
from apps.governance.domain.states import ProposalState
from apps.governance.domain.upstairs import DueLook, upstairs
from apps.governance.forms import ListFilter
from apps.governance.needing import cases_in_window, needs_me
from apps.governance.presenting import waits_words
from apps.governance.reading import list_cases

MOST_OPEN = 200
LATELY = 10
FILTERS = {"state": "state", "kind": "items__kind", "team": "owner_team__slug"}


@access(Access.SHARED_READ)
@reads()
def home(request: PageRequest) -> HttpResponse:
    """What needs the reader first, then what came into force lately, then questions."""
    by = request.principal
    proposals = list(queries.list_open_and_recent(by)[:MOST_OPEN])
    cases = list_cases(proposals)
    open_ones = [case for case in cases if ProposalState(case.proposal.state).is_open]
    recent = sorted((case for case in cases if case not in open_ones), key=_newest_first)
    looked_up = {case.revision.pk for case in (*cases_in_window(open_ones), *cases_to_preview(open_ones))}
    seen = queries.previewed(looked_up) if looked_up else {}
    standing = upstairs.list_standing(by)
    asked = [*upstairs.list_creeps(None), *standing.ornaments]
    context = {
        "heading": "Governance",
        "needs": needs_me(open_ones, by, seen),
        "waiting": len([case for case in open_ones if case.proposal.state != ProposalState.DRAFT]),
        "table": changes_table(recent[:LATELY], "In force lately"),
        "questions": open_questions(open_ones, recent, seen, asked),
        "looks": [_look(one) for one in standing.due_looks],
    }
    return render(request, "governance/home.html", context)


def _look(one: DueLook) -> dict[str, str]:
    """A yearly look that is due, in a sentence."""
    words = f"of {one.owner}, looked at last on {day_words(one.looked_on)}; due since {day_words(one.due_on)}."
    return {"name": one.name, "url": one.url, "text": words, "confirm_url": one.confirm_url}


def _newest_first(case: Case) -> Any:
    decided = case.proposal.decided_at
    return -(decided.timestamp() if decided else 0)


@access(Access.SHARED_READ)
@reads("state", "kind", "team", "page")
def proposal_list(request: PageRequest) -> HttpResponse:
    """Proposals newest first, by state, kind and team."""
    by = request.principal
    offered = [(kind.key, kind.label) for kind in kinds]
    owners = [(team.slug, team.name) for team in queries.list_owner_teams(by)]
    form = ListFilter(request.GET, kinds=offered, teams=owners)
    if not form.is_valid():
        name, wrong = next(iter(form.errors.items()))
        raise Unreadable("unknown_parameter", f"{name}: {wrong[0]}")
    chosen = {FILTERS[name]: value for name, value in form.cleaned_data.items() if value}
    page = read_page(request, queries.list_proposals(by).filter(**chosen))
    context = {
        "heading": "Proposals",
        "form": form,
        "table": list_table(list_cases(page.rows)),
        "pager": page.pager,
        "clear_url": reverse("governance:proposal-list") if chosen else "",
        "kinds": [{"label": k.label, "url": new_url(k.key)} for k in kinds] if policies.can_draft_somewhere(by) else [],
    }
    return render(request, "governance/proposal_list.html", context)


def new_url(kind: str) -> str:
    """Where a proposal of a kind begins: its own form, else the plain one."""
    pages = kinds.pages(kind)
    own = pages.first or pages.new
    return reverse(own) if own else reverse("governance:proposal-create", args=[kind])


def list_table(cases: list[Case]) -> dict[str, Any]:
    """One row a proposal: what it is, its state, what it waits for."""
    labels = ("Proposal", "Title", "Team", "State", "Waits for")
    return {
        "caption": "Proposals, newest first",
        "caption_hidden": True,
        "columns": [{"label": label} for label in labels],
        "rows": [_row(case) for case in cases],
    }


def _row(case: Case) -> list[dict[str, Any]]:
    proposal = case.proposal
    url = reverse("governance:proposal", args=[proposal.number])
    owner = proposal.owner_team.name if proposal.owner_team else "Several"
    return [
        {"text": str(proposal), "url": url, "header": True},
        {"text": proposal.title, "wide": True},
        {"text": owner},
        {"text": ProposalState(proposal.state).label},
        {"text": waits_words(case), "wide": case.proposal.state == ProposalState.BLOCKED},
    ]


@access(Access.SHARED_READ)
@reads("page")
def changes(request: PageRequest) -> HttpResponse:
    """Everything that came into force, newest first."""
    page = read_page(request, queries.list_activated(request.principal))
    context = {
        "heading": "Changes in force",
        "crumbs": [{"label": "Governance", "url": reverse("governance:home")}, {"label": "Changes", "url": ""}],
        "table": changes_table(list_cases(page.rows), "What came into force, newest first"),
        "pager": page.pager,
    }
    return render(request, "governance/changes.html", context)


def changes_table(cases: list[Case], caption: str) -> dict[str, Any]:
    """One row a proposal in force: date, kind, sentence, number, and whether it skipped its date."""
    labels = ("In force", "Kind", "What changed", "Proposal", "At once")
    return {
        "caption": caption,
        "caption_hidden": True,
        "columns": [{"label": label} for label in labels],
        "rows": [_change_row(case) for case in cases],
    }


def _change_row(case: Case) -> list[dict[str, Any]]:
    proposal, asked = case.proposal, case.asked
    url = reverse("governance:proposal", args=[proposal.number])
    return [
        {"text": day_words(day) if (day := proposal.effective_from) else "The beginning", "header": True},
        {"text": kind_words(case)},
        {"text": proposal.title, "wide": True},
        {"text": str(proposal), "url": url},
        {
            "text": f"At once: {asked.at_once_reason}" if asked.at_once_reason else "",
            "wide": bool(asked.at_once_reason),
        },
    ]


def kind_words(case: Case) -> str:
    """The kinds of a proposal's items, each once."""
    found = [kinds.get(item.kind) for item in case.items]
    return ", ".join(dict.fromkeys(kind.label for kind in found if kind is not None))
