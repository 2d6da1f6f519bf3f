"""What a commit message says about other commits: which pull request it carries, and what it takes back."""

import re
from dataclasses import dataclass
from typing import Final

MESSAGE_LIMIT: Final = 65_536
SUBJECT_LIMIT: Final = 1_000

_SHA = r"[0-9a-f]{7,64}\b"
_LISTED = re.compile(rf"\b{_SHA}", re.IGNORECASE)
_ASIDE = re.compile(r'\((?:"[^"]*"|[^()"])*\)')
_PARAGRAPH_END = re.compile(r"\n\s*\n")
_BETWEEN = r'(?:\s*\((?:"[^"]*"|[^()"])*\))?\s*(?:[,;&]\s*and|[,;&]|and|plus)?\s*(?:commits?\s+)?'
_SHA_LIST = rf"(?P<list>{_SHA}(?:{_BETWEEN}{_SHA})*)"
_UNDOES = (
    r"(?<!not )(?<!to )(?<!n't )\b"
    r"(?:reverts?|(?:back|roll)s?\s+(?:out|back)|(?:back|roll)ed\s+(?:out|back)|rollback|undo(?:es)?)\s+(?:of\s+)?"
)
_BY_SHA = re.compile(
    rf"{_UNDOES}(?:the\s+)?(?:following\s+)?(?:merge\s+)?(?:commits?|changesets?|revisions?)"
    rf"\s*:?\s*(?:[-*]\s*)?{_SHA_LIST}",
    re.IGNORECASE,
)
_LIST_HEAD = re.compile(r"\breverts?\s+(?:the\s+)?(?:following\s+)?(?:commits?|changes?)\s*:?\s*$", re.IGNORECASE)
_LIST_ITEM = re.compile(rf"^\s*(?:[-*•]\s*)?(?:commit\s+)?({_SHA})", re.IGNORECASE)
_SUBJECT_SHA = re.compile(rf"^revert:?\s+({_SHA})", re.IGNORECASE)
_REFS = re.compile(rf"^refs?:\s*((?:{_SHA}[,\s]*)+)$", re.IGNORECASE | re.MULTILINE)

_PULL = r"(?:https?://\S+?/pulls?/|(?:[\w.-]+/[\w.-]+)?#)(\d{1,9})\b"
_BY_PULL = re.compile(
    rf"{_UNDOES}(?:the\s+)?(?:PRs?|pull\s+requests?)?\s*((?:{_PULL}(?:\s*(?:,\s*and|,|&|and)\s*)?)+)", re.IGNORECASE
)
_PULL_NUMBER = re.compile(_PULL, re.IGNORECASE)
_REQUEST = r"(?:https?://\S+?/merge_requests/|(?:[\w./-]+)?!)(\d{1,9})\b"
_BY_REQUEST = re.compile(rf"{_UNDOES}(?:the\s+)?(?:MRs?|merge\s+requests?)?\s*({_REQUEST})", re.IGNORECASE)

_CARRIED_PULL = re.compile(
    r"\((?:pull request )?#(\d{1,9})\)\s*$|^Merge pull request #(\d{1,9})\b|^Merged PR (\d{1,9}):"
)
_CARRIED_REQUEST = re.compile(r"\(!(\d{1,9})\)\s*$")
_SEE_REQUEST = re.compile(r"^See merge request \S*!(\d{1,9})\s*$", re.MULTILINE)

_MERGE_SUBJECT = re.compile(r"^Merge(?:d| pull request| branch| remote-tracking branch)\b")
_OWN_NUMBER = re.compile(r"\s*\([#!]\d{1,9}\)\s*$")
_REAPPLY = re.compile(r"^re-?(?:apply|land)\b", re.IGNORECASE)
_QUOTED = re.compile(r"^(revert|re-?apply|reland)s?:?\s+[\"'“](.+)[\"'”]$", re.IGNORECASE)
_CONVENTIONAL = re.compile(r"^revert(?:\([^)]*\))?!?:\s+(.+)$", re.IGNORECASE)
_UNQUOTED = re.compile(r"^revert\s+(.+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Undoing:
    """What one commit takes back, as far as its message names it."""

    shas: tuple[str, ...] = ()
    pulls: tuple[int, ...] = ()
    merge_requests: tuple[int, ...] = ()
    subject: str = ""
    is_certain: bool = True
    is_reapply: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """The few marks taken from a message; the message itself is not kept.

    `title` is what the work is called: the subject, or below a merge's own subject the first line of its body.
    """

    subject: str
    title: str
    pulls: tuple[int, ...] = ()
    merge_requests: tuple[int, ...] = ()
    undoes: Undoing | None = None


def read_message(message: str) -> Reading:
    """Read subject, carried numbers and the revert marks from one commit message."""
    text = message[:MESSAGE_LIMIT].replace("\r\n", "\n")
    head, *body = _PARAGRAPH_END.split(text.strip(), maxsplit=1)
    subject = " ".join(head.split())[:SUBJECT_LIMIT]
    title = _title(subject, body[0] if body else "")
    return Reading(
        subject=subject,
        title=title,
        pulls=_numbers(_CARRIED_PULL, subject),
        merge_requests=_numbers(_CARRIED_REQUEST, subject) + _numbers(_SEE_REQUEST, text),
        undoes=_read_undoing(title, text) if _mentions_undoing(text) else None,
    )


def is_revert_by_subject(subject: str) -> bool:
    """True when the subject undoes a plain change; false for plain changes, reapplied ones and reverts of reverts."""
    is_undone, inner = False, subject
    while (quoted := _QUOTED.match(bare_subject(inner))) is not None:
        if _REAPPLY.match(quoted[1]):
            return is_undone
        is_undone, inner = not is_undone, quoted[2]
    return is_undone


def is_undoing_title(title: str) -> bool:
    """Whether a title quotes another one to revert it or to bring it back."""
    return _QUOTED.match(bare_subject(title)) is not None


def bare_subject(subject: str) -> str:
    """The subject without the number that a squash merge put behind it."""
    return _OWN_NUMBER.sub("", subject)


def _title(subject: str, body: str) -> str:
    if not _MERGE_SUBJECT.match(subject):
        return subject
    first = next((line for line in body.splitlines() if line.strip()), subject)
    return " ".join(first.split())[:SUBJECT_LIMIT]


def _mentions_undoing(text: str) -> bool:
    lowered = text.lower()
    return any(word in lowered for word in ("revert", "reapply", "reland", "back", "undo"))


def _read_undoing(title: str, text: str) -> Undoing | None:
    flat = " ".join(text.split())
    bare = bare_subject(title)
    quoted, conventional, unquoted = _QUOTED.match(bare), _CONVENTIONAL.match(bare), _UNQUOTED.match(bare)
    shas = _named_shas(title, text, flat) + (_footer_shas(text) if conventional else ())
    pulls = tuple(int(n) for claim in _BY_PULL.finditer(flat) for n in _PULL_NUMBER.findall(claim[1]))
    requests = tuple(int(claim[2]) for claim in _BY_REQUEST.finditer(flat))
    undone = quoted[2] if quoted else (conventional or unquoted or ("", ""))[1]
    if not (shas or pulls or requests or undone):
        return None
    return Undoing(
        shas=tuple(dict.fromkeys(shas)),
        pulls=tuple(dict.fromkeys(pulls)),
        merge_requests=tuple(dict.fromkeys(requests)),
        subject=undone.strip("\"'“”"),
        is_certain=bool(shas or pulls or requests or quoted),
        is_reapply=_REAPPLY.match(bare) is not None,
    )


def _named_shas(title: str, text: str, flat: str) -> tuple[str, ...]:
    found = [sha.lower() for claim in _BY_SHA.finditer(flat) for sha in _LISTED.findall(_ASIDE.sub(" ", claim["list"]))]
    head = _SUBJECT_SHA.match(title)
    return tuple(([head[1].lower()] if head else []) + found + _line_list(text))


def _line_list(text: str) -> list[str]:
    """The commits of a list with one commit per line under a line that says what follows."""
    found: list[str] = []
    is_listing = False
    for line in text.splitlines():
        item = _LIST_ITEM.match(line)
        if is_listing and item is not None:
            found.append(item[1].lower())
        elif line.strip():
            is_listing = _LIST_HEAD.search(" ".join(line.split())) is not None
    return found


def _footer_shas(text: str) -> tuple[str, ...]:
    return tuple(sha.lower() for line in _REFS.finditer(text) for sha in _LISTED.findall(line[1]))


def _numbers(pattern: re.Pattern[str], text: str) -> tuple[int, ...]:
    return tuple(int(group) for match in pattern.finditer(text) for group in match.groups() if group)
