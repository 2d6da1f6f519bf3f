"""The append-only audit chain, where it ends, and its end as noted once a day."""

from django.db import models
from django.db.models import Q

from apps.audit.domain import FIRST_PREVIOUS
from apps.core.due import DueRow
from apps.core.immutable import ImmutableModel


class AuditEvent(ImmutableModel):
    """One act, linked to the one before it by its hash."""

    # The place in the chain is the key: there is no second number that the hash does not cover.
    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=60)
    action = models.CharField(max_length=80)
    subject = models.CharField(max_length=200)
    payload_text = models.TextField()
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = "audit event"
        indexes = [
            models.Index(fields=["subject", "seq"], name="audit_event_by_subject"),  # the history of one thing
            models.Index(fields=["action", "seq"], name="audit_event_by_action"),  # the page's filters
            models.Index(fields=["actor", "seq"], name="audit_event_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.action} {self.subject}"


class AuditHead(models.Model):
    """The one row that is locked while an event is appended: last seq and hash, and the hash before it."""

    name = models.CharField(max_length=20, primary_key=True, default="head")
    seq = models.BigIntegerField(default=0)
    prev_hash = models.CharField(max_length=64, default=FIRST_PREVIOUS)
    hash = models.CharField(max_length=64, default=FIRST_PREVIOUS)

    class Meta:
        verbose_name = "audit head"

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


class HeadNote(DueRow):
    """The duty of checking the chain once a day and writing its head into the log; what was found stays here."""

    day = models.DateField()
    seq = models.BigIntegerField(null=True, blank=True)
    hash = models.CharField(max_length=64, blank=True, default="")
    fault = models.CharField(max_length=300, blank=True, default="", help_text="Empty: the chain held.")

    class Meta:
        verbose_name = "noted head"
        constraints = [
            models.CheckConstraint(
                name="audit_headnote_noted_pair",
                condition=Q(seq=None, hash="") | (Q(seq__isnull=False) & ~Q(hash="")),
                violation_error_message="A noted head has its number and its hash.",
            ),
            models.UniqueConstraint(
                name="audit_headnote_once",
                fields=["day"],
                violation_error_message="The head of this day is noted already.",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="audit_headnote_due", condition=Q(done_at=None))]  # drain

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"
