"""One page of a retro: its texts and rows, saved by button or by script, with three texts where two people wrote."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, require_known
from apps.core.problems import Absent, Conflict, FieldProblem, Invalid, ProblemError
from apps.incidents.domain.conflicts import Clash
from apps.incidents.domain.retro_sections import ROWS, SECTIONS, Section, sections_of
from apps.incidents.domain.retro_words import RetroForm, RowKind, SectionKey
from apps.incidents.forms.retro_page import PageSent, read_resolved, read_sent, start_of, three_of
from apps.incidents.models import Retro
from apps.incidents.operations.retro_saving import PageSaved, RowStep, save_page
from apps.incidents.policies import learning as policies
from apps.incidents.presenting_learning import Parts, crumbs_of, heading_of, hints_of, present_section, saved_words
from apps.incidents.queries import retro_around, retro_choices
from apps.incidents.queries import retros as queries
from apps.incidents.views.learning import as_problem


@access(Access.PERSON)
@require_http_methods(["GET", "HEAD", "POST"])
def retro_section(request: PageRequest, pk: int, section: str) -> HttpResponse:
    """Read and write one page; a save that was made on an older revision is answered with all three texts."""
    require_known(request, "saved")
    row = queries.get_retro(pk, request.principal)
    if section not in {one.key.value for one in sections_of(RetroForm(row.form))}:
        raise Absent("not_found", "Nothing is here for you.")
    policies.require_can_write_retro(request.principal, row)
    shape = SECTIONS[SectionKey(section)]
    if request.method != "POST":
        return _page(request, row, shape, hints="saved" in request.GET)
    if request.POST.get("act") == "resolve":
        return _resolve(request, row, shape)
    if "application/json" in request.headers.get("Accept", ""):
        return _autosave(request, row, shape)
    return _save(request, row, shape)


def _read(request: PageRequest, row: Retro, shape: Section) -> PageSent:
    return read_sent(request.POST.dict(), shape, RetroForm(row.form), _kinds(row, shape))


def _kinds(row: Retro, shape: Section) -> dict[str, RowKind]:
    """The rows of a page, removed ones too, by key."""
    return {one.key: RowKind(one.kind) for one in queries.list_rows(row, *shape.rows)} if shape.rows else {}


def _save(request: PageRequest, row: Retro, shape: Section) -> HttpResponse:
    """The buttons of the page: save, and what else they do."""
    sent = _read(request, row, shape)
    try:
        saved = save_page(
            retro=row, section=shape.key, written=sent.written, step=_begun(row, sent.step), by=request.principal
        )
    except Invalid as problem:
        return _page(request, row, shape, sent=sent, problem=problem, status=422)
    if saved.clashes:
        return _conflict(request, row, shape, saved.clashes)
    place = f"row-{saved.row}" if saved.row and sent.step and sent.step.do != "remove" else ""
    return _lead_back(row, shape, place or _after(sent.step))


def _begun(row: Retro, step: RowStep | None) -> RowStep | None:
    """A new action begins with the team that owns the incident."""
    if step is not None and step.kind is RowKind.ACTION:
        return RowStep("add", kind=step.kind, values={"team": row.incident.owner_team.slug})
    return step


def _after(step: RowStep | None) -> str:
    return "" if step is None else "rows"


def _lead_back(row: Retro, shape: Section, place: str) -> HttpResponse:
    url = reverse("incidents:retro-section", args=[row.incident_id, shape.key.value])
    return redirect(f"{url}?saved=1#{place}" if place else f"{url}?saved=1")


def _autosave(request: PageRequest, row: Retro, shape: Section) -> HttpResponse:
    """The same for the script: revisions, what is newer, hints; refusals as problem details."""
    try:
        sent = _read(request, row, shape)
        saved = save_page(retro=row, section=shape.key, written=sent.written, by=request.principal)
    except (Invalid, Conflict, ProblemError) as problem:
        return as_problem(problem)
    if saved.clashes:
        words = "Somebody else saved this page meanwhile. Nothing of yours is lost."
        theirs = {clash.key: dict(clash.theirs) for clash in saved.clashes}
        told = {"code": "revision_conflict", "detail": words, "theirs": theirs, **_told(row, saved)}
        return JsonResponse(told, status=412)
    parts = _parts_of(row, shape)
    names = retro_around.list_names(row.incident.owner_team_id, clock.now())
    hints = render_to_string("incidents/_retro_hints.html", {"hints": hints_of(shape, parts, names)})
    return JsonResponse({**_told(row, saved), "hints": hints})


def _told(row: Retro, saved: PageSaved) -> dict[str, Any]:
    return {"status": saved_words(row, saved.at), "revisions": saved.revisions, "newer": saved.newer}


def _parts_of(row: Retro, shape: Section) -> Parts:
    section = queries.get_section(row, shape.key)
    kinds = {*shape.rows, RowKind.ACTION} if shape.rows else set()
    every = queries.list_rows(row, *kinds) if kinds else []
    rows = [one for one in every if one.kind in shape.rows]
    actions = [one for one in every if one.kind == RowKind.ACTION and not one.is_removed]
    opened = retro_choices.list_opened(row) if RowKind.ACTION in shape.rows else ()
    return Parts(section, rows, actions, opened)


def _page(
    request: PageRequest, row: Retro, shape: Section, *, sent: PageSent | None = None,
    problem: Invalid | None = None, hints: bool = False, status: int = 200,
) -> HttpResponse:  # fmt: skip
    parts = _parts_of(row, shape)
    if sent is not None:
        parts.put_back(sent.texts, sent.rows)
    faults = [_placed(one) for one in problem.errors] if problem else []
    wrong = {one["anchor"]: one["text"] for one in faults}
    names = retro_around.list_names(row.incident.owner_team_id, clock.now()) if hints else []
    context = {
        **present_section(row, shape, parts, problems=wrong),
        **_around(row, shape),
        "heading": f"{shape.number}. {shape.title}",
        "crumbs": crumbs_of(row, shape.title),
        "meta": [heading_of(row)],
        "retro": row,
        "status": saved_words(row, retro_choices.last_saved_at(row, shape)),
        "hints": hints_of(shape, parts, names) if hints else [],
        "problems": faults,
        "has_errors": bool(faults),
        "lists": retro_choices.list_choices(row, shape, request.principal),
    }
    return render(request, "incidents/retro_section.html", context, status=status)


def _placed(fault: FieldProblem) -> dict[str, str]:
    """A fault with the id of its field."""
    steps = fault.pointer.strip("/").split("/")
    anchor = f"row-{steps[1]}-{steps[-1]}" if steps[0] == "rows" and len(steps) > 2 else f"id_{steps[-1]}"
    return {"anchor": anchor if fault.pointer else "form", "text": fault.detail}


def _around(row: Retro, shape: Section) -> dict[str, Any]:
    """What stands beside the fields: the incident's facts on the first page, its story on the second; the next page."""
    pages = sections_of(RetroForm(row.form))
    place = [one.key for one in pages].index(shape.key)
    following = pages[place + 1] if place + 1 < len(pages) else None
    pk = row.incident_id
    found: dict[str, Any] = {
        "previous_url": reverse("incidents:retro-section", args=[pk, pages[place - 1].key.value]) if place else "",
        "next_url": reverse("incidents:retro-section", args=[pk, following.key.value]) if following else "",
        "next_label": f"{following.number}. {following.title}" if following else "",
        "check_url": reverse("incidents:retro-check", args=[pk]),
        "task_url": reverse("incidents:retro", args=[pk]),
        "incident_url": f"/incidents/{pk}/",
    }
    if shape.key is SectionKey.SUMMARY:
        found["facts"] = retro_around.facts_of(row.incident)
    if shape.key is SectionKey.TIMELINE:
        found |= {"milestones": retro_around.milestones_of(row.incident), "story": retro_around.story_of(row.incident)}
    return found


def _conflict(request: PageRequest, row: Retro, shape: Section, clashes: list[Clash]) -> HttpResponse:
    """412: what it was, what they made of it, what you made of it; nothing was written over either."""
    context = {
        "heading": "Somebody else saved this meanwhile",
        "crumbs": crumbs_of(row, shape.title),
        "meta": [f"{shape.number}. {shape.title}", heading_of(row)],
        "clashes": [_present_clash(clash, shape) for clash in clashes],
        "page_url": reverse("incidents:retro-section", args=[row.incident_id, shape.key.value]),
    }
    return render(request, "incidents/retro_conflict.html", context, status=412)


def _present_clash(clash: Clash, shape: Section) -> dict[str, Any]:
    fields = ROWS[RowKind(clash.kind)] if clash.key else shape.fields
    labels = {one.name: one.label for one in fields}
    title = clash.kind.capitalize() if clash.key else shape.title
    return {
        "key": clash.key, "revision": clash.revision, "title": title, "is_removed": clash.is_removed,
        "fields": [
            {
                "name": three.name, "label": labels.get(three.name, three.name), "three": three,
                "start": start_of(three), "id": f"part-{clash.key}-{three.name}",
            }
            for three in three_of(clash)
        ],
    }  # fmt: skip


def _resolve(request: PageRequest, row: Retro, shape: Section) -> HttpResponse:
    """What was chosen between three texts is saved on the newest revision; a third writer is met again."""
    written = read_resolved(request.POST.dict(), shape.key, _kinds(row, shape))
    try:
        saved = save_page(retro=row, section=shape.key, written=written, by=request.principal)
    except Invalid as problem:
        # What does not fit goes back to the page it came from, as typed.
        sent = PageSent(written, None, _kinds(row, shape))
        return _page(request, row, shape, sent=sent, problem=problem, status=422)
    if saved.clashes:
        return _conflict(request, row, shape, saved.clashes)
    return _lead_back(row, shape, "")
