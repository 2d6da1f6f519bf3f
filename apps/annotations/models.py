"""Annotations: context for a point or a stretch of time, on a team, a service or the organisation."""

import uuid

from django.db import models
from django.db.models import Q

from apps.accounts.models import User
from apps.annotations.domain import AnnotationKind
from apps.services.models import Service
from apps.teams.models import Team


class Annotation(models.Model):
    """A mark on charts that says what happened near, never what caused it; tools leave the persons empty."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=12, choices=[(k.value, k.value) for k in AnnotationKind])
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    text = models.CharField(max_length=300)
    link = models.URLField(blank=True, default="")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    sender = models.CharField(max_length=60, help_text="The person, or the owner of the token, whose keys it carries.")
    external_key = models.CharField(max_length=200, blank=True, default="")
    retracted_at = models.DateTimeField(null=True, blank=True)
    retracted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    retract_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "annotation"
        constraints = [
            models.CheckConstraint(
                name="annotations_annotation_retracted_pair",
                condition=Q(retracted_at=None, retracted_by=None, retract_reason="")
                | (Q(retracted_at__isnull=False) & ~Q(retract_reason="")),
                violation_error_message="A retraction names its time and its reason.",
            ),
            models.UniqueConstraint(
                name="annotations_annotation_one_per_external_key",
                fields=["sender", "external_key"],
                condition=~Q(external_key=""),
                violation_error_message="This sender wrote a mark under this key already.",
            ),
            models.CheckConstraint(
                name="annotations_annotation_ends_after_start",
                condition=Q(ends_at=None) | Q(ends_at__gt=models.F("starts_at")),
                violation_error_message="An annotation ends after it starts.",
            ),
        ]
        indexes = [models.Index(fields=["starts_at"], name="annotations_by_start")]  # marks inside a chart's range

    def __str__(self) -> str:
        return self.text
