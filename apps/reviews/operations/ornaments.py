"""Writes of what tells whether a metric is used: openings of its pages, reasons to keep it."""

import logging

from django.db import DatabaseError, transaction
from django.db.models import F

from apps.accounts.domain import Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.core.immutable import writing
from apps.core.periods import Grain, period_on
from apps.core.problems import Conflict
from apps.metrics import queries as metrics
from apps.metrics.models import MetricDefinition
from apps.reviews import policies, queries
from apps.reviews.domain import ornaments
from apps.reviews.models import DefinitionOpening, KeptDefinition

log = logging.getLogger(__name__)
# The last minute in which this process counted an opening of a definition.
_counted: dict[int, int] = {}


def note_opening(*, definition: MetricDefinition, by: Principal) -> None:
    """Count that a person opened a definition this week, never who; at most once a minute and process.

    A page is never refused because its opening could not be counted.
    """
    minute = int(clock.now().timestamp()) // 60
    if not by.is_person or _counted.get(definition.pk) == minute:
        return
    _counted[definition.pk] = minute
    week = period_on(clock.today(), Grain.WEEK).key
    try:
        with transaction.atomic():
            row, is_new = DefinitionOpening.objects.get_or_create(
                definition=definition, week=week, defaults={"minutes": 1}
            )
            if not is_new:
                DefinitionOpening.objects.filter(pk=row.pk).update(minutes=F("minutes") + 1)
    except DatabaseError:
        log.warning("an opening of %s was not counted", definition.slug, exc_info=True)


@transaction.atomic
def keep_definition(*, definition: MetricDefinition, reason: str, by: Principal) -> KeptDefinition:
    """Say why a definition stays although no decision cites it; it is asked again two quarters later."""
    policies.require_can_answer_ornament(by, definition)
    definition = metrics.lock_definition(definition.pk)
    if not queries.get_seen(definition.slug).is_asked:
        raise Conflict("state_forbids", "Nothing is asked about this definition now: decisions cite it, or it is kept.")
    kept = KeptDefinition(
        definition=definition, reason=reason, asks_again_on=ornaments.asks_again_on(clock.today()),
        kept_at=clock.now(), kept_by_id=by.user_id or 0,
    )  # fmt: skip
    with writing(KeptDefinition):
        kept.save()
    data = {"reason": reason, "asks_again_on": kept.asks_again_on.isoformat()}
    audit.record("definition.kept", subject=definition, by=by, data=data)
    return kept
