"""Django app configuration; loading it registers the system checks and the duties of all apps."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    """Registers the app under its short label."""

    name = "apps.core"
    label = "core"
    verbose_name = "Core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the checks run, and know every duty by its name."""
        import_module("apps.core.checks")
        autodiscover_modules("tasks")
