"""Target reviews in Django's admin: to look at, never to change."""

from django.contrib import admin

from apps.core.readonly_admin import ReadOnlyAdmin
from apps.reviews.models import (
    AgendaItem,
    DefinitionOpening,
    KeptDefinition,
    ReviewDue,
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
