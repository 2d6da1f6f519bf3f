"""Django app configuration."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Registers the app under its short label."""

    name = "apps.notifications"
    label = "notifications"
    verbose_name = "Notifications"
    default_auto_field = "django.db.models.BigAutoField"
