"""Findings on a weekly agenda: services whose sources fell silent, as Data health says."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from apps.core import clock
from apps.core.calendar_words import day_words
from apps.core.fact_sources import sources
from apps.core.joining import joined
from apps.reviews.domain.weekly import Found, Press, Rule
from apps.services import queries as services
from apps.services.models import Service


def read_gaps(owned: Sequence[Service], at: datetime) -> list[Found]:
    """One finding for each service of which a source was heard no more for longer than it is normally quiet."""
    newest: dict[tuple[int, str], datetime] = {}
    for row in services.list_connections([one.pk for one in owned]):
        place = row.service_id, row.source
        newest[place] = max(row.heard_at, newest.get(place, row.heard_at))
    found = []
    for one in owned:
        silent = sorted(
            (heard_at, key)
            for (pk, key), heard_at in newest.items()
            if pk == one.pk and key in sources and heard_at < at - sources.get(key).silent_after
        )
        found += [_gap(one, silent)] if silent else []
    return found


def _gap(service: Service, silent: Sequence[tuple[datetime, str]]) -> Found:
    labels = [sources.get(key).label for _, key in silent]
    since = day_words(clock.local_day(silent[0][0]))
    words = f"Please check: {joined(labels)} of {service.name} fell silent, last heard {since}. Is data missing?"
    return Found(
        Rule.DATA_GAP, f"service:{service.slug}", words, Press.NO_DATA_AGAIN, reverse("portal:data-health"),
        {
            "title": f"{service.name}: a gap in the data", "service": service.slug,
            "sources": {key: heard_at.isoformat() for heard_at, key in silent},
        },
        order=service.name, services=(service.slug,),
    )  # fmt: skip
