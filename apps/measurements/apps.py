"""Django app configuration; loading it listens to changed facts and previews changed definitions."""

from importlib import import_module

from django.apps import AppConfig

from apps.core import facts
from apps.governance.domain.kinds import kinds
from apps.governance.domain.upstairs import upstairs
from apps.measurements.domain.engine import ENGINE_VERSION

DEFINITION = "metric_definition"


class MeasurementsConfig(AppConfig):
    """Registers the app under its short label."""

    name = "apps.measurements"
    label = "measurements"
    verbose_name = "Measurements"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hear of every changed fact, owner and connection, and compute what changed definitions would move."""
        operations = import_module("apps.measurements.operations")
        facts.on_touched(operations.ask_after_facts)
        facts.on_catalogue_change(operations.ask_after_catalogue)
        kinds.add_preview(DEFINITION, import_module("apps.measurements.previewing").preview_definition)
        kinds.engine_version = str(ENGINE_VERSION)
        exempting = import_module("apps.measurements.exempting")
        upstairs.definition_names = exempting.definition_names
        upstairs.find_fact_problems = exempting.find_fact_problems
        upstairs.receivers[:] = [exempting.ask_after_exemption]
        upstairs.list_creeps = import_module("apps.measurements.creeping").list_creeps
        with_and_without = import_module("apps.measurements.with_and_without")
        kinds.add_preview("exemption", with_and_without.preview_exemption)
        kinds.add_preview("freeze_window", with_and_without.preview_freeze)
