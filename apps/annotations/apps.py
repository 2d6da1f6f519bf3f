"""Django app configuration; loading it offers marks to the timelines of incidents."""

from importlib import import_module

from django.apps import AppConfig

from apps.core.timelines import offer_lines


class AnnotationsConfig(AppConfig):
    """Registers the app under its short label."""

    name = "apps.annotations"
    label = "annotations"
    verbose_name = "Annotations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer marks as lines of timelines."""
        offer_lines("annotations", import_module("apps.annotations.queries").lines_of_marks)
