"""What the demonstration's people agree on: the starter catalogue, two second versions, three templates."""

from collections.abc import Sequence
from datetime import date

from apps.accounts.domain import Principal, TeamRole
from apps.core.work import run_now
from apps.governance import operations as governance
from apps.governance.domain.kinds import Op
from apps.governance.domain.revisions import Asked, Category
from apps.governance.domain.states import ProposalState
from apps.governance.models import Proposal
from apps.metrics import operations as metrics
from apps.metrics import queries as definitions
from apps.metrics.domain.starter import CHANGE_FAILURE_RATE_WITHIN_30_DAYS, CHANGE_LEAD_TIME_FROM_MERGE, StarterVersion
from apps.metrics.domain.starter_catalogues import Catalogue
from apps.portal.demo.cast import Cast
from apps.scorecards import operations as scorecards
from apps.scorecards import queries as kits
from apps.teams.domain import TeamType

OWNER = "insights"
# Mondays, each 39 whole weeks before a quarter ends, so that its comparisons stay within one version.
LEAD_TIME_CHANGES_ON = date(2025, 6, 30)
# The day on which the affected teams' five working days are over.
COMMENTED_UNTIL = date(2025, 6, 23)
FAILURE_RATE_CHANGES_ON = date(2025, 9, 29)
CARDS_FROM = date(2026, 1, 5)
MOVES_ON = (COMMENTED_UNTIL, LEAD_TIME_CHANGES_ON, FAILURE_RATE_CHANGES_ON, CARDS_FROM)


def adopt_starter(cast: Cast) -> str:
    """The steward adopts the starter catalogue, in force from the beginning."""
    adopted = metrics.adopt_starter(owner_team=cast.teams[OWNER], by=cast.steward)
    return f"{len(adopted)} definitions adopted, in force from the beginning"


def adopt(cast: Cast, owner: str, catalogue: Catalogue, on: date, matter: str) -> str:
    """The steward adopts what a matter is measured by; ahead of its day no version stands yet, so asked ones count."""
    asked = len(definitions.list_open_starters(catalogue))
    metrics.adopt_starter(owner_team=cast.teams[owner], catalogue=catalogue, on=on, by=cast.steward)
    return f"{asked} definitions of {matter} adopted, in force from {on:%-d %B %Y}"


def change_lead_time(cast: Cast) -> str:
    """Lead time is to be measured from the merge on."""
    return _change(cast, CHANGE_LEAD_TIME_FROM_MERGE, LEAD_TIME_CHANGES_ON)


def change_failure_rate(cast: Cast) -> str:
    """A failure is to count when it is mended within 30 days."""
    return _change(cast, CHANGE_FAILURE_RATE_WITHIN_30_DAYS, FAILURE_RATE_CHANGES_ON)


def _change(cast: Cast, version: StarterVersion, day: date) -> str:
    proposal = agree_on(cast, (version,), day)
    return f"{proposal}, {version.name}: a second version is agreed on, in force from {day:%-d %B %Y}"


def agree_on(cast: Cast, versions: Sequence[StarterVersion], day: date) -> Proposal:
    """The owner's tech lead proposes, everybody looks at the preview, engineering manager and steward sign."""
    items = tuple(metrics.starter_item(version, cast.teams[OWNER], Op.CHANGE) for version in versions)
    asked = Asked(items, versions[0].reason, Category.IMPROVEMENT, on=day)
    lead, manager = (cast.holder(OWNER, role) for role in (TeamRole.TECH_LEAD, TeamRole.ENGINEERING_MANAGER))
    proposal = propose(asked, lead)
    for person in (manager, cast.steward):
        proposal = governance.sign_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=person)
    return proposal


def propose(asked: Asked, by: Principal) -> Proposal:
    """Draft, preview and submit."""
    proposal = governance.draft_proposal(asked=asked, by=by)
    run_now("governance.run_previews")
    return governance.submit_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=by)


def bring_into_force(_cast: Cast) -> str | None:
    """What was agreed on for today comes into force."""
    before = _in_force()
    run_now("governance.move_proposals")
    news = sorted(_in_force() - before)
    return f"in force by now: {', '.join(f'P-{number}' for number in news)}" if news else None


def _in_force() -> set[int]:
    states = Proposal.objects.filter(state=ProposalState.ACTIVATED.value)
    return set(states.values_list("number", flat=True))


def adopt_templates(cast: Cast) -> str:
    """The steward adopts one scorecard template for each team type."""
    for team_type in TeamType:
        kit = kits.get_kit(team_type)
        scorecards.adopt_starter_template(
            kit=kit, reason=f"First template. {kit['purpose']}", effective_from=CARDS_FROM, by=cast.steward
        )
    return f"{len(TeamType)} scorecard templates adopted, in force from {CARDS_FROM:%-d %B %Y}"
