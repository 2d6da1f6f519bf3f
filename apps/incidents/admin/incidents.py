"""Admin pages of incidents, to read; what is restricted is hidden from all but its list, as everywhere."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.core.readonly_admin import ReadOnlyAdmin
from apps.incidents.models import (
    ChangeLink,
    Incident,
    IncidentAccess,
    IncidentService,
    Milestone,
    SeverityChange,
    SeverityPolicy,
    TimelineEntry,
)
from apps.incidents.queries import incidents


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin):
    """What users or tenants felt, with the columns that the fold gives."""

    list_display = ("__str__", "title", "owner_team", "kind", "status", "severity_worst", "started_at", "resolved_at")
    list_filter = ("kind", "status", "severity_worst", "owner_team")
    list_select_related = ("owner_team",)
    ordering = ("-reported_at", "-pk")
    exclude = ("lift_asked_by",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those that this reader may know of."""
        return incidents.visible(request.principal)  # type: ignore[attr-defined]


class OfIncidentAdmin(ReadOnlyAdmin):
    """Rows of an incident: those of incidents that the reader may know of."""

    list_select_related: ClassVar[tuple[str, ...]] = ("incident",)
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those of visible incidents."""
        seen = incidents.visible(request.principal).values("pk")  # type: ignore[attr-defined]
        return super().get_queryset(request).filter(incident__in=seen)


@admin.register(Milestone)
class MilestoneAdmin(OfIncidentAdmin):
    """Statements about moments."""

    list_display = ("__str__", "at", "interval", "origin", "source", "recorded_at")
    list_filter = ("kind", "origin")


@admin.register(SeverityChange)
class SeverityChangeAdmin(OfIncidentAdmin):
    """Statements about levels."""

    list_display = ("__str__", "level", "reported_as", "at", "origin", "source")
    list_filter = ("level", "origin")


@admin.register(ChangeLink)
class ChangeLinkAdmin(OfIncidentAdmin):
    """Statements about deployments and changes."""

    list_display = ("__str__", "kind", "fact_source", "fact_key", "state", "origin", "source")
    list_filter = ("kind", "state", "origin")


@admin.register(TimelineEntry)
class TimelineEntryAdmin(OfIncidentAdmin):
    """Lines of the story."""

    list_display = ("__str__", "at", "source", "fact_source", "is_hidden", "revision")
    list_filter = ("is_hidden", "fact_source")


@admin.register(IncidentService)
class IncidentServiceAdmin(OfIncidentAdmin):
    """Services that incidents began in and touched."""

    list_display = ("__str__", "incident", "service", "role", "flow", "tenant")
    list_filter = ("role", "service")
    list_select_related: ClassVar[tuple[str, ...]] = ("incident", "service")


@admin.register(IncidentAccess)
class IncidentAccessAdmin(OfIncidentAdmin):
    """Who stands on access lists."""

    list_display = ("incident", "team", "user", "added_at", "removed_at")
    list_select_related: ClassVar[tuple[str, ...]] = ("incident", "team", "user")


@admin.register(SeverityPolicy)
class SeverityPolicyAdmin(ReadOnlyAdmin):
    """What each level means and asks for, from a time on."""

    list_display = ("__str__", "from_at", "reason", "written_at")
    ordering = ("-from_at",)
    exclude = ("written_by",)
