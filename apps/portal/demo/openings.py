"""Targets, templates, exemptions, freezes and promises in every state a proposal can have, each a small ask of its own.

None of them moves a value or a card: what comes into force of it is a target of a quarter that has not begun.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from functools import partial

from apps.accounts.domain import OrganisationRole, TeamRole
from apps.accounts.models import RoleGrant
from apps.audit import operations as audit
from apps.core import clock
from apps.core.work import run_now
from apps.governance import operations as governance
from apps.governance.domain.revisions import Asked, Category
from apps.governance.domain.states import ProposalState
from apps.portal.demo.asks import ASKS, STANDS_FOR_LEADERSHIP, STANDS_FOR_MANAGER, Ask, OpeningStuck
from apps.portal.demo.asks_of_promises import ASKS_OF_PROMISES
from apps.portal.demo.cast import Cast, local
from apps.teams import operations as teams
from apps.teams.models import Membership

S = ProposalState
STANDING_IN, RETURNED = date(2026, 8, 10), date(2026, 8, 15)


def acts() -> Iterator[tuple[datetime, Callable[[Cast], str | None]]]:
    """Every act, with its instant."""
    yield local(STANDING_IN, time(9)), _stand_in
    yield local(RETURNED, time(9)), _return
    for ask in (*ASKS, *ASKS_OF_PROMISES):
        yield local(ask.on, time(15)), partial(_play, ask)


def _play(ask: Ask, cast: Cast) -> str:
    """Draft, look at the preview, submit, agree or end."""
    author = cast.person(ask.author)
    asked = Asked((ask.what(cast),), ask.reason, Category.IMPROVEMENT, on=ask.holds_on)
    proposal = governance.draft_proposal(asked=asked, by=author)
    run_now("governance.run_previews")
    proposal.refresh_from_db()
    if ask.until is not S.DRAFT:
        proposal = governance.submit_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=author)
    for name in ask.signers:
        proposal = governance.sign_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=cast.person(name))
    end = {S.REJECTED: governance.reject_proposal, S.WITHDRAWN: governance.withdraw_proposal}.get(ask.until)
    if end is not None:
        proposal = end(proposal=proposal, text=ask.ended_for, by=cast.person(ask.ended_by or ask.author))
    proposal.refresh_from_db()
    if proposal.state != ask.until:
        raise OpeningStuck(f"{proposal} is {proposal.state}, the story says {ask.until}: {proposal.title}")
    return f"{proposal}, {proposal.title[:-1]}: {S(proposal.state).label.lower()}"


def _stand_in(cast: Cast) -> str:
    """While others are away, an engineering manager leads the organisation, and a tech lead manages Alerting."""
    teams.add_member(
        user=cast.people[STANDS_FOR_MANAGER], team=cast.teams["alerting"], role=TeamRole.ENGINEERING_MANAGER,
        from_at=clock.now(), by=cast.admin,
    )  # fmt: skip
    grant = RoleGrant.objects.create(
        user=cast.people[STANDS_FOR_LEADERSHIP], role=OrganisationRole.LEADERSHIP, from_at=clock.now()
    )
    audit.record("rolegrant.created", subject=grant, by=cast.admin)
    return f"{STANDS_FOR_LEADERSHIP} and {STANDS_FOR_MANAGER} stand in for two people until {RETURNED:%-d %B %Y}"


def _return(cast: Cast) -> str:
    """Both roles end, so what was signed in them and waits for its date is found blocked then."""
    manager = Membership.objects.get(
        user=cast.people[STANDS_FOR_MANAGER], team=cast.teams["alerting"], role=TeamRole.ENGINEERING_MANAGER
    )
    leadership = RoleGrant.objects.get(user=cast.people[STANDS_FOR_LEADERSHIP])
    for row, action in ((manager, "membership.ended"), (leadership, "rolegrant.ended")):
        row.until_at = clock.now()
        row.save(update_fields=["until_at"])
        audit.record(action, subject=row, by=cast.admin)
    return "both who were away are back"
