"""Admin pages of actions, to read; what belongs to a restricted incident is hidden, as everywhere."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.core.readonly_admin import ReadOnlyAdmin
from apps.incidents.models import Action, ActionReminder
from apps.incidents.queries import follow_up


@admin.register(Action)
class ActionAdmin(ReadOnlyAdmin):
    """What teams committed to; nobody who was chosen stands in a list."""

    list_display = ("__str__", "text", "owner_team", "kind", "state", "due_on", "origin", "is_imported")
    list_filter = ("state", "kind", "origin", "owner_team")
    list_select_related = ("owner_team",)
    ordering = ("due_on", "pk")
    exclude = ("assignee", "done_by", "drop_asked_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those that this reader may see."""
        return follow_up.visible(request.principal)  # type: ignore[attr-defined]


@admin.register(ActionReminder)
class ActionReminderAdmin(ReadOnlyAdmin):
    """Reminders with their tries; which action, not what it says."""

    list_display = ("__str__", "due_on", "step", "due_at", "attempts", "done_at")
    list_filter = ("step",)
    ordering = ("-due_at",)
    fields = ("step", "due_on", "due_at", "attempts", "last_error", "done_at")
