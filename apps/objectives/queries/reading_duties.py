"""Reads for pulling: what an indicator is read from, and how far its reading came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from apps.core import clock
from apps.core.periods import local_midnight
from apps.core.problems import Absent
from apps.objectives.domain.indicator_specs import IndicatorSpec
from apps.objectives.domain.indicator_words import SampleSource
from apps.objectives.models import (
    Indicator,
    IndicatorRead,
    IndicatorVersion,
    MonitoringSource,
    Sample,
    SampleBatch,
    Series,
)
from apps.objectives.queries.agreements import indicator_version_on, spec_of


@dataclass(frozen=True)
class Readable:
    """An indicator with the statement that holds on a day and the server it names, if it is pulled.

    What it measures holds from `begins_at` (None: the first, which reaches back) to `ends_at` (None: until further).
    """

    indicator: Indicator
    version: IndicatorVersion
    spec: IndicatorSpec
    server: MonitoringSource | None
    begins_at: datetime | None = None
    ends_at: datetime | None = None


def get_indicator(slug: str) -> Indicator:
    """The indicator of that short name with its versions; raises `Absent`."""
    versions = Prefetch("versions", IndicatorVersion.objects.order_by("number"))
    rows = Indicator.objects.select_related("service", "flow", "owner_team").prefetch_related(versions)
    found: Indicator | None = rows.filter(slug=slug).first()
    if found is None:
        raise Absent("not_found", "Nothing is here for you.")
    return found


def get_readable(indicator: Indicator, day: date) -> Readable | None:
    """What is read for an indicator on a day; None where nothing is in force, it is retired, or its samples come by
    push."""
    versions = list(indicator.versions.order_by("number"))
    version = indicator_version_on(versions, day)
    return None if version is None or _is_retired(indicator, day) else _readable(indicator, versions, version)


def next_readable(indicator: Indicator, position: datetime, today: date) -> Readable | None:
    """What is to be read from an instant on: by the statement of its day, or by the next one that is not pushed.

    The first statement reaches back before its day, as windows do.
    """
    versions, first = list(indicator.versions.order_by("number")), clock.local_day(position)
    if _is_retired(indicator, today) or indicator_version_on(versions, today) is None:
        return None
    later = {one.effective_from for one in versions if one.effective_from and first < one.effective_from <= today}
    holding = (indicator_version_on(versions, day) or versions[0] for day in [first, *sorted(later)])
    found = (_readable(indicator, versions, version) for version in holding)
    return next((one for one in found if one is not None), None)


def _is_retired(indicator: Indicator, day: date) -> bool:
    return indicator.retired_on is not None and indicator.retired_on <= day


def _readable(indicator: Indicator, versions: Sequence[IndicatorVersion], version: IndicatorVersion) -> Readable | None:
    spec = spec_of(version)
    if spec.source is SampleSource.PUSH:
        return None
    server = MonitoringSource.objects.filter(slug=spec.monitoring_source).first() if spec.monitoring_source else None
    same = version.meaning_number
    begins = next((one.effective_from for one in versions if one.number == same and same > 1), None)
    later = (one.effective_from for one in versions if one.number > version.number and one.meaning_number != same)
    ends = min((day for day in later if day is not None), default=None)
    return Readable(indicator, version, spec, server, _midnight(begins), _midnight(ends))


def _midnight(day: date | None) -> datetime | None:
    return local_midnight(day, clock.reporting_zone()) if day is not None else None


def find_read(indicator: Indicator) -> IndicatorRead | None:
    """The duty of reading an indicator, once somebody started it."""
    return IndicatorRead.objects.filter(indicator=indicator).first()


def lock_read(pk: int) -> IndicatorRead:
    """The duty, locked until the transaction ends."""
    return IndicatorRead.objects.select_for_update(of=("self",)).select_related("indicator").get(pk=pk)


def lock_read_of(indicator: Indicator) -> IndicatorRead | None:
    """The duty of reading an indicator, locked until the transaction ends; None where nobody started it."""
    return IndicatorRead.objects.select_for_update(of=("self",)).filter(indicator=indicator).first()


def waits_for_a_try(read: IndicatorRead, readable: Readable) -> bool:
    """Whether a person has to look at what comes before it is read on: under another statement, or after it rested."""
    is_new = readable.spec.source is SampleSource.PULL and readable.version.meaning_number > read.tried_number
    return read.done_at is None and (is_new or read.is_resting)


def list_unread_tickets() -> list[Indicator]:
    """Indicators that are counted from tickets by now and that nothing reads yet."""
    newest = IndicatorVersion.objects.filter(indicator=OuterRef("pk")).order_by("-number").values("source")[:1]
    rows = Indicator.objects.filter(read=None, retired_on=None).annotate(now_from=Subquery(newest))
    return list(rows.filter(now_from=SampleSource.TICKETS).order_by("pk"))


def lock_reads_of(server: MonitoringSource, day: date, due_before: datetime) -> list[IndicatorRead]:
    """Readings that a server is asked for on a day and that are due by then, locked; those in work are left out."""
    rows = IndicatorRead.objects.filter(done_at=None, due_at__lt=due_before).order_by("pk")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(of=("self",), skip_locked=True)
    versions = Prefetch("indicator__versions", IndicatorVersion.objects.order_by("number"))
    return [
        row for row in rows.select_related("indicator").prefetch_related(versions)
        if (version := indicator_version_on(row.indicator.versions.all(), day)) is not None
        and spec_of(version).monitoring_source == server.slug
    ]  # fmt: skip


def keys_of(indicator_id: int) -> list[str]:
    """The keys that are known of an indicator, in order."""
    return list(Series.objects.filter(indicator_id=indicator_id).order_by("key").values_list("key", flat=True))


def counted_places(indicator_id: int, since: datetime, until: datetime) -> list[tuple[str, datetime]]:
    """Key and start of the stored slices of an indicator in `[since, until)` in which something counted."""
    rows = Sample.objects.filter(series__indicator=indicator_id, starts_at__gte=since, starts_at__lt=until, valid__gt=0)
    return list(rows.order_by("pk").values_list("series__key", "starts_at"))


def find_batch(channel: str, sender: str, received_at: datetime) -> SampleBatch | None:
    """The batch of a sender at an instant, if there is one."""
    return SampleBatch.objects.filter(team=None, received_at=received_at, channel=channel, sender=sender).first()


def list_sources() -> QuerySet[MonitoringSource]:
    """Registered servers by name."""
    return MonitoringSource.objects.order_by("name", "pk")


def get_source(slug: str) -> MonitoringSource:
    """The server of that short name; raises `Absent`."""
    found = MonitoringSource.objects.filter(slug=slug).first()
    if found is None:
        raise Absent("not_found", "Nothing is here for you.")
    return found


def lock_source(pk: int) -> MonitoringSource:
    """The server, locked until the transaction ends."""
    return MonitoringSource.objects.select_for_update().get(pk=pk)
