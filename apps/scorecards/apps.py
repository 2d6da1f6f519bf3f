"""Django app configuration; loading it registers the governed kind."""

from importlib import import_module

from django.apps import AppConfig

from apps.metrics.domain.lifecycle import dependants


class ScorecardsConfig(AppConfig):
    """Registers the app under its short label."""

    name = "apps.scorecards"
    label = "scorecards"
    verbose_name = "Scorecards"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hand templates to governance, and say which slots show a definition."""
        import_module("apps.scorecards.governed")
        dependants.add(import_module("apps.scorecards.queries").list_slots_showing)
