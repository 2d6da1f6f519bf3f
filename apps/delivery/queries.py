"""Reads of stored facts, of whichever source."""

from typing import Any

from django.db.models import F, Q, QuerySet

from apps.accounts.domain import Principal
from apps.core.fact_sources import FactSource, UnknownSource, sources
from apps.core.problems import Absent
from apps.delivery.models import BatchReceipt
from apps.services import queries as services


def list_sources() -> list[FactSource]:
    """All fact sources in the order of their registration."""
    return list(sources)


def get_source(key: str) -> FactSource:
    """The source of that key; raises `Absent`."""
    try:
        return sources.get(key)
    except UnknownSource:
        raise Absent("not_found", "Nothing is here for you.") from None


def list_facts(source: FactSource, by: Principal) -> QuerySet[Any]:
    """All versions of a source's facts as dictionaries, with `time` for the main clock and the service's slug.

    Without those of what the principal may not know of.
    """
    columns = ["id", "fact", "channel", "key", "recorded_at", *(f.name for f in source.stored_fields)]
    rows: QuerySet[Any] = source.model._default_manager.alias(time=F(source.main_clock))
    if source.hides is not None:
        rows = rows.exclude(source.hides(by))
    return rows.values(*columns, service_slug=F("service__slug"))


def standing_at(facts: QuerySet[Any], watermark: int) -> QuerySet[Any]:
    """The versions that were current when the source's counter stood at `watermark`."""
    return facts.filter(Q(until_seq=None) | Q(until_seq__gt=watermark), seq__lte=watermark)


def watermark_of(source: FactSource) -> int:
    """The source's counter up to which everything is committed."""
    return services.watermark([source.key])[source.key]


def find_fact(source: FactSource, service_id: int, channel: str, key: str) -> Any:
    """The current row of a fact, or None."""
    rows = source.model._default_manager.filter(service_id=service_id, channel=channel, key=key, until_seq=None)
    return rows.first()


def lock_receipt(sender: str, idempotency_key: str, **defaults: Any) -> tuple[BatchReceipt, bool]:
    """The receipt of a sender's key, locked, and whether it was made just now; a second sender of it waits here."""
    receipt, is_new = BatchReceipt.objects.get_or_create(
        sender=sender, idempotency_key=idempotency_key, defaults=defaults
    )
    return BatchReceipt.objects.select_for_update().get(pk=receipt.pk), is_new
