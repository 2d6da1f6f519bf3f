"""Admin pages of pages, alert rules and on-call profiles, to read."""

from django.contrib import admin

from apps.core.readonly_admin import ReadOnlyAdmin
from apps.incidents.models import AlertRule, MaturityThresholds, OnCallProfile, Page, PageLabel


@admin.register(AlertRule)
class AlertRuleAdmin(ReadOnlyAdmin):
    """Rules that page."""

    list_display = ("name", "service", "signal", "first_seen_at")
    list_filter = ("signal",)
    list_select_related = ("service",)
    ordering = ("service__name", "name")


@admin.register(Page)
class PageAdmin(ReadOnlyAdmin):
    """Pages with what was settled of them; nobody who answered is kept."""

    list_display = ("rule", "team", "fired_at", "urgency", "bucket", "repeat", "woke", "label")
    list_filter = ("urgency", "bucket", "label")
    list_select_related = ("rule", "team")
    ordering = ("-fired_at",)


@admin.register(PageLabel)
class PageLabelAdmin(ReadOnlyAdmin):
    """Every label that was ever given; the newest of a page holds."""

    list_display = ("page", "label", "given_at")
    list_select_related = ("page",)
    ordering = ("-pk",)


@admin.register(OnCallProfile)
class OnCallProfileAdmin(ReadOnlyAdmin):
    """Hours and targets of teams through time."""

    list_display = ("team", "from_at", "zone", "acknowledgement_seconds", "written_at")
    list_select_related = ("team",)
    ordering = ("team__name", "-from_at")


@admin.register(MaturityThresholds)
class MaturityThresholdsAdmin(ReadOnlyAdmin):
    """What the stages asked for through time."""

    list_display = ("from_at", "actionable_percent", "on_time_percent", "most_after_done", "written_at")
    ordering = ("-from_at",)
