"""Reading what a page of a retro sends: its texts, its rows, the button that was pressed, and answers to a conflict."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from apps.core.problems import Unreadable
from apps.incidents.domain.conflicts import Clash, ThreeTexts, both, differences
from apps.incidents.domain.retro_sections import ROWS, SECTIONS, Field, Section
from apps.incidents.domain.retro_words import RetroForm, RowKind, SectionKey
from apps.incidents.operations.retro_saving import RowStep, Written

STEPS = ("remove", "restore", "up", "down")
MOST_DIGITS = 9
Sent = Mapping[str, str]


@dataclass(frozen=True)
class PageSent:
    """What one page sent."""

    written: list[Written]
    step: RowStep | None
    kinds: dict[str, RowKind]

    @property
    def texts(self) -> dict[str, str]:
        """The section's own texts as they were typed."""
        return {name: str(value) for one in self.written if not one.key for name, value in one.texts.items()}

    @property
    def rows(self) -> dict[str, dict[str, str]]:
        """The rows' values as they were typed, by key."""
        found = (one for one in self.written if one.key)
        return {one.key: {name: str(value) for name, value in one.texts.items()} for one in found}


def read_sent(sent: Sent, section: Section, form: RetroForm, kinds: Mapping[str, RowKind]) -> PageSent:
    """The page as it was sent; `kinds` are those of the retro's rows by key. Raises `Unreadable` without a revision."""
    own = {one.name: sent[one.name] for one in section.fields_in(form) if one.name in sent}
    written = [Written(own, _revision(sent, "revision"))]
    known = {key: kind for key, kind in kinds.items() if f"row-{key}-revision" in sent}
    for key, kind in known.items():
        values = _of_row(sent, key, ROWS[kind])
        written.append(Written(values, _revision(sent, f"row-{key}-revision"), key))
    return PageSent(written, _read_step(sent.get("act", "save")), known)


def _of_row(sent: Sent, key: str, fields: tuple[Field, ...]) -> dict[str, str]:
    names = {one.name: f"row-{key}-{one.name}" for one in fields}
    return {name: sent[place] for name, place in names.items() if place in sent}


def _revision(sent: Sent, name: str) -> int:
    text = sent.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        raise Unreadable("parameter_invalid", "Send the revision that you read with each part of the page.")
    return int(text)


def _read_step(act: str) -> RowStep | None:
    """What the pressed button does besides saving; raises `Unreadable` for one that is not there."""
    do, _, rest = act.partition("-")
    if act in ("save", "resolve"):
        return None
    if do == "add" and rest in set(RowKind):
        return RowStep("add", kind=RowKind(rest))
    if do in STEPS and rest:
        return RowStep(do, key=rest[:36])
    raise Unreadable("parameter_invalid", "This page has no such button.")


def read_resolved(sent: Sent, section: SectionKey, kinds: Mapping[str, RowKind]) -> list[Written]:
    """Parts as somebody chose between three texts: theirs, mine, or both as edited."""
    found = []
    for key in ("", *kinds):
        before = f"part-{key}-"
        if f"{before}revision" not in sent:
            continue
        fields = ROWS[kinds[key]] if key else SECTIONS[section].fields
        texts = dict(_chosen(sent, before, fields))
        keeps_removed = sent.get(f"{before}removed") == "theirs"
        if not keeps_removed:
            found.append(Written(texts, _revision(sent, f"{before}revision"), key, brings_back=bool(key)))
    return found


def _chosen(sent: Sent, before: str, fields: tuple[Field, ...]) -> Iterator[tuple[str, str]]:
    for one in fields:
        choice = sent.get(f"{before}{one.name}-choice", "")
        place = f"{before}{one.name}-{choice}"
        if choice in ("theirs", "mine", "both") and place in sent:
            yield one.name, sent[place]


def three_of(clash: Clash) -> list[ThreeTexts]:
    """The fields of a part on which both differ."""
    return differences(clash.base, clash.theirs, clash.yours)


def start_of(three: ThreeTexts) -> str:
    """What editing both begins with."""
    return both(three)
