"""Short words for tests that agree on things: the whole path of a proposal, walked by people."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from apps.accounts.models import User
from apps.core import clock
from apps.core.periods import local_midnight
from apps.governance import operations, policies
from apps.governance.checking import Case
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.revisions import Asked, Category
from apps.governance.domain.states import ProposalState
from apps.governance.models import Proposal
from apps.governance.tasks import move_proposals, run_previews
from apps.metrics.domain.starter import STARTER, StarterVersion
from apps.metrics.domain.targets import Baseline, content_of, key_of
from apps.metrics.models import DefinitionVersion, MetricDefinition, Target
from apps.scorecards.models import TemplateVersion
from apps.scorecards.queries import list_kits
from apps.teams.models import Team
from tests.personas import principal_of

REASON = "Agreed by the tests so that there is something to begin with."


def agree(
    *items: Item, author: User, at: datetime | None = None, reason: str = REASON, on: date | None = None, **more: Any
) -> Proposal:
    """Draft, preview, submit, sign by whoever has to, and move to its date; answers the proposal in force."""
    with clock.playing(at or clock.now()):
        proposal = draft(*items, author=author, reason=reason, on=on, **more)
        proposal = submit(proposal, author)
        proposal = sign_all(proposal)
    return move(proposal)


def draft(*items: Item, author: User, reason: str = REASON, **more: Any) -> Proposal:
    """A draft with its finished preview."""
    asked = Asked(items, reason, more.pop("category", Category.IMPROVEMENT), **more)
    proposal = operations.draft_proposal(asked=asked, by=principal_of(author, clock.now()))
    run_previews()
    proposal.refresh_from_db()
    return proposal


def submit(proposal: Proposal, author: User) -> Proposal:
    """Put it up, by its author or else by a steward."""
    by = principal_of(author, clock.now())
    if not policies.can_submit(by, Case.of(proposal).changes):
        by = principal_of(_steward(), clock.now())
    return operations.submit_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=by)


def _steward() -> User:
    return User.objects.filter(role_grants__role="steward").order_by("pk")[0]


def sign_all(proposal: Proposal) -> Proposal:
    """Everybody whose signature is missing signs; where no role is asked, whoever may be the second person."""
    while proposal.state == ProposalState.IN_REVIEW:
        person = _next_signer(Case.of(proposal))
        if person is None:
            break
        by = principal_of(person, clock.now())
        proposal = operations.sign_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=by)
    return proposal


def _next_signer(case: Case) -> User | None:
    gone = {signature.signed_by_id for signature in case.signatures} | case.authors
    for seat in case.consent.open_seats:
        people = sorted(seat.people - gone)
        if people:
            return User.objects.get(pk=people[0])
    if case.consent.is_by_two:
        return None
    able = (user for user in User.objects.exclude(pk__in=gone).order_by("pk") if _may_second(user, case))
    return next(able, None)


def _may_second(user: User, case: Case) -> bool:
    return policies.can_second(principal_of(user, clock.now()), case.changes)


def move(proposal: Proposal) -> Proposal:
    """Let the clock reach what the proposal waits for: the end of a comment window, then its date."""
    for _ in range(2):
        if proposal.state == ProposalState.IN_REVIEW and proposal.window_until is not None:
            with clock.playing(proposal.window_until):
                move_proposals()
        elif proposal.state == ProposalState.SCHEDULED and proposal.effective_from is not None:
            begins = local_midnight(proposal.effective_from, clock.reporting_zone())
            with clock.playing(max(begins, clock.now())):
                move_proposals()
        proposal.refresh_from_db()
    assert proposal.state == ProposalState.ACTIVATED, (proposal.state, proposal.blocked_cause, _waits(proposal))
    return proposal


def _waits(proposal: Proposal) -> list[str]:
    return [finding.sentence for finding in Case.of(proposal).findings() if not finding.ok]


def adopt_kit(*items: Item, steward: User, reason: str = REASON, **more: Any) -> Proposal:
    """Adopt as one steward what the product would ship, from the beginning unless a date is named."""
    dated = {"from_beginning": True} if not {"on", "restate_from"} & set(more) else {}
    asked = Asked(items, reason, Category.NEW_NEED, **dated, **more)
    return move(operations.adopt_kit(asked=asked, by=principal_of(steward, clock.now())))


def dated(day: date | None) -> dict[str, date]:
    """How a first version asks for a day: ahead it comes into force then, in the past it restates from there."""
    if day is None:
        return {}
    return {"on": day} if day > clock.today() else {"restate_from": day}


def version_item(
    slug: str, spec: Mapping[str, Any], *, owner: Team, lens: str = "flow", name: str = "",
    contract: Mapping[str, Any] | None = None,
) -> Item:  # fmt: skip
    """A definition, or its next version, as an item."""
    known = MetricDefinition.objects.filter(slug=slug).exists()
    return Item("metric_definition", Op.CHANGE if known else Op.CREATE, slug, {
        "lens": lens, "owner_team": owner.slug, "name": name or slug, "spec": dict(spec),
        "contract": dict(contract or STARTER[0].contract),
    })  # fmt: skip


def starter_item(version: StarterVersion, owner: Team, **changes: Any) -> Item:
    """A version of the starter catalogue as an item; any part can be replaced."""
    parts = {"lens": version.lens, "name": version.name, "contract": version.contract, "spec": version.spec} | changes
    return version_item(parts.pop("slug", version.slug), parts.pop("spec"), owner=owner, **parts)


def newest_version(slug: str) -> DefinitionVersion:
    """The version of the highest number."""
    rows = DefinitionVersion.objects.select_related("definition").filter(definition__slug=slug)
    newest: DefinitionVersion = rows.latest("number")
    return newest


def target_item(
    definition: str, team: Team, quarter: str, value: str | Decimal, *, comparison: str = "at_most",
    baseline: Baseline | None, reason: str = "", heroic_reason: str = "", review: str = "",
) -> Item:  # fmt: skip
    """A target as an item."""
    content = content_of(
        team=team.slug, definition=definition, quarter=quarter, comparison=comparison, value=value, baseline=baseline,
        reason=reason, heroic_reason=heroic_reason, review=review,
    )  # fmt: skip
    known = Target.objects.filter(team=team, definition__slug=definition, quarter=quarter).exists()
    return Item("target", Op.CHANGE if known else Op.CREATE, key_of(content), content)


def newest_target(definition: str, team: Team, quarter: str) -> Target:
    """The target of the highest number."""
    rows = Target.objects.filter(definition__slug=definition, team=team, quarter=quarter)
    newest: Target = rows.latest("number")
    return newest


def adopt_template_kits(steward: User, on: date) -> list[TemplateVersion]:
    """The templates that ship, in force on a day."""
    items = [Item("scorecard_template", Op.CREATE, kit["team_type"], {"slots": kit["slots"]}) for kit in list_kits()]
    proposal = adopt_kit(*items, steward=steward, on=on)
    return list(TemplateVersion.objects.filter(proposal=proposal).order_by("pk"))
