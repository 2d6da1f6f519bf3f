"""Django app configuration of objectives."""

from django.apps import AppConfig


class ObjectivesConfig(AppConfig):
    """Registers the app under its short label."""

    name = "apps.objectives"
    label = "objectives"
    verbose_name = "Objectives"
    default_auto_field = "django.db.models.BigAutoField"
