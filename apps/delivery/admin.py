"""Django's admin: facts are read here; they change only through the fact door."""

from django.contrib import admin

from apps.core.readonly_admin import ReadOnlyAdmin
from apps.delivery.models import Change, Deployment, Remediation


class FactAdmin(ReadOnlyAdmin):
    """Facts of any source, in all versions, newest record first; no count over millions of rows."""

    list_filter = ("channel",)
    list_select_related = ("service",)
    show_full_result_count = False
    search_fields = ("key",)
    ordering = ("-recorded_at", "-pk")


@admin.register(Deployment)
class DeploymentAdmin(FactAdmin):
    """Deployments."""

    list_display = ("key", "service", "channel", "finished_at", "status", "environment", "recorded_at", "until_seq")


@admin.register(Change)
class ChangeAdmin(FactAdmin):
    """Changes."""

    list_display = ("key", "service", "channel", "merged_at", "deployment", "recorded_at", "until_seq")


@admin.register(Remediation)
class RemediationAdmin(FactAdmin):
    """Remediations."""

    list_display = ("key", "service", "channel", "at", "failed", "fixed_by", "recorded_at", "until_seq")
