"""Django app configuration; loading it registers the governed kinds of its own."""

from importlib import import_module

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    """Registers the app under its short label."""

    name = "apps.governance"
    label = "governance"
    verbose_name = "Governance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Take in exemptions and freeze windows, which governance has itself."""
        import_module("apps.governance.governed")
