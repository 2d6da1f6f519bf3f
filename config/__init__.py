"""Project configuration; loading it makes the Celery application known to every task."""

from config.celery_app import app as celery_app

__all__ = ["celery_app"]
