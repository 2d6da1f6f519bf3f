"""The Celery application with its own schedule, drained every second instead of every minute."""

from config.celery_app import app

app.conf.beat_schedule = {name: {**entry, "schedule": 1.0} for name, entry in app.conf.beat_schedule.items()}
# What is asked of PostgreSQL and Redis every second needs no patience of a server's.
app.conf.broker_transport_options = {"visibility_timeout": 30}
