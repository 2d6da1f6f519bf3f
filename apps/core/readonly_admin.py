"""Django's admin for rows that change only through their operations."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse

PROPOSE = "Nothing is changed here. Propose a change in the portal, under Proposals; people sign it there."


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Looks, never touches: no add, change or delete."""

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


class GovernedAdmin(ReadOnlyAdmin):
    """Rows that come into force by proposals alone: looks, and says where a change is proposed."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list with the one way in which its rows change."""
        return super().changelist_view(request, {**(extra_context or {}), "subtitle": PROPOSE})
