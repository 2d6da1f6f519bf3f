"""Incidents on a weekly agenda: open ones, retros due, actions, how the pager was answered, causes that came back."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.calendar_words import age_words, day_words, short_day
from apps.core.numbers import format_value
from apps.core.periods import Period
from apps.incidents.domain.action_words import ActionState
from apps.incidents.domain.retros import OPEN
from apps.incidents.models import Action, Incident, IncidentService, Retro
from apps.incidents.queries import causes, follow_up, oncall_load
from apps.incidents.queries import incidents as reads
from apps.reviews.domain.prompts import Movement
from apps.reviews.domain.weekly import Found, Press, Rule
from apps.teams.models import Team

A_WEEK = timedelta(days=7)


def read_incidents(team: Team, week: Period, reader: Principal) -> list[Found]:
    """Everything about incidents and what follows from them; nine queries for any number."""
    at = clock.as_of()
    return [
        *_open(team, at, reader), *_retros(team, at, reader), *_actions(team, at, reader), *_pages(team, week),
        *_returned(team, week, reader),
    ]  # fmt: skip


def _open(team: Team, at: datetime, reader: Principal) -> list[Found]:
    named = Prefetch("services", IncidentService.objects.select_related("service").order_by("pk"))
    rows = reads.visible(reader).filter(reads.GOES_ON, owner_team=team).prefetch_related(named)
    return [_incident(one, at) for one in rows.order_by("started_at", "pk")]


def _incident(one: Incident, at: datetime) -> Found:
    since = one.started_at or one.reported_at
    level = f", severity {one.severity_worst}" if one.severity_worst else ""
    words = f"I-{one.pk} goes on for {age_words(since, at)}{level}: {one.title}."
    return Found(
        Rule.INCIDENT_OPEN, f"incident:I-{one.pk}", words, Press.EXHAUSTED,
        reverse("incidents:incident", args=[one.pk]),
        {"title": f"I-{one.pk}: {one.title}", "incident": f"I-{one.pk}", "since": since.isoformat()},
        order=since.isoformat(), services=tuple(row.service.slug for row in one.services.all()),
    )  # fmt: skip


def _retros(team: Team, at: datetime, reader: Principal) -> list[Found]:
    """Open retros that are due before the next meeting, those past their time first."""
    rows = Retro.objects.filter(
        incident__in=Incident.objects.visible_to(reader), incident__owner_team=team, incident__exclusion="",
        state__in=OPEN, is_required=True, due_at__lt=at + A_WEEK,
    ).select_related("incident")  # fmt: skip
    return [_retro(one, at) for one in rows.order_by("due_at", "pk")]


def _retro(one: Retro, at: datetime) -> Found:
    assert one.due_at is not None  # noqa: S101 - told to the type checker; the rows are chosen by it
    is_late, key = one.due_at < at, f"I-{one.incident_id}"
    due = "was due on" if is_late else "is due on"
    return Found(
        Rule.RETRO_DUE, f"incident:{key}",
        f"The retro of {key} {due} {day_words(clock.local_day(one.due_at))}: {one.incident.title}.",
        Press.NOT_MET if is_late else Press.CANNOT_TELL, reverse("incidents:retro", args=[one.incident_id]),
        {"title": f"Retro of {key}", "incident": key, "due_at": one.due_at.isoformat()}, order=one.due_at.isoformat(),
    )  # fmt: skip


def _actions(team: Team, at: datetime, reader: Principal) -> list[Found]:
    """Past their date, or done for two weeks and not verified."""
    rows = follow_up.list_unfinished(team.pk, at, by=reader).select_related("retro").order_by("due_on", "pk")
    return [_action(one, at) for one in follow_up.pick_agenda(rows, at)]


def _action(one: Action, at: datetime) -> Found:
    is_done = one.state == ActionState.DONE and one.done_at is not None
    incident = {"incident": f"I-{one.retro.incident_id}"} if one.retro else {}
    if is_done and one.done_at is not None:
        words = f"{one} is done for {age_words(one.done_at, at)} and nobody verified it: {one.text}"
    else:
        words = f"{one} was due on {day_words(one.due_on)}: {one.text}"
    return Found(
        Rule.ACTION_OVERDUE, f"action:{one}", _ended(words), Press.REST if is_done else Press.NOT_MET,
        reverse("portal:action", args=[one.pk]),
        {
            "title": f"{one}: {one.text}", "action": str(one), "due_on": one.due_on.isoformat(),
            "state": one.state, **incident,
        },
        order=one.due_on.isoformat(), movement="" if is_done else Movement.ACTIONS_LATE.value, definition="actions",
    )  # fmt: skip


def _ended(words: str) -> str:
    return words if words.endswith((".", "?")) else f"{words}."


def _pages(team: Team, week: Period) -> list[Found]:
    """Urgent pages of the week that waited longer than the team agreed."""
    days: tuple[date, date] = (week.first_on, week.end_on)
    load = oncall_load.read_team_pages(team, days).load(days)
    waited = load.load.acknowledged_p90
    if load.within_target is not False or load.profile is None or waited is None:
        return []
    agreed = format_value(load.profile.acknowledgement_seconds, "seconds")
    words = (
        f"Nine in ten of {load.load.pages} urgent pages were acknowledged within "
        f"{format_value(waited.total_seconds(), 'seconds')}; {agreed} are agreed."
    )
    return [Found(
        Rule.PAGES_OVER_BUDGET, f"team:{team.slug}", words, Press.NOT_MET,
        reverse("portal:team-on-call", args=[team.slug]), {
            "title": "On call", "pages": load.load.pages, "night": load.load.night,
            "waited_seconds": waited.total_seconds(), "agreed_seconds": load.profile.acknowledgement_seconds,
        },
        movement=Movement.NOISE_WORSE.value, definition="pages",
    )]  # fmt: skip


def _returned(team: Team, week: Period, reader: Principal) -> list[Found]:
    """Known causes that came again after an action on them was done; each once, by its newest incident."""
    since = week.starts_at(clock.reporting_zone())
    rows = causes.returned_since(team.pk, since, reader).select_related("cause", "incident")
    newest = {row.cause_id: row for row in rows.order_by("incident__started_at", "pk")}
    return [_cause(row) for row in newest.values()]


def _cause(row: Any) -> Found:
    key, at = f"I-{row.incident_id}", row.incident.started_at
    when = f" on {short_day(clock.local_day(at))}" if at else ""
    return Found(
        Rule.CAUSE_RETURNED, f"cause:{row.cause}",
        f"{row.cause} came again in {key}{when} although an action on it was done: {row.cause.title}.",
        Press.WORSENED, reverse("incidents:cause", args=[row.cause_id]),
        {"title": f"{row.cause}: {row.cause.title}", "incident": key, "cause": str(row.cause)},
        order=str(row.cause), movement=Movement.SHARED_FACTOR_TWICE.value, definition="causes",
    )  # fmt: skip
