"""Incidents: statements that are only added, and columns that `operations.settling` alone writes from them."""

from django.db import models
from django.db.models import Q

from apps.accounts.domain import Principal
from apps.accounts.models import User
from apps.core.immutable import ImmutableModel
from apps.incidents.domain.incident_words import (
    DetectedBy,
    Exclusion,
    IncidentKind,
    IncidentStatus,
    LinkedFact,
    LinkKind,
    LinkState,
    MilestoneKind,
    ServiceRole,
    StatementOrigin,
    Visibility,
)
from apps.incidents.models_actions import Action, ActionDate, ActionEvidence, ActionReminder
from apps.incidents.models_causes import CauseStatusChange, IncidentCause, KnownCause
from apps.incidents.models_facts import ActionFact, IncidentFact, PageFact, RetroFact, TicketFact
from apps.incidents.models_oncall import AlertRule, MaturityThresholds, OnCallProfile, Page, PageLabel
from apps.incidents.models_retros import (
    PublishedFactor,
    PublishedSafeguard,
    Retro,
    RetroRevision,
    RetroRow,
    RetroSection,
    RetroSnapshot,
)
from apps.services.models import Service
from apps.teams.models import Team

__all__ = [
    "Action",
    "ActionDate",
    "ActionEvidence",
    "ActionFact",
    "ActionReminder",
    "AlertRule",
    "CauseStatusChange",
    "ChangeLink",
    "Incident",
    "IncidentAccess",
    "IncidentCause",
    "IncidentFact",
    "IncidentQuerySet",
    "IncidentService",
    "KnownCause",
    "MaturityThresholds",
    "Milestone",
    "OnCallProfile",
    "Page",
    "PageFact",
    "PageLabel",
    "PublishedFactor",
    "PublishedSafeguard",
    "Retro",
    "RetroFact",
    "RetroRevision",
    "RetroRow",
    "RetroSection",
    "RetroSnapshot",
    "SeverityChange",
    "SeverityPolicy",
    "TicketFact",
    "TimelineEntry",
]

LONGEST_TITLE, LONGEST_REASON, LONGEST_ENTRY = 200, 500, 2000


class SeverityPolicy(ImmutableModel):
    """What each severity means and asks for, from a time on; an incident keeps the one in force when reported."""

    from_at = models.DateTimeField()
    levels = models.JSONField(help_text="As `domain.severity.as_document` writes them.")
    reason = models.CharField(max_length=LONGEST_REASON)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        verbose_name = "severity policy"
        verbose_name_plural = "severity policies"

    def __str__(self) -> str:
        return f"from {self.from_at:%Y-%m-%d}"


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Incidents by reader and state."""

    def visible_to(self, principal: Principal) -> "IncidentQuerySet":
        """Open ones, and restricted ones on whose access list the person or one of their teams stands.

        A tool of a listed team reads what its team reads; a tool of the organisation reads no restricted one.
        """
        if principal.kind == "system":
            return self
        listed = Q(user_id=principal.user_id) if principal.user_id is not None else Q(pk__in=[])
        listed |= Q(team_id__in=principal.working_team_ids)
        access = IncidentAccess.objects.filter(listed, removed_at=None)
        return self.filter(Q(visibility=Visibility.OPEN) | Q(pk__in=access.values("incident_id")))

    def hidden_from(self, principal: Principal) -> "IncidentQuerySet":
        """Restricted ones that the principal may not know of."""
        if principal.kind == "system":
            return self.none()
        restricted = self.filter(visibility=Visibility.RESTRICTED)
        return restricted.exclude(pk__in=Incident.objects.visible_to(principal).values("pk"))

    def counting(self) -> "IncidentQuerySet":
        """Those that feed numbers: neither drills, nor written from memory, nor excluded."""
        return self.filter(kind=IncidentKind.INCIDENT, exclusion="")


class Incident(models.Model):  # type: ignore[django-manager-missing]
    """What users or tenants felt, or nearly. Times and severities are what the fold of its statements gives."""

    title = models.CharField(max_length=LONGEST_TITLE)
    summary = models.CharField(max_length=LONGEST_ENTRY, blank=True, default="")
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in IncidentKind])
    owner_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=40, help_text="The channel it came by.")
    external_key = models.CharField(max_length=200, blank=True, default="")
    dedup_key = models.CharField(max_length=200, blank=True, default="")
    external_url = models.URLField(max_length=500, blank=True, default="")
    detected_by = models.CharField(max_length=10, choices=[(d.value, d.value) for d in DetectedBy])
    policy = models.ForeignKey(SeverityPolicy, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1, help_text="Of title and summary.")

    visibility = models.CharField(
        max_length=10, choices=[(v.value, v.value) for v in Visibility], default=Visibility.OPEN.value
    )
    lift_asked_at = models.DateTimeField(null=True, blank=True)
    lift_asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    lift_reason = models.CharField(max_length=LONGEST_REASON, blank=True, default="")

    exclusion = models.CharField(max_length=12, choices=[(e.value, e.value) for e in Exclusion], blank=True, default="")
    exclusion_reason = models.CharField(max_length=LONGEST_REASON, blank=True, default="")
    duplicate_of = models.ForeignKey("self", on_delete=models.PROTECT, related_name="duplicates", null=True, blank=True)

    # Written by settling alone.
    status = models.CharField(
        max_length=12, choices=[(s.value, s.value) for s in IncidentStatus], default=IncidentStatus.OPEN.value
    )
    severity_worst = models.PositiveSmallIntegerField(null=True, blank=True)
    severity_final = models.PositiveSmallIntegerField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    detected_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    mitigated_at = models.DateTimeField(null=True, blank=True)
    first_resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    hurt_seconds = models.PositiveIntegerField(null=True, blank=True)
    start_assumed = models.BooleanField(default=False)
    is_over = models.BooleanField(default=False)
    intervals = models.PositiveSmallIntegerField(default=1)
    flags = models.JSONField(default=list)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = "incident"
        constraints = [
            models.UniqueConstraint(
                name="incidents_incident_one_per_external_key",
                fields=["source", "external_key"],
                condition=~Q(external_key=""),
                violation_error_message="This source reported an incident under this key already.",
            ),
            models.UniqueConstraint(
                name="incidents_incident_one_open_per_dedup_key",
                fields=["source", "dedup_key"],
                condition=~Q(dedup_key="") & Q(is_over=False, exclusion=""),
                violation_error_message="An incident of this deduplication key is open already.",
            ),
            models.CheckConstraint(
                name="incidents_incident_duplicate_names_its_root",
                condition=Q(exclusion=Exclusion.DUPLICATE.value, duplicate_of__isnull=False)
                | (~Q(exclusion=Exclusion.DUPLICATE.value) & Q(duplicate_of=None)),
                violation_error_message="A duplicate names the incident it repeats, and nothing else does.",
            ),
            models.CheckConstraint(
                name="incidents_incident_exclusion_has_a_reason",
                condition=Q(exclusion="") | ~Q(exclusion_reason=""),
                violation_error_message="Leaving an incident out names its reason.",
            ),
            models.CheckConstraint(
                name="incidents_incident_lift_asked_pair",
                condition=Q(lift_asked_at=None, lift_asked_by=None)
                | Q(lift_asked_at__isnull=False, lift_asked_by__isnull=False),
                violation_error_message="Asking to lift a restriction names its time and its person.",
            ),
            models.CheckConstraint(
                name="incidents_incident_not_its_own_duplicate",
                condition=Q(duplicate_of=None) | ~Q(duplicate_of=models.F("id")),
                violation_error_message="An incident does not repeat itself.",
            ),
        ]
        indexes = [
            models.Index(fields=["is_over", "started_at"], name="incidents_by_standing"),  # the list: open ones first
            models.Index(fields=["owner_team", "started_at"], name="incidents_by_owner"),  # a team's page, synthesis
            models.Index(fields=["started_at"], name="incidents_by_start"),  # charts' lanes, the newest
        ]

    def __str__(self) -> str:
        return f"I-{self.pk}"


class IncidentService(models.Model):
    """A service that an incident began in (at most one) or touched."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="services")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=[(r.value, r.value) for r in ServiceRole])
    flow = models.CharField(max_length=60, blank=True, default="")
    tenant = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        verbose_name = "affected service"
        constraints = [
            models.UniqueConstraint(
                name="incidents_incidentservice_once",
                fields=["incident", "service"],
                violation_error_message="This service stands with the incident already.",
            ),
            models.UniqueConstraint(
                name="incidents_incidentservice_one_origin",
                fields=["incident"],
                condition=Q(role=ServiceRole.ORIGIN.value),
                violation_error_message="An incident begins in one service.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.role}"


class Milestone(ImmutableModel):
    """One statement about a moment: when it was, or (no `at`) that this cannot be known. Who said it is audited."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="milestones")
    kind = models.CharField(max_length=16, choices=[(k.value, k.value) for k in MilestoneKind])
    interval = models.PositiveSmallIntegerField(default=0, help_text="From 1; 0: it follows from the time.")
    at = models.DateTimeField(null=True, blank=True)
    origin = models.CharField(max_length=8, choices=[(o.value, o.value) for o in StatementOrigin])
    source = models.CharField(max_length=40)
    reason = models.CharField(max_length=LONGEST_REASON, blank=True, default="")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = "milestone"
        indexes = [models.Index(fields=["incident", "id"], name="incidents_milestone_in_order")]  # the fold

    def __str__(self) -> str:
        return f"{self.kind} of {self.incident_id}"


class SeverityChange(ImmutableModel):
    """One statement of a severity from a time on; no level: a source said what the policy does not know."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="severity_changes")
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    reported_as = models.CharField(max_length=60, blank=True, default="")
    at = models.DateTimeField()
    origin = models.CharField(max_length=8, choices=[(o.value, o.value) for o in StatementOrigin])
    source = models.CharField(max_length=40)
    reason = models.CharField(max_length=LONGEST_REASON, blank=True, default="")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = "severity change"
        indexes = [models.Index(fields=["incident", "id"], name="incidents_severity_in_order")]  # the fold

    def __str__(self) -> str:
        return f"severity {self.level} of {self.incident_id}"


class ChangeLink(ImmutableModel):
    """One statement about an incident and a deployment or change: declared, or ruled out by a person with a reason.

    Of several statements about the same pair and kind the newest holds, but a source never overrules a person.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="change_links")
    kind = models.CharField(max_length=12, choices=[(k.value, k.value) for k in LinkKind])
    fact_source = models.CharField(max_length=40, choices=[(f.value, f.value) for f in LinkedFact])
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    fact_key = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in LinkState])
    origin = models.CharField(max_length=8, choices=[(o.value, o.value) for o in StatementOrigin])
    source = models.CharField(max_length=40)
    reason = models.CharField(max_length=LONGEST_REASON, blank=True, default="")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = "link to a change"
        constraints = [
            models.CheckConstraint(
                name="incidents_changelink_rejection_by_a_person",
                condition=~Q(state=LinkState.REJECTED.value) | (Q(origin=StatementOrigin.HUMAN.value) & ~Q(reason="")),
                violation_error_message="A person rules a link out, with a reason.",
            )
        ]
        indexes = [
            models.Index(fields=["incident", "id"], name="incidents_link_in_order"),  # the page, the fact row
            models.Index(fields=["service", "fact_key"], name="incidents_link_by_fact"),  # when the deployment changes
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.kind} {self.fact_key}"


class TimelineEntry(models.Model):
    """A line of the story; what was taken over from a fact keeps its source and key."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="timeline")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    text = models.CharField(max_length=LONGEST_ENTRY)
    evidence_url = models.URLField(max_length=500, blank=True, default="")
    fact_source = models.CharField(max_length=40, blank=True, default="")
    fact_service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    fact_key = models.CharField(max_length=200, blank=True, default="")
    source = models.CharField(max_length=40)
    external_key = models.CharField(max_length=200, blank=True, default="")
    is_hidden = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=1)
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = "timeline entry"
        verbose_name_plural = "timeline entries"
        constraints = [
            models.CheckConstraint(
                name="incidents_timelineentry_ends_after_start",
                condition=Q(ended_at=None) | Q(ended_at__gte=models.F("at")),
                violation_error_message="An entry ends after it begins.",
            ),
            models.UniqueConstraint(
                name="incidents_timelineentry_one_per_external_key",
                fields=["incident", "source", "external_key"],
                condition=~Q(external_key=""),
                violation_error_message="This source wrote an entry under this key already.",
            ),
            models.UniqueConstraint(
                name="incidents_timelineentry_one_per_fact",
                fields=["incident", "fact_source", "fact_service", "fact_key"],
                condition=~Q(fact_key=""),
                violation_error_message="This fact stands in the timeline already.",
            ),
        ]
        indexes = [models.Index(fields=["incident", "at", "id"], name="incidents_timeline_in_order")]  # the page

    def __str__(self) -> str:
        return self.text[:60]


class IncidentAccess(models.Model):
    """A person or a team on the access list of a restricted incident."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="access")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "access to an incident"
        verbose_name_plural = "access to incidents"
        constraints = [
            models.CheckConstraint(
                name="incidents_incidentaccess_of_one",
                condition=Q(user=None, team__isnull=False) | Q(user__isnull=False, team=None),
                violation_error_message="Access is given to a person or to a team.",
            ),
            models.UniqueConstraint(
                name="incidents_incidentaccess_person_once",
                fields=["incident", "user"],
                condition=Q(removed_at=None, user__isnull=False),
                violation_error_message="This person has access already.",
            ),
            models.UniqueConstraint(
                name="incidents_incidentaccess_team_once",
                fields=["incident", "team"],
                condition=Q(removed_at=None, team__isnull=False),
                violation_error_message="This team has access already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.team_id or self.user_id}"
