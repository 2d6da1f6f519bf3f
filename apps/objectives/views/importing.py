"""The page on which OpenSLO is taken over: files are read, their names mapped, the plan is shown, then drafted."""

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
from apps.objectives import presenting_import as presenting
from apps.objectives.domain.openslo_reading import ImportRead
from apps.objectives.forms.importing import FileForm, MappingForm, packed
from apps.objectives.operations import importing_openslo as operations
from apps.objectives.queries import offering

METHODS = ["GET", "HEAD", "POST"]
INTRO = (
    "OpenSLO v1 becomes proposals: as a whole or not at all. Files with passwords, tokens or keys are refused, and "
    "nothing of a file is stored. An object that says what is in force already proposes nothing."
)


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def openslo_import(request: PageRequest) -> HttpResponse:
    """Choose files; read what becomes of each object; map its names; look at the plan; draft the proposals."""
    require_known(request)
    if not consent.can_draft_somewhere(request.principal):
        raise Forbidden("role_missing", "Somebody of a team or a metrics steward may do this.")
    if request.method == "POST" and "bundle" in request.POST:
        return _mapped(request)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if not form.is_bound or not form.is_valid():
        return _page(request, form, status=422 if form.is_bound else 200)
    read = operations.read_files(form.cleaned_data["file"])
    if not read.is_applicable:
        return _page(request, FileForm(), read=read, status=422)
    return _page(request, _mapping(request, read, None, {"bundle": packed(read), **_guesses(request, read)}), read=read)


def _mapped(request: PageRequest) -> HttpResponse:
    """After the names: back to them, the preview, or the proposals, by the button that was pressed."""
    shell = MappingForm(request.POST, names=[], services=[], flows=[], servers=[])
    if not shell.is_valid() and "bundle" in shell.errors:
        return _page(request, FileForm(), status=422)
    files = shell.cleaned_data["bundle"]
    read = operations.read_files(files)
    if not read.is_applicable:  # whatever was refused is not shown again, as a secret may be in it
        return _page(request, FileForm(), read=read, status=422)
    act = request.POST.get("act")
    if act == "map":
        return _page(request, _mapping(request, read, None, request.POST.dict()), read=read)
    form = _mapping(request, read, request.POST, {})
    if not form.is_valid():
        return _page(request, form, read=read, status=422)
    return _apply(request, form, read, files) if act == "apply" else _preview(request, form, files)


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


def _preview(request: PageRequest, form: MappingForm, files: operations.Files) -> HttpResponse:
    """What would be proposed of each object; nothing is stored."""
    plan = operations.plan_import(files, form.mapping())
    if not plan.is_applicable:
        for problem in plan.problems:
            form.add_error(None, problem.detail)
        return _page(request, form, read=plan.read, status=422)
    return _page(request, form, read=plan.read, plan=plan)


def _apply(request: PageRequest, form: MappingForm, read: ImportRead, files: operations.Files) -> HttpResponse:
    """Draft the proposals; refusals stand on the page and keep what was chosen."""
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
    request: PageRequest, form: FileForm | MappingForm, *, read: ImportRead | None = None,
    plan: operations.Plan | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {
        "heading": "Take over OpenSLO",
        "crumbs": [{"label": "Proposals", "url": reverse("governance:proposal-list")}, {"label": "OpenSLO", "url": ""}],
        "intro": presenting.plan_words(plan) if plan else INTRO,
        "form": form,
        "is_file": isinstance(form, FileForm),
        "tables": _tables(form, read, plan),
        "file_faults": presenting.file_faults(read) if read is not None else [],
        "is_preview": plan is not None,
        "can_apply": plan is not None and plan.count > 0,
        "has_errors": bool(form.errors),
    }
    return render(request, "objectives/openslo_import.html", context, status=status)


def _tables(
    form: FileForm | MappingForm, read: ImportRead | None, plan: operations.Plan | None
) -> list[presenting.Table]:  # fmt: skip
    tables = [presenting.verdict_table(read, plan)] if read is not None and read.verdicts else []
    if plan is not None and isinstance(form, MappingForm):
        tables.append(presenting.names_table(form.mapping()))
    return tables
