"""What tells whether a metric is used: agendas with their decisions, openings by week, reasons to keep it."""

from django.db import models
from django.db.models import Q

from apps.accounts.models import User
from apps.core.immutable import ImmutableModel
from apps.metrics.models import MetricDefinition


class AgendaItem(ImmutableModel):
    """A definition that stood on the agenda of a closed review, and whether a decision cites it."""

    review = models.ForeignKey("reviews.TargetReview", on_delete=models.PROTECT, related_name="+")
    definition = models.ForeignKey(MetricDefinition, on_delete=models.PROTECT, related_name="+")
    is_cited = models.BooleanField(help_text="Something was decided about it, other than to go on as before.")
    answer = models.CharField(max_length=10, blank=True, default="", help_text="How its drafted target was answered.")

    class Meta:
        verbose_name = "agenda item"
        constraints = [
            models.UniqueConstraint(
                name="reviews_agendaitem_once",
                fields=["review", "definition"],
                violation_error_message="A definition stands on an agenda once.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.definition} in review {self.review_id}"


class DefinitionOpening(models.Model):
    """How often the pages of a definition were opened in a week, about once a minute at most; never by whom."""

    definition = models.ForeignKey(MetricDefinition, on_delete=models.PROTECT, related_name="+")
    week = models.CharField(max_length=8)
    minutes = models.PositiveIntegerField(help_text="Minutes in which somebody opened it.")

    class Meta:
        verbose_name = "opening of a definition"
        constraints = [
            models.UniqueConstraint(
                name="reviews_definitionopening_once",
                fields=["definition", "week"],
                violation_error_message="This week is counted already.",
            ),
            models.CheckConstraint(
                name="reviews_definitionopening_counted",
                condition=Q(minutes__gte=1),
                violation_error_message="A week without an opening has no row.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.definition} in {self.week}"


class KeptDefinition(ImmutableModel):
    """Why a definition stays although no decision cites it; it is asked again two quarters later."""

    definition = models.ForeignKey(MetricDefinition, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    asks_again_on = models.DateField()
    kept_at = models.DateTimeField()
    kept_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "kept definition"
        indexes = [
            models.Index(fields=["definition", "asks_again_on"], name="reviews_kept_by_definition")
        ]  # the newest

    def __str__(self) -> str:
        return f"{self.definition} until {self.asks_again_on}"
