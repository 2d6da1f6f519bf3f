"""Kinds of notices: each app declares its own; people choose for each whether it is mailed. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Wish(StrEnum):
    """How a person wants notices of a kind mailed; in the inbox they stand always."""

    IMMEDIATE = "immediate"
    DAILY = "daily"
    OFF = "off"

    @property
    def label(self) -> str:
        """The words on pages."""
        return WISH_WORDS[self]


WISH_WORDS = {
    Wish.IMMEDIATE: "At once",
    Wish.DAILY: "Once a day, at 08:00",
    Wish.OFF: "Not by mail",
}


@dataclass(frozen=True)
class NoticeKind:
    """What a kind of notice tells of, and how it is mailed to those who chose nothing."""

    key: str
    label: str
    usual: Wish = Wish.DAILY


class KindRegistry:
    """The kinds of notices by key."""

    def __init__(self) -> None:
        self._kinds: dict[str, NoticeKind] = {}

    def register(self, kind: NoticeKind) -> NoticeKind:
        """Take a kind in; the same key again replaces it."""
        self._kinds[kind.key] = kind
        return kind

    def get(self, key: str) -> NoticeKind | None:
        """The kind of that key, or None."""
        return self._kinds.get(key)

    def __iter__(self) -> Iterator[NoticeKind]:
        return iter(sorted(self._kinds.values(), key=lambda kind: kind.label))


kinds = KindRegistry()


def wish_for(kind: str, chosen: Mapping[str, str]) -> Wish:
    """How a notice of a kind is mailed to somebody who chose these."""
    if kind in chosen:
        return Wish(chosen[kind])
    known = kinds.get(kind)
    return known.usual if known else Wish.DAILY
