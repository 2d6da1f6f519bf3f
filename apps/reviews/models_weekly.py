"""Weekly reviews: the agenda as it was generated, its items from the opening on, and a snapshot once closed."""

from django.db import models
from django.db.models import Q

from apps.accounts.domain import Principal
from apps.accounts.models import User
from apps.core.immutable import ImmutableModel
from apps.reviews.domain.weekly import BlockKey, ReviewKind, Rule, WeeklyState
from apps.scorecards.models import Scorecard
from apps.teams.models import Team

_S = WeeklyState
LONGEST_SENTENCE = 600


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reviews by reader and state."""

    def visible_to(self, principal: Principal) -> "ReviewQuerySet":
        """Reviews of teams whose judgements the principal reads."""
        return self if principal.sees_all_teams else self.filter(team_id__in=principal.visible_team_ids)

    def standing(self) -> "ReviewQuerySet":
        """Reviews that wait or are open."""
        return self.filter(state__in=[_S.WAITING.value, _S.OPEN.value])


class Review(models.Model):
    """A team's review of a week: it follows late facts until opened, then values stand; closed, it is its snapshot."""

    kind = models.CharField(
        max_length=10, choices=[(ReviewKind.WEEKLY.value, "weekly")], default=ReviewKind.WEEKLY.value
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    period = models.CharField(max_length=12)
    due_on = models.DateField(help_text="The Monday after the week; unopened for seven days, it is skipped.")
    state = models.CharField(max_length=8, choices=[(s.value, s.value) for s in _S], default=_S.WAITING.value)
    card = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    computed_late = models.BooleanField(default=False)
    content = models.JSONField(help_text="Header, counts of what is quiet, and the agenda as it was read last.")
    generated_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    snapshot_text = models.TextField(blank=True, default="", help_text="Everything that was shown at closing.")
    snapshot_sha256 = models.CharField(max_length=64, blank=True, default="")

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = "review"
        constraints = [
            models.UniqueConstraint(
                name="reviews_review_once",
                fields=["kind", "team", "period"],
                violation_error_message="A team has one review of each kind and period.",
            ),
            models.CheckConstraint(
                name="reviews_review_opened_pair",
                condition=Q(opened_at=None, opened_by=None) | Q(opened_at__isnull=False, opened_by__isnull=False),
                violation_error_message="Opening names its time and its person.",
            ),
            models.CheckConstraint(
                name="reviews_review_closed_pair",
                condition=Q(closed_at=None, closed_by=None) | Q(closed_at__isnull=False, closed_by__isnull=False),
                violation_error_message="Closing names its time and its person.",
            ),
            models.CheckConstraint(
                name="reviews_review_closed_with_snapshot",
                condition=Q(closed_at=None, snapshot_sha256="") | Q(closed_at__isnull=False, snapshot_sha256__gt=""),
                violation_error_message="A closed review keeps its snapshot.",
            ),
            models.CheckConstraint(
                name="reviews_review_times_fit_its_state",
                condition=Q(state__in=[_S.WAITING.value, _S.SKIPPED.value], opened_at=None, closed_at=None)
                | Q(state=_S.OPEN.value, opened_at__isnull=False, closed_at=None)
                | Q(state=_S.CLOSED.value, opened_at__isnull=False, closed_at__isnull=False),
                violation_error_message="The times of a review say its state.",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_on"], name="reviews_review_by_state"),  # what waits, what is skipped
        ]

    def __str__(self) -> str:
        return f"{self.team_id} {self.period}"


class ReviewItem(ImmutableModel):
    """One thing that asked for a decision when the review was opened, with what was shown of it."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="items")
    rank = models.PositiveSmallIntegerField()
    block = models.CharField(max_length=10, choices=[(b.value, b.value) for b in BlockKey])
    rule = models.CharField(max_length=24, choices=[(r.value, r.value) for r in Rule])
    subject = models.CharField(max_length=90, help_text="T-3, service:checkout, incident:I-12, decision:12.")
    sentence = models.CharField(max_length=LONGEST_SENTENCE)
    prompt = models.CharField(max_length=200, blank=True, default="")
    evidence = models.CharField(max_length=300, blank=True, default="", help_text="The path that shows it.")
    evidence_data = models.JSONField(default=dict, help_text="What was shown.")
    is_counted_only = models.BooleanField(default=False)
    deferrals_used = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "review item"
        constraints = [
            models.UniqueConstraint(
                name="reviews_reviewitem_once",
                fields=["review", "rule", "subject"],
                violation_error_message="A thing stands on an agenda once for each rule.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.subject}"
