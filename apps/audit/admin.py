"""Django's admin: the audit chain is read here and changed nowhere."""

from django.contrib import admin

from apps.audit.models import AuditEvent, HeadNote
from apps.core.readonly_admin import ReadOnlyAdmin


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """Events, newest first."""

    list_display = ("seq", "at", "actor", "action", "subject")
    list_filter = ("action",)
    search_fields = ("subject", "actor")
    ordering = ("-seq",)


@admin.register(HeadNote)
class HeadNoteAdmin(ReadOnlyAdmin):
    """Heads that went into the log, newest first."""

    list_display = ("day", "seq", "hash", "fault", "attempts", "done_at")
    ordering = ("-day",)
