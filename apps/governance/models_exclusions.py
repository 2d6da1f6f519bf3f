"""Exemptions and freeze windows: written when their proposal comes into force, and ended once; nothing else."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from apps.accounts.models import User
from apps.core.immutable import ImmutableModel
from apps.governance.domain.exemptions import ExemptionKind, Validity, title_of
from apps.governance.domain.freezes import title_of as freeze_title
from apps.services.models import Service
from apps.teams.models import Team

PAIR = Q(ended_at=None, ended_by=None, ended_proposal=None) | Q(
    ended_at__isnull=False, ended_by__isnull=False, ended_proposal__isnull=False
)


class EndedOnce(ImmutableModel):
    """A row that never changes but for its end, which is written once, by the proposal that ends it."""

    # The columns that may be set, together and once; a database trigger lets nothing else pass.
    ENDING: ClassVar[tuple[str, ...]] = ("ended_at", "ended_by_id", "ended_proposal_id")

    class Meta:
        abstract = True

    def end(self: Self, **ending: Any) -> None:
        """Write the end, inside the model's own operation; `SideDoor` anywhere else, or if it has ended already."""
        if set(ending) != set(self.ENDING) or not self.is_writing():
            raise self._refuse()
        rows: models.QuerySet[Self] = models.QuerySet(type(self))
        if not rows.filter(pk=self.pk, ended_at=None).update(**ending):
            raise self._refuse()
        for name, value in ending.items():
            setattr(self, name, value)


class Exemption(EndedOnce):
    """A documented exception: facts left out, or periods not judged, until the day on which it expires."""

    ENDING = (*EndedOnce.ENDING, "ended_seq")

    number = models.PositiveIntegerField(unique=True)
    kind = models.CharField(max_length=14, choices=[(kind.value, kind.value) for kind in ExemptionKind])
    # The team that asked; where a service is named, the exemption is about that service alone.
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    definitions = models.JSONField(help_text="Short names of one to ten definitions; none where objectives are named.")
    # Governance knows objectives by their short names alone; no keys: all of them.
    objectives = models.JSONField(default=list, blank=True, help_text="Short names of one to ten objectives.")
    keys = models.JSONField(default=list, blank=True, help_text="Tenants or segments whose slices are meant.")
    category = models.CharField(max_length=20, blank=True, default="", help_text="Why slices are left out.")
    facts = models.JSONField(default=list, blank=True, help_text="Single facts: source, service and key.")
    slice = models.JSONField(default=dict, blank=True, help_text="Facts of one source that meet all conditions.")
    reason = models.TextField()
    starts_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    renews = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    proposal = models.ForeignKey("governance.Proposal", on_delete=models.PROTECT, related_name="exemptions")
    approved_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Counters of the catalogue, so that a value computed at an older watermark is computed the same again.
    seq = models.BigIntegerField()
    ended_seq = models.BigIntegerField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    ended_proposal = models.ForeignKey(
        "governance.Proposal", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = "exemption"
        constraints = [
            models.CheckConstraint(
                name="governance_exemption_ended_pair",
                condition=PAIR,
                violation_error_message="An end names its time, its person and its proposal.",
            ),
            models.CheckConstraint(
                name="governance_exemption_expires_after_start",
                condition=Q(expires_at__gt=F("starts_at")),
                violation_error_message="An exemption expires after it starts.",
            ),
        ]

    def __str__(self) -> str:
        return title_of(self.number)

    @property
    def validity(self) -> Validity:
        """From when to when it holds, as the predicate reads it; from budgets it is withdrawn as a whole."""
        if self.kind == ExemptionKind.EXCLUDE_SLICES:
            return Validity(self.starts_at, self.expires_at, is_approved=self.ended_at is None)
        return Validity(self.starts_at, self.expires_at, self.ended_at)


class FreezeWindow(EndedOnce):
    """A planned pause of delivery, for a team or (without one) the organisation."""

    number = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=60)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    reason = models.TextField()
    starts_on = models.DateField()
    last_on = models.DateField(help_text="The last day of the freeze; it is frozen, too.")
    proposal = models.ForeignKey("governance.Proposal", on_delete=models.PROTECT, related_name="freezes")
    approved_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    ended_proposal = models.ForeignKey(
        "governance.Proposal", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = "freeze window"
        constraints = [
            models.CheckConstraint(
                name="governance_freezewindow_ended_pair",
                condition=PAIR,
                violation_error_message="An end names its time, its person and its proposal.",
            ),
            models.CheckConstraint(
                name="governance_freezewindow_order",
                condition=Q(last_on__gte=F("starts_on")),
                violation_error_message="The last day of a freeze is not before its first.",
            ),
        ]

    def __str__(self) -> str:
        return freeze_title(self.number)
