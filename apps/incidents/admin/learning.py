"""Admin pages of retros and known causes, to read; those of restricted incidents stay out."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.core.readonly_admin import ReadOnlyAdmin
from apps.incidents.models import (
    CauseStatusChange,
    IncidentCause,
    KnownCause,
    PublishedFactor,
    PublishedSafeguard,
    Retro,
    RetroRevision,
    RetroRow,
    RetroSection,
    RetroSnapshot,
)
from apps.incidents.queries.causes import open_causes, open_incidents


class _OfOpenIncidents(ReadOnlyAdmin):
    """Rows of incidents that are not restricted."""

    incident = "retro__incident"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without rows of restricted incidents, which belong to their lists."""
        return super().get_queryset(request).filter(**{f"{self.incident}__in": open_incidents()})


@admin.register(Retro)
class RetroAdmin(_OfOpenIncidents):
    """Retros by incident."""

    incident = "incident"
    list_display = ("incident", "form", "state", "is_required", "due_at", "first_published_at")
    list_filter = ("state", "form")
    list_select_related = ("incident",)
    ordering = ("-incident",)


@admin.register(RetroSection, RetroRow)
class RetroPartAdmin(_OfOpenIncidents):
    """Parts of drafts."""

    list_display = ("retro", "key", "revision", "saved_at")
    list_select_related = ("retro",)
    ordering = ("-retro", "pk")


@admin.register(RetroRevision)
class RetroRevisionAdmin(_OfOpenIncidents):
    """Every revision."""

    list_display = ("retro", "part", "revision", "is_removed", "saved_at")
    list_select_related = ("retro",)
    ordering = ("-pk",)


@admin.register(RetroSnapshot)
class RetroSnapshotAdmin(_OfOpenIncidents):
    """Publications."""

    list_display = ("retro", "number", "sha256", "published_at")
    list_select_related = ("retro",)
    ordering = ("-pk",)


@admin.register(PublishedFactor)
class PublishedFactorAdmin(_OfOpenIncidents):
    """Factors of the newest publications."""

    list_display = ("retro", "position", "kind", "role")
    list_select_related = ("retro",)
    list_filter = ("kind",)
    ordering = ("-retro", "position")


@admin.register(PublishedSafeguard)
class PublishedSafeguardAdmin(_OfOpenIncidents):
    """Safeguards of the newest publications."""

    list_display = ("retro", "position", "purpose", "outcome")
    list_select_related = ("retro",)
    ordering = ("-retro", "position")


@admin.register(IncidentCause)
class IncidentCauseAdmin(_OfOpenIncidents):
    """What people said about known causes of incidents."""

    incident = "incident"
    list_display = ("incident", "cause", "is_confirmed", "repeat_state", "said_at")
    list_select_related = ("incident", "cause")
    ordering = ("-pk",)


class _OfOpenCauses(ReadOnlyAdmin):
    """Rows of causes that were not written down for a restricted incident."""

    cause = "pk"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without what belongs to the list of a restricted incident."""
        return super().get_queryset(request).filter(**{f"{self.cause}__in": open_causes()})


@admin.register(KnownCause)
class KnownCauseAdmin(_OfOpenCauses):
    """Known causes by title."""

    list_display = ("title", "owner_team", "status", "known_since")
    list_select_related = ("owner_team",)
    list_filter = ("status",)
    ordering = ("title",)


@admin.register(CauseStatusChange)
class CauseStatusChangeAdmin(_OfOpenCauses):
    """How causes stood over time."""

    cause = "cause"
    list_display = ("cause", "status", "at", "reason")
    list_select_related = ("cause",)
    ordering = ("-pk",)
