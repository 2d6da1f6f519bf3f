"""Notices in people's inboxes, the letters that carry them, and what people chose about both."""

import uuid

from django.db import models
from django.db.models import Q

from apps.accounts.models import User
from apps.core.due import DueRow
from apps.notifications.domain.kinds import Wish
from apps.notifications.domain.letters import Purpose
from apps.notifications.domain.notices import LONGEST_REASON, LONGEST_TEXT, LONGEST_TITLE


class Mail(DueRow):
    """A letter to one person, or to an address the operator named; the mail server is tried five times."""

    key = models.CharField(max_length=260, unique=True)
    purpose = models.CharField(max_length=12, choices=[(purpose.value, purpose.value) for purpose in Purpose])
    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    address = models.EmailField(blank=True, default="", help_text="Where it goes without a person.")
    subject = models.CharField(max_length=200, blank=True, default="", help_text="Empty: said when it is sent.")
    body = models.TextField(blank=True, default="")
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True, help_text="Done without it: there was nothing left to say.")

    class Meta:
        verbose_name = "letter"
        constraints = [
            models.CheckConstraint(
                name="notifications_mail_to_somebody",
                condition=Q(recipient=None) & ~Q(address="") | Q(recipient__isnull=False, address=""),
                violation_error_message="A letter goes to a person or to an address.",
            )
        ]
        indexes = [models.Index(fields=["due_at"], name="notifications_mail_due", condition=Q(done_at=None))]  # drain

    def __str__(self) -> str:
        return f"{self.purpose} of {self.asked_at:%Y-%m-%d %H:%M}"


class Notification(models.Model):
    """One thing told to one person, with the reason why this one is told."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=60, help_text="Key of the object: its notices are one thread.")
    title = models.CharField(max_length=LONGEST_TITLE)
    text = models.CharField(max_length=LONGEST_TEXT)
    link = models.CharField(max_length=200)
    reason = models.CharField(max_length=LONGEST_REASON)
    due_on = models.DateField(null=True, blank=True)
    dedupe_key = models.CharField(max_length=200, unique=True)
    told_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    mail = models.ForeignKey(Mail, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "notification"
        indexes = [
            # the count beside "Inbox" on every page
            models.Index(fields=["recipient", "about"], name="notifications_unread", condition=Q(read_at=None)),
            models.Index(fields=["recipient", "about", "id"], name="notifications_thread"),  # the inbox
            models.Index(fields=["about", "kind"], name="notifications_of_object"),  # what is settled
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.kind}"


class Mute(models.Model):
    """A thread that a person does not want to hear of: its news arrives as read and is not mailed."""

    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=60)
    muted_at = models.DateTimeField()

    class Meta:
        verbose_name = "muted thread"
        constraints = [
            models.UniqueConstraint(
                name="notifications_mute_once",
                fields=["recipient", "about"],
                violation_error_message="This thread is muted already.",
            )
        ]

    def __str__(self) -> str:
        return self.about


class MailWish(models.Model):
    """How a person wants notices of one kind mailed."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    wish = models.CharField(max_length=10, choices=[(wish.value, wish.label) for wish in Wish])

    class Meta:
        verbose_name = "wish about mail"
        constraints = [
            models.UniqueConstraint(
                name="notifications_mailwish_once",
                fields=["person", "kind"],
                violation_error_message="This person chose for this kind already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.wish}"


class ResetTry(models.Model):
    """Somebody asked for a new password; kept for the day in which it counts. The mail address is hashed."""

    mail_sha256 = models.CharField(max_length=64)
    address = models.CharField(max_length=50, blank=True)
    tried_at = models.DateTimeField()

    class Meta:
        verbose_name = "try to reset a password"
        indexes = [
            models.Index(fields=["mail_sha256", "tried_at"], name="notifications_reset_by_mail"),  # at each try
            models.Index(fields=["address", "tried_at"], name="notifications_reset_by_address"),  # at each try
        ]

    def __str__(self) -> str:
        return f"{self.tried_at:%Y-%m-%d %H:%M}"
