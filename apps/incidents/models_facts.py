"""What incidents, retros, actions, pages and tickets are to numbers: versioned fact rows without a person."""

from django.db import models
from django.db.models import Q

from apps.services.models import FactRow
from apps.teams.models import Team


class IncidentFact(FactRow):
    """An incident as one of its services saw it; every row of it carries the incident's times."""

    incident = models.CharField(max_length=20)
    started_at = models.DateTimeField(null=True, blank=True)
    detected_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    mitigated_at = models.DateTimeField(null=True, blank=True)
    first_resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    fixed_at = models.DateTimeField(null=True, blank=True)
    hurt_seconds = models.IntegerField(null=True, blank=True)
    severity_worst = models.IntegerField(null=True, blank=True)
    severity_final = models.IntegerField(null=True, blank=True)
    kind = models.CharField(max_length=10, blank=True, default="")
    role = models.CharField(max_length=10, blank=True, default="")
    cause = models.CharField(max_length=12, blank=True, default="")
    known_cause = models.CharField(max_length=20, blank=True, default="")
    repeat_state = models.CharField(max_length=12, blank=True, default="")
    detected_by = models.CharField(max_length=10, blank=True, default="")
    retro_required = models.BooleanField(null=True, blank=True)
    start_assumed = models.BooleanField(null=True, blank=True)
    is_over = models.BooleanField(null=True, blank=True)
    flow = models.CharField(max_length=60, blank=True, default="")
    tenant = models.CharField(max_length=60, blank=True, default="")
    deployment = models.CharField(max_length=200, blank=True, default="")
    change = models.CharField(max_length=200, blank=True, default="")
    ruled_out = models.JSONField(default=list, blank=True)
    cause_elsewhere = models.BooleanField(null=True, blank=True)
    retro = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        verbose_name = "incident as a fact"
        verbose_name_plural = "incidents as facts"
        constraints = [
            models.UniqueConstraint(
                name="incidents_incidentfact_one_current",
                fields=["service", "channel", "key"],
                condition=Q(until_seq=None),
                violation_error_message="This fact is already current.",
            )
        ]
        indexes = [
            models.Index(fields=["recorded_at", "id"], name="incidents_ifact_by_record"),  # followers, walks
            models.Index(fields=["started_at"], name="incidents_ifact_by_start"),  # the engine's chunk of time
            models.Index(fields=["service", "started_at"], name="incidents_ifact_by_service"),  # service page
            models.Index(fields=["service", "deployment"], name="incidents_ifact_by_deployment"),  # explicit partners
        ]

    def __str__(self) -> str:
        return self.key


class RetroFact(FactRow):
    """A retro that was asked for; it belongs to the team that owns the incident."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    required = models.BooleanField(null=True, blank=True)
    waived = models.BooleanField(null=True, blank=True)
    severity_worst = models.IntegerField(null=True, blank=True)

    class Meta:
        verbose_name = "retro as a fact"
        verbose_name_plural = "retros as facts"
        constraints = [
            models.UniqueConstraint(
                name="incidents_retrofact_one_current",
                fields=["service", "channel", "key"],
                condition=Q(until_seq=None),
                violation_error_message="This fact is already current.",
            )
        ]
        indexes = [
            models.Index(fields=["recorded_at", "id"], name="incidents_rfact_by_record"),  # followers, walks
            models.Index(fields=["due_at"], name="incidents_rfact_by_due"),  # the engine's chunk of time
        ]

    def __str__(self) -> str:
        return self.key


class ActionFact(FactRow):
    """An action; it belongs to its team, and is filed under a service for its place in the catalogue."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    first_due_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, blank=True, default="")
    kind = models.CharField(max_length=12, blank=True, default="")
    known_cause = models.CharField(max_length=20, blank=True, default="")
    imported = models.BooleanField(null=True, blank=True)

    class Meta:
        verbose_name = "action as a fact"
        verbose_name_plural = "actions as facts"
        constraints = [
            models.UniqueConstraint(
                name="incidents_actionfact_one_current",
                fields=["service", "channel", "key"],
                condition=Q(until_seq=None),
                violation_error_message="This fact is already current.",
            )
        ]
        indexes = [
            models.Index(fields=["recorded_at", "id"], name="incidents_afact_by_record"),  # followers, walks
            models.Index(fields=["first_due_at"], name="incidents_afact_by_due"),  # the engine's chunk of time
        ]

    def __str__(self) -> str:
        return self.key


class PageFact(FactRow):
    """A page; it belongs to the team that was called."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    fired_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=12, blank=True, default="")
    urgency = models.CharField(max_length=4, blank=True, default="")
    label = models.CharField(max_length=16, blank=True, default="")
    actionable = models.BooleanField(null=True, blank=True)
    bucket = models.CharField(max_length=8, blank=True, default="")
    out_of_hours = models.BooleanField(null=True, blank=True)
    repeat = models.BooleanField(null=True, blank=True)
    woke = models.BooleanField(null=True, blank=True)
    rule = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "page as a fact"
        verbose_name_plural = "pages as facts"
        constraints = [
            models.UniqueConstraint(
                name="incidents_pagefact_one_current",
                fields=["service", "channel", "key"],
                condition=Q(until_seq=None),
                violation_error_message="This fact is already current.",
            )
        ]
        indexes = [
            models.Index(fields=["recorded_at", "id"], name="incidents_pfact_by_record"),  # followers, walks
            models.Index(fields=["fired_at"], name="incidents_pfact_by_fire"),  # the engine's chunk of time
        ]

    def __str__(self) -> str:
        return self.key


class TicketFact(FactRow):
    """Support asked of the team that owns a service; a fact only."""

    opened_at = models.DateTimeField()
    first_response_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    kind = models.CharField(max_length=40, blank=True, default="")
    tenant = models.CharField(max_length=60, blank=True, default="")
    deflected = models.BooleanField(null=True, blank=True)

    class Meta:
        verbose_name = "ticket"
        constraints = [
            models.UniqueConstraint(
                name="incidents_ticketfact_one_current",
                fields=["service", "channel", "key"],
                condition=Q(until_seq=None),
                violation_error_message="This fact is already current.",
            )
        ]
        indexes = [
            models.Index(fields=["recorded_at", "id"], name="incidents_tfact_by_record"),  # followers, walks
            models.Index(fields=["opened_at"], name="incidents_tfact_by_open"),  # the engine's chunk of time
            models.Index(fields=["service", "opened_at"], name="incidents_tfact_by_service"),  # service page, newest
        ]

    def __str__(self) -> str:
        return self.key
