"""Writes of scorecards: templates that come into force, asking for cards that are due, freezing a card, notes."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from apps.accounts.domain import SYSTEM, Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.core.immutable import writing
from apps.core.periods import CALENDAR_GRAINS, Period
from apps.core.problems import Conflict, FieldProblem, Invalid
from apps.governance import operations as governance
from apps.governance.domain.kinds import Change, Grant, Item, Op, require_grant
from apps.governance.domain.revisions import Asked, Category
from apps.governance.models import Proposal
from apps.governance.queries import list_open_by_object
from apps.scorecards import policies, queries
from apps.scorecards.domain import schedule
from apps.scorecards.domain.content import CardContent
from apps.scorecards.drafting import TemplateDraft
from apps.scorecards.models import CardDue, CellNote, Scorecard, ScorecardCell, TemplateVersion
from apps.teams import queries as teams
from apps.teams.domain import TeamType
from apps.teams.models import Team

LONGEST_NOTE = 500
TEMPLATE = "scorecard_template"


class StillComputing(RuntimeError):
    """Values of the card are being computed; ask again a little later."""


@transaction.atomic
def write_template(change: Change, grant: Grant) -> TemplateVersion:
    """Put the next template of a team type in force; older cards keep theirs."""
    require_grant(grant)
    draft: TemplateDraft = change.extra["draft"]
    before = queries.newest_template(draft.team_type)
    if (before.number if before else 0) != change.base:
        raise Conflict("base_moved", f"{change.name}: another template came into force meanwhile.")
    version = _template(draft, change.base + 1, grant)
    with writing(TemplateVersion):
        _save_once(version)
    audit.record("scorecard_template.adopted", subject=version, by=SYSTEM, data={
        "team_type": str(draft.team_type), "number": version.number, "proposal": grant.number,
        "effective_from": version.effective_from.isoformat(), "slots": draft.stored,
    })  # fmt: skip
    return version


def _template(draft: TemplateDraft, number: int, grant: Grant) -> TemplateVersion:
    return TemplateVersion(
        team_type=draft.team_type, number=number, slots=draft.stored, reason=grant.reason,
        effective_from=grant.effective_from or clock.today(), proposal_id=grant.proposal_id, adopted_at=clock.now(),
        adopted_by_id=grant.by_user_id or 0,
    )  # fmt: skip


def adopt_starter_template(*, kit: Mapping[str, Any], reason: str, effective_from: date, by: Principal) -> Proposal:
    """Adopt the template the product ships for a team type, as one steward; it holds when its day comes."""
    policies.require_can_adopt_template(by)
    wanted = TeamType(kit["team_type"])
    if queries.newest_template(wanted) is not None or list_open_by_object(TEMPLATE, [wanted.value]):
        raise Conflict("state_forbids", f"Cards of {wanted} teams have a template already, or one is agreed on.")
    items = (Item(TEMPLATE, Op.CREATE, wanted.value, {"slots": [dict(slot) for slot in kit["slots"]]}),)
    return governance.adopt_kit(asked=Asked(items, reason, Category.NEW_NEED, on=effective_from), by=by)


def _save_once(version: TemplateVersion) -> None:
    try:
        with transaction.atomic():
            version.save()
    except IntegrityError as error:
        sentence = "Another template of these teams came into force at the same time."
        raise Conflict("number_taken", sentence) from error


@transaction.atomic
def ask_missing_cards() -> int:
    """Write the due rows of all closed periods that have none, oldest first; answers how many were missing."""
    zone, first_days = clock.reporting_zone(), queries.first_days_of_templates()
    periods = schedule.all_due_periods(clock.as_of(), zone)
    asked, open_teams = queries.asked_periods(period.key for period in periods), list(teams.list_teams())
    missing = [
        CardDue(team=team, period=period.key, due_at=schedule.due_at(period, zone), asked_at=clock.now())
        for period in periods
        for team in open_teams
        if _wants_card(team, period, first_days.get(team.team_type)) and (team.pk, period.key) not in asked
    ]
    CardDue.objects.bulk_create(missing, batch_size=500, ignore_conflicts=True)
    return len(missing)


def _wants_card(team: Team, period: Period, first_day: date | None) -> bool:
    """A card is due once a template holds, for periods in which the team was there."""
    return first_day is not None and first_day <= schedule.due_on(period) and team.began_on < period.end_on


@transaction.atomic
def freeze_card(*, team: Team, period: Period, patient_until: datetime | None = None, by: Principal) -> Scorecard:
    """Freeze the team's card of a closed period; a second freeze answers the first.

    Until `patient_until` a card whose values are being computed raises `StillComputing`; later what is stored is taken.
    """
    policies.require_can_freeze_card(by)
    _require_closed(period)
    team = queries.lock_team(team.pk)
    standing = queries.find_card(team, period)
    if standing is not None:
        return standing
    if patient_until is not None and clock.now() < patient_until and queries.is_still_computing(team, period):
        raise StillComputing(f"{team.slug} {period.key}: values are being computed.")
    content = queries.read_card(team, period)
    card = _write_card(team, content, period)
    audit.record("scorecard.frozen", subject=card, by=by, data={"period": card.period, "sha256": card.sha256})
    return card


def _require_closed(period: Period) -> None:
    if period.grain not in CALENDAR_GRAINS:
        raise Invalid("validation_failed", "Cards are frozen for weeks, months and quarters.")
    if period.ends_at(clock.reporting_zone()) > clock.as_of():
        raise Conflict("period_not_closed", f"{period.key} is running. Its card is frozen after it has ended.")


def _write_card(team: Team, content: CardContent, period: Period) -> Scorecard:
    card = Scorecard(
        team=team, team_name=content.team_name, team_type=content.team_type, grain=content.grain, period=content.period,
        end_on=content.end_on, template_number=content.template_number, data_up_to=content.data_up_to,
        watermark=dict(content.watermark), sha256=content.sha256, frozen_at=clock.now(),
        computed_late=schedule.is_late(period, clock.as_of(), clock.reporting_zone()),
    )  # fmt: skip
    with writing(Scorecard), writing(ScorecardCell):
        card.save()
        ScorecardCell.objects.bulk_create([ScorecardCell(card=card, **asdict(cell)) for cell in content.cells])
    return card


@transaction.atomic
def write_note(*, cell: ScorecardCell, text: str, by: Principal) -> CellNote:
    """Put the team's words beside a cell; empty text takes the note away. Older notes stay stored."""
    policies.require_can_write_note(by, cell.card.team)
    if len(text.strip()) > LONGEST_NOTE:
        detail = f"A note has at most {LONGEST_NOTE} characters; this one has {len(text.strip())}."
        raise Invalid("validation_failed", "The note is too long.", [FieldProblem("/text", "too_long", detail)])
    note = CellNote(cell=cell, text=text.strip(), written_at=clock.now(), written_by_id=by.user_id or 0)
    with writing(CellNote):
        note.save()
    audit.record("scorecard.note_written", subject=cell, by=by, data={"card": cell.card_id, "rank": cell.rank})
    return note
