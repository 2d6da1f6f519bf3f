"""Django app configuration of objectives; loading it offers their facts and reads the samples of batches."""

from importlib import import_module

from django.apps import AppConfig

from apps.core import fact_receiving, facts
from apps.governance.domain.kinds import kinds
from apps.governance.domain.upstairs import upstairs


class ObjectivesConfig(AppConfig):
    """Registers the app under its short label."""

    name = "apps.objectives"
    label = "objectives"
    verbose_name = "Objectives"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer facts to be measured, hand SLIs, SLOs and budget policies to governance, follow incidents."""
        import_module("apps.objectives.facts")
        import_module("apps.objectives.governed")
        receiving = import_module("apps.objectives.operations.sample_receiving")
        asking = import_module("apps.objectives.operations.evaluation_asking")
        facts.on_touched(asking.ask_after_incidents)
        kinds.hold_with(asking.hold_duties)
        fact_receiving.read_with("sli_samples", receiving.receive_samples)
        exempting = import_module("apps.objectives.operations.exempting")
        upstairs.read_slices = import_module("apps.objectives.queries.exempting").read_slices
        upstairs.slice_receivers = [exempting.judge_again]
        previewing = import_module("apps.objectives.previewing")
        kinds.add_preview("exemption", previewing.preview_exemption)
        kinds.add_preview("slo", previewing.preview_promise)
        kinds.add_preview("budget_policy", previewing.preview_policy)
