"""What a review leaves: decisions, deferrals, and how decisions turned out. Rows are only added."""

from django.db import models
from django.db.models import Q

from apps.accounts.models import User
from apps.core.immutable import ImmutableModel
from apps.incidents.models import Action
from apps.reviews.domain.answers import LONGEST_TEXT, Direction, Outcome, Verb
from apps.reviews.models_weekly import ReviewItem
from apps.teams.models import Team


class Decision(ImmutableModel):
    """One decision with its evidence as it was; a later one about the same item supersedes it."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(ReviewItem, on_delete=models.PROTECT, related_name="decisions", null=True, blank=True)
    number = models.PositiveSmallIntegerField(help_text="Which answer to its item it is; the highest holds.")
    verb = models.CharField(max_length=12, choices=[(v.value, v.value) for v in Verb])
    rule = models.CharField(max_length=24, blank=True, default="")
    subject = models.CharField(max_length=90)
    text = models.CharField(max_length=LONGEST_TEXT, blank=True, default="")
    question = models.CharField(max_length=LONGEST_TEXT, blank=True, default="")
    evidence_text = models.TextField(help_text="Canonical JSON of what was shown when it was decided.")
    evidence_sha256 = models.CharField(max_length=64)
    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    expected_definition = models.CharField(max_length=60, blank=True, default="")
    expected_direction = models.CharField(
        max_length=6, choices=[(d.value, d.value) for d in Direction], blank=True, default=""
    )
    expected_by = models.DateField(null=True, blank=True)
    follow_up_on = models.DateField(null=True, blank=True)
    follows = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="followed_by", null=True, blank=True,
        help_text="The decision that hurt, which this one answers.",
    )  # fmt: skip
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "decision"
        constraints = [
            models.UniqueConstraint(
                name="reviews_decision_number_once",
                fields=["item", "number"],
                violation_error_message="Somebody answered at the same time; read theirs first.",
            ),
            models.CheckConstraint(
                name="reviews_decision_adjusts_by_an_action",
                condition=~Q(verb=Verb.ADJUST.value) | Q(action__isnull=False),
                violation_error_message="Adjusting names an action.",
            ),
            models.CheckConstraint(
                name="reviews_decision_investigates_until_a_day",
                condition=~Q(verb=Verb.INVESTIGATE.value) | (Q(follow_up_on__isnull=False) & ~Q(question="")),
                violation_error_message="Investigating names a question and a day.",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "follow_up_on"], name="reviews_decision_due"),  # the next agenda
            models.Index(fields=["decided_at"], name="reviews_decision_by_time"),  # the register
        ]

    def __str__(self) -> str:
        return f"D-{self.pk}"


class Deferral(ImmutableModel):
    """An item put off to the next review; at most twice in a row, the second time with a reason."""

    item = models.ForeignKey(ReviewItem, on_delete=models.PROTECT, related_name="deferrals")
    reason = models.CharField(max_length=LONGEST_TEXT, blank=True, default="")
    deferred_at = models.DateTimeField()
    deferred_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "deferral"
        constraints = [
            models.UniqueConstraint(
                name="reviews_deferral_once",
                fields=["item"],
                violation_error_message="This item is deferred already.",
            )
        ]

    def __str__(self) -> str:
        return f"deferral of {self.item_id}"


class FollowUp(ImmutableModel):
    """How a decision turned out: a person confirms it in a sentence beside what was measured."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="follow_ups")
    outcome = models.CharField(max_length=10, choices=[(o.value, o.value) for o in Outcome])
    sentence = models.CharField(max_length=LONGEST_TEXT)
    verdict_text = models.TextField(help_text="Canonical JSON of what was measured and proposed.")
    verdict_sha256 = models.CharField(max_length=64)
    asks_again_on = models.DateField(null=True, blank=True)
    confirmed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "follow-up of a decision"
        verbose_name_plural = "follow-ups of decisions"
        constraints = [
            models.CheckConstraint(
                name="reviews_followup_comes_back_on_a_day",
                condition=Q(outcome__in=[Outcome.TOO_EARLY.value, Outcome.NOT_DONE.value], asks_again_on__isnull=False)
                | Q(
                    outcome__in=[Outcome.HELPED.value, Outcome.NO_CHANGE.value, Outcome.HURT.value], asks_again_on=None
                ),
                violation_error_message="What comes back names the day, and nothing else does.",
            )
        ]
        indexes = [models.Index(fields=["decision", "id"], name="reviews_followup_in_order")]  # the newest

    def __str__(self) -> str:
        return f"{self.decision_id}: {self.outcome}"
