"""Reviews that are due, and quarterly target reviews: actual against target, a draft for the next quarter."""

from django.db import models
from django.db.models import Q

from apps.accounts.domain import Principal
from apps.accounts.models import User
from apps.core.due import DueRow
from apps.core.immutable import ImmutableModel
from apps.reviews.domain.states import ReviewState
from apps.reviews.domain.weekly import ReviewKind
from apps.reviews.models_decisions import Decision, Deferral, FollowUp
from apps.reviews.models_ornaments import AgendaItem, DefinitionOpening, KeptDefinition
from apps.reviews.models_weekly import Review, ReviewItem, ReviewQuerySet
from apps.scorecards.models import Scorecard
from apps.teams.models import Team

__all__ = [
    "AgendaItem",
    "Decision",
    "Deferral",
    "DefinitionOpening",
    "FollowUp",
    "KeptDefinition",
    "Review",
    "ReviewDue",
    "ReviewItem",
    "ReviewQuerySet",
    "ReviewSignature",
    "TargetReview",
    "TargetReviewQuerySet",
]


class ReviewDue(DueRow):
    """A review that has to be generated for a team and a closed week or quarter."""

    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in ReviewKind])
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    period = models.CharField(max_length=12)

    class Meta:
        verbose_name = "due review"
        constraints = [
            models.UniqueConstraint(
                name="reviews_reviewdue_once",
                fields=["kind", "team", "period"],
                violation_error_message="This review is asked for already.",
            )
        ]
        indexes = [models.Index(fields=["due_at"], name="reviews_due", condition=Q(done_at=None))]  # the drain

    def __str__(self) -> str:
        return f"{self.team_id} {self.period}"


class TargetReviewQuerySet(models.QuerySet["TargetReview"]):
    """Reviews by reader and state."""

    def visible_to(self, principal: Principal) -> "TargetReviewQuerySet":
        """Reviews of teams whose judgements the principal reads."""
        return self if principal.sees_all_teams else self.filter(team_id__in=principal.visible_team_ids)

    def standing(self) -> "TargetReviewQuerySet":
        """Reviews that are not closed."""
        return self.exclude(state=ReviewState.CLOSED)


class TargetReview(models.Model):  # type: ignore[django-manager-missing]
    """One team's review of one quarter: it follows late facts until opened; closed, it renders from its snapshot."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    quarter = models.CharField(max_length=7)
    state = models.CharField(
        max_length=16, choices=[(s.value, s.value) for s in ReviewState], default=ReviewState.GENERATED.value
    )
    card = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField(help_text="Sections as generated and edited: rows with their words, drafts.")
    content_sha256 = models.CharField(max_length=64)
    generated_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    snapshot_text = models.TextField(blank=True, default="", help_text="Content and signatures at closing.")
    snapshot_sha256 = models.CharField(max_length=64, blank=True, default="")

    objects = TargetReviewQuerySet.as_manager()

    class Meta:
        verbose_name = "target review"
        constraints = [
            models.UniqueConstraint(
                name="reviews_targetreview_once",
                fields=["team", "quarter"],
                violation_error_message="A team has one review for each quarter.",
            ),
            models.CheckConstraint(
                name="reviews_targetreview_opened_pair",
                condition=Q(opened_at=None, opened_by=None) | Q(opened_at__isnull=False, opened_by__isnull=False),
                violation_error_message="Opening names its time and its person.",
            ),
            models.CheckConstraint(
                name="reviews_targetreview_closed_pair",
                condition=Q(closed_at=None, closed_by=None) | Q(closed_at__isnull=False, closed_by__isnull=False),
                violation_error_message="Closing names its time and its person.",
            ),
            models.CheckConstraint(
                name="reviews_targetreview_closed_with_snapshot",
                condition=Q(closed_at=None, snapshot_sha256="") | Q(closed_at__isnull=False, snapshot_sha256__gt=""),
                violation_error_message="A closed review keeps its snapshot.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team_id} {self.quarter}"


class ReviewSignature(ImmutableModel):
    """One person's agreement to one content of a review; an edit of the content voids it by its hash."""

    review = models.ForeignKey(TargetReview, on_delete=models.PROTECT, related_name="signatures")
    role = models.CharField(max_length=20)
    content_sha256 = models.CharField(max_length=64)
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "review signature"
        constraints = [
            models.UniqueConstraint(
                name="reviews_reviewsignature_person_once",
                fields=["review", "content_sha256", "signed_by"],
                violation_error_message="One person signs a content once.",
            ),
            models.UniqueConstraint(
                name="reviews_reviewsignature_role_once",
                fields=["review", "content_sha256", "role"],
                violation_error_message="A role signs a content once.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.role}"
