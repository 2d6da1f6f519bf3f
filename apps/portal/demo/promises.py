"""What the demonstration's teams promise: an SLI by the uptime log, an SLO and a budget policy each.

First versions hold from the beginning, so that the log's past reads as counts that were never promised before.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from apps.accounts.domain import TeamRole
from apps.core.work import run_now
from apps.governance import operations as governance
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.revisions import Asked, Category
from apps.governance.domain.states import ProposalState
from apps.governance.models import Proposal
from apps.portal.demo.cast import Cast, local
from apps.services.models import CriticalFlow

R = TeamRole
AGREED_ON = date(2026, 7, 24)
REVISIT_ON = "2026-11-30"
LATE_SECONDS = 4 * 24 * 3600
REASON = "Until now a bad week was argued about afterwards; a promise with a budget says beforehand what we do then."


class PromiseStuck(RuntimeError):
    """A promise of the story did not come into force."""


@dataclass(frozen=True)
class Promised:
    """What a team promises for one service: the share of looks that find it up."""

    team: str
    service: str
    name: str
    target: str
    hurts: str
    decides: str
    flow: tuple[str, str] = ("", "")  # short name and name
    days: int = 28
    # The log is brought in every few days, so that its silence in between says nothing; else six slices.
    is_late: bool = True

    @property
    def indicator(self) -> str:
        """The short name of its SLI."""
        return f"{self.service}-uptime"

    @property
    def objective(self) -> str:
        """The short name of its SLO."""
        return f"{self.service}-answers"


PROMISED = (
    Promised(
        "commerce", "saleor", "Shops answer", "0.995", "Buyers whose search or checkout does not answer.",
        "Whether the next release of the catalogue goes out this week.", ("checkout", "Search and checkout"),
    ),
    Promised(
        "publishing", "wagtail", "Editors get in", "0.9975", "Editors who cannot save or publish.",
        "Whether the migration of the editor starts.", ("publish", "Write and publish"),
    ),
    Promised(
        "documentation", "readthedocs", "Documentation is there", "0.999", "Readers in the middle of a task.",
        "Whether builds move to the new hosts.",
    ),
    Promised(
        "security", "defectdojo", "Findings can be read", "0.99", "Teams that triage findings.",
        "Whether the weekly release waits.", is_late=False,
    ),
    Promised(
        "alerting", "keep", "Alerts arrive", "0.995", "Whoever is on call and hears nothing.",
        "Whether routing changes this week.",
    ),
)  # fmt: skip


def acts() -> Iterator[tuple[datetime, Callable[[Cast], str | None]]]:
    """Every act about promises, with its instant."""
    yield local(AGREED_ON, time(16)), _promise


def _promise(cast: Cast) -> str:
    numbers = [_agree(cast, one) for one in PROMISED]
    return f"{len(numbers)} teams promise an uptime, with a budget policy each: {', '.join(numbers)}"


def _agree(cast: Cast, one: Promised) -> str:
    """The tech lead proposes all three; engineering manager and product manager sign."""
    if one.flow[0]:
        CriticalFlow.objects.create(slug=one.flow[0], name=one.flow[1], team=cast.teams[one.team])
    asked = Asked((_indicator(one), _objective(one), _policy(one)), REASON, Category.NEW_NEED, from_beginning=True)
    proposal = _submitted(cast, asked, one.team)
    for role in (R.ENGINEERING_MANAGER, R.PRODUCT_MANAGER):
        by = cast.holder(one.team, role)
        proposal = governance.sign_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=by)
    if proposal.state != ProposalState.ACTIVATED:
        raise PromiseStuck(f"{proposal} is {proposal.state}: {proposal.title}")
    return str(proposal)


def _submitted(cast: Cast, asked: Asked, team: str) -> Proposal:
    lead = cast.holder(team, R.TECH_LEAD)
    proposal = governance.draft_proposal(asked=asked, by=lead)
    run_now("governance.run_previews")
    proposal.refresh_from_db()
    return governance.submit_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=lead)


def _indicator(one: Promised) -> Item:
    flow = {"flow": one.flow[0]} if one.flow[0] else {}
    spec = {
        "name": f"{one.name}: looks of the uptime log", "kind": "availability", "hurts": one.hurts,
        "blind_spot": "What breaks between two looks, and whatever answers wrongly.", "valid": "Looks from outside",
        "good": "Answered without fault", "measured_at": "probe", "slice_seconds": 3600,
    }  # fmt: skip
    return Item("sli", Op.CREATE, one.indicator, {"service": one.service, **flow, "spec": spec})


def _objective(one: Promised) -> Item:
    promise: dict[str, Any] = {
        "name": one.name, "monday_decision": one.decides, "rationale": "What the last year kept in its quiet months.",
        "revisit_on": REVISIT_ON, "target": one.target, "window": {"rolling_days": one.days},
    }  # fmt: skip
    promise |= {"stale_after_seconds": LATE_SECONDS} if one.is_late else {}
    return Item("slo", Op.CREATE, one.objective, {"indicator": one.indicator, "promise": promise})


def _policy(one: Promised) -> Item:
    policy = {
        "name": f"{one.name}: budget", "goals": "Launches and repairs follow one rule instead of an argument.",
        "non_goals": "It is no punishment, and it judges nobody.", "revisit_on": REVISIT_ON,
    }  # fmt: skip
    return Item("budget_policy", Op.CREATE, f"{one.service}-budget", {"owner_team": one.team, "policy": policy})
