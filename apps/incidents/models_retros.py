"""Retros: sections and rows while they are written, every revision of both, and what publication keeps."""

from django.db import models
from django.db.models import Q

from apps.accounts.models import User
from apps.incidents.domain.retro_words import (
    FactorKind,
    FactorRole,
    RetroForm,
    RetroState,
    RowKind,
    SafeguardPurpose,
    SafeguardState,
    SectionKey,
)
from apps.incidents.models_causes import KnownCause
from apps.services.models import Service

LONGEST_REASON = 500
PUBLISHED_STATES = [RetroState.PUBLISHED.value, RetroState.AMENDED.value]


class Retro(models.Model):
    """What was learned from an incident: a draft that is never blocked, then snapshots that stay."""

    incident = models.OneToOneField("incidents.Incident", on_delete=models.PROTECT, related_name="retro")
    form = models.CharField(max_length=6, choices=[(f.value, f.value) for f in RetroForm if f is not RetroForm.NONE])
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in RetroState], default=RetroState.DRAFT.value
    )
    is_required = models.BooleanField(help_text="A level the incident reached asks for it; a waiver ends that.")
    facilitator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    first_published_at = models.DateTimeField(null=True, blank=True)
    amend_reason = models.CharField(max_length=LONGEST_REASON, blank=True, default="")  # of the open one
    waiver_asked_at = models.DateTimeField(null=True, blank=True)
    waiver_asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    waiver_reason = models.CharField(max_length=LONGEST_REASON, blank=True, default="")
    waived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "retro"
        constraints = [
            models.CheckConstraint(
                name="incidents_retro_waiver_asked_pair",
                condition=Q(waiver_asked_at=None, waiver_asked_by=None)
                | Q(waiver_asked_at__isnull=False, waiver_asked_by__isnull=False),
                violation_error_message="Asking for a waiver names its time and its person.",
            ),
            models.CheckConstraint(
                name="incidents_retro_waived_on_request",
                condition=Q(waived_at=None) | (Q(waiver_asked_at__isnull=False) & ~Q(waiver_reason="")),
                violation_error_message="A waiver answers a request with a reason.",
            ),
            models.CheckConstraint(
                name="incidents_retro_published_once_out",
                condition=~Q(state__in=PUBLISHED_STATES) | Q(first_published_at__isnull=False),
                violation_error_message="A published retro knows when it was first published.",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="incidents_retro_by_due")]  # agendas, home

    def __str__(self) -> str:
        return f"retro of {self.incident_id}"


class RetroSection(models.Model):
    """The texts of one page of a retro, as they stand."""

    retro = models.ForeignKey(Retro, on_delete=models.PROTECT, related_name="sections")
    key = models.CharField(max_length=10, choices=[(k.value, k.value) for k in SectionKey])
    texts = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = "section of a retro"
        verbose_name_plural = "sections of retros"
        constraints = [
            models.UniqueConstraint(
                name="incidents_retrosection_once",
                fields=["retro", "key"],
                violation_error_message="A retro has each section once.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.retro_id}"


class RetroRow(models.Model):
    """A factor, a safeguard or an action of a draft; a removed one can be brought back."""

    retro = models.ForeignKey(Retro, on_delete=models.PROTECT, related_name="rows")
    key = models.CharField(max_length=36)
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in RowKind])
    values = models.JSONField(default=dict)
    position = models.PositiveIntegerField()
    is_removed = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = "row of a retro"
        verbose_name_plural = "rows of retros"
        constraints = [
            models.UniqueConstraint(
                name="incidents_retrorow_once",
                fields=["retro", "key"],
                violation_error_message="A retro has a row of this key already.",
            )
        ]
        indexes = [models.Index(fields=["retro", "kind", "position"], name="incidents_retrorow_in_order")]  # its page

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class RetroRevision(models.Model):
    """What a section or row said at one revision; only a redaction changes it."""

    retro = models.ForeignKey(Retro, on_delete=models.PROTECT, related_name="revisions")
    part = models.CharField(max_length=36, help_text="Key of the section or row.")
    revision = models.PositiveIntegerField()
    texts = models.JSONField()
    is_removed = models.BooleanField(default=False)
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = "revision in a retro"
        verbose_name_plural = "revisions in retros"
        constraints = [
            models.UniqueConstraint(
                name="incidents_retrorevision_once",
                fields=["retro", "part", "revision"],
                violation_error_message="This revision is kept already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.part} r{self.revision} of {self.retro_id}"


class RetroSnapshot(models.Model):
    """What was published: one document and its hash, which the audit chain holds too; only a redaction changes it."""

    retro = models.ForeignKey(Retro, on_delete=models.PROTECT, related_name="snapshots")
    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    reason = models.CharField(max_length=LONGEST_REASON, blank=True, default="", help_text="Of the amendment.")
    published_at = models.DateTimeField()

    class Meta:
        verbose_name = "published retro"
        constraints = [
            models.UniqueConstraint(
                name="incidents_retrosnapshot_once",
                fields=["retro", "number"],
                violation_error_message="This snapshot is published already.",
            )
        ]

    def __str__(self) -> str:
        return f"retro of {self.retro_id}, {self.number}"


class PublishedFactor(models.Model):
    """A factor of the newest snapshot, for what is asked over many retros; replaced at each publication."""

    retro = models.ForeignKey(Retro, on_delete=models.PROTECT, related_name="factors")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in FactorKind])
    role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in FactorRole])
    boundary_from = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    boundary_to = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    known_cause = models.ForeignKey(KnownCause, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        verbose_name = "published factor"
        constraints = [
            models.UniqueConstraint(
                name="incidents_publishedfactor_once",
                fields=["retro", "position"],
                violation_error_message="This factor is kept already.",
            )
        ]
        indexes = [models.Index(fields=["kind"], name="incidents_factor_by_kind")]  # synthesis

    def __str__(self) -> str:
        return f"{self.kind} of {self.retro_id}"


class PublishedSafeguard(models.Model):
    """A safeguard of the newest snapshot; replaced at each publication."""

    retro = models.ForeignKey(Retro, on_delete=models.PROTECT, related_name="safeguards")
    position = models.PositiveSmallIntegerField()
    purpose = models.CharField(max_length=10, choices=[(p.value, p.value) for p in SafeguardPurpose])
    outcome = models.CharField(max_length=16, choices=[(s.value, s.value) for s in SafeguardState])
    sentence = models.CharField(max_length=300)

    class Meta:
        verbose_name = "published safeguard"
        constraints = [
            models.UniqueConstraint(
                name="incidents_publishedsafeguard_once",
                fields=["retro", "position"],
                violation_error_message="This safeguard is kept already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of {self.retro_id}"
