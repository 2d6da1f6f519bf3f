"""Django's admin: the service catalogue; ownership changes only through its operation."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.audit import operations as audit
from apps.core.audited_admin import AuditedAdmin
from apps.core.readonly_admin import ReadOnlyAdmin
from apps.services.models import FactConnection, Ownership, Service


@admin.register(Service)
class ServiceAdmin(AuditedAdmin):
    """Services; a slug stays, because tools send it."""

    record = staticmethod(audit.record)
    list_display = ("name", "slug", "tier", "lifecycle", "began_on", "closed_on")
    list_filter = ("tier", "lifecycle")
    search_fields = ("name", "slug")
    ordering = ("name",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What a service keeps once it exists: the day it began decides which facts are taken."""
        return () if obj is None else ("slug", "began_on")


@admin.register(Ownership)
class OwnershipAdmin(ReadOnlyAdmin):
    """Who owned what when, former versions included."""

    list_display = ("service", "team", "from_at", "until_at", "seq", "until_seq")
    list_filter = ("team",)
    list_select_related = ("service", "team")
    ordering = ("service__name", "from_at", "seq")


@admin.register(FactConnection)
class FactConnectionAdmin(ReadOnlyAdmin):
    """Which channel reports which service since when."""

    list_display = ("source", "service", "channel", "connected_from", "heard_at", "until_seq")
    list_filter = ("source", "channel")
    list_select_related = ("service",)
    ordering = ("source", "service__name", "pk")
