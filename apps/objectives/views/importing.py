"""The page on which OpenSLO is taken over: a file is looked at, its names are mapped, then proposals are drafted."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.core.access import Access, access
from apps.core.asking import PageRequest, require_known
from apps.core.problems import Conflict, Forbidden, Invalid
from apps.governance import policies as consent
from apps.objectives.domain.openslo_reading import ImportRead, Verdict, VerdictKind
from apps.objectives.forms.importing import FileForm, MappingForm, packed
from apps.objectives.operations import importing_openslo as operations
from apps.objectives.queries import offering

METHODS = ["GET", "HEAD", "POST"]
VERDICTS = {
    VerdictKind.MAPPED: "Would be proposed", VerdictKind.USED: "Used", VerdictKind.IGNORED: "Left out",
    VerdictKind.REFUSED: "Refused",
}  # fmt: skip
INTRO = (
    "OpenSLO v1 becomes proposals: as a whole or not at all. Files with passwords, tokens or keys are refused, and "
    "nothing of a file is stored. An object that says what is in force already proposes nothing."
)


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def openslo_import(request: PageRequest) -> HttpResponse:
    """Choose a file; read what becomes of each object; map its names; draft the proposals."""
    require_known(request)
    if not consent.can_draft_somewhere(request.principal):
        raise Forbidden("role_missing", "Somebody of a team or a metrics steward may do this.")
    if request.method == "POST" and "bundle" in request.POST:
        return _apply(request)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if not form.is_bound or not form.is_valid():
        return _page(request, form, status=422 if form.is_bound else 200)
    name, body = form.cleaned_data["file"]
    return _looked_at(request, {name: body})


def _looked_at(request: PageRequest, files: dict[str, bytes]) -> HttpResponse:
    """The verdicts; the names are asked for only where nothing was refused."""
    read = operations.read_files(files)
    if not read.is_applicable:
        return _page(request, FileForm(), read=read, status=422)
    form = _mapping(request, read, None, {"bundle": packed(files), **_guesses(request, read)})
    return _page(request, form, read=read)


def _mapping(request: PageRequest, read: ImportRead, sent: Any, initial: dict[str, Any]) -> MappingForm:
    by = request.principal
    return MappingForm(
        sent, initial=initial, names=list(operations.names_of(read)), services=offering.offer_services(by),
        flows=offering.offer_flows(by), servers=offering.offer_servers(),
    )  # fmt: skip


def _guesses(request: PageRequest, read: ImportRead) -> dict[str, Any]:
    """Names that are known here by the same word."""
    known = dict([*offering.offer_services(request.principal), *offering.offer_servers()])
    return {
        f"{matter}_{number}": name
        for number, (matter, name) in enumerate(operations.names_of(read)) if name in known
    }  # fmt: skip


def _apply(request: PageRequest) -> HttpResponse:
    """Draft the proposals; refusals stand on the page and keep what was chosen."""
    shell = MappingForm(request.POST, names=[], services=[], flows=[], servers=[])
    if not shell.is_valid() and "bundle" in shell.errors:
        return _page(request, FileForm(), status=422)
    files = shell.cleaned_data["bundle"]
    read = operations.read_files(files)
    if not read.is_applicable:  # whatever was refused is not shown again, as a secret may be in it
        return _page(request, FileForm(), read=read, status=422)
    form = _mapping(request, read, request.POST, {})
    if not form.is_valid():
        return _page(request, form, read=read, status=422)
    try:
        found = operations.apply_import(
            files=files, mapping=form.mapping(), reason=form.cleaned_data["reason"], by=request.principal
        )
    except (Invalid, Conflict) as problem:
        for words in [fault.detail for fault in problem.errors] or [problem.sentence]:
            form.add_error(None, words)
        return _page(request, form, read=read, status=problem.status)
    if not found:
        messages.success(request, "Nothing is proposed: all of it is in force already.")
        return redirect("objectives:openslo-import")
    messages.success(request, f"Drafted {', '.join(map(str, found))}. Read each, then submit it.")
    return redirect("governance:proposal", found[0].number)


def _page(
    request: PageRequest, form: FileForm | MappingForm, *, read: ImportRead | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "heading": "Take over OpenSLO",
        "crumbs": [{"label": "Proposals", "url": reverse("governance:proposal-list")}, {"label": "OpenSLO", "url": ""}],
        "intro": INTRO,
        "form": form,
        "is_file": isinstance(form, FileForm),
        "table": _table(read) if read is not None else None,
        "file_faults": _file_faults(read) if read is not None else [],
        "button": "Look at the file" if isinstance(form, FileForm) else "Draft the proposals",
        "has_errors": bool(form.errors),
    }
    return render(request, "objectives/openslo_import.html", context, status=status)


def _file_faults(read: ImportRead) -> list[str]:
    return [f"{name}: {fault.detail}" for name, faults in read.file_faults.items() for fault in faults]


def _table(read: ImportRead) -> dict[str, Any]:
    """What becomes of each object, with its faults at their paths."""
    columns = [{"label": label} for label in ("Object", "Kind", "What becomes of it", "Why")]
    rows = [_row(one) for one in read.verdicts]
    return {"caption": "Objects of the file", "columns": columns, "rows": rows}


def _row(one: Verdict) -> list[dict[str, Any]]:
    faults = [f"{fault.pointer}: {fault.detail}" for fault in (*one.faults, *one.warnings)]
    return [
        {"text": one.name or one.pointer, "header": True},
        {"text": one.kind},
        {"text": VERDICTS[one.verdict]},
        {"text": " ".join(faults), "wide": True},
    ]
