"""The Celery application: execution, routing and the static beat schedule."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init
from django.core.exceptions import ImproperlyConfigured

from apps.core.serving import require_serving_role
from config.schedule import BEAT_SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

app = Celery("plumbline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = BEAT_SCHEDULE
app.autodiscover_tasks()


def refuse_owner(**_: Any) -> None:
    """Worker and beat refuse what the web process refuses; Celery goes on after any other exception of a signal."""
    try:
        require_serving_role()
    except ImproperlyConfigured as problem:
        raise SystemExit(str(problem)) from problem


worker_init.connect(refuse_owner, dispatch_uid="refuse_owner")
beat_init.connect(refuse_owner, dispatch_uid="refuse_owner")
