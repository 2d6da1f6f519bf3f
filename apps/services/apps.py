"""Django app configuration."""

from django.apps import AppConfig


class ServicesConfig(AppConfig):
    """Registers the app under its short label."""

    name = "apps.services"
    label = "services"
    verbose_name = "Services"
    default_auto_field = "django.db.models.BigAutoField"
