"""Admin pages of indicators, the servers they are read from, and counts, to read."""

from django.contrib import admin

from apps.core.readonly_admin import GovernedAdmin, ReadOnlyAdmin
from apps.objectives.models import (
    BusinessFact,
    HeldSample,
    Indicator,
    IndicatorRead,
    IndicatorVersion,
    MonitoringSource,
    Sample,
    SampleBatch,
    SampleDay,
    SampleFact,
    Series,
)


@admin.register(Indicator)
class IndicatorAdmin(GovernedAdmin):
    """Indicators by name."""

    list_display = ("slug", "service", "flow", "owner_team", "retired_on")
    list_select_related = ("service", "flow", "owner_team")
    ordering = ("slug",)


@admin.register(IndicatorVersion)
class IndicatorVersionAdmin(GovernedAdmin):
    """What indicators measure through time."""

    list_display = ("indicator", "number", "kind", "source", "dimension", "slice_seconds", "effective_from")
    list_filter = ("kind", "source", "dimension")
    list_select_related = ("indicator",)
    ordering = ("indicator__slug", "-number")


@admin.register(MonitoringSource)
class MonitoringSourceAdmin(ReadOnlyAdmin):
    """Servers that counts are pulled from; they are registered in the portal."""

    list_display = ("name", "base_url", "token_variable", "is_active", "registered_at")
    ordering = ("name",)


@admin.register(IndicatorRead)
class IndicatorReadAdmin(ReadOnlyAdmin):
    """How far the reading of indicators came."""

    list_display = ("indicator", "watermark", "heard_at", "failures", "fault", "due_at", "attempts")
    list_filter = ("fault",)
    list_select_related = ("indicator",)
    ordering = ("indicator__slug",)


@admin.register(SampleBatch)
class SampleBatchAdmin(ReadOnlyAdmin):
    """Who delivered counts, and what became of them."""

    list_display = (
        "id", "channel", "sender", "team", "received_at", "created_count", "updated_count", "unchanged_count",
        "unusable_count", "held_count", "rejected_count",
    )  # fmt: skip
    list_filter = ("channel",)
    list_select_related = ("team",)
    ordering = ("-pk",)


@admin.register(Series)
class SeriesAdmin(ReadOnlyAdmin):
    """Indicators by key."""

    list_display = ("indicator", "key", "newest_start")
    list_select_related = ("indicator",)
    ordering = ("indicator__slug", "key")


@admin.register(Sample)
class SampleAdmin(ReadOnlyAdmin):
    """Slices of the last hundred days."""

    list_display = ("series", "starts_at", "good", "valid", "total")
    list_select_related = ("series",)
    show_full_result_count = False
    ordering = ("-pk",)


@admin.register(SampleDay)
class SampleDayAdmin(ReadOnlyAdmin):
    """Days of counts, kept for ever."""

    list_display = ("series", "day", "good", "valid", "total", "seen", "idle", "unusable")
    list_select_related = ("series",)
    show_full_result_count = False
    ordering = ("-pk",)


@admin.register(HeldSample)
class HeldSampleAdmin(ReadOnlyAdmin):
    """Counts that wait, or waited, for a person; they are settled in the portal."""

    list_display = ("indicator_slug", "key", "reason", "starts_at", "settled_at", "settled_reason")
    list_filter = ("reason",)
    ordering = ("-pk",)


class _FactAdmin(ReadOnlyAdmin):
    """Facts in all versions, newest record first; no count over millions of rows."""

    list_filter = ("channel",)
    list_select_related = ("service",)
    show_full_result_count = False
    search_fields = ("key",)
    ordering = ("-recorded_at", "-pk")


@admin.register(SampleFact)
class SampleFactAdmin(_FactAdmin):
    """Days of counts as facts."""

    list_display = ("key", "service", "slice_start", "good", "valid", "tenant", "recorded_at", "until_seq")


@admin.register(BusinessFact)
class BusinessFactAdmin(_FactAdmin):
    """Numbers of the business."""

    list_display = ("key", "service", "series", "at", "amount", "unit", "recorded_at", "until_seq")
