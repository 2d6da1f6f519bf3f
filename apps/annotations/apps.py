"""Django app configuration."""

from django.apps import AppConfig


class AnnotationsConfig(AppConfig):
    """Registers the app under its short label."""

    name = "apps.annotations"
    label = "annotations"
    verbose_name = "Annotations"
    default_auto_field = "django.db.models.BigAutoField"
