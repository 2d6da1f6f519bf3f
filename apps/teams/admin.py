"""Django's admin: groups, teams, memberships; tokens are made and ended on pages and over REST."""

from django.contrib import admin

from apps.audit import operations as audit
from apps.core.audited_admin import AuditedAdmin
from apps.core.readonly_admin import ReadOnlyAdmin
from apps.teams.models import ApiToken, Group, Membership, Team, WorkingAgreement


@admin.register(Group)
class GroupAdmin(AuditedAdmin):
    """Groups."""

    record = staticmethod(audit.record)
    list_display = ("name", "slug")
    ordering = ("name",)


@admin.register(Team)
class TeamAdmin(AuditedAdmin):
    """Teams."""

    record = staticmethod(audit.record)
    list_display = ("name", "slug", "team_type", "group", "began_on", "closed_on")
    list_filter = ("team_type", "group")
    list_select_related = ("group",)
    search_fields = ("name", "slug")
    ordering = ("name",)


@admin.register(Membership)
class MembershipAdmin(AuditedAdmin):
    """Roles in teams and groups; one ends by its `until_at`."""

    record = staticmethod(audit.record)
    list_display = ("user", "role", "team", "group", "from_at", "until_at")
    list_filter = ("role", "team", "group")
    list_select_related = ("user", "team", "group")
    ordering = ("user__full_name", "from_at")


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Tokens, without anything that could be used as one."""

    list_display = ("name", "prefix", "team", "created_at", "expires_at", "last_used_at")
    list_filter = ("team",)
    list_select_related = ("team",)
    exclude = ("digest",)
    ordering = ("name",)


@admin.register(WorkingAgreement)
class WorkingAgreementAdmin(ReadOnlyAdmin):
    """Working agreements, newest first; they are written on the team's page."""

    list_display = ("team", "matter", "review_by", "written_at", "written_by")
    list_filter = ("matter", "team")
    list_select_related = ("team", "written_by")
    ordering = ("-id",)
