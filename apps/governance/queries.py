"""Reads of proposals, of who may sign them, and of what they wait for."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from apps.accounts.domain import WORKING_ROLES, OrganisationRole, Principal, TeamRole
from apps.core import clock
from apps.core.problems import Absent
from apps.governance.domain.acts import CommentAct
from apps.governance.domain.consent import LEADERSHIP
from apps.governance.domain.kinds import Change, Item, Op, kinds
from apps.governance.domain.revisions import Asked, read_text
from apps.governance.domain.states import OPEN, ProposalState
from apps.governance.exclusion_queries import get_exemption as get_exemption
from apps.governance.exclusion_queries import get_freeze as get_freeze
from apps.governance.exclusion_queries import list_excluded as list_excluded
from apps.governance.exclusion_queries import list_excluding as list_excluding
from apps.governance.exclusion_queries import list_exemptions as list_exemptions
from apps.governance.exclusion_queries import list_freezes as list_freezes
from apps.governance.exclusion_queries import list_slice_exemptions as list_slice_exemptions
from apps.governance.holding import Given as Given
from apps.governance.holding import holders_at as holders_at
from apps.governance.holding import holds_somewhere as holds_somewhere
from apps.governance.holding import list_holders as list_holders
from apps.governance.models import (
    Comment,
    PreviewRun,
    Proposal,
    ProposalItem,
    ProposalRevision,
    QuarterUnderReview,
    Signature,
)
from apps.teams.models import Membership, Team

DRAFT_READERS = (TeamRole.TECH_LEAD, TeamRole.ENGINEERING_MANAGER, TeamRole.PRODUCT_MANAGER)
OPEN_STATES = [state.value for state in OPEN]
SUBMITTED_STATES = [state for state in OPEN_STATES if state != ProposalState.DRAFT.value]
RECENT = timedelta(days=200)


@dataclass(frozen=True)
class Previewed:
    """The little that lists say of a preview: teams whose values differ, and those that gain with their share."""

    affected: list[int]
    improves: list[dict[str, Any]]


def list_proposals(principal: Principal) -> QuerySet[Proposal]:
    """Proposals the principal may read, newest first.

    A draft is for its author and for the tech leads, engineering managers and product managers of the owning team;
    an agreement about one team's judgement (its targets) is for whoever reads that team.
    """
    rows: QuerySet[Proposal] = Proposal.objects.select_related("owner_team", "created_by").order_by("-number")
    return rows.filter(_is_readable(principal)).distinct()


def _is_readable(principal: Principal) -> Q:
    own = Q(created_key=principal.key)
    leads = [pk for pk in principal.team_roles if principal.holds_in(pk, *DRAFT_READERS)]
    drafts = own | Q(owner_team_id__in=leads)
    if principal.holds(OrganisationRole.STEWARD, OrganisationRole.ADMIN):
        drafts |= Q(pk__isnull=False)
    out = ~Q(state=ProposalState.DRAFT.value)
    private = Q(is_private=True) & ~Q(owner_team_id__in=principal.visible_team_ids)
    seen = out if principal.sees_all_teams else out & ~private
    return drafts | seen


def get_proposal(principal: Principal, number: int) -> Proposal:
    """The proposal of that number; raises `Absent` for absent and invisible alike."""
    proposal = list_proposals(principal).filter(number=number).first()
    if proposal is None:
        raise Absent("not_found", "Nothing is here for you.")
    return proposal


def find_proposal(number: int) -> Proposal | None:
    """The proposal of that number, whoever reads it."""
    return Proposal.objects.select_related("owner_team").filter(number=number).first()


def lock_proposal(pk: int) -> Proposal:
    """The proposal, locked until the transaction ends: states and signatures follow each other."""
    return Proposal.objects.select_for_update(of=("self",)).select_related("owner_team", "created_by").get(pk=pk)


def get_revision(proposal: Proposal) -> ProposalRevision:
    """What the proposal says now."""
    rows: QuerySet[ProposalRevision] = ProposalRevision.objects.select_related("made_by")
    return rows.get(proposal=proposal, number=proposal.revision_number)


def list_revisions(proposal: Proposal) -> QuerySet[ProposalRevision]:
    """Everything the proposal ever said, newest first."""
    rows: QuerySet[ProposalRevision] = ProposalRevision.objects.filter(proposal=proposal).select_related("made_by")
    return rows.order_by("-number")


def asked_of(revision: ProposalRevision) -> Asked:
    """The ask of a revision."""
    return read_text(revision.text)


def read_change(item: Item) -> Change:
    """An item beside what is in force; raises `Invalid` with the places of its faults, `Conflict` for its state."""
    kind = kinds.get(item.kind)
    if kind is None:
        raise Absent("not_found", f"Nothing here governs {item.kind}.")
    return kind.parse(item)


def authors_of(proposal: Proposal) -> frozenset[int]:
    """Everybody who wrote any revision: none of them approves."""
    rows = ProposalRevision.objects.filter(proposal=proposal).values_list("made_by_id", flat=True)
    return frozenset(pk for pk in rows if pk is not None)


def list_signatures(revision: ProposalRevision) -> QuerySet[Signature]:
    """Signatures of one revision in their order, with their people."""
    rows: QuerySet[Signature] = Signature.objects.filter(revision=revision).select_related("signed_by")
    return rows.order_by("signed_at", "pk")


def list_comments(proposal: Proposal) -> QuerySet[Comment]:
    """What was written about a proposal, oldest first."""
    rows: QuerySet[Comment] = Comment.objects.filter(proposal=proposal).select_related("written_by", "revision")
    return rows.order_by("written_at", "pk")


def list_open_requests(proposal: Proposal) -> list[Comment]:
    """Requests for changes of the present revision that were neither taken back nor dismissed."""
    asked = Comment.objects.filter(
        proposal=proposal, revision__number=proposal.revision_number, act=CommentAct.REQUEST_CHANGES.value
    )
    answered = Comment.objects.filter(proposal=proposal, answers__isnull=False).values("answers_id")
    return list(asked.exclude(pk__in=answered).select_related("written_by").order_by("pk"))


def get_request(proposal: Proposal, pk: int) -> Comment:
    """A request for changes of a proposal; raises `Absent`."""
    rows = list_comments(proposal).filter(act=CommentAct.REQUEST_CHANGES.value, pk=pk).select_related("proposal")
    found: Comment | None = rows.first()
    if found is None:
        raise Absent("not_found", "Nothing is here for you.")
    return found


def newest_preview(revision: ProposalRevision) -> PreviewRun | None:
    """The last preview asked for a revision, finished or not."""
    return PreviewRun.objects.filter(revision=revision).order_by("-pk").first()


def lock_preview(pk: int) -> PreviewRun:
    """A preview, locked until the transaction ends: it is finished once."""
    return PreviewRun.objects.select_for_update(of=("self",)).get(pk=pk)


def affected_team_ids(proposal: Proposal) -> list[int]:
    """Teams whose values, targets or cells differ in the newest finished preview."""
    run = newest_preview(get_revision(proposal))
    return list(run.result["affected_team_ids"]) if run and run.result else []


def list_open_by_object(kind: str, keys: Collection[str]) -> dict[str, list[Proposal]]:
    """Open, submitted proposals by the key of the object they change."""
    rows = ProposalItem.objects.filter(kind=kind, key__in=list(keys), proposal__state__in=SUBMITTED_STATES)
    found: dict[str, list[Proposal]] = {}
    for row in rows.select_related("proposal").order_by("proposal__number"):
        found.setdefault(row.key, []).append(row.proposal)
    return found


def quarters_under_review(team_ids: Iterable[int] | None = None) -> dict[int, list[str]]:
    """Quarters whose review is open, by team."""
    rows = QuarterUnderReview.objects.filter(until_at=None)
    if team_ids is not None:
        rows = rows.filter(team_id__in=list(team_ids))
    found: dict[int, list[str]] = {}
    for team_id, quarter in rows.order_by("quarter").values_list("team_id", "quarter"):
        found.setdefault(team_id, []).append(quarter)
    return found


def list_teams_by_name(team_ids: Collection[int]) -> list[Team]:
    """Some teams by name, closed ones included."""
    return list(Team.objects.filter(pk__in=list(team_ids)).order_by("name"))


def list_related_items(proposal: Proposal) -> QuerySet[ProposalItem]:
    """Its own items, those of submitted open proposals of the same objects, and what came into force of them."""
    own = ProposalItem.objects.filter(proposal=proposal, kind=OuterRef("kind"), key=OuterRef("key")).exclude(key="")
    states = [*SUBMITTED_STATES, ProposalState.ACTIVATED.value]
    rows: QuerySet[ProposalItem] = ProposalItem.objects.filter(
        Q(proposal=proposal) | (Exists(own) & Q(proposal__state__in=states))
    )
    return rows.select_related("proposal", "owner_team").order_by("proposal__number", "pk")


def newest_in_force(principal: Principal, kind: str, key: str) -> ProposalItem | None:
    """The item by which an object came into force as it stands, if the principal may read it."""
    rows = ProposalItem.objects.filter(kind=kind, key=key, proposal__state=ProposalState.ACTIVATED.value)
    readable = rows.filter(proposal__in=list_proposals(principal).order_by().values("pk"))
    return readable.select_related("proposal").order_by("-base_number", "-pk").first()


def content_of(item: ProposalItem) -> dict[str, Any]:
    """What a stored item says in the present revision of its proposal."""
    asked = asked_of(get_revision(item.proposal))
    return next(dict(one.content) for one in asked.items if (one.kind, one.key) == (item.kind, item.key))


def items_by_proposal(proposals: Iterable[Proposal]) -> dict[int, list[ProposalItem]]:
    """The items of some proposals."""
    rows = ProposalItem.objects.filter(proposal__in=[p.pk for p in proposals]).order_by("pk")
    return _by(rows, "proposal_id")


def revisions_by_proposal(proposals: Iterable[Proposal]) -> dict[int, list[ProposalRevision]]:
    """The revisions of some proposals, newest first."""
    rows = ProposalRevision.objects.filter(proposal__in=[p.pk for p in proposals]).order_by("-number")
    return _by(rows.select_related("made_by"), "proposal_id")


def signatures_by_revision(revision_ids: Iterable[int]) -> dict[int, list[Signature]]:
    """The signatures of some revisions in their order, with their people."""
    rows = Signature.objects.filter(revision__in=list(revision_ids)).select_related("signed_by")
    return _by(rows.order_by("signed_at", "pk"), "revision_id")


def requests_by_proposal(proposals: Iterable[Proposal]) -> dict[int, list[Comment]]:
    """Requests for changes of some proposals, and what answered them."""
    rows = Comment.objects.filter(proposal__in=[p.pk for p in proposals]).exclude(act=CommentAct.COMMENT.value)
    return _by(rows.select_related("revision", "written_by").order_by("pk"), "proposal_id")


def _by(rows: Iterable[Any], name: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(getattr(row, name), []).append(row)
    return found


def list_activated(principal: Principal) -> QuerySet[Proposal]:
    """Proposals that came into force, newest first."""
    rows = list_proposals(principal).filter(state=ProposalState.ACTIVATED.value)
    return rows.order_by(F("effective_from").desc(nulls_last=True), "-decided_at", "-number")


def previewed(revision_ids: Iterable[int]) -> dict[int, Previewed]:
    """Whose values differ and who gains, by revision, as its newest finished preview found; not the whole preview."""
    rows = PreviewRun.objects.filter(revision__in=list(revision_ids), finished_at__isnull=False).order_by("pk")
    found = rows.values_list("revision_id", "result__affected_team_ids", "result__improves")
    return {pk: Previewed(affected or [], improves or []) for pk, affected, improves in found}


def count_active(kind: str) -> int:
    """How many objects of a kind came into force by proposals and were not retired."""
    rows = ProposalItem.objects.filter(kind=kind, proposal__state=ProposalState.ACTIVATED.value)
    counted = rows.aggregate(made=Count("pk", filter=Q(op=Op.CREATE)), gone=Count("pk", filter=Q(op=Op.RETIRE)))
    return max(0, int(counted["made"]) - int(counted["gone"]))


def list_roles_held(people: Iterable[int], team_ids: Iterable[int]) -> list[tuple[int, int, datetime, datetime | None]]:
    """(person, team, from, until) of every role that some people ever held in some teams; one query."""
    rows: QuerySet[Membership] = Membership.objects.filter(user__in=list(people), team__in=list(team_ids))
    return list(rows.values_list("user_id", "team_id", "from_at", "until_at"))


def list_owner_teams(principal: Principal) -> list[Team]:
    """Teams that own something of a proposal the principal may read, by name."""
    owners = list_proposals(principal).order_by().values("owner_team_id")
    return list(Team.objects.filter(pk__in=owners).order_by("name"))


def list_open_and_recent(principal: Principal) -> QuerySet[Proposal]:
    """Open proposals and those that came into force in the last 200 days, those that moved longest ago first."""
    since = clock.now() - RECENT
    recent = Q(state=ProposalState.ACTIVATED.value, decided_at__gte=since)
    return list_proposals(principal).filter(Q(state__in=OPEN_STATES) | recent).order_by("moved_at", "number")


def list_workers(team_id: int | None) -> dict[int, list[str]]:
    """Who does the work of a team now, or of any open team: names of their teams by person."""
    rows = Membership.objects.standing(clock.now()).filter(user__is_active=True, team__closed_on=None)
    placed = rows.filter(role__in=[*WORKING_ROLES], team__isnull=False)
    own = placed.filter(team=team_id) if team_id is not None else placed
    found: dict[int, list[str]] = {}
    for person, name in own.order_by("team__name").values_list("user", "team__name").distinct():
        found.setdefault(person, []).append(name)
    return found


def list_leadership(team_id: int | None) -> frozenset[int]:
    """The leadership above a team, or of the organisation."""
    holders = holders_at(clock.now(), [] if team_id is None else [team_id])
    return holders.of(LEADERSHIP, team_id)
