"""The duty of reading an indicator: one range at a time, stored with its watermark or put off with its fault."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import F

from apps.core import clock
from apps.objectives.domain.counts import Slice
from apps.objectives.domain.indicator_words import SampleSource
from apps.objectives.domain.monitoring_words import OF_THE_SERVER, PullFault
from apps.objectives.domain.prometheus_replies import PullFailed
from apps.objectives.domain.pulling import FIRST_WAIT, Asked, fold_keys, next_range, wait_after
from apps.objectives.domain.samples import KEPT, Outcome, aligned_after
from apps.objectives.models import IndicatorRead, MonitoringSource, SampleBatch
from apps.objectives.operations.asking_servers import ask_server
from apps.objectives.operations.counting_tickets import count_since
from apps.objectives.operations.sample_receiving import ensure_series
from apps.objectives.operations.sample_storing import store
from apps.objectives.queries import reading_duties as queries
from apps.objectives.queries import series as series_queries
from apps.objectives.queries.reading_duties import Readable

EVERY = timedelta(minutes=1)
TICKETS_EVERY = timedelta(hours=1)
LONGEST_SAID = 300


@dataclass
class Heard:
    """What a reading brought before anything is stored: slices up to an instant, or a fault."""

    read: IndicatorRead
    readable: Readable | None
    at: datetime
    asked: Asked | None = None
    slices: list[Slice] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    failed: PullFailed | None = None

    @property
    def covered_until(self) -> datetime | None:
        """The end of the newest slice that was asked for."""
        return self.asked.last_end if self.asked else None


def listen(rows: list[IndicatorRead]) -> Heard:
    """The long part, outside of any transaction: ask the server, or count the tickets."""
    (read,) = rows
    at = clock.as_of()
    position = max(read.watermark or read.begins_at, at - KEPT)
    readable = queries.next_readable(read.indicator, position, clock.local_day(at))
    heard = Heard(read, readable, at)
    if readable is None:
        return heard
    spec = readable.spec
    if spec.source is SampleSource.PULL and readable.version.meaning_number > read.tried_number:
        heard.failed = PullFailed(PullFault.NOT_TRIED)
        return heard
    heard.asked = _range_after(read.watermark, read, readable, at)
    if heard.asked is None:
        return heard
    if spec.source is SampleSource.TICKETS:
        heard.asked, heard.slices = count_since(readable, read.watermark, read.begins_at, at)
        return heard
    try:
        pulled = ask_server(readable.server, spec, heard.asked)
    except PullFailed as failed:
        heard.failed = failed
        return heard
    heard.slices, heard.notes = list(pulled.slices), pulled.notes
    return heard


def _range_after(watermark: datetime | None, read: IndicatorRead, readable: Readable, at: datetime) -> Asked | None:
    """What to ask for next within the days that a statement measures; those before and after are another one's."""
    seconds = readable.spec.slice_seconds
    begins_at = read.begins_at
    if readable.begins_at is not None:
        begins_at = max(begins_at, aligned_after(readable.begins_at, seconds))
    return next_range(watermark, at, seconds, begins_at=begins_at, until=readable.ends_at)


def take(heard: Heard) -> None:
    """Store what was heard, move the watermark, and say when to listen again; all in the caller's transaction."""
    read = queries.lock_read(heard.read.pk)
    if heard.readable is None:
        if read.indicator.retired_on is None:
            _again(read, heard.at + TICKETS_EVERY)  # nothing holds yet, or its samples are pushed for now
        return
    if heard.failed is not None:
        _put_off(read, heard.failed, heard.readable.server, heard.at)
        return
    if heard.asked is not None:
        if read.watermark != heard.read.watermark:
            _again(read, heard.at)  # somebody else was quicker: what was heard is older than what stands
            return
        _store(read, heard, heard.readable)
    is_more = heard.asked is not None and _is_behind(heard, heard.readable)
    wait = TICKETS_EVERY if heard.readable.spec.source is SampleSource.TICKETS else EVERY
    _again(read, heard.at if is_more else heard.at + wait)


def _is_behind(heard: Heard, readable: Readable) -> bool:
    """After a downtime, and where the next statement begins, there is more to ask for at once."""
    covered = heard.covered_until
    if covered is not None and readable.ends_at is not None and covered >= readable.ends_at:
        return True
    is_pulled = readable.spec.source is SampleSource.PULL
    return is_pulled and _range_after(covered, heard.read, readable, heard.at) is not None


def _store(read: IndicatorRead, heard: Heard, readable: Readable) -> None:
    known = queries.keys_of(read.indicator_id)
    slices, others = fold_keys(heard.slices, known, readable.spec.dimension)
    if slices:
        # The row of the indicator's reading is locked: no second reader makes its keys or moves its watermark.
        places = [(read.indicator_id, one.key) for one in slices]
        series = ensure_series(series_queries.ids_by_key([read.indicator_id]), places)
        batch = batch_of(readable, heard.at)
        items = [(series[place], one) for place, one in zip(places, slices, strict=True)]
        _count(batch, store(batch=batch, items=items, at=heard.at))
    read.watermark, read.heard_at, read.failures = heard.covered_until, heard.at, 0
    read.fault, read.fault_said, read.notes, read.others = "", "", list(heard.notes), others
    read.save(update_fields=["watermark", "heard_at", "failures", "fault", "fault_said", "notes", "others"])


def batch_of(readable: Readable, at: datetime) -> SampleBatch:
    """One batch for all that a server, or the tickets, brought within a minute: slices name it for a hundred days."""
    minute = at.replace(second=0, microsecond=0)
    channel = readable.spec.source.value
    sender = f"monitoring:{readable.server.slug}" if readable.server else channel
    standing = queries.find_batch(channel, sender, minute)
    return standing or SampleBatch.objects.create(channel=channel, sender=sender, received_at=minute)


def _count(batch: SampleBatch, outcomes: list[Outcome]) -> None:
    """Add to what the batch brought; several indicators share it, read by several workers."""
    found = {f"{one}_count": outcomes.count(one) for one in Outcome if one in outcomes}
    SampleBatch.objects.filter(pk=batch.pk).update(**{name: F(name) + count for name, count in found.items()})


def _put_off(read: IndicatorRead, failed: PullFailed, server: MonitoringSource | None, at: datetime) -> None:
    """Note the fault and wait, longer with each; the watermark stays.

    Where the server does not answer, its other readings wait a minute too: they would hold up those of other servers.
    """
    read.failures += 1
    read.fault, read.fault_said = failed.fault, failed.said[:LONGEST_SAID]
    read.save(update_fields=["failures", "fault", "fault_said"])
    _again(read, at + wait_after(read.failures))
    if failed.fault in OF_THE_SERVER and server is not None:
        _put_off_others(server, at)


def _put_off_others(server: MonitoringSource, at: datetime) -> None:
    until = at + FIRST_WAIT
    due = queries.lock_reads_of(server, clock.local_day(at), until)
    IndicatorRead.objects.filter(pk__in=[one.pk for one in due]).update(due_at=until)


def _again(read: IndicatorRead, due_at: datetime) -> None:
    read.due_at, read.attempts, read.last_error = due_at, 0, ""
    read.save(update_fields=["due_at", "attempts", "last_error"])
