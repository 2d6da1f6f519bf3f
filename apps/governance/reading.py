"""Reads proposals for pages: everything about one, and what many wait for, in a fixed number of queries."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.problems import Forbidden
from apps.governance import policies, queries
from apps.governance.asking import list_questions
from apps.governance.checking import Case
from apps.governance.domain import consent
from apps.governance.domain.acts import CommentAct
from apps.governance.domain.consent import STEWARD
from apps.governance.domain.kinds import Change, Item, Need, Op
from apps.governance.domain.origins import Origin
from apps.governance.domain.states import ProposalState
from apps.governance.models import Comment, Proposal, ProposalItem, ProposalRevision

ANSWERS = (CommentAct.TAKE_BACK.value, CommentAct.DISMISS.value)


@dataclass
class ProposalPage:
    """One proposal with all that stands on its page."""

    case: Case
    revisions: list[ProposalRevision]
    comments: list[Comment]
    rivals: list[Proposal]
    questions: list[str]

    @property
    def proposal(self) -> Proposal:
        """The proposal itself."""
        return self.case.proposal


def get_page(principal: Principal, number: int) -> ProposalPage:
    """The page of a proposal the principal may read; raises `Absent`."""
    proposal = queries.get_proposal(principal, number)
    revisions = list(queries.list_revisions(proposal))
    comments = list(queries.list_comments(proposal))
    related = list(queries.list_related_items(proposal))
    own = [item for item in related if item.proposal_id == proposal.pk]
    case = Case(proposal, revisions[0])
    case.items = own
    case.requests = open_requests(comments, revisions[0].number)
    case.authors = frozenset(r.made_by_id for r in revisions if r.made_by_id is not None)
    others = [item for item in related if item.proposal_id != proposal.pk]
    return ProposalPage(case, revisions, comments, _rivals(others), list_questions(case, others))


def open_requests(comments: Iterable[Comment], revision: int) -> list[Comment]:
    """Requests of a revision that were neither taken back nor dismissed."""
    rows = list(comments)
    answered = {row.answers_id for row in rows if row.act in ANSWERS}
    asked = [row for row in rows if row.act == CommentAct.REQUEST_CHANGES and row.revision.number == revision]
    return [row for row in asked if row.pk not in answered]


def _rivals(items: Iterable[ProposalItem]) -> list[Proposal]:
    found = {item.proposal.number: item.proposal for item in items if ProposalState(item.proposal.state).is_open}
    return [found[number] for number in sorted(found)]


def list_cases(proposals: Sequence[Proposal]) -> list[Case]:
    """What many proposals wait for, from what was stored with them: five queries, however many there are."""
    items = queries.items_by_proposal(proposals)
    revisions = queries.revisions_by_proposal(proposals)
    signatures = queries.signatures_by_revision([rows[0].pk for rows in revisions.values()])
    requests = queries.requests_by_proposal(proposals)
    cases = [Case(proposal, revisions[proposal.pk][0]) for proposal in proposals]
    for case in cases:
        pk = case.proposal.pk
        case.items = items.get(pk, [])
        case.needs = stored_needs(case)
        case.team_ids = _team_ids(case)
        case.authors = frozenset(r.made_by_id for r in revisions[pk] if r.made_by_id is not None)
        case.signatures = signatures.get(case.revision.pk, [])
        case.requests = open_requests(requests.get(pk, []), case.revision.number)
    teams = {pk for case in cases for pk in case.team_ids}
    found = queries.list_holders(clock.now(), teams, [case.given for case in cases])
    for case, holders in zip(cases, found, strict=True):
        case.holders = holders
    return cases


def stored_needs(case: Case) -> tuple[Need, ...]:
    """Signatures that are needed, as they were stored with the items."""
    if case.proposal.origin == Origin.PRODUCT:
        return (Need(frozenset({STEWARD}), None),)
    if case.is_filed or not any(item.is_meaning for item in case.items):
        return ()
    needs = [Need(frozenset(need["roles"]), need["team"]) for item in case.items for need in item.needs]
    return tuple(dict.fromkeys(needs))


def _team_ids(case: Case) -> frozenset[int]:
    teams = {need.team_id for need in case.needs} | {item.owner_team_id for item in case.items}
    return frozenset(pk for pk in teams if pk is not None)


def stored_changes(case: Case) -> list[Change]:
    """The items as changes, from what was stored with them: enough to say who may do what."""
    return [change_of_item(item) for item in case.items]


def change_of_item(item: ProposalItem, content: Mapping[str, Any] = MappingProxyType({})) -> Change:
    """An item as a change without asking its kind: whose it is, and how much it changes."""
    return Change(
        item=Item(item.kind, Op(item.op), item.key, content), base=item.base_number, wording="", computing="",
        is_same_meaning=not item.is_meaning, owner_team_id=item.owner_team_id, name=item.name,
    )  # fmt: skip


def hats_of(case: Case, by: Principal, changes: Sequence[Change]) -> list[str]:
    """Roles in which this person may approve the present revision now; empty for authors and whoever signed."""
    signed = any(signature.signed_by_id == by.user_id for signature in case.signatures)
    in_review = case.proposal.state == ProposalState.IN_REVIEW
    if not in_review or not by.is_person or by.user_id is None or by.user_id in case.authors or signed:
        return []
    offered = consent.hats(by.user_id, case.consent.open_seats, case.holders)
    if offered or case.consent.open_seats or case.consent.is_by_two:
        return offered
    if not policies.can_second(by, changes):
        return []
    role = policies.second_role(by, changes)
    return [role] if case.holds(by.user_id, role) else []


def allows(rule: Callable[..., None], *args: Any) -> bool:
    """Whether a rule of `policies` lets somebody do something."""
    try:
        rule(*args)
    except Forbidden:
        return False
    return True
