"""Templates and frozen cards in Django's admin: to look at, never to change."""

from django.contrib import admin

from apps.core.readonly_admin import ReadOnlyAdmin
from apps.scorecards.models import CardDue, CellNote, Scorecard, ScorecardCell, TemplateVersion


@admin.register(TemplateVersion)
class TemplateAdmin(ReadOnlyAdmin):
    """Templates by team type."""

    list_display = ("team_type", "number", "effective_from", "adopted_by")
    list_select_related = ("adopted_by",)
    ordering = ("team_type", "-number")


@admin.register(Scorecard)
class ScorecardAdmin(ReadOnlyAdmin):
    """Cards by team and period."""

    list_display = ("team_name", "grain", "period", "revision", "frozen_at")
    list_filter = ("grain",)
    ordering = ("team_name", "-end_on")


@admin.register(ScorecardCell)
class ScorecardCellAdmin(ReadOnlyAdmin):
    """Cells by card and slot."""

    list_display = ("card", "rank", "label", "trend_sentence", "target_sentence", "status")
    list_select_related = ("card",)
    ordering = ("-card_id", "rank")


@admin.register(CellNote)
class CellNoteAdmin(ReadOnlyAdmin):
    """Notes, newest first."""

    list_display = ("cell", "text", "written_at")
    list_select_related = ("cell",)
    ordering = ("-pk",)


@admin.register(CardDue)
class CardDueAdmin(ReadOnlyAdmin):
    """Cards that are due, were made, or rest after failing."""

    list_display = ("team", "period", "due_at", "attempts", "done_at", "last_error")
    list_select_related = ("team",)
    ordering = ("-due_at",)
