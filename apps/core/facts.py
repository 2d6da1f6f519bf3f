"""The one way in for facts: `publish` closes old versions, adds new ones and says what it touched."""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction

from apps.core import clock
from apps.core.bulk import batched, insert_rows, select_pairs
from apps.core.fact_sources import FactSource, sources

__all__ = ["FactSource", "Outcome", "Touched", "hidden_keys", "on_touched", "publish", "sources", "withdraw"]


class Outcome(StrEnum):
    """What became of one row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Touched:
    """One service's facts that changed: their keys, all their old and new clock instants, and what they name.

    `named` holds (source, key) of the facts that the old and the new versions refer to.
    """

    source: FactSource
    service_id: int
    keys: frozenset[str]
    instants: frozenset[datetime]
    named: frozenset[tuple[str, str]] = frozenset()


Receiver = Callable[[Sequence[Touched]], None]
_receivers: list[Receiver] = []


def on_touched(receiver: Receiver) -> None:
    """Register who must hear about changed facts, within the same transaction."""
    if receiver not in _receivers:
        _receivers.append(receiver)


TEAM = "team"
Place = tuple[int, str]
Values = tuple[Any, ...]


@dataclass(frozen=True)
class _Version:
    """A fact's identity, its stored fields in the source's order, and its primary key once it is stored."""

    fact: uuid.UUID
    values: Values
    pk: int | None = None


Rows = Sequence[Mapping[str, Any]]
Change = tuple[Place, _Version]


@transaction.atomic
def publish(channel: str, batches: Sequence[tuple[FactSource, Rows]]) -> list[list[Outcome]]:
    """Store facts of some sources (each named once) that one channel sent; answers one outcome per row, in order.

    A row holds `key` (text), `service` (primary key) and the source's stored fields, already parsed; where the source
    names teams, also `team` (primary key). Rows equal to what is current write nothing; a different one closes the old
    version and adds a new one under the same fact.
    When a (service, key) stands in a batch twice, the later row wins and the earlier counts as unchanged.
    """
    outcomes: dict[str, list[Outcome]] = {}
    touched: list[Touched] = []
    # Clocks are locked before anything else and by name, so that batches of any mixture cannot wait for each other.
    for source, rows in sorted(batches, key=lambda batch: batch[0].key):
        outcomes[source.key], changed = _put(source, channel, rows)
        touched += _touched(source, changed)
    _announce(touched)
    return [outcomes[source.key] for source, _ in batches]


def _put(source: FactSource, channel: str, rows: Rows) -> tuple[list[Outcome], list[Change]]:
    """Store rows of one source; the outcomes, and what was added and closed."""
    # The clock row is locked first: order of `seq` is order of commit, and two senders of one key cannot collide.
    seq = source.model.lock_clock(source.key)
    latest = {(row["service"], row["key"]): index for index, row in enumerate(rows)}
    current = _current(source, channel, latest.keys())
    blanks = [(f.name, f.empty if f.default is None else str(f.default)) for f in source.stored_fields]
    blanks += [(TEAM, None)] if source.names_team else []
    outcomes = [Outcome.UNCHANGED] * len(rows)
    added: dict[Place, _Version] = {}
    for place, index in latest.items():
        old, values = current.get(place), _complete(rows[index], blanks)
        if old is None:
            outcomes[index], added[place] = Outcome.CREATED, _Version(uuid.uuid4(), values)
        elif old.values != values:
            outcomes[index], added[place] = Outcome.UPDATED, _Version(old.fact, values)
    closed = {place: current[place] for place in added if place in current}
    _close(source, closed.values(), seq)
    _add(source, channel, added, seq)
    return outcomes, [*added.items(), *closed.items()]


@transaction.atomic
def withdraw(source: FactSource, channel: str, places: Iterable[Place]) -> int:
    """Close the current versions at (service, key) without adding new ones; returns how many there were."""
    seq = source.model.lock_clock(source.key)
    closed = _current(source, channel, set(places))
    _close(source, closed.values(), seq)
    _announce(_touched(source, list(closed.items())))
    return len(closed)


def _current(source: FactSource, channel: str, places: Collection[Place]) -> dict[Place, _Version]:
    """The current rows at those (service, key) places."""
    columns = ["service_id", "key", "fact", "pk", *_columns(source)]
    found = {}
    for some in batched(list(places)):
        for row in select_pairs(source.model, "key", some, channel).values_list(*columns):
            service_id, key, fact, pk, *values = row
            found[service_id, key] = _Version(fact, tuple(values), pk)
    return found


def _columns(source: FactSource) -> list[str]:
    """The columns of a version's values: the stored fields in order, then the team where rows name one."""
    return [*(f.name for f in source.stored_fields), *([f"{TEAM}_id"] if source.names_team else [])]


def _complete(row: Mapping[str, Any], blanks: Sequence[tuple[str, Any]]) -> Values:
    """The stored fields in order; those the row leaves out are filled in."""
    return tuple(blank if (value := row.get(name)) is None else value for name, blank in blanks)


def _close(source: FactSource, versions: Iterable[_Version], seq: int) -> None:
    for pks in batched([version.pk for version in versions]):
        source.model._default_manager.filter(pk__in=pks).update(until_seq=seq)


def _add(source: FactSource, channel: str, added: Mapping[Place, _Version], seq: int) -> None:
    recorded_at = clock.now()
    columns = ["fact", "channel", "key", "service_id", "seq", "recorded_at", *_columns(source)]
    rows = [
        (version.fact, channel, key, service_id, seq, recorded_at, *version.values)
        for (service_id, key), version in added.items()
    ]
    insert_rows(source.model, columns, rows)


def _announce(touched: Sequence[Touched]) -> None:
    """Tell the receivers which services, keys and instants changed, within the same transaction."""
    if not touched:
        return
    if not _receivers:
        raise RuntimeError("Facts would change unheard: no receiver is registered with core.facts.on_touched.")
    for receiver in _receivers:
        receiver(touched)


def _touched(source: FactSource, changed: Sequence[Change]) -> list[Touched]:
    clocks = [index for index, f in enumerate(source.stored_fields) if f.name in source.clocks]
    refs = [(index, f.ref) for index, f in enumerate(source.stored_fields) if f.ref]
    keys: dict[int, set[str]] = {}
    instants: dict[int, set[datetime]] = {}
    named: dict[int, set[tuple[str, str]]] = {}
    for (service, key), version in changed:
        keys.setdefault(service, set()).add(key)
        times = (version.values[index] for index in clocks)
        instants.setdefault(service, set()).update(at for at in times if at is not None)
        partners = ((ref, version.values[index]) for index, ref in refs)
        named.setdefault(service, set()).update(partner for partner in partners if partner[1])
    return [
        Touched(source, pk, frozenset(keys[pk]), frozenset(instants[pk]), frozenset(named[pk])) for pk in keys
    ]  # fmt: skip


def hidden_keys(source_key: str, keys: Collection[str], by: Any) -> frozenset[str]:
    """Of these facts those that a principal may not be shown: they count, and nothing of them is named."""
    source = sources.get(source_key)
    if source.hides is None or not keys:
        return frozenset()
    rows = source.model._default_manager.filter(source.hides(by), key__in=keys)
    return frozenset(rows.values_list("key", flat=True))


CatalogueReceiver = Callable[[int, datetime, str], None]
_catalogue_receivers: list[CatalogueReceiver] = []


def on_catalogue_change(receiver: CatalogueReceiver) -> None:
    """Register who must hear that a service's owner, or its connection to a source, changed from an instant on."""
    if receiver not in _catalogue_receivers:
        _catalogue_receivers.append(receiver)


def announce_catalogue_change(service_id: int, from_at: datetime, *, source: str = "") -> None:
    """Tell the receivers, within the caller's transaction; `source` is named where only its connection changed."""
    for receiver in _catalogue_receivers:
        receiver(service_id, from_at, source)
