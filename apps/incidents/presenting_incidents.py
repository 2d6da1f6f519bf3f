"""Incidents in words: lengths or the reason why there are none, moments with their witnesses, levels over time."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from apps.core import clock
from apps.core.numbers import format_value
from apps.incidents.domain.folding import Flag, Folded, Interval, Moment
from apps.incidents.domain.incident_words import (
    DetectedBy,
    Exclusion,
    IncidentKind,
    IncidentStatus,
    MilestoneKind,
    ServiceRole,
    StatementOrigin,
)
from apps.incidents.domain.lengths import Length, Lengths, NoLength, Times, lengths_of
from apps.incidents.domain.severities import Severity
from apps.incidents.domain.severity import Level
from apps.incidents.domain.statements import MILESTONE_WORDS
from apps.incidents.models import Incident, IncidentService

Cell = dict[str, Any]
TIMES = tuple(Times.__dataclass_fields__)
LENGTH_WORDS: Mapping[str, str] = {
    "to_detect": "Impact started to detected",
    "to_acknowledge": "Detected to acknowledged",
    "to_mitigate": "Impact started to mitigated",
    "to_first_resolved": "Impact started to first resolved",
    "to_resolved": "Impact started to resolved",
    "hurt": "Users were hurt, summed over reopenings",
}
NO_LENGTH = {
    NoLength.NOT_KNOWN: "not known",
    NoLength.ENDS_BEFORE_START: "the end lies before the start, so no number counts it",
    NoLength.CAUGHT_BEFORE_IMPACT: "caught before any impact",
    NoLength.START_ASSUMED: "the start is assumed, so no number counts it",
}
STATUS_WORDS = {
    IncidentStatus.OPEN: "Open",
    IncidentStatus.ACKNOWLEDGED: "Acknowledged",
    IncidentStatus.MITIGATED: "Mitigated",
    IncidentStatus.RESOLVED: "Resolved",
    IncidentStatus.EXCLUDED: "Left out",
}
KIND_WORDS = {
    IncidentKind.INCIDENT: "Incident",
    IncidentKind.DRILL: "Drill",
    IncidentKind.BACKFILL: "Written from memory",
}
WITNESS_WORDS = {
    DetectedBy.ALERT: "An alert",
    DetectedBy.PERSON: "A person of ours",
    DetectedBy.CUSTOMER: "A customer",
    DetectedBy.PARTNER: "A partner",
    DetectedBy.UNKNOWN: "Not known",
}
EXCLUSION_WORDS = {
    Exclusion.CANCELLED: "Cancelled",
    Exclusion.FALSE_ALARM: "False alarm",
    Exclusion.DUPLICATE: "Duplicate",
}
ORIGIN_WORDS = {
    StatementOrigin.HUMAN: "a person",
    StatementOrigin.SOURCE: "a tool",
    StatementOrigin.ASSUMED: "assumed",
}
FLAG_WORDS = {
    Flag.ORDER: "Some times stand in the wrong order; spans that end before they start count in no number.",
    Flag.SOURCE_DISAGREES: "A tool says another time than a person does; the person's time holds.",
    Flag.UNKNOWN_SEVERITY: "A tool named a level that the policy does not know. Say which level it was.",
    Flag.SEVERITY_DISAGREES: "A tool says another level than a person does; the person's level holds.",
    Flag.KEY_ELSEWHERE: "A tool reopened it while another incident of its deduplication key went on; reports under the "
    "key belong to that one.",
}


def lengths_of_incident(incident: Incident, now: datetime | None = None) -> Lengths:
    """Every length, from the same times that its fact rows hold."""
    times = Times(**{name: getattr(incident, name) for name in TIMES})
    return lengths_of(times, now or clock.as_of())


def durations_of(incident: Incident) -> dict[str, dict[str, Any]]:
    """Lengths as the API says them: seconds, and why they are a floor or missing."""
    lengths = lengths_of_incident(incident)
    return {
        name: {"seconds": one.seconds, "reason": str(one.reason) if one.reason else None}
        for name in LENGTH_WORDS
        if (one := getattr(lengths, name))
    }


def length_words(length: Length) -> str:
    """A length as pages say it; never a silent 0."""
    if length.seconds is None:
        return NO_LENGTH[length.reason] if length.reason else "not known"
    said = format_value(length.seconds, "seconds")
    return f"at least {said}" if length.reason is NoLength.AT_LEAST else said


def status_words(incident: Incident) -> str:
    """How far it has come; of what is left out, why."""
    if incident.exclusion:
        return EXCLUSION_WORDS[Exclusion(incident.exclusion)]
    said = STATUS_WORDS[IncidentStatus(incident.status)]
    return f"{said}, reopened" if incident.intervals > 1 and not incident.is_over else said


def severity_words(incident: Incident) -> str:
    """The worst level, and the last one where it is another."""
    if incident.severity_worst is None:
        return "No severity yet"
    if incident.severity_final == incident.severity_worst:
        return f"Severity {incident.severity_worst}"
    return f"Severity {incident.severity_worst}, now {incident.severity_final}"


def incident_url(incident: Incident) -> str:
    """The page of an incident."""
    return reverse("incidents:incident", args=[incident.pk])


def list_table(incidents: Iterable[Incident], caption: str) -> dict[str, Any]:
    """Incidents as rows; `services` must be prefetched."""
    now = clock.as_of()
    columns = [{"label": label} for label in ("Incident", "Severity", "State", "Impact started", "Length", "Team")]
    return {"caption": caption, "columns": columns, "rows": [_list_row(one, now) for one in incidents]}


def _list_row(incident: Incident, now: datetime) -> list[Cell]:
    team, kind = incident.owner_team, IncidentKind(incident.kind)
    mark = "" if kind is IncidentKind.INCIDENT else f" ({KIND_WORDS[kind].lower()})"
    return [
        {"text": f"{incident}: {incident.title}{mark}", "url": incident_url(incident), "header": True, "wide": True},
        {"text": severity_words(incident).removeprefix("Severity ")},
        {"text": status_words(incident)},
        start_cell(incident),
        {"text": length_words(lengths_of_incident(incident, now).to_resolved)},
        {"text": team.name, "url": reverse("portal:team", args=[team.slug])},
    ]


def start_cell(incident: Incident) -> Cell:
    """When the impact started; an assumed time is marked."""
    if incident.started_at is None:
        return {"text": "not known"}
    if incident.start_assumed:
        local = incident.started_at.astimezone(clock.reporting_zone())
        return {"text": f"≈ {local:%-d %b %Y, %H:%M}"}
    return {"moment": incident.started_at}


def lengths_table(incident: Incident) -> dict[str, Any]:
    """Every span from where to where, with its length or the reason why there is none."""
    lengths = lengths_of_incident(incident)
    skipped = set() if incident.intervals > 1 else {"to_first_resolved"}
    rows = [
        [{"text": words, "header": True}, {"text": length_words(getattr(lengths, name))}]
        for name, words in LENGTH_WORDS.items()
        if name not in skipped
    ]
    columns = [{"label": "From to"}, {"label": "How long"}]
    return {"caption": "How long", "columns": columns, "rows": rows}


def moments_of(folded: Folded) -> list[dict[str, Any]]:
    """The moments of each interval, in order, with what was said of them before and what a tool says otherwise."""
    return [_interval(interval) for interval in folded.intervals]


def _interval(interval: Interval) -> dict[str, Any]:
    kinds = [kind for kind in MilestoneKind if kind is not MilestoneKind.REOPENED]
    return {
        "number": interval.number,
        "title": "" if interval.number == 1 else f"Reopened, stretch {interval.number}",
        "moments": [_moment(kind, interval.moment(kind), interval.number) for kind in kinds],
    }


def _moment(kind: MilestoneKind, moment: Moment | None, number: int) -> dict[str, Any]:
    words = "Reopened" if number > 1 and kind is MilestoneKind.IMPACT_STARTED else MILESTONE_WORDS[kind]
    found: dict[str, Any] = {"kind": kind.value, "label": words, "interval": number, "is_said": moment is not None}
    if moment is None:
        return found
    return found | {
        "at": moment.at,
        "is_assumed": moment.is_assumed,
        "is_unknowable": moment.at is None,
        "by": ORIGIN_WORDS[moment.said.origin],
        "disagreeing_at": moment.disagreeing_at,
        "before": [{"at": one.at, "by": ORIGIN_WORDS[one.origin]} for one in moment.before],
    }


def severity_table(severity: Severity, folded: Folded, levels: Iterable[Level]) -> dict[str, Any]:
    """The levels over time and how long each lasted; one that was said of a time after the end lasted nothing."""
    seconds = severity.seconds_by_level(folded, clock.as_of())
    means = {level.number: level.means for level in levels}
    rows = [
        [
            {"text": f"Severity {level}", "header": True},
            {"text": means.get(level, "")},
            {"moment": at},
            {"text": _lasted(at, seconds.get(level), folded)},
        ]
        for at, level in severity.steps
    ]
    columns = [{"label": label} for label in ("Level", "Means", "From", "Lasted in all")]
    return {"caption": "Severity over time", "columns": columns, "rows": rows}


def _lasted(at: datetime, seconds: int | None, folded: Folded) -> str:
    if seconds:
        return format_value(seconds, "seconds")
    return "said of the time after" if folded.resolved_at and at >= folded.resolved_at else "not known"


def services_table(rows: Iterable[IncidentService]) -> dict[str, Any]:
    """The services it began in and touched."""
    role_words = {ServiceRole.ORIGIN: "It began here", ServiceRole.AFFECTED: "Touched"}
    found = [
        [
            {"text": one.service.name, "url": reverse("portal:service", args=[one.service.slug]), "header": True},
            {"text": role_words[ServiceRole(one.role)]},
            {"text": ", ".join(filter(None, (one.flow, one.tenant)))},
        ]
        for one in rows
    ]
    columns = [{"label": label} for label in ("Service", "Part", "Flow or tenant")]
    return {"caption": "Services", "columns": columns, "rows": found}
