"""Trying an indicator's queries, which stores nothing, and starting to read it once a person saw what they give."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.db import transaction

from apps.accounts.domain import SYSTEM, Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.core.problems import Conflict, FieldProblem, Invalid
from apps.core.work import nudge
from apps.objectives.domain.counts import Slice
from apps.objectives.domain.indicator_specs import IndicatorSpec
from apps.objectives.domain.indicator_words import SampleSource
from apps.objectives.domain.monitoring_words import PullFault
from apps.objectives.domain.prometheus_replies import PullFailed
from apps.objectives.domain.pulling import SETTLED, Asked, fold_keys
from apps.objectives.domain.samples import KEPT, aligned_before
from apps.objectives.models import Indicator, IndicatorRead
from apps.objectives.operations.asking_servers import ask_server
from apps.objectives.policies import samples as policies
from apps.objectives.queries import reading_duties as queries
from apps.objectives.queries.reading_duties import Readable

TRIED_SLICES = 12
# For each of two questions: a person waits, and with them a process that serves pages.
TRY_SECONDS = 8.0
PROOF_LIVES = timedelta(hours=1)
SALT = "objectives.tried"
READ = "objectives.read_indicators"


@dataclass(frozen=True)
class Tried:
    """What a try brought: the newest slices by key, remarks of the server, or what went wrong; and the proof of it."""

    asked: Asked
    slices: tuple[Slice, ...] = ()
    others: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    fault: str = ""
    proof: str = ""


def try_indicator(*, indicator: Indicator, by: Principal) -> Tried:
    """Ask the server for the newest slices and store nothing; what came well may be started for an hour."""
    policies.require_can_read_from(by, indicator.owner_team_id)
    at = clock.as_of()
    readable = _require_pulled(indicator, at)
    tried = ask_once(readable, at)
    if tried.fault or not tried.slices:
        return tried
    proof = signing.dumps([readable.version.pk, by.key], salt=SALT)
    return Tried(tried.asked, tried.slices, tried.others, tried.notes, proof=proof)


def ask_once(readable: Readable, at: datetime) -> Tried:
    """The newest settled slices of a statement, as they would be stored."""
    asked = newest_range(readable.spec, at)
    try:
        pulled = ask_server(readable.server, readable.spec, asked, seconds=TRY_SECONDS)
    except PullFailed as failed:
        return Tried(asked, fault=failed.sentence)
    slices, others = fold_keys(pulled.slices, queries.keys_of(readable.indicator.pk), readable.spec.dimension)
    return Tried(asked, tuple(slices), tuple(others), pulled.notes)


def newest_range(spec: IndicatorSpec, at: datetime) -> Asked:
    """The newest dozen of settled slices."""
    newest = aligned_before(at - SETTLED, spec.slice_seconds)
    return Asked(newest - (TRIED_SLICES - 1) * timedelta(seconds=spec.slice_seconds), newest, spec.slice_seconds)


def _require_pulled(indicator: Indicator, at: datetime) -> Readable:
    readable = queries.get_readable(indicator, clock.local_day(at))
    if readable is None or readable.spec.source is not SampleSource.PULL:
        raise Conflict("state_forbids", "No statement that holds today pulls this indicator from a server.")
    return readable


@transaction.atomic
def start_reading(*, indicator: Indicator, begins_at: datetime, proof: str, by: Principal) -> IndicatorRead:
    """Begin to pull an indicator from an instant on, or go on where another statement came into force or a reading
    rests; only after a try that the same person saw."""
    policies.require_can_read_from(by, indicator.owner_team_id)
    at = clock.as_of()
    readable = _require_pulled(indicator, at)
    standing = queries.lock_read_of(indicator)
    if standing is not None and not queries.waits_for_a_try(standing, readable):
        raise Conflict("state_forbids", "This indicator is read already.")
    _require_tried(proof, readable, by)
    _require_begin(begins_at, at)
    read = standing or IndicatorRead(indicator=indicator, begins_at=begins_at)
    _begin(read, begins_at, readable, at)
    read.started_at, read.started_by_id = clock.now(), by.user_id or 0
    read.save()
    data = {"begins_at": read.begins_at.isoformat(), "server": readable.spec.monitoring_source}
    audit.record("indicator.reading_started", subject=indicator, by=by, data=data)
    nudge(READ)
    return read


def _begin(read: IndicatorRead, begins_at: datetime, readable: Readable, at: datetime) -> None:
    """Make a reading due under the statement that was tried.

    It goes on from its watermark, days of the former statement first. Where the former server fails, it begins anew
    with this statement: nobody would ever answer for the days before.
    """
    if read.fault not in {"", PullFault.NOT_TRIED}:
        read.watermark, read.begins_at = None, max(begins_at, readable.begins_at or begins_at)
    read.tried_number = readable.version.meaning_number
    read.failures, read.fault, read.fault_said = 0, "", ""
    read.due_at, read.attempts, read.last_error = at, 0, ""


def _require_tried(proof: str, readable: Readable, by: Principal) -> None:
    try:
        said = signing.loads(proof, salt=SALT, max_age=PROOF_LIVES)
    except signing.BadSignature:
        said = None
    if said != [readable.version.pk, by.key]:
        raise Conflict("state_forbids", "Try it first and look at what comes; then start within the hour.")


def _require_begin(begins_at: datetime, at: datetime) -> None:
    if not at - KEPT <= begins_at <= at:
        words = f"Begin at most {KEPT.days} days ago, and not ahead of the clock."
        raise Invalid("validation_failed", words, [FieldProblem("/begins_at", "out_of_range", words)])


@transaction.atomic
def start_reading_tickets(*, at: datetime) -> int:
    """Begin to count tickets for every indicator that is agreed to come from them; answers how many were new."""
    new = queries.list_unread_tickets()
    for indicator in new:
        IndicatorRead.objects.create(
            indicator=indicator, begins_at=at - KEPT, started_at=clock.now(), started_by_id=indicator.created_by_id,
            due_at=at,
        )  # fmt: skip
        audit.record("indicator.reading_started", subject=indicator, by=SYSTEM, data={"server": "tickets"})
    return len(new)
