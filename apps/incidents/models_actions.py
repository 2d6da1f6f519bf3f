"""Actions: what changes after a retro or a review, with every due day, the evidence, and the duties to remind."""

from django.db import models
from django.db.models import Q

from apps.accounts.models import User
from apps.core.due import DueRow
from apps.core.immutable import ImmutableModel
from apps.incidents.domain.action_words import ActionKind, ActionOrigin, ActionState, EvidenceKind
from apps.incidents.models_causes import KnownCause
from apps.incidents.models_retros import Retro
from apps.services.models import Service
from apps.teams.models import Team

LONGEST_REASON = 500


class Action(models.Model):
    """A team's commitment. The first due day never changes; done is not verified; dropping needs a second person."""

    origin = models.CharField(max_length=8, choices=[(o.value, o.value) for o in ActionOrigin])
    retro = models.ForeignKey(Retro, on_delete=models.PROTECT, related_name="actions", null=True, blank=True)
    retro_row = models.CharField(max_length=36, blank=True, default="", help_text="Key of the row it came from.")
    review_key = models.CharField(max_length=60, blank=True, default="", help_text="The review it came from.")
    source = models.CharField(max_length=40)
    external_key = models.CharField(max_length=200, blank=True, default="")
    is_imported = models.BooleanField(default=False, help_text="Taken over from elsewhere: it reminds nobody.")

    text = models.CharField(max_length=500)
    done_when = models.CharField(max_length=500)
    kind = models.CharField(max_length=12, choices=[(k.value, k.value) for k in ActionKind])
    owner_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    assignee = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    metric_slug = models.CharField(max_length=60, blank=True, default="")
    metric_subject = models.CharField(max_length=80, blank=True, default="")
    known_cause = models.ForeignKey(KnownCause, on_delete=models.PROTECT, related_name="actions", null=True, blank=True)
    external_url = models.URLField(max_length=500, blank=True, default="")

    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in ActionState], default=ActionState.OPEN.value
    )
    opened_at = models.DateTimeField()
    first_due_on = models.DateField()
    first_due_at = models.DateTimeField(help_text="Last second of the first due day in the team's zone.")
    due_on = models.DateField()
    due_at = models.DateTimeField(help_text="Last second of the present due day in the team's zone.")
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    drop_asked_at = models.DateTimeField(null=True, blank=True)
    drop_asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    drop_reason = models.CharField(max_length=LONGEST_REASON, blank=True, default="")
    dropped_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "action"
        constraints = [
            models.UniqueConstraint(
                name="incidents_action_one_per_external_key",
                fields=["source", "external_key"],
                condition=~Q(external_key=""),
                violation_error_message="This source opened an action under this key already.",
            ),
            models.UniqueConstraint(
                name="incidents_action_one_per_retro_row",
                fields=["retro", "retro_row"],
                condition=Q(retro__isnull=False),
                violation_error_message="This row of the retro is an action already.",
            ),
            models.CheckConstraint(
                name="incidents_action_drop_asked_pair",
                condition=Q(drop_asked_at=None, drop_asked_by=None)
                | Q(drop_asked_at__isnull=False, drop_asked_by__isnull=False),
                violation_error_message="Asking to drop an action names its time and its person.",
            ),
            models.CheckConstraint(
                name="incidents_action_of_a_retro_names_it",
                condition=~Q(origin=ActionOrigin.RETRO.value) | Q(retro__isnull=False),
                violation_error_message="An action out of a retro names it.",
            ),
            models.CheckConstraint(
                name="incidents_action_times_fit_its_state",
                condition=Q(state=ActionState.OPEN.value, done_at=None, verified_at=None, dropped_at=None)
                | Q(state=ActionState.DONE.value, done_at__isnull=False, verified_at=None, dropped_at=None)
                | Q(state=ActionState.VERIFIED.value, done_at__isnull=False, verified_at__isnull=False, dropped_at=None)
                | (Q(state=ActionState.DROPPED.value, done_at=None, dropped_at__isnull=False) & ~Q(drop_reason="")),
                violation_error_message="The times of an action say its state.",
            ),
        ]
        indexes = [
            models.Index(fields=["owner_team", "state", "due_on"], name="incidents_action_by_team"),  # list, agenda
            models.Index(fields=["state", "due_on"], name="incidents_action_by_due"),  # the list of all
            models.Index(fields=["assignee", "state"], name="incidents_action_by_assignee"),  # "mine"
        ]

    def __str__(self) -> str:
        return f"A-{self.pk}"


class ActionDate(ImmutableModel):
    """A due day an action was given, and why; the first comes with the commitment."""

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="dates")
    due_on = models.DateField()
    reason = models.CharField(max_length=LONGEST_REASON, blank=True, default="")
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = "due day"
        indexes = [models.Index(fields=["action", "id"], name="incidents_actiondate_in_order")]  # the page

    def __str__(self) -> str:
        return f"{self.action_id} on {self.due_on}"


class ActionEvidence(ImmutableModel):
    """What shows that an action is done."""

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in EvidenceKind])
    url = models.URLField(max_length=500, blank=True, default="")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    fact_key = models.CharField(max_length=200, blank=True, default="")
    note = models.CharField(max_length=LONGEST_REASON, blank=True, default="")
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = "evidence of an action"
        verbose_name_plural = "evidence of actions"
        indexes = [models.Index(fields=["action", "id"], name="incidents_evidence_in_order")]  # the page

    def __str__(self) -> str:
        return f"{self.kind} for {self.action_id}"


class ActionReminder(DueRow):
    """One reminder of one due day to one recipient at one step; it is sent once, whatever fails on the way."""

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="reminders")
    recipient = models.CharField(max_length=30, help_text="team:<id> or person:<id>.")
    step = models.SmallIntegerField(help_text="Days after the due day; before it, negative.")
    due_on = models.DateField()

    class Meta:
        verbose_name = "reminder"
        constraints = [
            models.UniqueConstraint(
                name="incidents_actionreminder_once",
                fields=["action", "recipient", "step", "due_on"],
                violation_error_message="This reminder is asked for already.",
            )
        ]
        indexes = [models.Index(fields=["due_at"], name="incidents_reminder_due", condition=Q(done_at=None))]  # drain

    def __str__(self) -> str:
        return f"{self.action_id} {self.step:+d}"
