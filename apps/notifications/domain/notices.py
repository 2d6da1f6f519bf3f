"""What is told to whom, once: never one's own act, never the same twice. Pure."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

BREAKS = re.compile(r"[^\S\u00a0\u202f]+")
LONGEST_TEXT, LONGEST_TITLE, LONGEST_REASON = 1000, 200, 200


@dataclass(frozen=True)
class About:
    """The object of a notice: its key, how it is called, and the address of its page within the portal."""

    key: str
    title: str
    link: str


@dataclass(frozen=True)
class Notice:
    """One thing told to one person: what, why, and by when; `occasion` tells it from the next of its kind."""

    recipient: int
    kind: str
    about: About
    text: str
    reason: str
    occasion: str
    due_on: date | None = None

    @property
    def dedupe_key(self) -> str:
        """The same for whatever would tell this person the same again."""
        return f"{occasion_key(self.kind, self.about.key, self.occasion)}|{self.recipient}"


def occasion_key(kind: str, about: str, occasion: str) -> str:
    """What the keys of all who were told of one occasion begin with."""
    return f"{kind}|{about}|{occasion}"


def to_tell(notices: Iterable[Notice], *, actor: int | None) -> list[Notice]:
    """Each notice once, the first of equals; nobody hears of an act of their own."""
    found: dict[str, Notice] = {}
    for notice in notices:
        if notice.recipient != actor:
            found.setdefault(notice.dedupe_key, notice)
    return list(found.values())


def unheard(notices: Iterable[Notice], told: Collection[str], readers: Collection[int]) -> list[Notice]:
    """Those that were not told before, for people who still sign in."""
    return [notice for notice in notices if notice.dedupe_key not in told and notice.recipient in readers]


def cut(text: str, most: int) -> str:
    """A text in one line that fits; what is left out shows as an ellipsis. Numbers keep the space before their unit."""
    line = BREAKS.sub(" ", text).strip(" ")
    return line if len(line) <= most else f"{line[: most - 1]}…"
