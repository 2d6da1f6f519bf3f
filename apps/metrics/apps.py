"""Django app configuration; loading it registers the governed kinds."""

from importlib import import_module

from django.apps import AppConfig

from apps.governance.domain.upstairs import upstairs


class MetricsConfig(AppConfig):
    """Registers the app under its short label."""

    name = "apps.metrics"
    label = "metrics"
    verbose_name = "Metrics"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hand definitions and targets to governance, and say which of them should be looked at again."""
        import_module("apps.metrics.governed")
        upstairs.list_due_looks = import_module("apps.metrics.looks").list_due_looks
