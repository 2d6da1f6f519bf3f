"""What became of the demonstration's budgets: one that nobody has decided about, decisions of others, a corrected one.

The log saw places of every team fail in the same two hours of 18 August; that its own line was down is invented.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time

from apps.accounts.domain import Principal, TeamRole
from apps.core.work import run_now
from apps.governance import operations as governance
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.revisions import Asked, Category
from apps.governance.domain.states import ProposalState
from apps.governance.models import Proposal
from apps.objectives.domain.deciding import Deciding
from apps.objectives.models import PolicyTrigger
from apps.objectives.operations import deciding
from apps.objectives.operations.evaluation_asking import EVALUATE
from apps.objectives.queries.histories import get_standing
from apps.portal.demo.cast import Cast, local

R = TeamRole
FAULT = ("2026-08-18T09:00:00+00:00", "2026-08-18T11:00:00+00:00")
DECIDED_ON, CORRECTED_ON, CLOSED_ON = date(2026, 8, 21), date(2026, 8, 22), date(2026, 8, 24)


class BudgetStuck(RuntimeError):
    """Something about a budget of the story did not happen."""


def acts() -> Iterator[tuple[datetime, Callable[[Cast], str | None]]]:
    """Every act about budgets, with its instant."""
    yield local(DECIDED_ON, time(18)), _stop_moving_builds
    yield local(DECIDED_ON, time(18, 30)), _ask_for_a_signature
    yield local(CORRECTED_ON, time(10)), _leave_the_fault_out
    yield local(CORRECTED_ON, time(11)), _go_on
    yield local(CORRECTED_ON, time(12)), _promise_less
    yield local(CLOSED_ON, time(7)), _let_it_hold
    yield local(CLOSED_ON, time(8)), _close


def _fired(slug: str, rule: str) -> PolicyTrigger:
    found = PolicyTrigger.objects.filter(objective__slug=slug, rule=rule, closed_at=None).first()
    if found is None:
        raise BudgetStuck(f"No rule {rule} fired for {slug}.")
    return found


def _decide(cast: Cast, team: str, slug: str, rule: str, asked: Deciding, roles: tuple[TeamRole, ...]) -> str:
    """The first role writes what is decided, the others sign."""
    trigger, author, *others = _fired(slug, rule), *(cast.holder(team, role) for role in roles)
    decision = deciding.decide(trigger_id=trigger.pk, asked=asked, by=author)
    for person in others:
        deciding.sign(decision_id=decision.pk, by=person)
    return f"{trigger}, {slug}: {asked.verb}, signed by {len(roles)}"


def _stop_moving_builds(cast: Cast) -> str:
    said = "Builds stay where they are; only fixes and rollbacks until a week went by without a failed hour."
    asked = Deciding("adjust", said, date(2026, 9, 4))
    roles = (R.TECH_LEAD, R.ENGINEERING_MANAGER, R.PRODUCT_MANAGER)
    return _decide(cast, "documentation", "readthedocs-answers", "exhausted", asked, roles)


def _ask_for_a_signature(cast: Cast) -> str:
    said = "The migration of the editor goes to one office first."
    return _decide(
        cast, "publishing", "wagtail-answers", "at_risk", Deciding("adjust", said, date(2026, 9, 11)), (R.TECH_LEAD,)
    )


def _leave_the_fault_out(cast: Cast) -> str:
    """The tech lead asks, the steward agrees; the raw figure stays beside."""
    lead = cast.holder("alerting", R.TECH_LEAD)
    content = {
        "kind": "exclude_slices", "objectives": ["keep-answers"], "category": "measurement_fault",
        "starts_at": FAULT[0], "expires_at": FAULT[1],
    }  # fmt: skip
    reason = "In these two hours the log saw places of every team fail at once: its own line was down, not they."
    asked = Asked((Item("exemption", Op.CREATE, "", content),), reason, Category.CORRECTION)
    proposal = _drafted(asked, lead)
    proposal = governance.sign_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=cast.steward)
    if proposal.state != ProposalState.ACTIVATED:
        raise BudgetStuck(f"{proposal} is {proposal.state}: {proposal.title}")
    run_now(EVALUATE)
    return f"{proposal}: two hours of 18 August leave the budget of keep-answers"


def _go_on(cast: Cast) -> str:
    said = "The log failed, not the pager: what was planned goes on."
    asked = Deciding("continue", said, date(2026, 9, 4))
    return _decide(cast, "alerting", "keep-answers", "at_risk", asked, (R.TECH_LEAD, R.PRODUCT_MANAGER))


def _promise_less(cast: Cast) -> str:
    """Another target from a coming midnight; for one window the version before stands beside it."""
    standing = get_standing("slo", "keep-answers").content["promise"]
    item = Item("slo", Op.CHANGE, "keep-answers", {"promise": {**standing, "target": "0.99"}})
    reason = (
        "An alert that fails is sent again ten minutes later: it is late, not lost, and 99 % is what on-call needs."
    )
    asked = Asked((item,), reason, Category.IMPROVEMENT, on=CLOSED_ON)
    proposal = _drafted(asked, cast.holder("alerting", R.TECH_LEAD))
    manager = cast.holder("alerting", R.ENGINEERING_MANAGER)
    proposal = governance.sign_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=manager)
    if proposal.state != ProposalState.SCHEDULED:
        raise BudgetStuck(f"{proposal} is {proposal.state}: {proposal.title}")
    return f"{proposal}: keep-answers promises 99 % from 24 August"


def _let_it_hold(_cast: Cast) -> str:
    """What was scheduled for this midnight comes into force; the budget is judged by it."""
    run_now("governance.move_proposals")
    run_now(EVALUATE)
    number = get_standing("slo", "keep-answers").number
    return f"keep-answers is judged by version {number}; the version before stands beside it"


def _drafted(asked: Asked, by: Principal) -> Proposal:
    """A proposal in review, with its preview."""
    proposal = governance.draft_proposal(asked=asked, by=by)
    run_now("governance.run_previews")
    proposal.refresh_from_db()
    return governance.submit_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=by)


def _close(cast: Cast) -> str:
    trigger = _fired("keep-answers", "at_risk")
    deciding.close(trigger_id=trigger.pk, by=cast.holder("alerting", R.TECH_LEAD), reason="Kept for a day and more.")
    return f"{trigger}, keep-answers: closed"
