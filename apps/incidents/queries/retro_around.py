"""What a draft is held against before it is published, and what is printed beside it: the incident as it stands."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from apps.accounts.domain import Principal
from apps.incidents.domain.action_dates import due_day
from apps.incidents.domain.action_drafts import DueRule
from apps.incidents.domain.folding import Said, fold
from apps.incidents.domain.incident_words import MilestoneKind, StatementOrigin
from apps.incidents.domain.publish_checks import Around
from apps.incidents.domain.severity import Level, level_of, read_levels
from apps.incidents.models import Action, Incident, Milestone, Retro, TimelineEntry
from apps.incidents.queries.causes import visible_causes
from apps.incidents.queries.team_zones import zones_of
from apps.teams.models import Membership, Team


def around_of(retro: Retro, now: datetime, by: Principal) -> Around:
    """Everything the checks ask beside the draft itself; known causes are those that the reader may see."""
    incident = retro.incident
    level = level_of(read_levels(incident.policy.levels), incident.severity_worst)
    teams = dict(Team.objects.filter(closed_on=None).values_list("slug", "pk"))
    return Around(
        settled_milestones=settled_milestones(incident),
        living_teams=frozenset(teams),
        needs_monitored_action=bool(level and level.needs_monitored_action),
        needs_other_facilitator=bool(level and level.needs_other_facilitator),
        has_other_facilitator=is_of_another_team(retro, now),
        has_default_due_day=level is not None,
        opened=frozenset(Action.objects.filter(retro=retro).values_list("retro_row", flat=True)),
        known_causes=frozenset(f"C-{pk}" for pk in visible_causes(by).values_list("pk", flat=True)),
        due_rules=_due_rules(teams, level, now),
    )


def settled_milestones(incident: Incident) -> Collection[str]:
    """Kinds of milestones whose time is known or declared unknowable; a reopened incident is not resolved yet."""
    rows = Milestone.objects.filter(incident=incident).order_by("pk")
    said = [
        Said(MilestoneKind(kind), at, StatementOrigin(origin), pk, interval)
        for pk, kind, at, origin, interval in rows.values_list("pk", "kind", "at", "origin", "interval")
    ]
    folded = fold(said)
    kinds = {kind.value for interval in folded.intervals for kind in interval.moments}
    return kinds if folded.is_over else kinds - {MilestoneKind.RESOLVED.value}


def milestones_of(incident: Incident) -> list[dict[str, Any]]:
    """The milestones a retro asks for, with their times or what is missing."""
    settled, found = settled_milestones(incident), []
    for kind, column in MILESTONES.items():
        at = getattr(incident, column)
        words = "" if at else "cannot be known" if kind.value in settled else "not entered yet"
        if kind is MilestoneKind.IMPACT_STARTED and incident.start_assumed:
            words = "assumed equal to the detection"
        found.append({"anchor": f"milestone-{kind.value}", "label": TIMES[column], "at": at, "words": words})
    return found


def is_of_another_team(retro: Retro, now: datetime) -> bool:
    """Whether the facilitator, if there is one, stands outside of the team that owns the incident."""
    if retro.facilitator_id is None:
        return False
    inside = Membership.objects.standing(now).filter(user_id=retro.facilitator_id, team_id=retro.incident.owner_team_id)
    return not inside.exists()


def _due_rules(teams: Mapping[str, int], level: Level | None, now: datetime) -> dict[str, DueRule]:
    zones = zones_of(teams.values(), now)
    rules = {}
    for slug, pk in teams.items():
        today = now.astimezone(zones[pk]).date()
        if level is None:
            rules[slug] = DueRule(today)
        else:
            latest = due_day(now, level.action_days, zones[pk])
            rules[slug] = DueRule(today, latest, level.number, level.action_days)
    return rules


def list_names(team_id: int, at: datetime) -> list[str]:
    """Full names of a team's members, which no text of a retro should hold."""
    rows = Membership.objects.standing(at).filter(team_id=team_id)
    return list(rows.values_list("user__full_name", flat=True))


def story_of(incident: Incident) -> list[dict[str, Any]]:
    """The lines of the timeline that are shown, in order."""
    rows = TimelineEntry.objects.filter(incident=incident, is_hidden=False).order_by("at", "pk")
    return [{"at": _iso(row.at), "ended_at": _iso(row.ended_at), "text": row.text} for row in rows]


def snapshot_frame(retro: Retro, *, number: int, reason: str, at: datetime) -> dict[str, Any]:
    """What a snapshot says around the texts: the incident with its times as they stand at publication, its story."""
    incident = retro.incident
    return {
        "incident": f"I-{incident.pk}",
        "title": f"Retro of I-{incident.pk}: {incident.title}",
        "number": number,
        "published_at": _iso(at),
        "amend_reason": reason,
        "team": incident.owner_team.name,
        "facts": facts_of(incident),
        "times": {name: _iso(getattr(incident, name)) for name in TIMES} | {"hurt_seconds": incident.hurt_seconds},
        "severity_worst": incident.severity_worst,
        "timeline": story_of(incident),
    }


MILESTONES = {
    MilestoneKind.IMPACT_STARTED: "started_at",
    MilestoneKind.DETECTED: "detected_at",
    MilestoneKind.ACKNOWLEDGED: "acknowledged_at",
    MilestoneKind.MITIGATED: "mitigated_at",
    MilestoneKind.RESOLVED: "resolved_at",
}
TIMES: Mapping[str, str] = {
    "started_at": "Impact started",
    "detected_at": "Detected",
    "acknowledged_at": "Acknowledged",
    "mitigated_at": "Mitigated",
    "first_resolved_at": "First resolved",
    "resolved_at": "Resolved",
}


def facts_of(incident: Incident) -> list[list[str]]:
    """Label and words; a time nobody knows says so."""
    rows = [["Team", incident.owner_team.name]]
    rows.append(["Worst severity", str(incident.severity_worst) if incident.severity_worst else "not stated"])
    for name, label in TIMES.items():
        at = getattr(incident, name)
        if name != "first_resolved_at" or incident.intervals > 1:
            rows.append([label, f"{at:%Y-%m-%d %H:%M} UTC" if at else "not known"])
    hurt = incident.hurt_seconds
    rows.append(["Minutes of impact", f"{hurt / 60:.0f}" if hurt is not None else "not known"])
    return rows


def _iso(at: datetime | None) -> str:
    return at.isoformat().replace("+00:00", "Z") if at else ""
