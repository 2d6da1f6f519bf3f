"""The registry of what can be measured: each app that owns facts describes them here. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any


class FieldType(StrEnum):
    """The types of fact fields; they decide which conditions a spec may state."""

    TIME = "time"
    ENUM = "enum"
    BOOL = "bool"
    INT = "int"
    DECIMAL = "decimal"
    CODE = "code"
    LABELS = "labels"
    REF = "ref"


@dataclass(frozen=True)
class Via:
    """A derived reference: rows of `source` whose `match` names this fact point by `pick` to the partner.

    Of several partners the one with the earliest `clock` counts; it must lie after (or before) this fact's own.
    """

    source: str
    match: str
    pick: str
    clock: str
    partner_is: str = "after"


@dataclass(frozen=True)
class FactField:
    """One field of a fact: its type, the values it may take, and what it refers to."""

    name: str
    type: FieldType
    description: str
    required: bool = False
    choices: tuple[str, ...] = ()
    default: str | None = None
    ref: str = ""
    via: Via | None = None
    example: Any = None

    @property
    def empty(self) -> Any:
        """What an absent value is stored as: null for times, numbers and booleans, else empty."""
        if self.type is FieldType.LABELS:
            return []
        return None if self.type in (FieldType.TIME, FieldType.INT, FieldType.BOOL, FieldType.DECIMAL) else ""

    @property
    def is_stored(self) -> bool:
        """False for references that are derived from another source."""
        return self.via is None


@dataclass(frozen=True)
class Declared:
    """What was declared about a source's partners: it goes before the link rule of any definition, corrected once.

    `named` holds the declared partner's key, `ruled_out` the keys of those that a person ruled out; where `elsewhere`
    is true the partner is declared on another row of the same happening, so that nothing is inferred for this one.
    """

    target: str
    named: str
    ruled_out: str
    elsewhere: str

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that are read wherever a link looks for a partner."""
        return (self.named, self.ruled_out, self.elsewhere)


@dataclass(frozen=True)
class FactSource:
    """A kind of fact: its fields, the times that may decide its period, and how long silence is normal."""

    key: str
    label: str
    description: str
    fields: tuple[FactField, ...]
    clocks: tuple[str, ...]
    main_clock: str
    model: Any
    silent_after: timedelta = timedelta(days=14)
    ordered_pairs: tuple[tuple[str, str], ...] = ()
    # Rows name the team they belong to (column `team`); else they belong to the owner of their service at their time.
    names_team: bool = False
    # Rows that share this field tell of one happening: a subject counts it once, however many of its services saw it.
    counted_once_by: str = ""
    # Of such rows the one counts whose field has this value, as (field, value); else that of the earliest service.
    counted_first: tuple[str, str] = ("", "")
    declared: Declared | None = None
    # Where tools report it instead of in batches of facts, as its rows follow from more than one statement; and the
    # one channel by which such rows come, whoever told of them.
    reported_at: str = ""
    own_channel: str = ""
    # The fields of an item as tools send it, where a row sums up many items; `core.fact_receiving` knows who reads it.
    sent_as: tuple[FactField, ...] = ()
    # Rows that a reader may not be shown, as a condition (Q) for a principal; they count all the same.
    hides: Callable[[Any], Any] | None = None
    # What a row says on the timeline of something that went wrong near its service; empty: nothing.
    timeline: Callable[[Any], str] | None = None

    def field(self, name: str) -> FactField | None:
        """The field of that name, or None."""
        return next((f for f in self.fields if f.name == name), None)

    @property
    def stored_fields(self) -> tuple[FactField, ...]:
        """The fields that are columns."""
        return tuple(f for f in self.fields if f.is_stored)


PERSON_WORDS = frozenset(
    {
        "author",
        "assignee",
        "responder",
        "reviewer",
        "actor",
        "login",
        "email",
        "mail",
        "name",
        "committer",
        "user",
        "owner",
        "username",
    }
)


class UnknownSource(KeyError):
    """No fact source of that key is registered."""


class Registry:
    """All fact sources by key, in the order in which the apps registered them."""

    def __init__(self) -> None:
        self._sources: dict[str, FactSource] = {}

    def register(self, source: FactSource) -> FactSource:
        """Add a source; a second one of the same key is a programming error."""
        if source.key in self._sources and self._sources[source.key] is not source:
            raise ValueError(f"fact source {source.key!r} is registered twice")
        self._sources[source.key] = source
        return source

    def get(self, key: str) -> FactSource:
        """The source of that key; raises `UnknownSource`."""
        try:
            return self._sources[key]
        except KeyError:
            raise UnknownSource(key) from None

    def __contains__(self, key: object) -> bool:
        return key in self._sources

    def __iter__(self) -> Iterator[FactSource]:
        return iter(self._sources.values())

    def keys(self) -> list[str]:
        """All keys."""
        return list(self._sources)


sources = Registry()
