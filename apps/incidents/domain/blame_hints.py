"""Words that tend to blame, each with another way to ask: shown after a save, never stored or counted. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

SENSIBLE = "What made this sensible at the time? Say what was seen and known then."
IN_THE_WAY = "What stood in the way? Say how the work was set up when it happened."
CONDITIONS = "Which conditions made it likely? Say what would trip up the next person, too."
ROLE = "Name the role: a responder, the engineer on call, a reviewer."

LEAST_NAME = 3
# Common words that are also given or family names; alone they mark nobody.
ALSO_WORDS = frozenset({"will", "may", "mark", "grace", "hope", "rose", "art", "bill", "max", "long", "king", "young"})


@dataclass(frozen=True)
class Hint:
    """A stretch of a text, and what could be said instead."""

    start: int
    end: int
    words: str
    offer: str


_RULES = (
    (re.compile(r"\b(?:should|ought to)(?:n[’']t| not)?(?: have|[’']ve)\b", re.IGNORECASE), SENSIBLE),
    (re.compile(r"\b(?:failed|neglected|forgot|omitted) to\b", re.IGNORECASE), IN_THE_WAY),
    (re.compile(r"\b(?:human|user|operator|pilot) errors?\b", re.IGNORECASE), CONDITIONS),
    (re.compile(r"\b(?:careless(?:ly|ness)?|negligent|negligence|sloppy|incompetent)\b", re.IGNORECASE), CONDITIONS),
    (re.compile(r"(?<![\w.@/-])@[A-Za-z][\w.-]{0,60}\b"), ROLE),
)  # fmt: skip


def find_hints(text: str, names: Iterable[str] = ()) -> list[Hint]:
    """Hints in the order of the text; `names` are the full names of people who may not be named."""
    found = [
        Hint(match.start(), match.end(), match[0], offer) for rule, offer in _RULES for match in rule.finditer(text)
    ]
    pattern = _names_pattern(names)
    if pattern is not None:
        found += [Hint(match.start(), match.end(), match[0], ROLE) for match in pattern.finditer(text)]
    return _without_overlaps(sorted(found, key=lambda hint: (hint.start, -hint.end)))


def _names_pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """Full names and their parts, as they are written: with a capital, as a whole word, longest first."""
    words = {part for name in names for part in (name.strip(), *name.split()) if _marks(part)}
    if not words:
        return None
    either = "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
    return re.compile(rf"\b(?:{either})\b")


def _marks(part: str) -> bool:
    return len(part) >= LEAST_NAME and part[:1].isupper() and part.lower() not in ALSO_WORDS


def _without_overlaps(hints: list[Hint]) -> list[Hint]:
    """The first and longest of hints that share words."""
    kept: list[Hint] = []
    for hint in hints:
        if not kept or hint.start >= kept[-1].end:
            kept.append(hint)
    return kept
