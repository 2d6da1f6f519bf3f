"""Measurements in Django's admin: to look at, never to change."""

from django.contrib import admin

from apps.core.readonly_admin import ReadOnlyAdmin
from apps.measurements.models import ActionEffect, ClosedPeriod, ComputeRun, MetricValue, RecomputeRequest, Restatement


@admin.register(ComputeRun)
class ComputeRunAdmin(ReadOnlyAdmin):
    """Passes of the engine."""

    list_display = ("pk", "computed_at", "as_of", "engine")


@admin.register(MetricValue)
class MetricValueAdmin(ReadOnlyAdmin):
    """Stored values by definition and period."""

    list_display = ("version", "subject_kind", "subject_id", "part", "grain", "end_on", "value", "n")
    list_filter = ("subject_kind", "grain", "part")
    list_select_related = ("version__definition",)
    show_full_result_count = False


@admin.register(Restatement)
class RestatementAdmin(ReadOnlyAdmin):
    """Values that changed after they were final."""

    list_display = ("cell", "cause", "at")


@admin.register(RecomputeRequest)
class RecomputeRequestAdmin(ReadOnlyAdmin):
    """Requests to compute, open and done."""

    list_display = ("source", "service", "day", "due_at", "attempts", "done_at", "last_error")
    list_filter = ("source",)
    list_select_related = ("service",)


@admin.register(ClosedPeriod)
class ClosedPeriodAdmin(ReadOnlyAdmin):
    """Periods that closed or settled."""

    list_display = ("version", "grain", "end_on", "stage", "due_at", "attempts", "done_at", "last_error")
    list_filter = ("grain", "stage")
    list_select_related = ("version__definition",)


@admin.register(ActionEffect)
class ActionEffectAdmin(ReadOnlyAdmin):
    """What moved around actions, and when it is read again; which action, not what it says."""

    list_display = ("__str__", "subject", "stage", "due_at", "attempts", "done_at", "last_error")
    list_filter = ("stage",)
    exclude = ("action",)
