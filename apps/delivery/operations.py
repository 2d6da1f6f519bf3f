"""Receiving facts in batches, and taking single ones back."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import transaction

from apps.accounts.domain import Principal
from apps.audit import operations as audit
from apps.core import clock, fact_receiving, facts
from apps.core.fact_parsing import CLOCK_SKEW, FactParser, printable
from apps.core.fact_sources import FactSource, sources
from apps.core.problems import Absent, Conflict, FieldProblem, Invalid
from apps.delivery import policies, queries
from apps.delivery.models import BatchReceipt
from apps.services import operations as services
from apps.services import queries as service_queries
from apps.services.models import FactConnection
from apps.services.queries import Place

CHANNEL = "api"
MAX_ITEMS = 1000
REJECTED = "rejected"
RECEIPT_LIVES = timedelta(hours=24)


@dataclass
class Item:
    """One item of a batch on its way: what it says, what is wrong with it, what became of it."""

    source: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[FieldProblem] = field(default_factory=list)
    outcome: str = REJECTED
    detail: str = ""
    # Whoever sums up such items, instead of their being rows as they are.
    reader: fact_receiving.Reader | None = None

    @property
    def is_row(self) -> bool:
        """It is stored as it is."""
        return self.reader is None and not self.problems

    def as_dict(self, index: int) -> dict[str, Any]:
        """The item's result; errors are located from the batch's root."""
        if not self.problems:
            return {"outcome": self.outcome, **({"detail": self.detail} if self.detail else {})}
        errors = [{**p.as_dict(), "pointer": f"/facts/{index}{p.pointer}"} for p in self.problems]
        return {"outcome": REJECTED, "errors": errors}


@transaction.atomic
def receive_batch(*, items: Any, idempotency_key: str = "", by: Principal) -> dict[str, Any]:
    """Store a batch and answer `{stored, rejected, results}`; under an idempotency key a repeat hears the same."""
    policies.require_can_report_somewhere(by)
    if not idempotency_key:
        return _answer(receive_facts(items=items, by=by))
    digest, at = _digest(items), clock.now()
    BatchReceipt.objects.filter(sender=by.sender, received_at__lt=at - RECEIPT_LIVES).delete()
    receipt, is_new = queries.lock_receipt(by.sender, idempotency_key, body_sha256=digest, answer={}, received_at=at)
    if not is_new and receipt.body_sha256 != digest:
        raise Invalid("idempotency_key_reused", "This Idempotency-Key came with another body before.")
    if is_new:
        receipt.answer = _answer(receive_facts(items=items, by=by))
        receipt.save(update_fields=["answer"])
    return dict(receipt.answer)


@transaction.atomic
def receive_facts(*, items: Any, by: Principal) -> list[Item]:
    """Store what can be read of 1 to 1,000 items; each stands alone and keeps its place in the answer."""
    policies.require_can_report_somewhere(by)
    _require_batch(items)
    now = clock.as_of()
    read = [_read(item, now) for item in items]
    _hand_over(read, by)
    slugs = {item.values["service"] for item in read if item.is_row}
    places = service_queries.places_by_slug(slugs, clock.as_of())
    for item in read:
        if item.is_row:
            _place(item, places, by)
    _store([item for item in read if item.is_row])
    return read


@transaction.atomic
def retract_fact(
    *, source: FactSource, service: str, key: str, reason: str, channel: str = CHANNEL, by: Principal
) -> None:
    """Take a wrong fact out of the count; its versions stay, and so does the reason."""
    policies.require_can_report_somewhere(by)
    if source.reported_at:
        raise Conflict("state_forbids", f"{source.label} are corrected under {source.reported_at}.")
    if fact_receiving.reader_of(source.key):
        raise Conflict("state_forbids", f"{source.label} are corrected by sending them again: the last word counts.")
    place = _place_of(service, by)
    fact = queries.find_fact(source, place.pk, channel, key)
    if fact is None or not facts.withdraw(source, channel, [(place.pk, key)]):
        raise Absent("not_found", "There is no such fact, or it was taken back before.")
    data = {"source": source.key, "service": service, "channel": channel, "key": key, "reason": reason}
    audit.record("fact.retracted", subject=f"fact:{fact.fact}", by=by, data=data)


@transaction.atomic
def note_heartbeat(
    *, source: FactSource, service: str, complete_until: datetime | None = None, by: Principal
) -> FactConnection:
    """Say that nothing of a source is missing up to an instant (default: now), even where nothing happened.

    The first one connects the service from its begin, so that it reads 0 and no longer "not connected".
    """
    policies.require_can_report_somewhere(by)
    place = _place_of(service, by)
    at = complete_until or clock.as_of()
    if problem := _heartbeat_problem(at, place, service):
        raise Invalid("validation_failed", "Some fields need attention.", [problem])
    return services.hear(source=source.key, service_id=place.pk, channel=source.own_channel or CHANNEL, at=at)


def _heartbeat_problem(at: datetime, place: Place, service: str) -> FieldProblem | None:
    now = clock.as_of()
    if at > now + CLOCK_SKEW:
        ahead = f"The time lies ahead of the clock here, {now:%Y-%m-%dT%H:%M:%SZ}."
        return FieldProblem("/complete_until", "in_future", ahead)
    if at < place.began_at:
        sentence = f"{printable(service)} began on {clock.local_day(place.began_at):%Y-%m-%d}."
        return FieldProblem("/complete_until", "before_service", sentence)
    return None


def _place_of(service: str, by: Principal) -> Place:
    """The service a caller may report for; another team's answers like one that does not exist."""
    place = service_queries.places_by_slug([service], clock.as_of()).get(service.lower())
    if place is None or not policies.can_report(by, place.team_id):
        raise Invalid("validation_failed", "Some fields need attention.", [_unknown_service(service)])
    return place


def _require_batch(items: Any) -> None:
    problem = None
    if not isinstance(items, list):
        problem = FieldProblem("/facts", "wrong_type", "facts is a list of objects.")
    elif not items:
        problem = FieldProblem("/facts", "no_items", "The list is empty.")
    elif len(items) > MAX_ITEMS:
        problem = FieldProblem("/facts", "too_many_items", f"At most {MAX_ITEMS:,} at once; these are {len(items):,}.")
    if problem:
        raise Invalid("validation_failed", problem.detail, [problem])


@cache
def _parser(key: str) -> FactParser:
    return FactParser(sources.get(key))


def _read(item: Any, now: datetime) -> Item:
    """The typed values of one item, or its faults."""
    if not isinstance(item, dict):
        return Item(problems=[FieldProblem("", "wrong_type", "Each fact is one object.")])
    key = item.get("source")
    if not isinstance(key, str) or key not in sources:
        sentence = f"There is no fact source {printable(str(key))}. Known: {', '.join(sources.keys())}."
        return Item(problems=[FieldProblem("/source", "unknown_source" if key else "required", sentence)])
    if address := sources.get(key).reported_at:
        sentence = f"{sources.get(key).label} are reported under {address}, not as facts."
        return Item(problems=[FieldProblem("/source", "reported_elsewhere", sentence)])
    if reader := fact_receiving.reader_of(key):
        return Item(key, item, reader=reader)
    values, problems = _parser(key).parse(item, now=now)
    return Item(key, values, problems)


def _hand_over(items: Sequence[Item], by: Principal) -> None:
    """Let whoever sums up items of a source take them, before any clock of facts is locked for rows."""
    by_reader: dict[fact_receiving.Reader, list[Item]] = {}
    for item in items:
        if item.reader is not None:
            by_reader.setdefault(item.reader, []).append(item)
    for reader, group in by_reader.items():
        for item, taken in zip(group, reader([item.values for item in group], by), strict=True):
            item.outcome, item.problems, item.detail = taken.outcome, taken.problems, taken.detail


def _place(item: Item, places: Mapping[str, Place], by: Principal) -> None:
    """Replace the slug by the service; another team's service answers like one that does not exist."""
    main_clock = sources.get(item.source).main_clock
    slug, at = item.values["service"], item.values.get(main_clock)
    place = places.get(slug.lower())
    if place is None or not policies.can_report(by, place.team_id):
        item.problems.append(_unknown_service(slug))
    elif at is not None and at < place.began_at:
        sentence = f"{printable(slug)} began on {clock.local_day(place.began_at):%Y-%m-%d}."
        item.problems.append(FieldProblem(f"/{main_clock}", "before_service", sentence))
    else:
        item.values["service"] = place.pk


def _unknown_service(slug: str) -> FieldProblem:
    return FieldProblem("/service", "unknown_service", f"{printable(slug)} is no service you report for.")


def _store(items: Sequence[Item]) -> None:
    by_source: dict[str, list[Item]] = {}
    for item in items:
        by_source.setdefault(item.source, []).append(item)
    batches = [(sources.get(key), [item.values for item in group]) for key, group in by_source.items()]
    outcomes = services.record_batches(channel=CHANNEL, batches=batches)
    for group, results in zip(by_source.values(), outcomes, strict=True):
        for item, outcome in zip(group, results, strict=True):
            item.outcome = outcome.value


def _answer(items: Sequence[Item]) -> dict[str, Any]:
    results = [item.as_dict(index) for index, item in enumerate(items)]
    rejected = sum(result["outcome"] == REJECTED for result in results)
    return {"stored": len(results) - rejected, "rejected": rejected, "results": results}


def _digest(items: Any) -> str:
    text = json.dumps(items, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
