"""Django app configuration; loading it registers the governed kinds."""

from importlib import import_module

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    """Registers the app under its short label."""

    name = "apps.metrics"
    label = "metrics"
    verbose_name = "Metrics"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hand definitions and targets to governance."""
        import_module("apps.metrics.governed")
