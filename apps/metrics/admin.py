"""Django's admin: definitions, versions and targets are read here; they change only through their operations."""

from django.contrib import admin

from apps.core.readonly_admin import GovernedAdmin, ReadOnlyAdmin
from apps.metrics.models import Confirmation, DefinitionStep, DefinitionVersion, MetricDefinition, Target


@admin.register(MetricDefinition)
class MetricDefinitionAdmin(GovernedAdmin):
    """Definitions."""

    list_display = ("slug", "lens", "owner_team", "lifecycle", "sunset_on", "retired_on", "created_at")
    list_filter = ("lens", "lifecycle")
    search_fields = ("slug",)
    list_select_related = ("owner_team",)
    ordering = ("slug",)


@admin.register(DefinitionVersion)
class DefinitionVersionAdmin(GovernedAdmin):
    """Versions."""

    list_display = ("definition", "number", "name", "effective_from", "adopted_at", "adopted_by")
    list_filter = ("definition",)
    list_select_related = ("definition", "adopted_by")
    ordering = ("definition__slug", "-number")


@admin.register(DefinitionStep)
class DefinitionStepAdmin(GovernedAdmin):
    """What became of definitions as a whole."""

    list_display = ("definition", "step", "holds_from", "text", "former_slug", "adopted_at", "adopted_by")
    list_filter = ("step",)
    list_select_related = ("definition", "adopted_by")
    ordering = ("-pk",)


@admin.register(Confirmation)
class ConfirmationAdmin(ReadOnlyAdmin):
    """When somebody looked at a definition and kept it."""

    list_display = ("definition", "version_number", "looked_on", "text", "confirmed_at", "confirmed_by")
    list_filter = ("definition",)
    list_select_related = ("definition", "confirmed_by")
    ordering = ("-looked_on", "definition__slug")


@admin.register(Target)
class TargetAdmin(GovernedAdmin):
    """Targets."""

    list_display = ("definition", "team", "quarter", "number", "comparison", "value", "agreed_at", "agreed_by")
    list_filter = ("quarter", "team")
    list_select_related = ("definition", "team", "agreed_by")
    ordering = ("-quarter", "team__name", "definition__slug", "-number")
