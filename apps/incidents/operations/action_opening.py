"""Opening actions: out of a published retro or a closed review, by a tool, or by a person's form."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from apps.accounts.domain import Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.core.immutable import writing
from apps.core.problems import FieldProblem, Invalid
from apps.incidents.domain import action_notices as words
from apps.incidents.domain.action_dates import end_of_day
from apps.incidents.domain.action_drafts import ActionDraft, draft_problems
from apps.incidents.domain.action_words import ActionOrigin
from apps.incidents.domain.publish_checks import as_action
from apps.incidents.domain.retro_drafts import DraftRow
from apps.incidents.domain.severity import Level
from apps.incidents.models import Action, ActionDate, KnownCause, Retro
from apps.incidents.operations import restricting
from apps.incidents.operations.action_reminding import arm, tell
from apps.incidents.operations.action_settling import settle_action
from apps.incidents.policies import follow_up as policies
from apps.incidents.queries import follow_up
from apps.incidents.queries.causes import visible_causes
from apps.incidents.queries.team_zones import zone_of
from apps.teams import queries as teams
from apps.teams.models import Team

REFUSED = "Some fields need attention."


@dataclass(frozen=True)
class Opening:
    """Where an action comes from; `key` names it there, so that a repeat answers the first one."""

    origin: ActionOrigin
    source: str
    key: str = ""
    retro: Retro | None = None
    retro_row: str = ""
    review_key: str = ""
    level: Level | None = None


def open_from_retro(retro: Retro, rows: Iterable[DraftRow], *, by: Principal, now: datetime) -> list[Action]:
    """Open each row that is no action yet, in the transaction of the publication, which has checked who may.

    The publication calls `note_opened` when all else is written, as the chain is locked last. Raises `Invalid` with
    pointers such as `/rows/<key>/team`; then nothing is opened.
    """
    known, level = follow_up.opened_rows(retro.pk), follow_up.level_in_force(retro.incident)
    wanted = [row for row in rows if row.key not in known]
    found: list[Action] = []
    for row in wanted:
        opening = Opening(ActionOrigin.RETRO, f"retro:{retro.incident_id}", retro=retro, retro_row=row.key, level=level)
        try:
            team, cause = _team(row.values.get("team", "")), _cause(row.values.get("known_cause", ""), by)
            found.append(_open(as_action(row), team, opening, cause=cause, by=by, now=now))
        except Invalid as refusal:
            errors = [FieldProblem(f"/rows/{row.key}{e.pointer}", e.code, e.detail) for e in refusal.errors]
            raise Invalid(refusal.code, refusal.sentence, errors) from None
    return found


@transaction.atomic
def open_from_review(
    *, draft: ActionDraft, team: Team, review_key: str, cause: KnownCause | None = None, by: Principal
) -> Action:
    """Open an action that a review decided; the review, which knows its readers, has checked who may."""
    opening = Opening(ActionOrigin.REVIEW, f"review:{review_key}", review_key=review_key)
    return _open_noted(draft, team, opening, cause=cause, by=by)


@transaction.atomic
def open_action(
    *, draft: ActionDraft, team: str, known_cause: str = "", external_key: str = "", by: Principal
) -> tuple[Action, bool]:
    """Open an action by a tool or by a person's form; answers it and whether it is new.

    A sender who repeats an `external_key` hears of the first action again, whatever became of it.
    """
    owner = _team(team)
    policies.require_can_work(by, owner)
    if external_key and (known := follow_up.find_by_key(by.sender, external_key)):
        return known, False
    opening = Opening(ActionOrigin.TOOL, by.sender, external_key)
    return _open_noted(draft, owner, opening, cause=_cause(known_cause, by), by=by), True


def _team(slug: str) -> Team:
    team = teams.list_all_teams().filter(slug=slug.strip()).first()
    if team is None:
        raise Invalid("validation_failed", REFUSED, [
            FieldProblem("/team", "unknown_team", "Name a team by its short name, as in checkout."),
        ])  # fmt: skip
    return team


def _cause(name: str, by: Principal) -> KnownCause | None:
    """The known cause of a name such as C-3; None where none is named. An invisible one is refused as a missing one."""
    if not name.strip():
        return None
    number = name.strip().removeprefix("C-")
    cause = visible_causes(by).filter(pk=int(number)).first() if number.isdecimal() and len(number) < 10 else None
    if cause is None:
        words_ = "There is no known cause of this number. Write it as in C-3."
        raise Invalid("validation_failed", REFUSED, [FieldProblem("/known_cause", "unknown_value", words_)])
    return cause


def note_opened(actions: Iterable[Action], *, by: Principal) -> None:
    """Write down that actions were opened."""
    for action in actions:
        audit.record("action.opened", subject=action, by=by, data=_facts(action))


def _open_noted(draft: ActionDraft, team: Team, opening: Opening, *, cause: KnownCause | None, by: Principal) -> Action:
    action = _open(draft, team, opening, cause=cause, by=by, now=clock.as_of())
    note_opened([action], by=by)
    return action


def _open(
    draft: ActionDraft, team: Team, opening: Opening, *, cause: KnownCause | None, by: Principal, now: datetime
) -> Action:
    rule = follow_up.due_rule(team, opening.level, now)
    problems = draft_problems(draft, rule, is_team_alive=team.closed_on is None)
    problems += _assignee_problems(draft, team, now)
    due_on = draft.due_on or rule.latest
    if problems or due_on is None:
        raise Invalid("validation_failed", REFUSED, problems)
    action = _write(draft, team, opening, cause=cause, due_on=due_on, now=now)
    if opening.retro is not None:
        restricting.add_team(opening.retro.incident, team, now=now)
    settle_action(action, now=now)
    arm(action, now=now)
    tell(action, words.OPENED, words.opened_words(due_on), "opened", by=by)
    return action


def _assignee_problems(draft: ActionDraft, team: Team, now: datetime) -> list[FieldProblem]:
    if draft.assignee_id is None or follow_up.list_assignable(team, now).filter(user_id=draft.assignee_id).exists():
        return []
    return [FieldProblem("/assignee", "unknown_value", f"Choose somebody who works in {team.name}.")]


def _write(
    draft: ActionDraft, team: Team, opening: Opening, *, cause: KnownCause | None, due_on: date, now: datetime
) -> Action:
    due_at = end_of_day(due_on, zone_of(team.pk, now))
    action = Action.objects.create(
        origin=opening.origin.value, retro=opening.retro, retro_row=opening.retro_row, review_key=opening.review_key,
        source=opening.source, external_key=opening.key, text=draft.text.strip(), done_when=draft.done_when.strip(),
        kind=draft.kind.value, owner_team=team, assignee_id=draft.assignee_id, metric_slug=draft.metric_slug,
        metric_subject=draft.metric_subject, known_cause=cause, external_url=draft.external_url, opened_at=now,
        first_due_on=due_on, first_due_at=due_at, due_on=due_on, due_at=due_at,
    )  # fmt: skip
    write_date(action, due_on, reason="", now=now)
    return action


def write_date(action: Action, due_on: date, *, reason: str, now: datetime) -> None:
    """Keep a due day with its reason; the first comes with the commitment."""
    with writing(ActionDate):
        ActionDate(action=action, due_on=due_on, reason=reason, set_at=now).save()


def _facts(action: Action) -> dict[str, object]:
    """What the audit chain keeps: numbers and keys."""
    named = {"metric": action.metric_slug, "cause": str(action.known_cause) if action.known_cause else ""}
    retro = {"incident": f"I-{action.retro.incident_id}"} if action.retro else {}
    basis = {"team": action.owner_team_id, "origin": str(action.origin), "due_on": action.due_on.isoformat()}
    return {**basis, **retro, **{name: value for name, value in named.items() if value}}
