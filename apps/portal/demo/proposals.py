"""What the demonstration's people propose to each other: a proposal in every state, each for a reason of its own."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from apps.core.work import run_now
from apps.governance import operations as governance
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.revisions import Asked, Category
from apps.governance.domain.states import ProposalState
from apps.governance.models import Proposal
from apps.metrics import queries as metrics
from apps.portal.demo.cast import Cast, local

TECH_LEAD, MANAGER = "Rosa Delmar", "Felix Unwin"
STEWARD = "Silke Farrow"
FREQUENCY, RECOVERY = "deployment-frequency", "failed-deployment-recovery-time"
REWORK, LEAD_TIME, FAILURES = "deployment-rework-rate", "change-lead-time", "change-failure-rate"


class ProposalStuck(RuntimeError):
    """A proposal of the story did not come to the state the story tells."""


def acts() -> Iterator[tuple[datetime, Callable[[Cast], str | None]]]:
    """Every act about proposals, with its instant."""
    yield local(date(2026, 4, 20)), _reject_without_patches
    yield local(date(2026, 4, 27)), _withdraw_larger_samples
    yield local(date(2026, 5, 4)), _say_frequency_better
    yield local(date(2026, 6, 8)), _let_goalpost_expire
    yield local(date(2026, 6, 23)), _move
    yield local(date(2026, 8, 7)), _change_rework_at_once
    yield local(date(2026, 8, 12)), _schedule_recovery
    yield local(date(2026, 8, 13)), _reword_recovery
    yield local(date(2026, 8, 14)), _move
    yield local(date(2026, 8, 14), time(11)), _draft_and_leave
    yield local(date(2026, 8, 17)), _move
    yield local(date(2026, 8, 19)), _discuss_failures
    yield local(date(2026, 8, 20)), _schedule_lead_time


def _item(slug: str, *, spec: Mapping[str, Any] | None = None, contract: Mapping[str, str] | None = None) -> Item:
    """The newest version of a definition with some of it replaced."""
    newest = metrics.list_versions(metrics.get_definition(slug))[0]
    return Item("metric_definition", Op.CHANGE, slug, {
        "name": newest.name,
        "spec": {**json.loads(newest.spec_text), **(spec or {})},
        "contract": {**newest.contract, **(contract or {})},
    })  # fmt: skip


def _draft(cast: Cast, author: str, asked: Asked) -> Proposal:
    """A draft with its finished preview."""
    proposal = governance.draft_proposal(asked=asked, by=cast.person(author))
    run_now("governance.run_previews")
    proposal.refresh_from_db()
    return proposal


def _submit(cast: Cast, author: str, asked: Asked) -> Proposal:
    proposal = _draft(cast, author, asked)
    return governance.submit_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=cast.person(author))


def _agree(cast: Cast, proposal: Proposal, *people: str) -> Proposal:
    for name in people:
        proposal = governance.sign_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=cast.person(name))
    return proposal


def _told(proposal: Proposal, state: ProposalState, words: str) -> str:
    proposal.refresh_from_db()
    if proposal.state != state:
        cause = proposal.blocked_cause or "see its checks"
        raise ProposalStuck(f"{proposal} is {proposal.state}, the story says {state}: {cause}")
    return f"{proposal}, {words}: {state.label.lower()}"


def _reject_without_patches(cast: Cast) -> str:
    asked = Asked(
        (_item(FREQUENCY, spec={"exclude": [
            {"where": [["intent", "in", ["hotfix"]]], "reason": "A repair is no new value."},
        ]}),),
        "Repairs make a bad week look like a busy one. Without them the number would show planned work alone.",
        Category.IMPROVEMENT,
    )  # fmt: skip
    proposal = _submit(cast, TECH_LEAD, asked)
    text = "Repairs are released the same way, and the rework rate beside it shows them. Leaving them out hides work."
    governance.reject_proposal(proposal=proposal, text=text, by=cast.person(STEWARD))
    return _told(proposal, ProposalState.REJECTED, "deployment frequency without repairs")


def _withdraw_larger_samples(cast: Cast) -> str:
    asked = Asked(
        (_item(RECOVERY, spec={"min_n": 8}),),
        "A median over three recoveries swings by days. With eight we would judge less often and mean it more.",
        Category.IMPROVEMENT,
    )  # fmt: skip
    proposal = _submit(cast, MANAGER, asked)
    words = "Half of the teams would never be judged. The interval already says how little three recoveries tell."
    governance.withdraw_proposal(proposal=proposal, text=words, by=cast.person(MANAGER))
    return _told(proposal, ProposalState.WITHDRAWN, "recovery time judged from eight on")


def _say_frequency_better(cast: Cast) -> str:
    asked = Asked(
        (_item(FREQUENCY, contract={
            "escalation": "Two quarters of decline go to the group's leadership as a question about the release path, "
            "with the lead time of the same quarters beside it.",
        }),),
        "In the last review a decline was discussed for half an hour before anybody looked at the lead time beside it.",
        Category.IMPROVEMENT,
    )  # fmt: skip
    proposal = _agree(cast, _submit(cast, MANAGER, asked), TECH_LEAD)
    return _told(proposal, ProposalState.ACTIVATED, "a better escalation for deployment frequency")


def _let_goalpost_expire(cast: Cast) -> str:
    """Shortly before the quarterly review the author's own team would gain by it, so nobody signs."""
    asked = Asked(
        (_item(LEAD_TIME, spec={"q": "0.4"}),),
        "Many changes wait for a release that other people plan. The fastest four of ten show what a team can do.",
        Category.IMPROVEMENT,
    )  # fmt: skip
    return _told(_submit(cast, TECH_LEAD, asked), ProposalState.IN_REVIEW, "lead time of the fastest four of ten")


def _move(_cast: Cast) -> str | None:
    """The hourly look at what the clock brings."""
    moved = run_now("governance.move_proposals")
    return f"{moved} proposals moved by the clock" if moved else None


def _schedule_recovery(cast: Cast) -> str:
    asked = Asked(
        (_item(RECOVERY, spec={"settle_days": 30}),),
        "A third of the repairs of this year was recorded more than a week after the release that needed them.",
        Category.CORRECTION, on=date(2026, 8, 17),
    )  # fmt: skip
    proposal = _agree(cast, _submit(cast, TECH_LEAD, asked), MANAGER, STEWARD)
    return _told(proposal, ProposalState.SCHEDULED, "recovery time final after 30 days, from 17 August")


def _reword_recovery(cast: Cast) -> str:
    asked = Asked(
        (_item(RECOVERY, contract={
            "escalation": "A recovery longer than three days is looked at in the next weekly review.",
        }),),
        "A week is far too long to wait when people live with a failed release; three days is what teams do anyway.",
        Category.IMPROVEMENT,
    )  # fmt: skip
    proposal = _agree(cast, _submit(cast, MANAGER, asked), TECH_LEAD)
    return _told(proposal, ProposalState.ACTIVATED, "an earlier escalation for recovery time")


def _draft_and_leave(cast: Cast) -> str:
    asked = Asked(
        (_item(FREQUENCY, spec={"direction": "neither"}),),
        "Several maintained lines multiply one release, so more is not always better. It would be read, not judged.",
        Category.IMPROVEMENT,
    )  # fmt: skip
    return _told(_draft(cast, TECH_LEAD, asked), ProposalState.DRAFT, "deployment frequency without a better direction")


def _change_rework_at_once(cast: Cast) -> str:
    """Other teams are affected, so even this waits until their five working days are over."""
    asked = Asked(
        (_item(REWORK, spec={"min_n": 10}),),
        "Two teams with three releases a month were asked twice to explain a share that one release had moved.",
        Category.CORRECTION,
        at_once_reason="The reviews of the coming week would ask a third team the same.",
    )  # fmt: skip
    proposal = _agree(cast, _submit(cast, TECH_LEAD, asked), MANAGER, STEWARD)
    return _told(proposal, ProposalState.IN_REVIEW, "rework rate judged from ten releases on, open for comments")


def _discuss_failures(cast: Cast) -> str:
    asked = Asked(
        (_item(FAILURES, spec={"min_n": 20}),),
        "A share of fewer than twenty releases says next to nothing, and yet it has been discussed in every review.",
        Category.CORRECTION,
    )  # fmt: skip
    proposal = _agree(cast, _submit(cast, MANAGER, asked), TECH_LEAD)
    text = "We release four times a quarter, so our share would never be judged again. Can the period grow instead?"
    governance.request_changes(proposal=proposal, text=text, by=cast.person("Hugo Stenmark"))
    answer = "A year of releases would do. I will bring numbers for both before the window ends."
    governance.comment(proposal=proposal, text=answer, by=cast.person(MANAGER))
    return _told(
        proposal, ProposalState.IN_REVIEW, "failure rate judged from twenty releases on, changes are asked for"
    )


def _schedule_lead_time(cast: Cast) -> str:
    asked = Asked(
        (_item(LEAD_TIME, spec={"settle_days": 14}),),
        "Changes that wait for the next release arrive up to two weeks after the period they are counted in.",
        Category.CORRECTION, on=date(2026, 8, 31),
    )  # fmt: skip
    proposal = _agree(cast, _submit(cast, TECH_LEAD, asked), MANAGER, STEWARD)
    return _told(proposal, ProposalState.SCHEDULED, "lead time final after two weeks, from 31 August")
