"""The closed vocabularies of incidents, their milestones, links and access. Pure."""

from enum import StrEnum


class IncidentKind(StrEnum):
    """What sort of incident it is; only the first sort feeds numbers."""

    INCIDENT = "incident"
    DRILL = "drill"
    BACKFILL = "backfill"


class DetectedBy(StrEnum):
    """Who or what noticed first: a kind of witness, never a person."""

    ALERT = "alert"
    PERSON = "person"
    CUSTOMER = "customer"
    PARTNER = "partner"
    UNKNOWN = "unknown"


class Exclusion(StrEnum):
    """Why an incident does not count."""

    CANCELLED = "cancelled"
    FALSE_ALARM = "false_alarm"
    DUPLICATE = "duplicate"


class Visibility(StrEnum):
    """Who may know of an incident."""

    OPEN = "open"
    RESTRICTED = "restricted"


class ServiceRole(StrEnum):
    """What a service has to do with an incident."""

    ORIGIN = "origin"
    AFFECTED = "affected"


class StatementOrigin(StrEnum):
    """Where a statement comes from, weakest last: a person, a tool, or an importer's assumption."""

    HUMAN = "human"
    SOURCE = "source"
    ASSUMED = "assumed"


class MilestoneKind(StrEnum):
    """The moments of an incident; a reopening begins the next interval."""

    IMPACT_STARTED = "impact_started"
    DETECTED = "detected"
    ACKNOWLEDGED = "acknowledged"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    REOPENED = "reopened"


class IncidentStatus(StrEnum):
    """How far an incident has come, read from its last interval, or that it does not count."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    EXCLUDED = "excluded"


class LinkKind(StrEnum):
    """What a deployment or a change had to do with an incident."""

    CAUSED_BY = "caused_by"
    MITIGATED_BY = "mitigated_by"
    FIXED_BY = "fixed_by"


class LinkState(StrEnum):
    """A link is declared, or a person ruled it out."""

    DECLARED = "declared"
    REJECTED = "rejected"


class LinkedFact(StrEnum):
    """The kinds of fact that an incident is linked to, by the keys of their sources."""

    DEPLOYMENTS = "deployments"
    CHANGES = "changes"


def feeds_numbers(kind: str, exclusion: str) -> bool:
    """Neither a drill, nor written from memory, nor left out."""
    return kind == IncidentKind.INCIDENT and not exclusion
