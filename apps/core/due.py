"""Durable duties: a row says what must happen; a message is only a nudge, so a lost message loses nothing."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.db.models import F, Min

from apps.core import clock
from apps.core.bulk import batched

logger = logging.getLogger(__name__)

CLAIM = timedelta(seconds=90)
RESTS_AFTER = 12


class DueRow(models.Model):
    """Four fields that turn a row into a duty: due and not done means somebody will do it."""

    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True, default="")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


Row = TypeVar("Row", bound=DueRow)


def claim(model: type[Row], *, limit: int, hold: timedelta = CLAIM, tries: int = RESTS_AFTER) -> list[Row]:
    """Take up to `limit` due rows: each counts one attempt and is due again after `hold` unless it is done.

    Rows that failed together come back in quarters, so that one that cannot be done soon stands alone.
    """
    with transaction.atomic():
        due = model._default_manager.filter(done_at=None, due_at__lte=clock.now(), attempts__lt=tries)
        tried = due.aggregate(least=Min("attempts"))["least"] or 0
        due = due.filter(attempts=tried).order_by("due_at", "pk")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        keys = list(due.values_list("pk", flat=True)[: max(1, limit // 4**tried)])
        until = clock.now() + hold
        model._default_manager.filter(pk__in=keys).update(attempts=F("attempts") + 1, due_at=until)
    return list(model._default_manager.filter(pk__in=keys).order_by("pk"))


def mark_done(rows: list[Row]) -> None:
    """Close rows that were not asked for again while they were being worked."""
    together: dict[tuple[type[Row], datetime], list[int]] = {}
    for row in rows:
        together.setdefault((type(row), row.due_at), []).append(row.pk)
    for (model, due_at), keys in together.items():
        for some in batched(keys):
            done = model._default_manager.filter(pk__in=some, due_at=due_at)
            done.update(done_at=clock.now(), last_error="")


def drain(
    model: type[Row],
    do: Callable[[Any], Any],
    *,
    batch: int = 1,
    hold: timedelta = CLAIM,
    prepare: Callable[[list[Row]], Any] | None = None,
    waits: Sequence[timedelta] = (),
) -> int:
    """Work all due rows of a table in batches; each batch is one transaction that also marks it done.

    `prepare` may do the long part before that transaction begins; `do` is then given what it answers instead of the
    rows. A failing batch keeps its error and stays due; the rest goes on. Returns the number of rows done.

    `waits` are the pauses after each failure of a table with fewer tries: one try more than pauses, then it rests.
    """
    worked = 0
    tries = len(waits) + 1 if waits else RESTS_AFTER
    while rows := claim(model, limit=batch, hold=hold, tries=tries):
        try:
            prepared = prepare(rows) if prepare else rows
            with transaction.atomic():
                do(prepared)
                mark_done(rows)
            worked += len(rows)
        except Exception as error:
            logger.exception("duty failed: %s", model.__name__)
            failed = model._default_manager.filter(pk__in=[row.pk for row in rows])
            failed.update(last_error=f"{error!r}"[:2000])
            if rows[0].attempts <= len(waits):
                failed.filter(due_at=rows[0].due_at).update(due_at=clock.now() + waits[rows[0].attempts - 1])
    return worked
