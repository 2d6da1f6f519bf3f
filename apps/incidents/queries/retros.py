"""Reads of retros: drafts with their parts and revisions, snapshots, and which are due."""

from collections.abc import Iterable, Mapping

from django.db.models import F, Q, QuerySet

from apps.accounts.domain import Principal
from apps.core.problems import Absent
from apps.incidents.domain.incident_words import Visibility
from apps.incidents.domain.retro_drafts import Draft, DraftRow
from apps.incidents.domain.retro_snapshots import canonical_text, document_of, sha256_of
from apps.incidents.domain.retro_words import RetroForm, RetroState, RowKind, SectionKey
from apps.incidents.domain.retros import OPEN, OUT
from apps.incidents.models import Incident, Retro, RetroRevision, RetroRow, RetroSection, RetroSnapshot

WITH = ("incident", "incident__owner_team", "incident__policy", "facilitator")


def visible_retros(by: Principal) -> QuerySet[Retro]:
    """Retros the principal may know of: published ones are shared, drafts are their team's, restricted ones listed."""
    rows = Retro.objects.filter(incident__in=Incident.objects.visible_to(by)).select_related(*WITH)
    if by.sees_all_teams:
        return rows
    own = Q(incident__owner_team_id__in=by.visible_team_ids) | Q(state__in=OUT)
    own |= Q(incident__visibility=Visibility.RESTRICTED)
    if by.user_id is not None:
        own |= Q(facilitator_id=by.user_id)
    return rows.filter(own)


def list_retros(by: Principal) -> QuerySet[Retro]:
    """Open ones first, by the time they are due, then the rest, newest incident first."""
    rows = visible_retros(by).exclude(Q(state__in=OPEN) & ~Q(incident__exclusion=""))
    return rows.annotate(is_open=Q(state__in=OPEN)).order_by(
        "-is_open", F("due_at").asc(nulls_last=True), "-incident_id"
    )


def list_newest_retros(by: Principal) -> QuerySet[Retro]:
    """Retros by incident, newest first."""
    return visible_retros(by).order_by("-incident_id")


def get_retro(incident: int, by: Principal) -> Retro:
    """The retro of an incident; raises `Absent`, for an invisible one with the words for a missing one."""
    retro = visible_retros(by).filter(incident_id=incident).first()
    if retro is None:
        raise Absent("not_found", "Nothing is here for you.")
    return retro


def find_retro(incident: int) -> Retro | None:
    """The retro of an incident, whoever asks; None where there is none."""
    return Retro.objects.select_related(*WITH).filter(incident_id=incident).first()


def lock_retro(pk: int) -> Retro:
    """The retro, locked until the transaction ends: saves and steps follow each other."""
    return Retro.objects.select_related(*WITH).select_for_update(of=("self",)).get(pk=pk)


def lock_retro_of(incident: int) -> Retro | None:
    """The retro of an incident that is locked already; None where there is none."""
    return Retro.objects.select_for_update(of=("self",)).filter(incident_id=incident).first()


def get_section(retro: Retro, key: str) -> RetroSection:
    """A section as it stands; raises `Absent`."""
    section = RetroSection.objects.filter(retro=retro, key=key).first()
    if section is None:
        raise Absent("not_found", "Nothing is here for you.")
    return section


def list_sections(retro: Retro) -> dict[SectionKey, RetroSection]:
    """The sections by key, in the order of the pages."""
    found = {SectionKey(row.key): row for row in RetroSection.objects.filter(retro=retro)}
    return {key: found[key] for key in SectionKey if key in found}


def list_rows(retro: Retro, *kinds: RowKind) -> list[RetroRow]:
    """Rows of some kinds in order, removed ones included."""
    rows = RetroRow.objects.filter(retro=retro)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    return list(rows.order_by("position", "pk"))


def get_row(retro: Retro, key: str) -> RetroRow:
    """A row by its key; raises `Absent`."""
    row = RetroRow.objects.filter(retro=retro, key=key).first()
    if row is None:
        raise Absent("not_found", "Nothing is here for you.")
    return row


def base_of(retro: Retro, part: str, revision: int) -> dict[str, str]:
    """What a part said at a revision; nothing before it was first saved."""
    texts = RetroRevision.objects.filter(retro=retro, part=part, revision=revision).values_list("texts", flat=True)
    return dict(texts.first() or {})


def list_revisions(retro: Retro, part: str) -> list[RetroRevision]:
    """Everything a section or row ever said, newest first."""
    return list(RetroRevision.objects.filter(retro=retro, part=part).order_by("-revision"))


def draft_row(row: RetroRow) -> DraftRow:
    """A stored row as the rules read it."""
    return DraftRow(row.key, RowKind(row.kind), row.values, row.revision)


def draft_from(retro: Retro, sections: Iterable[RetroSection], rows: Iterable[RetroRow]) -> Draft:
    """A retro as it stands, from its parts."""
    texts: dict[str, Mapping[str, str]] = {SectionKey(section.key): section.texts for section in sections}
    return Draft(RetroForm(retro.form), texts, [draft_row(row) for row in rows if not row.is_removed])


def get_draft(retro: Retro) -> Draft:
    """A retro as it stands; two queries."""
    return draft_from(retro, list_sections(retro).values(), list_rows(retro))


def sha256_of_draft(draft: Draft) -> str:
    """What a publication was read as: the texts of the draft alone."""
    return sha256_of(canonical_text(document_of(draft, {})))


def list_snapshots(retro: Retro) -> list[RetroSnapshot]:
    """Everything that was published, newest first."""
    return list(RetroSnapshot.objects.filter(retro=retro).order_by("-number"))


def get_snapshot(retro: Retro, number: int | None = None) -> RetroSnapshot:
    """A snapshot by number (default: the newest); raises `Absent`."""
    rows = RetroSnapshot.objects.filter(retro=retro).order_by("-number")
    snapshot = (rows if number is None else rows.filter(number=number)).first()
    if snapshot is None:
        raise Absent("not_found", "Nothing is here for you.")
    return snapshot


def is_amending(retro: Retro) -> bool:
    """Whether an amendment of a published retro is being written."""
    return retro.state in OUT and bool(retro.amend_reason)


def is_written(retro: Retro) -> bool:
    """Whether the draft can be written now."""
    return RetroState(retro.state) in OPEN or is_amending(retro)
