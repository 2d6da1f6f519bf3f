"""Retros: the list, the task list of one, its answers to check, and what was published."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, read_page, reads
from apps.core.problems import Absent
from apps.incidents.domain.retro_snapshots import as_markdown, document_of, read_text
from apps.incidents.domain.retro_words import RetroState, SectionKey
from apps.incidents.domain.retros import OUT
from apps.incidents.forms.learning import FacilitatorForm, ReasonForm
from apps.incidents.models import Retro
from apps.incidents.operations.retro_publishing import list_findings
from apps.incidents.policies import learning as policies
from apps.incidents.presenting_learning import (
    crumbs_of,
    heading_of,
    is_open,
    meta_of,
    present_document,
    present_findings,
    present_list,
    present_snapshots,
    tasks_of,
)
from apps.incidents.queries import retros as queries

EMPTY = "Retros stand here once an incident reaches a severity that asks for one, or a team opens one."


@access(Access.SHARED_READ)
@reads("page")
def retro_list(request: PageRequest) -> HttpResponse:
    """Retros the reader may see: open ones by the time they are due, then the rest, newest first."""
    page = read_page(request, queries.list_retros(request.principal))
    context = {
        "heading": "Retros", "table": present_list(page.rows, clock.as_of()) if page.rows else None,
        "pager": page.pager, "empty": EMPTY, "causes_url": reverse("incidents:cause-list"),
        "months": [
            {"label": team.name, "url": reverse("incidents:team-synthesis", args=[team.slug])}
            for team in request.principal.own_teams
        ],
    }  # fmt: skip
    return render(request, "incidents/retro_list.html", context)


@access(Access.SHARED_READ)
@reads()
def retro(request: PageRequest, pk: int) -> HttpResponse:
    """The task list of a draft for those who write it; for everybody else what there is to read."""
    return retro_page(request, queries.get_retro(pk, request.principal))


def retro_page(
    request: PageRequest, row: Retro, *, status: int = 200, forms: dict[str, Any] | None = None
) -> HttpResponse:
    """The page of a retro; a form that was refused comes back in its place."""
    by = request.principal
    if queries.is_written(row) and policies.can_write_retro(by, row):
        return _task_list(request, row, status, forms or {})
    return _read_view(request, row, status, forms or {})


def _task_list(request: PageRequest, row: Retro, status: int, forms: dict[str, Any]) -> HttpResponse:
    by, draft = request.principal, queries.get_draft(row)
    findings = list_findings(row, draft, by)
    mail = row.facilitator.email if row.facilitator else ""
    context = {
        **_frame(row),
        "tasks": tasks_of(row, draft, findings),
        "open_count": len(findings),
        "facilitator_wrong": any(not finding.section for finding in findings),
        "check_url": reverse("incidents:retro-check", args=[row.incident_id]),
        "retro": row,
        "can_run": policies.can_run_retro(by, row),
        "facilitator_form": forms.get("facilitator") or FacilitatorForm(initial={"facilitator": mail}),
        "amending": row.state in OUT,
        "is_submitted": row.state == RetroState.IN_REVIEW,
        **_waiver(request, row, forms),
        "snapshots": present_snapshots(row, queries.list_snapshots(row)) if row.state in OUT else [],
        "revision_url": reverse("incidents:retro-revisions", args=[row.incident_id]),
        "has_errors": bool(forms),
    }
    return render(request, "incidents/retro_tasks.html", context, status=status)


def _waiver(request: PageRequest, row: Retro, forms: dict[str, Any]) -> dict[str, Any]:
    """Asking for a waiver, or answering what somebody asked."""
    by, is_asked = request.principal, row.waiver_asked_at is not None
    return {
        "waiver_form": forms.get("waiver") or ReasonForm(prefix="waiver"),
        "waiver_asked": is_asked,
        "can_ask_waiver": is_open(row) and not is_asked and policies.can_run_retro(by, row),
        "can_answer_waiver": is_asked and policies.can_answer_waiver(by, row),
        "is_own_wish": is_asked and row.waiver_asked_by_id == by.user_id,
    }


def _read_view(request: PageRequest, row: Retro, status: int, forms: dict[str, Any]) -> HttpResponse:
    by = request.principal
    if row.state in OUT:
        document = read_text(queries.get_snapshot(row).text)
    elif policies.can_read_draft(by, row):
        document = document_of(queries.get_draft(row), {})
    else:
        raise Absent("not_found", "Nothing is here for you.")
    can_amend = row.state in OUT and policies.can_run_retro(by, row) and not queries.is_amending(row)
    context = {
        **_frame(row),
        "retro": row,
        "read": present_document(document),
        "is_draft": is_open(row),
        "is_waived": row.state == RetroState.WAIVED,
        "snapshots": present_snapshots(row, queries.list_snapshots(row)),
        "can_amend": can_amend,
        "amend_form": forms.get("amend") or ReasonForm(prefix="amend"),
        **_waiver(request, row, forms),
        "has_errors": bool(forms),
    }
    return render(request, "incidents/retro_read.html", context, status=status)


def _frame(row: Retro) -> dict[str, Any]:
    return {"heading": heading_of(row), "crumbs": crumbs_of(row), "meta": meta_of(row, clock.as_of())}


@access(Access.TEAM_READ)
@reads()
def retro_check(request: PageRequest, pk: int) -> HttpResponse:
    """Check your answers: everything that is written, every unmet check with the way to its field, and publishing."""
    return check_page(request, queries.get_retro(pk, request.principal))


def check_page(request: PageRequest, row: Retro, *, status: int = 200, is_outdated: bool = False) -> HttpResponse:
    """The answers; after a refused publication with what stands in the way."""
    by = request.principal
    if not (queries.is_written(row) and policies.can_read_draft(by, row)):
        raise Absent("not_found", "Nothing is here for you.")
    draft = queries.get_draft(row)
    findings = list_findings(row, draft, by)
    context = {
        **_frame(row),
        "crumbs": crumbs_of(row, "Check your answers"),
        "retro": row,
        "findings": present_findings(row, findings),
        "read": present_document(document_of(draft, {})),
        "draft_sha256": queries.sha256_of_draft(draft),
        "can_publish": policies.can_publish_retro(by, row),
        "can_write": policies.can_write_retro(by, row),
        "amending": row.state in OUT,
        "is_outdated": is_outdated,
        "publish_url": reverse("incidents:retro-publish", args=[row.incident_id]),
        "has_errors": status == 422,
    }
    return render(request, "incidents/retro_check.html", context, status=status)


@access(Access.SHARED_READ)
@reads()
def retro_snapshot(request: PageRequest, pk: int, number: int) -> HttpResponse:
    """One publication as it was."""
    row = queries.get_retro(pk, request.principal)
    snapshot = queries.get_snapshot(row, number)
    context = {
        **_frame(row),
        "crumbs": crumbs_of(row, f"Publication {number}"),
        "retro": row,
        "snapshot": snapshot,
        "read": present_document(read_text(snapshot.text)),
        "newest": number == queries.get_snapshot(row).number,
    }
    return render(request, "incidents/retro_snapshot.html", context)


@access(Access.SHARED_READ)
@reads()
def retro_snapshot_json(request: PageRequest, pk: int, number: int) -> HttpResponse:
    """A publication as the document that was hashed."""
    snapshot = queries.get_snapshot(queries.get_retro(pk, request.principal), number)
    headers = {"Content-Disposition": f'attachment; filename="retro-I-{pk}-{number}.json"'}
    return HttpResponse(snapshot.text.encode(), content_type="application/json", headers=headers)


@access(Access.SHARED_READ)
@reads()
def retro_snapshot_markdown(request: PageRequest, pk: int, number: int) -> HttpResponse:
    """A publication for people elsewhere."""
    snapshot = queries.get_snapshot(queries.get_retro(pk, request.principal), number)
    text = as_markdown(read_text(snapshot.text))
    headers = {"Content-Disposition": f'attachment; filename="retro-I-{pk}-{number}.md"'}
    return HttpResponse(text.encode(), content_type="text/markdown; charset=utf-8", headers=headers)


@access(Access.TEAM_READ)
@reads("part")
def retro_revisions(request: PageRequest, pk: int) -> HttpResponse:
    """Everything a section or row ever said, newest first."""
    row = queries.get_retro(pk, request.principal)
    if not policies.can_read_draft(request.principal, row):
        raise Absent("not_found", "Nothing is here for you.")
    part = request.GET.get("part", SectionKey.SUMMARY.value)[:36].replace("\0", "")
    context = {
        **_frame(row),
        "crumbs": crumbs_of(row, "Revisions"),
        "part": part,
        "parts": _parts(row, part),
        "revisions": [
            {"number": one.revision, "at": one.saved_at, "is_removed": one.is_removed,
             "texts": [{"label": name.replace("_", " ").capitalize(), "text": text}
                       for name, text in one.texts.items() if text]}
            for one in queries.list_revisions(row, part)
        ],
    }  # fmt: skip
    return render(request, "incidents/retro_revisions.html", context)


def _parts(row: Retro, part: str) -> list[dict[str, Any]]:
    """The sections and rows whose revisions can be read."""
    base = reverse("incidents:retro-revisions", args=[row.incident_id])
    found = [(key.value, key.value.capitalize()) for key in SectionKey]
    numbers: dict[str, int] = {}
    for one in queries.list_rows(row):
        numbers[one.kind] = numbers.get(one.kind, 0) + 1
        found.append((one.key, f"{one.kind.capitalize()} {numbers[one.kind]}"))
    return [{"label": label, "url": f"{base}?part={key}", "current": key == part} for key, label in found]


def lead_to(name: str, pk: int, place: str = "") -> HttpResponse:
    """Redirect to a page of a retro."""
    answer = redirect(f"incidents:{name}", pk)
    if place:
        answer["Location"] += f"#{place}"
    return answer


def as_problem(problem: Any) -> JsonResponse:
    """A refusal for the script that saves drafts."""
    return JsonResponse(problem.as_dict(), status=problem.status)
