"""The uptime log as counts of SLIs: what it says of each place at every fifth minute, summed up by the hour.

The log holds single looks and the times a place went down and came back. Between two looks at most a day apart the
place was watched, and was up unless an outage says otherwise; where the log falls silent nothing is counted. An outage
that never closed lasts until the place was next seen up, or until the log falls silent. The time of day at which a
place was looked at is not in the log, so its looks are set on every fifth minute.
"""

import io
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache, partial

from apps.core.work import run_now
from apps.integrations import operations as integrations
from apps.integrations.domain.csv_columns import CsvKind
from apps.objectives.operations.evaluation_asking import EVALUATE
from apps.objectives.queries.indicator_rows import list_indicators
from apps.portal.demo.cast import Cast, local
from apps.portal.demo.history import report_lines
from apps.portal.demo.oncall import SILENT_AFTER, WATCHED
from apps.portal.demo.packfiles import pack_rows

# A place that went down for good is watched nowhere else.
PLACES = {**WATCHED, "toro/TORO Minecraft Bedrock Server": "celery"}
LOOK, HOUR = timedelta(minutes=5), timedelta(hours=1)
SUFFIX = "-uptime"
# Once when the promises are agreed on, with all the past; and on the story's last morning.
BROUGHT_IN = (datetime.combine(date(2026, 8, 20), time(21)), datetime.combine(date(2026, 8, 24), time(5, 45)))
HEADER = "service,indicator,slice_start,good,valid"


@dataclass
class Place:
    """What the log knows of one place: instants at which it was seen, and stretches in which it was down."""

    seen: list[tuple[datetime, bool]] = field(default_factory=list)
    down: list[tuple[datetime, datetime]] = field(default_factory=list)

    def stretches(self) -> Iterator[tuple[datetime, datetime]]:
        """When it was watched: from look to look, as long as they are at most a day apart."""
        for (before, _), (after, _) in zip(self.seen, self.seen[1:], strict=False):
            if after - before <= SILENT_AFTER:
                yield before, after

    def is_down(self, at: datetime) -> bool:
        """Whether an outage holds at an instant."""
        place = bisect_right(self.down, (at, datetime.max.replace(tzinfo=at.tzinfo))) - 1
        return place >= 0 and at < self.down[place][1]


@cache
def all_places() -> dict[str, list[Place]]:
    """The places of each service."""
    found: dict[str, Place] = {name: Place() for name in PLACES}
    for row in pack_rows("probes"):
        if row["service"] in found:
            seen = (datetime.fromisoformat(row["checked_at"]), row["state"] != "down")
            found[row["service"]].seen.append(seen)
    for place in found.values():
        place.seen.sort()
    for row in pack_rows("outages"):
        if row["service"] in found:
            place = found[row["service"]]
            began = datetime.fromisoformat(row["started_at"])
            ended = datetime.fromisoformat(row["resolved_at"]) if row["resolved_at"] else _seen_up(place, began)
            place.down.append((began, ended))
    by_service: dict[str, list[Place]] = {}
    for name, place in found.items():
        place.down.sort()
        by_service.setdefault(PLACES[name], []).append(place)
    return by_service


def _seen_up(place: Place, began: datetime) -> datetime:
    """When a place was next seen up; the log's last word where it never was."""
    later = [at for at, is_up in place.seen if is_up and at > began]
    return min(later, default=max((at for at, _ in place.seen), default=began) + LOOK)


@cache
def looks_of(service: str) -> dict[datetime, tuple[int, int]]:
    """Good and valid looks of a service by the hour, over all its places."""
    found: dict[datetime, tuple[int, int]] = {}
    for place in all_places().get(service, []):
        for since, until in place.stretches():
            at = since + (datetime.min.replace(tzinfo=since.tzinfo) - since) % LOOK
            while at < until:
                hour = at.replace(minute=0, second=0, microsecond=0)
                good, valid = found.get(hour, (0, 0))
                found[hour] = (good + (not place.is_down(at)), valid + 1)
                at += LOOK
    return found


def csv_rows(service: str, indicator: str, after: datetime | None, until: datetime) -> Iterator[str]:
    """The hours that became whole in `[after, until)`, as rows of a file."""
    for hour, (good, valid) in sorted(looks_of(service).items()):
        if hour + HOUR <= until and (after is None or hour + HOUR > after):
            yield f"{service},{indicator},{hour:%Y-%m-%dT%H:%M:%SZ},{good},{valid}"


def bring_in(cast: Cast, *, after: datetime | None, until: datetime) -> str | None:
    """Import what the log says of every service with an SLI by it, through the product's own file import."""
    slugs = [one.slug for one in list_indicators() if one.slug.endswith(SUFFIX)]
    if not slugs:
        return None
    rows = [row for slug in slugs for row in csv_rows(slug.removesuffix(SUFFIX), slug, after, until)]
    stream = io.BytesIO("\n".join([HEADER, *rows, ""]).encode())
    run = integrations.check_import(
        stream=stream, kind=CsvKind.SLI_SAMPLES, file_name=f"uptime-log-until-{until:%Y-%m-%d}.csv", by=cast.admin
    )
    run = integrations.apply_import(run=run, stream=stream, by=cast.admin)
    run_now(EVALUATE)
    return "; ".join([f"the uptime log counts for {len(slugs)} SLIs", *report_lines(run)])


def acts() -> Iterator[tuple[datetime, Callable[[Cast], str | None]]]:
    """The log is brought in twice, with its instants."""
    instants = [local(at.date(), at.time()) for at in BROUGHT_IN]
    for after, until in zip((None, *instants), instants, strict=False):
        yield until, partial(bring_in, after=after, until=until)
