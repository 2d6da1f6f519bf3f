"""Days that are over as facts: what weeks and months of attainment are summed from."""

import hashlib
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from apps.core import clock
from apps.core.periods import local_midnight
from apps.objectives.domain.counts import day_of
from apps.objectives.facts import SAMPLES
from apps.objectives.queries import series as series_queries
from apps.objectives.queries import stored_samples as queries
from apps.objectives.queries.series import SeriesPlace
from apps.objectives.queries.stored_samples import DayPlace
from apps.services import operations as services

LONGEST_KEY, LONGEST_TENANT = 100, 200
# Late slices of the evening come within this time; whoever falls silent at midnight is looked for so long.
SETTLED, LOOKED_BACK = timedelta(hours=1), timedelta(days=7)


def publish_days(places: Collection[DayPlace]) -> int:
    """Publish the sums of days as facts, those equal to what is current unchanged; answers how many days there were.

    The running day stays out: it would leave a version with every slice.
    """
    standing = queries.stored_days(places)
    series = series_queries.places_of({series_id for series_id, _ in standing})
    rows, begins = list[dict[str, Any]](), dict[int, datetime]()
    for (series_id, day), row in sorted(standing.items(), key=lambda item: item[0]):
        fact = _fact(series[series_id], day, row.good, row.valid)
        begins[fact["service"]] = min(fact["slice_start"], begins.get(fact["service"], fact["slice_start"]))
        rows.append(fact)
    if rows:
        services.record_facts(source=SAMPLES, channel=SAMPLES.own_channel, rows=rows, connected_from=begins)
    return len(standing)


def _fact(place: SeriesPlace, day: date, good: int, valid: int) -> dict[str, Any]:
    return {
        "key": fact_key(place.indicator, place.key, day), "service": place.service_id,
        "slice_start": local_midnight(day, clock.reporting_zone()), "indicator": place.indicator,
        "good": good, "valid": valid, "tenant": place.key if place.is_tenant else "", "flow": place.flow,
    }  # fmt: skip


def fact_key(indicator: str, key: str, day: date) -> str:
    """The key of a day as a fact; an endless key of a tenant or segment stands as its digest."""
    short = key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"{indicator}/{day}/{short}" if short else f"{indicator}/{day}"


def publish_ended_days(*, at: datetime) -> int:
    """Publish the last day of series whose source fell silent before midnight; answers how many days those were."""
    zone = clock.reporting_zone()
    until = local_midnight(clock.local_day(at - SETTLED), zone)
    ended = [(pk, day_of(starts_at, zone)) for pk, starts_at in queries.newest_days(until - LOOKED_BACK, until)]
    published = queries.published_keys({local_midnight(day, zone) for _, day in ended})
    series = series_queries.places_of({pk for pk, _ in ended})
    return publish_days([place for place in ended if _identity(series[place[0]], place[1]) not in published])


def _identity(place: SeriesPlace, day: date) -> tuple[int, str]:
    return place.service_id, fact_key(place.indicator, place.key, day)
