"""Django's admin for rows that administrators keep by hand: every save is written down, nothing is deleted."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest


class AuditedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Adds and changes; each save calls `record`, which the app sets to the audit chain's own."""

    record: Callable[..., Any]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, and say which fields were touched, in the transaction that the admin opens around it."""
        super().save_model(request, obj, form, change)
        name = str(self.opts.verbose_name).replace(" ", "_")
        act = f"{name}.{'changed' if change else 'created'}"
        fields = sorted(field for field in form.changed_data if "password" not in field)
        self.record(act, subject=obj, by=request.principal, data={"fields": fields})  # type: ignore[attr-defined]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: rows end by a date."""
        return False
