"""The demonstration's documented exceptions: one exemption in force, one expired, and a freeze of a quiet fortnight.

Each speaks of something that happened in the packed history. None moves a value that the plain computation checks.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from apps.accounts.domain import TeamRole
from apps.core.work import run_now
from apps.governance import operations as governance
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.revisions import Asked, Category
from apps.governance.domain.states import ProposalState
from apps.portal.demo.cast import Cast, local

R = TeamRole


class ExceptionStuck(RuntimeError):
    """An exception of the story did not come into force."""


def acts() -> Iterator[tuple[datetime, Callable[[Cast], str | None]]]:
    """Every exception, with the instant at which it is agreed on."""
    yield local(date(2025, 12, 15), time(10)), _freeze_the_turn_of_the_year
    yield local(date(2026, 3, 18), time(10)), _pause_while_versions_become_dates
    yield local(date(2026, 7, 6), time(10)), _leave_weekly_releases_out


def _freeze_the_turn_of_the_year(cast: Cast) -> str:
    content = {"name": "turn of the year", "team": "documentation", "starts_on": "2025-12-17", "last_on": "2026-01-12"}
    reason = "Nobody is there to mend a release over the holidays, so none is planned until everybody is back."
    return _agree(cast, "freeze_window", content, reason, [R.ENGINEERING_MANAGER, R.PRODUCT_MANAGER], "documentation")


def _pause_while_versions_become_dates(cast: Cast) -> str:
    content = {
        "kind": "pause_judging", "service": "readthedocs", "definitions": ["deployment-rework-rate"],
        "starts_at": "2026-03-16", "expires_at": "2026-04-27",
    }  # fmt: skip
    reason = "Versions become dates, so what is a patch cannot be read off the number until the new tags are settled."
    return _agree(cast, "exemption", content, reason, [R.TECH_LEAD], "documentation")


def _leave_weekly_releases_out(cast: Cast) -> str:
    content = {
        "kind": "exclude_data", "service": "defectdojo", "definitions": ["deployment-rework-rate"],
        "starts_at": "2026-06-16", "expires_at": "2026-09-14",
        "slice": {"facts": "deployments", "where": [["part", "in", ["patch"]], ["line", "in", ["3.0"]]]},
    }  # fmt: skip
    reason = "From 3.0.0 on the weekly release is numbered like a patch; the rule has to learn that first."
    return _agree(cast, "exemption", content, reason, [R.TECH_LEAD], "security")


def _agree(cast: Cast, kind: str, content: dict[str, Any], reason: str, roles: Sequence[TeamRole], team: str) -> str:
    """The first role asks, the others and (for an exemption) the steward agree."""
    author, *others = [cast.holder(team, role) for role in roles]
    if kind == "exemption":
        others.append(cast.steward)
    asked = Asked((Item(kind, Op.CREATE, "", content),), reason, Category.CORRECTION)
    proposal = governance.draft_proposal(asked=asked, by=author)
    run_now("governance.run_previews")
    proposal.refresh_from_db()
    proposal = governance.submit_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=author)
    for person in others:
        proposal = governance.sign_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=person)
    if proposal.state != ProposalState.ACTIVATED:
        raise ExceptionStuck(f"{proposal} is {proposal.state}: {proposal.title}")
    return f"{proposal}, {proposal.title[:-1]}: in force"
