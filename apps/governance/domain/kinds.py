"""Governed kinds: what an app hands to governance so that its objects change along the one path. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from apps.core.problems import FieldProblem


class Ungranted(RuntimeError):
    """Code tried to write a governed row outside the activation of a proposal."""


class Op(StrEnum):
    """What an item does with its object."""

    CREATE = "create"
    CHANGE = "change"
    DEPRECATE = "deprecate"
    RETIRE = "retire"
    END = "end"


class ChangeClass(StrEnum):
    """How much a change is: words only, or what decides values."""

    WORDING = "wording"
    MEANING = "meaning"


@dataclass(frozen=True)
class Item:
    """One change of one object, as somebody wrote it."""

    kind: str
    op: Op
    key: str
    content: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """The shape stored in a revision and used by the API."""
        return {"kind": self.kind, "op": self.op.value, "key": self.key, "content": dict(self.content)}


@dataclass(frozen=True)
class Need:
    """One signature that is needed: of somebody who holds one of the roles, in a team or (None) the organisation."""

    roles: frozenset[str]
    team_id: int | None


@dataclass(frozen=True)
class Shown:
    """One side of a change as people read it: its rule in words, and as a document whose fields are compared."""

    sentence: str
    document: Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """An item that reads without fault, beside what is in force today.

    `wording` and `computing` are canonical texts; `base` is the number of the version the change builds on (0: none).
    """

    item: Item
    base: int
    wording: str
    computing: str
    is_same_meaning: bool
    owner_team_id: int | None
    name: str
    # It speaks of one team's judgement, so only that team's readers see it.
    is_private: bool = False
    # Grains whose boundaries are valid dates; none: any day, today included.
    grains: tuple[str, ...] = ()
    # It never reads past periods anew.
    holds_from_now: bool = False
    # It may not hold at once: what was written today under what holds would be read another way.
    waits_for_midnight: bool = False
    # The newest day already agreed for this object; a later change cannot begin before it.
    not_before: date | None = None
    # Both sides for readers; `before` stays None where nothing is in force yet, `after` where nothing follows.
    before: Shown | None = None
    after: Shown | None = None
    # Anything the kind's own callables pass on to each other.
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def change_class(self) -> ChangeClass:
        """`wording` where the computing part is equal, and for an early end; else `meaning`."""
        plain = self.item.op in (Op.CHANGE, Op.END) and self.is_same_meaning
        return ChangeClass.WORDING if plain else ChangeClass.MEANING


@dataclass(frozen=True)
class Grant:
    """The leave to write what a proposal changes, given only while that proposal is being activated."""

    proposal_id: int
    number: int
    reason: str
    # None: in force from the beginning (first versions of a kit only).
    effective_from: date | None
    governs_from: date | None
    by_user_id: int | None
    at_once_reason: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """A part of a preview as plain data: a title, sentences, and rows by team."""

    title: str
    sentences: tuple[str, ...] = ()
    teams: tuple[Mapping[str, Any], ...] = ()
    affected_team_ids: frozenset[int] = frozenset()
    improves_team_ids: frozenset[int] = frozenset()


def nothing_late(_change: Change, _asked_at: datetime) -> Sequence[FieldProblem]:
    """For kinds that may be asked for at any time."""
    return ()


@dataclass(frozen=True)
class Kind:
    """Five callables and the words of a governed kind; `late` says why something is asked for too late."""

    key: str
    label: str
    ops: frozenset[Op]
    parse: Callable[[Item], Change]
    sentence: Callable[[Change], str]
    needs: Callable[[Change], tuple[Need, ...]]
    preview: Callable[[Change], Sequence[Section]]
    apply: Callable[[Change, Grant], str]
    late: Callable[[Change, datetime], Sequence[FieldProblem]] = nothing_late
    # What its forms call a field, by its place in the content, such as `spec, min n`.
    labels: Mapping[str, str] = field(default_factory=dict)


Previewer = Callable[[Change], Sequence[Section]]
Holder = Callable[[Sequence[Change]], None]


def plain_form(_item: Any) -> str:
    """A proposal of one such item is revised in the plain form."""
    return ""


@dataclass(frozen=True)
class Pages:
    """Names of a kind's own pages: its object by key, and the forms that speak its words (empty: the plain form)."""

    of_object: str = ""
    # Where an object that does not exist yet begins, if not where a change of one does.
    first: str = ""
    new: str = ""
    # Where a proposal of one stored item is revised, by what the item says.
    edit: Callable[[Any], str] = plain_form


class KindRegistry:
    """The governed kinds by key, and the preview sections that apps further up add to them."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind] = {}
        self._sections: dict[str, list[Previewer]] = {}
        self._pages: dict[str, Pages] = {}
        self._holders: list[Holder] = []
        # The version of whatever computes previews; a preview by an older one is stale.
        self.engine_version = ""

    def register(self, kind: Kind) -> None:
        """Take a kind in; the same key again replaces it, as apps may be loaded twice in tests."""
        self._kinds[kind.key] = kind

    def add_preview(self, key: str, previewer: Previewer) -> None:
        """Let an app further up add sections to the previews of a kind."""
        known = self._sections.setdefault(key, [])
        if previewer not in known:
            known.append(previewer)

    def hold_with(self, holder: Holder) -> None:
        """Let an app lock early what changes of its kinds will touch in force."""
        if holder not in self._holders:
            self._holders.append(holder)

    def hold(self, changes: Sequence[Change]) -> None:
        """Take those locks; before the first event of a transaction, as the audit chain is locked last."""
        for holder in self._holders:
            holder(changes)

    def set_pages(self, key: str, pages: Pages) -> None:
        """Let the app of a kind name its own pages."""
        self._pages[key] = pages

    def pages(self, key: str) -> Pages:
        """The pages of a kind; without names where its app named none."""
        return self._pages.get(key, Pages())

    def get(self, key: str) -> Kind | None:
        """The kind of that key, or None."""
        return self._kinds.get(key)

    def sections(self, change: Change) -> list[Section]:
        """The whole preview of a change: the kind's own sections, then those added to it."""
        kind = self._kinds[change.item.kind]
        found = list(kind.preview(change))
        for previewer in self._sections.get(kind.key, ()):
            found += previewer(change)
        return found

    def __iter__(self) -> Iterator[Kind]:
        return iter(sorted(self._kinds.values(), key=lambda kind: kind.label))


kinds = KindRegistry()

_beside: ContextVar[tuple[Item, ...]] = ContextVar("governance_items_beside", default=())
_grant: ContextVar[Grant | None] = ContextVar("governance_grant", default=None)


@contextmanager
def reading(items: Sequence[Item]) -> Iterator[None]:
    """Let each item of a proposal be read beside the others: one may refer to what another creates."""
    token = _beside.set(tuple(items))
    try:
        yield
    finally:
        _beside.reset(token)


def created_beside(kind: str, key: str) -> Item | None:
    """The item of the same proposal that creates an object of that name, or None."""
    return next((one for one in _beside.get() if (one.kind, one.op, one.key) == (kind, Op.CREATE, key)), None)


def changed_beside(kind: str, key: str) -> Item | None:
    """The item of the same proposal that changes an object of that name, or None."""
    return next((one for one in _beside.get() if (one.kind, one.op, one.key) == (kind, Op.CHANGE, key)), None)


@contextmanager
def granting(grant: Grant) -> Iterator[None]:
    """Open the one way in for governed rows; only the activation of a proposal does."""
    token = _grant.set(grant)
    try:
        yield
    finally:
        _grant.reset(token)


def require_grant(grant: Grant) -> None:
    """Raise `Ungranted` unless this very grant is being used by an activation right now."""
    if _grant.get() is not grant:
        raise Ungranted("Governed rows are written only when a proposal comes into force. Draft a proposal.")
