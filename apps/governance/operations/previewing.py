"""Computing what a proposal would change, and quarters that nothing may restate."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.core.periods import local_midnight
from apps.core.work import nudge
from apps.governance import queries
from apps.governance.checking import Case
from apps.governance.domain.checks import working_days_after
from apps.governance.domain.kinds import Change, Section, kinds
from apps.governance.domain.origins import Origin
from apps.governance.domain.states import ProposalState
from apps.governance.models import PreviewRun, Proposal, QuarterUnderReview
from apps.governance.operations.moving import proceed
from apps.teams.models import Team

WINDOW_DAYS = 5
PREVIEW = "governance.run_previews"


def add_preview(case: Case) -> None:
    """Ask for the preview of a revision, unless it cannot move a value."""
    if not case.needs_preview:
        return
    now = clock.now()
    PreviewRun.objects.create(
        revision=case.revision, base_numbers=case.base_numbers, engine_version=kinds.engine_version, asked_at=now,
        due_at=now,
    )  # fmt: skip
    nudge(PREVIEW)


@transaction.atomic
def ask_preview(*, proposal: Proposal) -> None:
    """Have a stale preview computed again; nothing happens while one is fresh or under way."""
    renew_preview(queries.lock_proposal(proposal.pk))


def renew_preview(proposal: Proposal) -> None:
    """The same for a proposal that is locked already."""
    case = Case.of(proposal)
    run = case.preview
    under_way = run is not None and run.finished_at is None
    if ProposalState(proposal.state).is_open and case.needs_preview and case.preview_problem and not under_way:
        add_preview(case)


def compute_preview(run: PreviewRun) -> tuple[PreviewRun, dict[str, Any]]:
    """Compute what a revision would change; outside a transaction, as it may take seconds."""
    case = Case(run.revision.proposal, run.revision)
    asked = enumerate(case.changes, 1)
    sections = [section for place, change in asked for section in _sections(run, case, place, change)]
    return run, {
        "sections": [
            {"title": s.title, "sentences": list(s.sentences), "teams": [dict(row) for row in s.teams]}
            for s in sections
        ],
        "affected_team_ids": sorted({pk for s in sections for pk in s.affected_team_ids}),
        "improves": [row for section in sections for row in _improving(section)],
    }


def _improving(section: Section) -> Iterator[dict[str, Any]]:
    """The teams that gain, and by how much; without a share it is a target that turns met."""
    rows = {row.get("team"): row for row in section.teams}
    for team in queries.list_teams_by_name(section.improves_team_ids) if section.improves_team_ids else ():
        yield {"team_id": team.pk, "name": team.name, "shift": rows.get(team.slug, {}).get("shift")}


def _sections(run: PreviewRun, case: Case, place: int, change: Change) -> list[Section]:
    """The sections of one change; whoever waits reads which one is being computed."""
    of = f" ({place} of {len(case.changes)})" if len(case.changes) > 1 else ""
    step = f"Computing {change.name[:120]} before and after{of}"
    PreviewRun.objects.filter(pk=run.pk).update(step=step)
    return kinds.sections(change)


@transaction.atomic
def store_preview(computed: tuple[PreviewRun, Mapping[str, Any]]) -> None:
    """Keep a finished preview; if another team is affected, its comment window opens."""
    run, result = computed
    if queries.lock_preview(run.pk).finished_at is not None:
        return  # another worker was quicker
    run.result, run.finished_at, run.step = dict(result), clock.now(), ""
    run.save(update_fields=["result", "finished_at", "step"])
    proposal = queries.lock_proposal(run.revision.proposal_id)
    if proposal.revision_number != run.revision.number:
        return
    others = set(result["affected_team_ids"]) - {proposal.owner_team_id}
    if others and proposal.window_until is None and proposal.origin != Origin.PRODUCT:
        proposal.window_until = window_end(max(run.revision.made_at, proposal.submitted_at or run.revision.made_at))
    if ProposalState(proposal.state).is_open:
        proceed(proposal, SYSTEM)  # what waited for this preview alone goes on


def window_end(since: datetime) -> datetime:
    """Until when teams that are affected may ask for changes of what they could read since an instant."""
    day = working_days_after(clock.local_day(since), WINDOW_DAYS)
    return local_midnight(day, clock.reporting_zone())


@transaction.atomic
def open_quarter(*, team: Team, quarter: str) -> None:
    """Note that a review of a quarter is open, so that nothing restates it meanwhile."""
    QuarterUnderReview.objects.update_or_create(
        team=team, quarter=quarter, defaults={"from_at": clock.now(), "until_at": None}
    )


@transaction.atomic
def close_quarter(*, team: Team, quarter: str) -> None:
    """Note that the review of a quarter is closed."""
    QuarterUnderReview.objects.filter(team=team, quarter=quarter, until_at=None).update(until_at=clock.now())
