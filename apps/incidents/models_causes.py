"""Known causes, what became of them, and the incidents in which they struck again."""

from django.db import models

from apps.core.immutable import ImmutableModel
from apps.incidents.domain.action_words import CauseStatus, RepeatState
from apps.services.models import Service
from apps.teams.models import Team


class KnownCause(models.Model):
    """Something that makes incidents return; known since the first published retro that names it."""

    title = models.CharField(max_length=200)
    text = models.CharField(max_length=2000, blank=True, default="")
    owner_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    services = models.ManyToManyField(Service, related_name="+", blank=True)
    status = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in CauseStatus], default=CauseStatus.OPEN.value
    )
    opened_at = models.DateTimeField()
    known_since = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "known cause"

    def __str__(self) -> str:
        return f"C-{self.pk}"


class CauseStatusChange(ImmutableModel):
    """A cause is open, being fixed, fixed or accepted from a time on, and why."""

    cause = models.ForeignKey(KnownCause, on_delete=models.PROTECT, related_name="status_changes")
    status = models.CharField(max_length=10, choices=[(s.value, s.value) for s in CauseStatus])
    at = models.DateTimeField()
    reason = models.CharField(max_length=500)

    class Meta:
        verbose_name = "status of a known cause"
        verbose_name_plural = "statuses of known causes"

    def __str__(self) -> str:
        return f"{self.cause_id} {self.status}"


class IncidentCause(models.Model):
    """A person confirmed that a known cause struck in an incident, or said that it did not."""

    incident = models.ForeignKey("incidents.Incident", on_delete=models.PROTECT, related_name="cause_links")
    cause = models.ForeignKey(KnownCause, on_delete=models.PROTECT, related_name="incident_links")
    is_confirmed = models.BooleanField()
    reason = models.CharField(max_length=500, blank=True, default="")
    said_at = models.DateTimeField()
    # Written by settling alone: how the cause stood when it struck again; empty for the incidents it became known by.
    repeat_state = models.CharField(
        max_length=12, choices=[(s.value, s.value) for s in RepeatState], blank=True, default=""
    )

    class Meta:
        verbose_name = "cause of an incident"
        verbose_name_plural = "causes of incidents"
        constraints = [
            models.UniqueConstraint(
                name="incidents_incidentcause_once",
                fields=["incident", "cause"],
                violation_error_message="This cause stands with the incident already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} by {self.cause_id}"
