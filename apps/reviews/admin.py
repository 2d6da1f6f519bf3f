"""Reviews in Django's admin: to look at, never to change."""

from django.contrib import admin

from apps.core.readonly_admin import ReadOnlyAdmin
from apps.reviews.models import (
    AgendaItem,
    Decision,
    Deferral,
    DefinitionOpening,
    FollowUp,
    KeptDefinition,
    Review,
    ReviewDue,
    ReviewItem,
    ReviewSignature,
    TargetReview,
)


@admin.register(TargetReview)
class TargetReviewAdmin(ReadOnlyAdmin):
    """Reviews by quarter and team."""

    list_display = ("team", "quarter", "state", "opened_at", "closed_at")
    list_filter = ("state",)
    list_select_related = ("team",)
    ordering = ("-quarter", "team__name")


@admin.register(ReviewSignature)
class ReviewSignatureAdmin(ReadOnlyAdmin):
    """Signatures in order."""

    list_display = ("review", "role", "signed_by", "signed_at")
    list_select_related = ("review", "signed_by")
    ordering = ("-pk",)


@admin.register(ReviewDue)
class ReviewDueAdmin(ReadOnlyAdmin):
    """Reviews that are due, were made, or rest after failing."""

    list_display = ("kind", "team", "period", "due_at", "attempts", "done_at", "last_error")
    list_select_related = ("team",)
    ordering = ("-due_at",)


@admin.register(AgendaItem)
class AgendaItemAdmin(ReadOnlyAdmin):
    """What stood on the agendas of closed reviews."""

    list_display = ("review", "definition", "is_cited")
    list_select_related = ("review", "definition")
    ordering = ("-pk",)


@admin.register(DefinitionOpening)
class DefinitionOpeningAdmin(ReadOnlyAdmin):
    """In which weeks definitions were opened."""

    list_display = ("definition", "week", "minutes")
    list_select_related = ("definition",)
    ordering = ("-week", "definition__slug")


@admin.register(KeptDefinition)
class KeptDefinitionAdmin(ReadOnlyAdmin):
    """Definitions that stay for a reason."""

    list_display = ("definition", "asks_again_on", "kept_at", "kept_by")
    list_select_related = ("definition", "kept_by")
    ordering = ("-pk",)


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    """Weekly reviews by week and team."""

    list_display = ("team", "period", "state", "computed_late", "opened_at", "closed_at")
    list_filter = ("state",)
    list_select_related = ("team",)
    ordering = ("-due_on", "team__name")


@admin.register(ReviewItem)
class ReviewItemAdmin(ReadOnlyAdmin):
    """What stood on the agendas of opened weekly reviews."""

    list_display = ("review", "rank", "rule", "subject", "is_counted_only")
    list_select_related = ("review",)
    ordering = ("-review__pk", "rank")


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    """Decisions, newest first."""

    list_display = ("team", "verb", "subject", "follow_up_on", "decided_at", "decided_by")
    list_select_related = ("team", "decided_by")
    ordering = ("-pk",)


@admin.register(Deferral)
class DeferralAdmin(ReadOnlyAdmin):
    """Items that were put off."""

    list_display = ("item", "reason", "deferred_at", "deferred_by")
    list_select_related = ("item", "deferred_by")
    ordering = ("-pk",)


@admin.register(FollowUp)
class FollowUpAdmin(ReadOnlyAdmin):
    """How decisions turned out."""

    list_display = ("decision", "outcome", "asks_again_on", "confirmed_at", "confirmed_by")
    list_select_related = ("decision", "confirmed_by")
    ordering = ("-pk",)
