"""Django app configuration; loading it tells governance which definitions decide nothing."""

from importlib import import_module

from django.apps import AppConfig

from apps.governance.domain.upstairs import upstairs


class ReviewsConfig(AppConfig):
    """Registers the app under its short label."""

    name = "apps.reviews"
    label = "reviews"
    verbose_name = "Reviews"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the page of governance ask about metrics that nobody uses or looks at."""
        upstairs.list_standing = import_module("apps.reviews.ornaments").list_standing
