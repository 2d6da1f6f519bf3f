"""A retro as it is being written, and what of it can be stored. Pure.

Everything in a draft is text, numbers too: it is never refused for what it says, only for its size or for names and
choices that nobody knows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from apps.core.problems import FieldProblem
from apps.incidents.domain.retro_sections import MOST_CHARACTERS, Field
from apps.incidents.domain.retro_words import Cause, FactorKind, FactorRole, RetroForm, RowKind, SectionKey
from apps.incidents.domain.retro_words import cause_of as cause_of_kind

MOST_ROWS = 500


@dataclass(frozen=True)
class DraftRow:
    """A row of a draft: its key, what it is and what it says."""

    key: str
    kind: RowKind
    values: Mapping[str, str]
    revision: int = 1


@dataclass(frozen=True)
class Draft:
    """A retro as it stands: the texts of its sections and its rows in order."""

    form: RetroForm
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rows: Sequence[DraftRow] = ()

    def text(self, section: SectionKey, name: str) -> str:
        """What a field says, without the blanks around it."""
        return self.texts.get(section, {}).get(name, "").strip()

    def rows_of(self, kind: RowKind) -> list[DraftRow]:
        """The rows of a kind in order."""
        return [row for row in self.rows if row.kind is kind]


def read_values(fields: Sequence[Field], sent: Mapping[str, object]) -> dict[str, str]:
    """What was sent as clean texts; line ends become line feeds. Faults are found by `input_problems` before."""
    known = {one.name for one in fields}
    return {name: clean(str(value or "")) for name, value in sent.items() if name in known}


def clean(text: str) -> str:
    """A text with line feeds alone, so that the same words are the same text from every browser."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def input_problems(fields: Sequence[Field], sent: Mapping[str, object]) -> list[FieldProblem]:
    """Everything that cannot be stored: unknown names, wrong types, signs no database keeps, too many characters."""
    known = {one.name: one for one in fields}
    problems = [_problem(known, name, value) for name, value in sent.items()]
    found = [problem for problem in problems if problem is not None]
    length = sum(len(value) for value in sent.values() if isinstance(value, str))
    if not found and length > MOST_CHARACTERS:
        words = f"A section has at most {MOST_CHARACTERS:,} characters; this has {length:,}."
        found.append(FieldProblem("", "too_long", words))
    return found


def _problem(known: Mapping[str, Field], name: str, value: object) -> FieldProblem | None:
    one, pointer = known.get(name), f"/{name}"
    if one is None:
        return FieldProblem(pointer, "unknown_field", f"There is no such field here. Known: {', '.join(known)}.")
    if not isinstance(value, str):
        return FieldProblem(pointer, "wrong_type", "Send a text.")
    if "\0" in value:
        return FieldProblem(pointer, "nul_not_allowed", "Remove the NUL character.")
    if any("\ud800" <= sign <= "\udfff" for sign in value):
        return FieldProblem(pointer, "surrogate_not_allowed", "Encode the text as whole characters.")
    if len(value) > one.limit:
        return FieldProblem(pointer, "too_long", f"At most {one.limit:,} characters; this has {len(value):,}.")
    if one.choices and value and value not in one.choices:
        return FieldProblem(pointer, "unknown_value", f"One of {', '.join(one.choices)}.")
    return None


def read_count(text: str) -> int | None:
    """A whole number as people write it, such as `4,200` or `4 200`; None for anything else."""
    digits = text.strip()
    for separator in (",", " ", "\u00a0", "\u202f", "'", "’"):
        digits = digits.replace(separator, "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 15 else None


def cause_of(rows: Sequence[DraftRow]) -> Cause:
    """The fact field `cause`: the kind of the first triggered factor, folded."""
    for row in rows:
        if row.kind is RowKind.FACTOR and row.values.get("role") == FactorRole.TRIGGERED:
            kind = row.values.get("kind", "")
            return cause_of_kind(FactorKind(kind)) if kind in set(FactorKind) else Cause.UNKNOWN
    return Cause.UNKNOWN
