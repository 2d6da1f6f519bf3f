"""What people and tools do with an action once it is open."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from apps.accounts.domain import Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.core.immutable import writing
from apps.core.problems import Conflict, FieldProblem, Invalid, Outdated, invalid
from apps.incidents.domain import action_notices as words
from apps.incidents.domain.action_dates import date_problem, end_of_day
from apps.incidents.domain.action_drafts import EvidenceDraft, evidence_problems, metric_problems
from apps.incidents.domain.action_states import ACTION_STEPS, ActionAct, action_problem
from apps.incidents.domain.action_words import ActionKind, ActionState, EvidenceKind
from apps.incidents.models import Action, ActionEvidence, ChangeLink, Incident
from apps.incidents.operations import cause_linking, linking
from apps.incidents.operations.action_opening import REFUSED, write_date
from apps.incidents.operations.action_reminding import arm, tell
from apps.incidents.operations.action_settling import settle_action
from apps.incidents.operations.noting import kept_reason
from apps.incidents.operations.settling import settle_all
from apps.incidents.policies import follow_up as policies
from apps.incidents.queries import follow_up
from apps.incidents.queries import incidents as queries
from apps.incidents.queries.team_zones import zone_of
from apps.notifications import operations as notifications


def _begin(action: Action, act: ActionAct, revision: int | None) -> Action:
    """The locked action, if the act fits its state and the revision that was read."""
    action = follow_up.lock_action(action.pk)
    if revision is not None and action.revision != revision:
        raise Outdated("revision_changed", f"{action} was changed meanwhile. Read it again, then act on that.")
    problem = action_problem(ActionState(action.state), act, is_drop_asked=action.drop_asked_at is not None)
    if problem:
        raise Conflict("illegal_transition", problem)
    action.state = ACTION_STEPS[act].to.value
    return action


def _end(action: Action, act: str, *, by: Principal, now: datetime, reason: str = "", **data: Any) -> Action:
    """Save, publish and write down what was done."""
    _save(action, by=by, now=now)
    return _note(action, act, by=by, reason=reason, **data)


def _save(action: Action, *, by: Principal, now: datetime) -> None:
    """Keep and publish what was done; whoever acted has read what was told."""
    action.revision += 1
    action.save()
    settle_action(action, now=now)
    if action.state != ActionState.OPEN:
        notifications.settle(about=words.about_key(action.pk), kind=words.DUE.key)
    notifications.note_acted(about=words.about_key(action.pk), by=by)


def _note(action: Action, act: str, *, by: Principal, reason: str = "", **data: Any) -> Action:
    """Write down what was done: the last write, as everybody waits for the chain."""
    if reason:
        data |= kept_reason(reason, action.retro.incident if action.retro else None)
    audit.record(f"action.{act}", subject=action, by=by, data=data)
    return action


@transaction.atomic
def set_date(*, action: Action, due_on: date, reason: str, revision: int | None = None, by: Principal) -> Action:
    """Give an open action another due day, with a reason. The first one stays, and every one stays visible."""
    policies.require_can_work(by, action.owner_team)
    now, zone = clock.as_of(), zone_of(action.owner_team_id, clock.as_of())
    action = _begin(action, ActionAct.SET_DATE, revision)
    problem = date_problem(due_on, now.astimezone(zone).date(), action.due_on)
    if problem:
        raise invalid("/due_on", "out_of_range", problem)
    if not reason.strip():
        raise invalid("/reason", "required", "Say what changed since the last date.")
    before, action.due_on, action.due_at = action.due_on, due_on, end_of_day(due_on, zone)
    write_date(action, due_on, reason=reason.strip(), now=now)
    notifications.settle(about=words.about_key(action.pk), kind=words.DUE.key)
    arm(action, now=now)
    return _end(
        action, "date_set", by=by, now=now, before=before.isoformat(), due_on=due_on.isoformat(), reason=reason.strip()
    )


@transaction.atomic
def finish(
    *, action: Action, evidence: EvidenceDraft | None = None, revision: int | None = None, by: Principal
) -> Action:
    """Mark an action as done; it reads "done, unverified" until a second person looks at the evidence."""
    policies.require_can_work(by, action.owner_team)
    now = clock.as_of()
    action = _begin(action, ActionAct.FINISH, revision)
    if evidence is not None:
        _add_evidence(action, evidence, now)
    action.done_at, action.done_by_id = now, by.user_id
    action.drop_asked_at = action.drop_asked_by = None
    action.drop_reason = ""
    told = "It is done. A second person looks at what shows it, and verifies."
    tell(action, words.DONE, told, f"done {action.revision}", by=by)
    return _end(action, "done", by=by, now=now, evidence=evidence.kind if evidence else "")


@transaction.atomic
def take_back(*, action: Action, by: Principal) -> Action:
    """Open an action again that was marked as done too early; its dates and evidence stay.

    Incidents that came again meanwhile did not come after a done action, so those of its cause are settled anew.
    """
    policies.require_person(by)
    policies.require_can_work(by, action.owner_team)
    now = clock.as_of()
    around = cause_linking.lock_around(action.known_cause_id) if action.known_cause_id else {}
    action = _begin(action, ActionAct.TAKE_BACK, None)
    action.done_at = action.done_by = None
    arm(action, now=now)
    _save(action, by=by, now=now)
    settle_all(around.values(), now=now)
    return _note(action, "reopened", by=by)


@transaction.atomic
def add_evidence(*, action: Action, evidence: EvidenceDraft, by: Principal) -> Action:
    """Keep what shows that an action is done, before it is verified."""
    policies.require_can_work(by, action.owner_team)
    action = follow_up.lock_action(action.pk)
    if action.state not in (ActionState.OPEN, ActionState.DONE):
        raise Conflict("illegal_transition", "Nothing more can be added: the action is verified or dropped.")
    now = clock.as_of()
    _add_evidence(action, evidence, now)
    return _end(action, "evidence_added", by=by, now=now, evidence=evidence.kind)


def _add_evidence(action: Action, draft: EvidenceDraft, now: datetime) -> None:
    is_deployment = draft.kind == EvidenceKind.DEPLOYMENT and draft.service_id is not None
    is_known = is_deployment and follow_up.is_reported(draft.service_id or 0, draft.fact_key)
    problems = evidence_problems(draft, is_known=is_known)
    if problems:
        raise Invalid("validation_failed", REFUSED, problems)
    with writing(ActionEvidence):
        ActionEvidence(action=action, added_at=now, **replace(draft, note=draft.note.strip()).as_fields()).save()


@transaction.atomic
def verify(*, action: Action, evidence: EvidenceDraft | None = None, by: Principal) -> Action:
    """Say, as a second person, that the evidence shows the action done.

    A deployment that shows a preventing action done becomes a deployment that fixes its incident.
    """
    policies.require_can_verify(by, action)
    now = clock.as_of()
    incident = queries.lock_incident(action.retro.incident_id) if action.retro else None
    action = _begin(action, ActionAct.VERIFY, None)
    policies.require_can_verify(by, action)
    if evidence is not None:
        _add_evidence(action, evidence, now)
    shown = follow_up.list_evidence(action)
    if not shown:
        words_ = "Link what shows it: a deployment, a test, a runbook, a dashboard or a document."
        raise invalid("/evidence/kind", "required", words_)
    action.verified_at = now
    notifications.settle(about=words.about_key(action.pk), kind=words.DONE.key)
    links = _link_fixes(incident, action, shown, now=now) if incident and action.kind == ActionKind.PREVENT else []
    _save(action, by=by, now=now)  # after the links, as settling the incident locks its causes before any counter
    linking.note_fixes(links)
    return _note(action, "verified", by=by, evidence=sorted({one.kind for one in shown}))


def _link_fixes(incident: Incident, action: Action, shown: list[ActionEvidence], *, now: datetime) -> list[ChangeLink]:
    """Follows from the verification, so it asks for no right on the incident; a person's word on the link stands."""
    deployments = [one for one in shown if one.kind == EvidenceKind.DEPLOYMENT and one.service is not None]
    reason = f"It shows {action} done."
    return linking.link_fixes(incident, deployments, reason=reason, source=str(action), now=now)


@transaction.atomic
def ask_drop(*, action: Action, reason: str, by: Principal) -> Action:
    """Ask that an action be dropped, with a reason; it stays open until a lead of the team confirms."""
    policies.require_person(by)
    policies.require_can_work(by, action.owner_team)
    now = clock.as_of()
    action = _begin(action, ActionAct.ASK_DROP, None)
    if not reason.strip():
        raise invalid("/reason", "required", "Say why it is not worth doing any more.")
    action.drop_asked_at, action.drop_asked_by_id, action.drop_reason = now, by.user_id, reason.strip()
    told = "Somebody asks to drop it. Its tech lead or engineering manager confirms, or keeps it."
    tell(action, words.DROP, told, f"asked {action.revision}", by=by)
    return _end(action, "drop_asked", by=by, now=now, reason=reason.strip())


@transaction.atomic
def keep(*, action: Action, by: Principal) -> Action:
    """Keep an action that somebody asked to drop."""
    policies.require_can_keep(by, action)
    action = _begin(action, ActionAct.KEEP, None)
    action.drop_asked_at = action.drop_asked_by = None
    action.drop_reason = ""
    notifications.settle(about=words.about_key(action.pk), kind=words.DROP.key)
    return _end(action, "kept", by=by, now=clock.as_of())


@transaction.atomic
def confirm_drop(*, action: Action, by: Principal) -> Action:
    """Drop an action for the reason that somebody else gave."""
    policies.require_can_confirm_drop(by, action)
    now = clock.as_of()
    action = _begin(action, ActionAct.CONFIRM_DROP, None)
    policies.require_can_confirm_drop(by, action)
    action.dropped_at = now
    notifications.settle(about=words.about_key(action.pk), kind=words.DROP.key)
    return _end(action, "dropped", by=by, now=now, reason=action.drop_reason)


@transaction.atomic
def change_links(
    *, action: Action, assignee_id: int | None, metric_slug: str, metric_subject: str, external_url: str, by: Principal
) -> Action:
    """Say who does it, which metric it should move, and where the work is; what was committed to stays as it is."""
    policies.require_person(by)
    policies.require_can_work(by, action.owner_team)
    now = clock.as_of()
    action = _begin(action, ActionAct.CHANGE_LINKS, None)
    problems = [
        FieldProblem(f"/{place}", code, said) for place, code, said in metric_problems(metric_slug, metric_subject)
    ]
    if assignee_id and not follow_up.list_assignable(action.owner_team, now).filter(user_id=assignee_id).exists():
        words_ = f"Choose somebody who works in {action.owner_team.name}."
        problems.append(FieldProblem("/assignee", "unknown_value", words_))
    if problems:
        raise Invalid("validation_failed", REFUSED, problems)
    action.assignee_id, action.external_url = assignee_id, external_url
    action.metric_slug, action.metric_subject = metric_slug, metric_subject
    arm(action, now=now)
    return _end(action, "links_changed", by=by, now=now, metric=metric_slug)
