"""Telling people what governance asks of them and what it changes for them, in the transaction of the act."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from apps.accounts.domain import SYSTEM, Principal
from apps.core import clock
from apps.core.calendar_words import day_words
from apps.governance import queries
from apps.governance.checking import Case
from apps.governance.domain import notices as words
from apps.governance.domain.consent import STEWARD
from apps.governance.domain.states import IDLE, ProposalState
from apps.governance.models import Comment, Proposal
from apps.governance.presenting_changes import subject_words
from apps.notifications import operations as notifications
from apps.notifications.domain.kinds import NoticeKind
from apps.notifications.domain.notices import About, Notice, cut

LONGEST_TITLE = 200
MAY_EXPIRE = (ProposalState.IN_REVIEW, ProposalState.BLOCKED)


def key_of(proposal: Proposal) -> str:
    """The thread of a proposal."""
    return f"proposal:{proposal.number}"


def about_proposal(proposal: Proposal) -> About:
    """A proposal as notices name it; one about a team's judgement says no more than whose it is.

    A notice stays in an inbox when its reader has left the team.
    """
    is_private, items = proposal.is_private, proposal.items.order_by("pk")
    name = f"an agreement of {proposal.owner_team}" if is_private else subject_words(items)
    return About(key_of(proposal), f"{proposal}: {name}", reverse("governance:proposal", args=[proposal.number]))


def _with_title(said: str, proposal: Proposal) -> str:
    """What is said, and in a sentence what the proposal changes, unless only its team may read that."""
    return said if proposal.is_private else f"{said} {cut(proposal.title, LONGEST_TITLE)}"


@dataclass(frozen=True)
class News:
    """One kind of news about an object, for whoever is told."""

    kind: NoticeKind
    about: About
    occasion: str
    due_on: date | None = None

    def to(self, person: int, text: str, reason: str) -> Notice:
        """The news as one person is told it."""
        return Notice(person, self.kind.key, self.about, text, reason, self.occasion, self.due_on)


def note_acted(proposal: Proposal, by: Principal) -> None:
    """Whoever acts on a proposal has read what was told about it."""
    notifications.note_acted(about=key_of(proposal), by=by)


def settle_moved(proposal: Proposal) -> None:
    """In another state, and in another revision, what was asked for before needs nobody any more.

    As all that is told, this comes after the audit entry: its lock keeps acts on many proposals apart.
    """
    about, state = key_of(proposal), ProposalState(proposal.state)
    for kind in (words.SIGNATURE, words.CHANGES):
        notifications.settle(about=about, kind=kind.key)
    if state not in MAY_EXPIRE:
        notifications.settle(about=about, kind=words.EXPIRING.key)


def announce_waiting(case: Case, by: Principal) -> None:
    """Ask whoever can sign now, once a revision; who cannot help any more is not asked any longer."""
    if case.is_filed or (case.needs_preview and case.preview_problem):
        return
    proposal = case.proposal
    signers = {signature.signed_by_id for signature in case.signatures}
    asked = words.people_to_sign(case.consent, case.authors, signers, _seconders(case))
    about = about_proposal(proposal)
    notifications.settle(about=about.key, kind=words.SIGNATURE.key, still=list(asked))
    names = _names({seat.need.team_id for seat in asked.values() if seat} | {proposal.owner_team_id})
    news = News(words.SIGNATURE, about, f"r{proposal.revision_number}", _expires_on(proposal))
    text = _with_title("It needs your signature, or your request for changes.", proposal)
    found = []
    for person, seat in asked.items():
        team = names.get((seat.need.team_id if seat else proposal.owner_team_id) or 0, "")
        reason = words.why_to_sign(person, seat, case.holders, team)
        found.append(news.to(person, text, reason))
    notifications.notify(notices=found, by=by)


def _seconders(case: Case) -> Collection[int]:
    """Whoever is asked where a second person of any role is enough: leads of the owning team, else stewards."""
    owners = [case.proposal.owner_team_id] if case.proposal.owner_team_id else []
    leads = set(words.leads_by_person(case.holders, owners)) - case.authors
    return leads or case.holders.of(STEWARD, None)


def _names(team_ids: Iterable[int | None]) -> dict[int, str]:
    return {team.pk: team.name for team in queries.list_teams_by_name([pk for pk in team_ids if pk is not None])}


def _expires_on(proposal: Proposal) -> date:
    return clock.local_day(proposal.moved_at + IDLE)


def announce_request(request: Comment, by: Principal) -> None:
    """Tell those who wrote a proposal that somebody asks for changes."""
    proposal = request.proposal
    asked = "Changes are asked for." if proposal.is_private else f"Changes are asked for: {request.text}"
    news = News(words.CHANGES, about_proposal(proposal), f"request {request.pk}")
    notifications.notify(notices=to_authors(proposal, news, asked), by=by)


def announce_blocked(case: Case, by: Principal) -> None:
    """Tell those who wrote a proposal, and those who signed it, what blocks it."""
    proposal = case.proposal
    settle_moved(proposal)
    cause = "" if proposal.is_private else f" {proposal.blocked_cause}"
    news = News(words.BLOCKED, about_proposal(proposal), f"r{proposal.revision_number}")
    text = f"It is blocked and waits for a revision.{cause}"
    signed = [news.to(signature.signed_by_id, text, "you signed it") for signature in case.signatures]
    notifications.notify(notices=[*to_authors(proposal, news, text), *signed], by=by)


def announce_expiring(proposal: Proposal, days: int) -> None:
    """Tell those who wrote a proposal, and those it waits for, that it is about to expire."""
    case, on = Case.of(proposal), _expires_on(proposal)
    news = News(words.EXPIRING, about_proposal(proposal), f"{on} {days}", on)
    text = f"Nobody moved it lately, so it expires on {day_words(on)}. A signature, an answer or a revision keeps it."
    signers = {signature.signed_by_id for signature in case.signatures}
    waiting = words.people_to_sign(case.consent, case.authors, signers, _seconders(case))
    in_review = proposal.state == ProposalState.IN_REVIEW
    asked = [news.to(person, text, "it waits for your signature") for person in (waiting if in_review else ())]
    notifications.notify(notices=[*to_authors(proposal, news, text), *asked], by=SYSTEM)


def to_authors(proposal: Proposal, news: News, text: str) -> list[Notice]:
    """News to those who wrote a revision; of what a tool wrote, the leads of the owning team."""
    authors = queries.authors_of(proposal)
    if authors or proposal.owner_team_id is None:
        return [news.to(person, text, "you wrote it") for person in sorted(authors)]
    return [news.to(person, text, reason) for person, reason, _ in leads_of([proposal.owner_team_id])]


def announce_scheduled(case: Case, by: Principal) -> None:
    """Tell the leads of affected teams, and the authors, what will hold from when."""
    day = case.proposal.effective_from
    when = f"from {day_words(day)}" if day else "soon"
    _announce_change(case, words.SCHEDULED, f"It is agreed on and holds {when}.", by)


def announce_in_force(case: Case, by: Principal) -> None:
    """Tell the leads of affected teams, and the authors, what holds by now."""
    day = case.proposal.effective_from
    _announce_change(case, words.IN_FORCE, f"It is in force since {day_words(day)}." if day else "It is in force.", by)


def _announce_change(case: Case, kind: NoticeKind, said: str, by: Principal) -> None:
    """One notice each: to leads with the before and after of their own teams, from the preview."""
    proposal, result = case.proposal, (case.preview.result if case.preview else None) or {}
    settle_moved(proposal)
    news = News(kind, about_proposal(proposal), f"r{proposal.revision_number}")
    said, found = _with_title(said, proposal), []
    for person, reason, teams in leads_of(result.get("affected_team_ids", ())):
        figures = words.own_figures(result["sections"], teams)
        found.append(news.to(person, f"{said} {figures or 'Your own before and after stand in its preview.'}", reason))
    # Those whose signatures on a review this is filed with have agreed there.
    done = {signature.signed_by_id for signature in case.signatures} if case.is_filed else set()
    told = [notice for notice in (*found, *to_authors(proposal, news, said)) if notice.recipient not in done]
    notifications.notify(notices=told, by=by)


def leads_of(team_ids: Collection[int]) -> Iterator[tuple[int, str, dict[str, str]]]:
    """Each lead of some teams: the person, why, and the names of the teams they lead by slug."""
    if not team_ids:
        return
    teams = {team.pk: team for team in queries.list_teams_by_name(team_ids)}
    names = {pk: team.name for pk, team in teams.items()}
    holders = queries.holders_at(clock.now(), team_ids)
    for person, roles in words.leads_by_person(holders, sorted(teams, key=lambda pk: names[pk])).items():
        yield person, words.why_affected(roles, names), {teams[pk].slug: names[pk] for pk in roles}
