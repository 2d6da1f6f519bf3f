"""Delivery facts: deployments, changes and remediations. No person stands in any of them."""

from django.db import models
from django.db.models import Q

from apps.delivery.domain import Environment, Intent, Status
from apps.services.models import FactRow


class Deployment(FactRow):
    """A release that reached an environment."""

    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField()
    environment = models.CharField(max_length=20, default=Environment.PRODUCTION)
    status = models.CharField(max_length=20, default=Status.SUCCEEDED)
    intent = models.CharField(max_length=20, default=Intent.PLANNED)
    labels = models.JSONField(default=list, blank=True)
    commit = models.CharField(max_length=64, blank=True, default="")
    kind = models.CharField(max_length=40, blank=True, default="")
    size = models.IntegerField(null=True, blank=True)
    automated = models.BooleanField(null=True, blank=True)
    part = models.CharField(max_length=40, blank=True, default="")
    line = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        verbose_name = "deployment"
        constraints = [
            models.UniqueConstraint(
                name="delivery_deployment_one_current",
                fields=["service", "channel", "key"],
                condition=Q(until_seq=None),
                violation_error_message="This deployment is already current.",
            ),
            models.CheckConstraint(
                name="delivery_deployment_ends_after_start",
                condition=Q(started_at=None) | Q(finished_at__gte=models.F("started_at")),
                violation_error_message="A deployment finishes after it starts.",
            ),
        ]
        indexes = [
            models.Index(fields=["recorded_at", "id"], name="delivery_deploy_by_record"),  # followers, walks
            models.Index(fields=["finished_at"], name="delivery_deploy_by_finish"),  # the engine's chunk of time
            models.Index(fields=["service", "finished_at"], name="delivery_deploy_by_service"),  # service page, newest
            models.Index(fields=["service", "key"], name="delivery_deploy_by_key"),  # partners of changes and fixes
        ]

    def __str__(self) -> str:
        return self.key


class Change(FactRow):
    """A change that was merged into the main line."""

    first_commit_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    first_review_at = models.DateTimeField(null=True, blank=True)
    merged_at = models.DateTimeField()
    deployment = models.CharField(max_length=200, blank=True, default="")
    labels = models.JSONField(default=list, blank=True)
    kind = models.CharField(max_length=40, blank=True, default="")
    size = models.IntegerField(null=True, blank=True)
    automated = models.BooleanField(null=True, blank=True)
    part = models.CharField(max_length=40, blank=True, default="")
    line = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        verbose_name = "change"
        constraints = [
            models.UniqueConstraint(
                name="delivery_change_one_current",
                fields=["service", "channel", "key"],
                condition=Q(until_seq=None),
                violation_error_message="This change is already current.",
            ),
        ]
        indexes = [
            models.Index(fields=["recorded_at", "id"], name="delivery_change_by_record"),  # followers, walks
            models.Index(fields=["merged_at"], name="delivery_change_by_merge"),  # the engine's chunk of time
            models.Index(fields=["service", "deployment"], name="delivery_change_by_deployment"),  # explicit partners
        ]

    def __str__(self) -> str:
        return self.key


class Remediation(FactRow):
    """One deployment repaired another: a source of its own, so that either may arrive first."""

    at = models.DateTimeField(null=True, blank=True)
    failed = models.CharField(max_length=200)
    fixed_by = models.CharField(max_length=200)

    class Meta:
        verbose_name = "remediation"
        constraints = [
            models.UniqueConstraint(
                name="delivery_remediation_one_current",
                fields=["service", "channel", "key"],
                condition=Q(until_seq=None),
                violation_error_message="This remediation is already current.",
            ),
        ]
        indexes = [
            models.Index(fields=["recorded_at", "id"], name="delivery_remedy_by_record"),  # followers, walks
            models.Index(fields=["service", "failed"], name="delivery_remedy_by_failed"),  # what mended a deployment
            models.Index(fields=["service", "fixed_by"], name="delivery_remedy_by_fix"),  # what a fix mended
        ]

    def __str__(self) -> str:
        return f"{self.failed} by {self.fixed_by}"


class BatchReceipt(models.Model):
    """The answer to a batch that named an idempotency key, kept for a day so that a repeat hears the same."""

    sender = models.CharField(max_length=60)
    idempotency_key = models.CharField(max_length=200)
    body_sha256 = models.CharField(max_length=64)
    answer = models.JSONField()
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = "batch receipt"
        constraints = [
            models.UniqueConstraint(
                name="delivery_batchreceipt_one_per_key",
                fields=["sender", "idempotency_key"],
                violation_error_message="This key names a batch already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sender}: {self.idempotency_key}"
