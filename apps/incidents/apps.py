"""Django app configuration; loading it registers what incidents offer to be measured."""

from importlib import import_module

from django.apps import AppConfig

from apps.core import facts


class IncidentsConfig(AppConfig):
    """Registers the app under its short label."""

    name = "apps.incidents"
    label = "incidents"
    verbose_name = "Incidents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the facts to be measured, and follow the deployments that incidents are linked to."""
        import_module("apps.incidents.facts")
        facts.on_touched(import_module("apps.incidents.operations.settling").resettle_after_deployments)
