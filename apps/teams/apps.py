"""Django app configuration."""

from django.apps import AppConfig


class TeamsConfig(AppConfig):
    """Registers the app under its short label."""

    name = "apps.teams"
    label = "teams"
    verbose_name = "Teams"
    default_auto_field = "django.db.models.BigAutoField"
