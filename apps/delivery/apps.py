"""Django app configuration; loading it registers the delivery facts."""

from importlib import import_module

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """Registers the app under its short label."""

    name = "apps.delivery"
    label = "delivery"
    verbose_name = "Delivery"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the facts to be measured."""
        import_module("apps.delivery.facts")
