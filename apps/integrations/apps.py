"""Django app configuration."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """Registers the app under its short label."""

    name = "apps.integrations"
    label = "integrations"
    verbose_name = "Integrations"
    default_auto_field = "django.db.models.BigAutoField"
