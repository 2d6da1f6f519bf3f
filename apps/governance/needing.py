"""What needs a reader, from cases that were read together."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from apps.accounts.domain import Principal, TeamRole
from apps.core import clock
from apps.core.calendar_words import age_words
from apps.governance.checking import Case
from apps.governance.domain.states import ProposalState
from apps.governance.presenting import hat_words
from apps.governance.queries import Previewed
from apps.governance.reading import allows, hats_of, stored_changes

LEADS = (TeamRole.TECH_LEAD, TeamRole.ENGINEERING_MANAGER, TeamRole.PRODUCT_MANAGER)


def needs_me(cases: Sequence[Case], by: Principal, seen: Mapping[int, Previewed]) -> list[dict[str, Any]]:
    """What this person can move, longest waiting first; empty for tools. `seen` is what previews found."""
    if not by.is_person:
        return []
    rows = [_row(case, _why(case, by, _affected(case, seen))) for case in cases]
    return [row for row in rows if row["why"]]


def _why(case: Case, by: Principal, affected: Iterable[int]) -> str:
    """The one next act of this person, or nothing."""
    state, is_author = ProposalState(case.proposal.state), by.user_id in case.authors
    if state is ProposalState.DRAFT:
        return "You drafted it: submit or withdraw it." if is_author else ""
    if is_author and (state is ProposalState.BLOCKED or case.requests):
        return (
            "It is blocked: revise it." if state is ProposalState.BLOCKED else "Somebody asks for changes: revise it."
        )
    hats = hats_of(case, by, stored_changes(case))
    if hats:
        return f"Approve as {' or '.join(hat_words(hat) for hat in hats)}, or ask for changes."
    leads = [team_id for team_id in affected if by.holds_in(team_id, *LEADS)]
    if leads and case.proposal.owner_team_id not in leads:
        return "Your team's values move: read your own before and after."
    return _steward_words(case, by)


def _steward_words(case: Case, by: Principal) -> str:
    """A steward who wrote none of it frees a proposal from another team's request that does not hold."""
    others = [request for request in case.requests if request.written_by_id != by.user_id]
    changes = stored_changes(case)
    asked = any(allows(case.require_can_dismiss, request, changes, by) for request in others)
    return "Another team asks for changes: dismiss it or leave it." if asked else ""


def cases_in_window(cases: Iterable[Case]) -> list[Case]:
    """Cases whose affected teams may ask for changes now."""
    return [case for case in cases if _window_is_open(case)]


def _affected(case: Case, seen: Mapping[int, Previewed]) -> list[int]:
    found = seen.get(case.revision.pk)
    return found.affected if found is not None and _window_is_open(case) else []


def _window_is_open(case: Case) -> bool:
    until = case.proposal.window_until
    return case.proposal.state == ProposalState.IN_REVIEW and until is not None and until > clock.now()


def _moved_words(at: datetime) -> str:
    """How long nothing happened to it; what happened within the minute is no waiting."""
    now = clock.as_of()
    return "moved just now" if now - at < timedelta(minutes=1) else f"moved {age_words(at, now)} ago"


def _row(case: Case, why: str) -> dict[str, Any]:
    proposal = case.proposal
    return {
        "name": str(proposal),
        "title": proposal.title,
        "url": reverse("governance:proposal", args=[proposal.number]),
        "why": why,
        "moved": _moved_words(proposal.moved_at),
    }
