"""Saving drafts: nothing is refused for what it says, nobody's text is written over, every revision is kept."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.problems import Absent, Conflict, FieldProblem, Invalid
from apps.incidents.domain.conflicts import Clash, RevisionConflict, is_stale, is_untouched, says_the_same
from apps.incidents.domain.retro_drafts import MOST_ROWS, input_problems, read_values
from apps.incidents.domain.retro_sections import MOST_CHARACTERS, ROWS, SECTIONS, Field
from apps.incidents.domain.retro_words import RetroForm, RetroState, RowKind, SectionKey
from apps.incidents.domain.retros import STEP_SENTENCES, RetroAct, step_problem
from apps.incidents.models import Retro, RetroRevision, RetroRow, RetroSection
from apps.incidents.policies import learning as policies
from apps.incidents.queries import retros

REFUSED = "Some fields need attention. Nothing was stored."
Part = RetroSection | RetroRow
Texts = Mapping[str, object]


@dataclass(frozen=True)
class Written:
    """What was written in one part of a page: the section's own texts (no key) or a row, and what it was read as.

    `brings_back` also puts a removed row back.
    """

    texts: Texts
    revision: int
    key: str = ""
    brings_back: bool = False


@dataclass(frozen=True)
class RowStep:
    """What else a page's button does once everything on it is saved: add, remove, restore, up or down."""

    do: str
    kind: RowKind | None = None
    key: str = ""
    values: Texts = field(default_factory=dict)


@dataclass
class PageSaved:
    """When a save was, the revisions of all parts after it, and the parts that somebody else wrote meanwhile.

    `newer` holds what parts say of which nothing was written anew, because somebody else did; `row` is the key of the
    row that a button was about.
    """

    at: datetime
    revisions: dict[str, int] = field(default_factory=dict)
    newer: dict[str, dict[str, str]] = field(default_factory=dict)
    clashes: list[Clash] = field(default_factory=list)
    row: str = ""


@transaction.atomic
def save_page(
    *, retro: Retro, section: SectionKey, written: Sequence[Written], step: RowStep | None = None, by: Principal
) -> PageSaved:
    """Save a section with its rows. Parts that clash are left as the other wrote them and answered; the rest is saved.

    The step of a button follows where nothing clashed. Raises `Invalid` for what cannot be stored; then nothing is.
    """
    retro = _lock_to_write(retro, by)
    now = clock.now()
    known = _parts_of(retro, section)
    _require_storable(known, written)
    saved = PageSaved(now)
    for one in written:
        part = known[one.key]
        clash = _save(retro, part, one, now)
        if clash is not None:
            saved.clashes.append(clash)
        elif not says_the_same(texts_of(part), {**texts_of(part), **read_values(fields_of(part), one.texts)}):
            saved.newer[one.key] = texts_of(part)
    saved.revisions = {key: part.revision for key, part in known.items()}
    if step is not None and not saved.clashes:
        saved.row = _take(retro, section, step, saved.revisions.get(step.key, 0), by)
    return saved


def _take(retro: Retro, section: SectionKey, step: RowStep, revision: int, by: Principal) -> str:
    """Do what a button says besides saving; answers the row it was about."""
    if step.do == "add" and step.kind is not None:
        if step.kind not in SECTIONS[section].rows:
            raise Absent("not_found", "Nothing is here for you.")
        row, _ = add_row(retro=retro, kind=step.kind, values=step.values, by=by)
        return row.key
    if step.do == "remove":
        remove_row(retro=retro, key=step.key, revision=revision, by=by)
    elif step.do == "restore":
        restore_row(retro=retro, key=step.key, by=by)
    elif step.do in ("up", "down"):
        move_row(retro=retro, key=step.key, up=step.do == "up", by=by)
    return step.key


@transaction.atomic
def save_section(*, retro: Retro, key: SectionKey, texts: Texts, revision: int, by: Principal) -> RetroSection:
    """Save the texts of a section; absent ones stay. Raises `RevisionConflict` with all three texts."""
    retro = _lock_to_write(retro, by)
    section = retros.get_section(retro, key)
    _require_fields(SECTIONS[key].fields, texts)
    _save_or_raise(retro, section, Written(texts, revision))
    return section


@transaction.atomic
def add_row(*, retro: Retro, kind: RowKind, values: Texts, key: str = "", by: Principal) -> tuple[RetroRow, bool]:
    """Add a row at the end of its kind; a sender who repeats its `key` is answered with the first one and False."""
    retro = _lock_to_write(retro, by)
    _require_fields(ROWS[kind], values)
    _require_kind(retro, kind)
    standing = retros.list_rows(retro)
    known = next((row for row in standing if row.key == key), None)
    if known is not None:
        return known, False
    if sum(not row.is_removed for row in standing) >= MOST_ROWS:
        words = f"A retro holds at most {MOST_ROWS} rows. Remove one, or say more in fewer."
        raise Invalid("validation_failed", REFUSED, [FieldProblem("/kind", "out_of_range", words)])
    now = clock.now()
    position = max((row.position for row in standing), default=0) + 1
    row = RetroRow.objects.create(
        retro=retro, key=key or uuid.uuid4().hex, kind=kind.value, values=read_values(ROWS[kind], values),
        position=position, saved_at=now,
    )  # fmt: skip
    _keep(retro, row, now)
    return row, True


@transaction.atomic
def save_row(*, retro: Retro, key: str, values: Texts, revision: int, by: Principal) -> RetroRow:
    """Save a row; absent values stay. Raises `RevisionConflict` with all three texts."""
    retro = _lock_to_write(retro, by)
    row = retros.get_row(retro, key)
    _require_fields(ROWS[RowKind(row.kind)], values)
    _save_or_raise(retro, row, Written(values, revision, key))
    return row


@transaction.atomic
def remove_row(*, retro: Retro, key: str, revision: int, by: Principal) -> RetroRow:
    """Take a row out of the draft; it can be brought back. A row that somebody changed meanwhile stays."""
    retro = _lock_to_write(retro, by)
    row = retros.get_row(retro, key)
    if is_stale(read=revision, current=row.revision) and not row.is_removed:
        base = retros.base_of(retro, key, revision)
        raise RevisionConflict(clash=_clash(row, base, base))
    return _set_removed(retro, row, is_removed=True)


@transaction.atomic
def restore_row(*, retro: Retro, key: str, by: Principal) -> RetroRow:
    """Bring a removed row back as it was."""
    retro = _lock_to_write(retro, by)
    return _set_removed(retro, retros.get_row(retro, key), is_removed=False)


@transaction.atomic
def move_row(*, retro: Retro, key: str, up: bool, by: Principal) -> RetroRow:
    """Change places with the neighbour of the same kind; at the end of the list nothing happens."""
    retro = _lock_to_write(retro, by)
    row = retros.get_row(retro, key)
    standing = [one for one in retros.list_rows(retro, RowKind(row.kind)) if not one.is_removed]
    place = next((index for index, one in enumerate(standing) if one.pk == row.pk), None)
    other = None if place is None else place + (-1 if up else 1)
    if other is not None and place is not None and 0 <= other < len(standing):
        mine, theirs = standing[place], standing[other]
        mine.position, theirs.position = theirs.position, mine.position
        RetroRow.objects.bulk_update([mine, theirs], ["position"])
    return row


def _lock_to_write(retro: Retro, by: Principal) -> Retro:
    """Permission, lock, and whether the state lets anybody write."""
    policies.require_can_write_retro(by, retro)
    retro = retros.lock_retro(retro.pk)
    problem = step_problem(RetroState(retro.state), RetroAct.WRITE, is_amending=bool(retro.amend_reason))
    if problem:
        raise Conflict(problem, STEP_SENTENCES[problem])
    return retro


def _parts_of(retro: Retro, section: SectionKey) -> dict[str, Part]:
    """The parts of a page by key: the section itself under no key, and its rows."""
    shape, found = SECTIONS[section], {"": retros.get_section(retro, section)}
    rows = retros.list_rows(retro, *shape.rows) if shape.rows else []
    return {**found, **{row.key: row for row in rows}}


def _require_storable(known: Mapping[str, Part], written: Sequence[Written]) -> None:
    """Raise `Absent` for a row of elsewhere, `Invalid` for what cannot be stored; pointers begin with the row's key."""
    problems: list[FieldProblem] = []
    length = 0
    for one in written:
        part = known.get(one.key)
        if part is None:
            raise Absent("not_found", "Nothing is here for you.")
        problems += _located(input_problems(fields_of(part), one.texts), one.key)
        length += sum(len(value) for value in one.texts.values() if isinstance(value, str))
    if not problems and length > MOST_CHARACTERS:
        words = f"A section has at most {MOST_CHARACTERS:,} characters; this one, with its rows, has {length:,}."
        problems.append(FieldProblem("", "too_long", words))
    if problems:
        raise Invalid("validation_failed", REFUSED, problems)


def _located(problems: Sequence[FieldProblem], key: str) -> list[FieldProblem]:
    before = f"/rows/{key}" if key else ""
    return [FieldProblem(f"{before}{one.pointer}", one.code, one.detail) for one in problems]


def _require_fields(fields: Sequence[Field], sent: Texts) -> None:
    if problems := input_problems(fields, sent):
        raise Invalid("validation_failed", REFUSED, problems)


def _require_kind(retro: Retro, kind: RowKind) -> None:
    if retro.form == RetroForm.SHORT and kind is RowKind.SAFEGUARD:
        words = "The short form asks for no safeguards; name factors and actions."
        raise Invalid("validation_failed", REFUSED, [FieldProblem("/kind", "unknown_value", words)])


def fields_of(part: Part) -> tuple[Field, ...]:
    """The fields that a section or row knows."""
    return ROWS[RowKind(part.kind)] if isinstance(part, RetroRow) else SECTIONS[SectionKey(part.key)].fields


def texts_of(part: Part) -> dict[str, str]:
    """What a section or row says."""
    return dict(part.values if isinstance(part, RetroRow) else part.texts)


def _save_or_raise(retro: Retro, part: Part, written: Written) -> None:
    clash = _save(retro, part, written, clock.now())
    if clash is not None:
        raise RevisionConflict(clash=clash)


def _save(retro: Retro, part: Part, written: Written, now: datetime) -> Clash | None:
    """Write a part, unless somebody else did since it was read. What says nothing new is no revision."""
    stored = texts_of(part)
    sent = read_values(fields_of(part), written.texts)
    is_removed = isinstance(part, RetroRow) and part.is_removed and not written.brings_back
    if is_stale(read=written.revision, current=part.revision) or is_removed:
        base = retros.base_of(retro, part.key, written.revision)
        if (says_the_same(stored, {**stored, **sent}) and not is_removed) or is_untouched(base, sent):
            return None
        return _clash(part, base, {**base, **sent})
    whole = {**stored, **sent}
    brought_back = isinstance(part, RetroRow) and part.is_removed
    if says_the_same(stored, whole) and not brought_back:
        return None
    _put(part, whole, now)
    if isinstance(part, RetroRow):
        part.is_removed = False
    _store(retro, part, now)
    return None


def _put(part: Part, texts: Mapping[str, str], now: datetime) -> None:
    if isinstance(part, RetroRow):
        part.values = dict(texts)
    else:
        part.texts = dict(texts)
    part.saved_at = now


def _store(retro: Retro, part: Part, now: datetime) -> None:
    """The next revision of a part, with what it says kept beside."""
    part.revision += 1
    part.save()
    _keep(retro, part, now)


def _keep(retro: Retro, part: Part, now: datetime) -> None:
    RetroRevision.objects.create(
        retro=retro, part=part.key, revision=part.revision, texts=texts_of(part), saved_at=now,
        is_removed=isinstance(part, RetroRow) and part.is_removed,
    )  # fmt: skip


def _clash(part: Part, base: Mapping[str, str], yours: Mapping[str, str]) -> Clash:
    is_row = isinstance(part, RetroRow)
    return Clash(
        key=part.key if is_row else "", kind=part.kind if isinstance(part, RetroRow) else part.key,
        revision=part.revision, base=base, theirs=texts_of(part), yours=yours,
        is_removed=isinstance(part, RetroRow) and part.is_removed,
    )  # fmt: skip


def _set_removed(retro: Retro, row: RetroRow, *, is_removed: bool) -> RetroRow:
    if row.is_removed != is_removed:
        row.is_removed, row.saved_at = is_removed, clock.now()
        _store(retro, row, row.saved_at)
    return row


def write_again(retro: Retro, part: Part, texts: Mapping[str, str], *, is_removed: bool, now: datetime) -> None:
    """Set a part back to what it said, as a new revision; used when an amendment is dropped."""
    was_removed = isinstance(part, RetroRow) and part.is_removed
    if says_the_same(texts_of(part), texts) and was_removed == is_removed:
        return
    _put(part, texts, now)
    if isinstance(part, RetroRow):
        part.is_removed = is_removed
    _store(retro, part, now)
