"""Django app configuration."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Registers the app under its short label."""

    name = "apps.portal"
    label = "portal"
    verbose_name = "Portal"
    default_auto_field = "django.db.models.BigAutoField"
