"""Django's admin: what people were told and which letters left; nothing is written here."""

from django.contrib import admin

from apps.core.readonly_admin import ReadOnlyAdmin
from apps.notifications.models import Mail, Notification


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """Notices, newest first."""

    list_display = ("title", "kind", "recipient", "told_at", "read_at", "mailed_at")
    list_filter = ("kind",)
    list_select_related = ("recipient",)
    ordering = ("-pk",)


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    """Letters that wait, left, had nothing left to say, or rest after five failures."""

    list_display = ("purpose", "recipient", "address", "due_at", "attempts", "last_error", "done_at", "sent_at")
    list_filter = ("purpose",)
    list_select_related = ("recipient",)
    ordering = ("-pk",)
