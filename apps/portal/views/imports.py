"""Bringing facts in from a CSV file: check it, read the report, then store the good rows or give the file up."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from apps.core.access import Access, access
from apps.core.asking import PageRequest
from apps.core.numbers import format_count
from apps.core.problems import Conflict, ProblemError
from apps.integrations import operations, policies
from apps.integrations.domain.csv_columns import CsvKind
from apps.integrations.domain.imports import WAITS, ImportState
from apps.integrations.models import ImportRun
from apps.integrations.queries import list_errors, list_notices
from apps.portal.forms import ApplyForm, ImportForm
from apps.portal.queries.imports import get_run, list_places, place_of, require_place
from apps.portal.tables import header, plain

STATE_WORDS = {
    ImportState.CHECKED: "Checked, not stored yet",
    ImportState.APPLIED: "Stored",
    ImportState.ABANDONED: "Given up",
}


@access(Access.TEAM_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def import_create(request: PageRequest) -> HttpResponse:
    """Choose a file; it is checked as a whole and no row of it is stored yet."""
    places = list_places(request.principal)
    if request.method == "POST":
        require_place(request.principal, request.POST.get("place", ""), places)
    if not places:
        return render(
            request, "portal/import_nobody.html", {"heading": "Import a CSV file", "crumbs": _crumbs("Import")}
        )
    form = ImportForm(*_sent(request), places=places)
    if request.method == "POST" and form.is_valid():
        run = _check(request, form)
        if run is not None:
            return redirect("portal:import-run", run.pk)
    context = {
        "heading": "Import a CSV file",
        "form": form,
        "crumbs": _crumbs("Import"),
        "has_errors": bool(form.errors),
    }
    return render(request, "portal/import_new.html", context, status=422 if form.errors else 200)


def _sent(request: PageRequest) -> tuple[Any, Any]:
    """What was posted, also when it is empty; nothing for a page that is only read."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _check(request: PageRequest, form: ImportForm) -> ImportRun | None:
    """The checked run, or None with the reason at the field of the file."""
    data = form.cleaned_data
    try:
        return operations.check_import(
            stream=data["file"].file, kind=CsvKind(data["kind"]), file_name=data["file"].name,
            channel=data["channel"], team=place_of(data["place"]), keeps_file=True, by=request.principal,
        )  # fmt: skip
    except ProblemError as problem:
        form.add_error("file", problem.sentence)
        return None


@access(Access.TEAM_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def import_run(request: PageRequest, pk: int) -> HttpResponse:
    """The report of a check, and the step that stores the good rows."""
    run = get_run(pk, request.principal)
    if request.method == "POST":
        policies.require_can_import(request.principal, run.team)
    form = ApplyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        stored = _apply(request, run, form)
        if stored is not None:
            messages.success(request, f"Stored. {_stored_words(stored)}")
            return redirect("portal:import-run", run.pk)
    may = policies.can_import(request.principal, run.team)
    context = {**_run_context(run, may=may), "form": form, "has_errors": bool(form.errors)}
    return render(request, "portal/import_run.html", context, status=422 if form.errors else 200)


@access(Access.TEAM_WRITE)
@require_POST
def import_abandon(request: PageRequest, pk: int) -> HttpResponse:
    """Give a checked file up: what was kept of it goes, its report stays."""
    operations.abandon_import(run=get_run(pk, request.principal), by=request.principal)
    messages.success(request, "Given up. No row of the file was stored, and the file is no longer here.")
    return redirect("portal:import-run", pk)


def _apply(request: PageRequest, run: ImportRun, form: ApplyForm) -> ImportRun | None:
    reach = operations.Reach(complete_until=form.cleaned_data["complete_until"])
    try:
        return operations.apply_kept_import(run=run, reach=reach, by=request.principal)
    except Conflict as problem:
        form.add_error(None, problem.sentence)
        return None


def _run_context(run: ImportRun, *, may: bool) -> dict[str, Any]:
    errors = list_errors(run)
    is_waiting = run.state == ImportState.CHECKED and may
    return {
        "heading": run.file_name,
        "crumbs": _crumbs(run.file_name),
        "run": run,
        "state_words": STATE_WORDS[ImportState(run.state)],
        "can_apply": is_waiting and run.good_count > 0,
        "can_abandon": is_waiting,
        "kept_until": run.uploaded_at + WAITS,
        "counts": f"{format_count(run.row_count)} rows: {format_count(run.good_count)} good, "
        f"{format_count(run.error_count)} with errors.",
        "stored": _stored_words(run) if run.state == ImportState.APPLIED else "",
        "notices": list_notices(run),
        "errors_table": _errors_table(errors, run.error_count) if errors else None,
    }


def _stored_words(run: ImportRun) -> str:
    counts = (run.created_count, "new"), (run.updated_count, "changed"), (run.unchanged_count, "already there")
    return ", ".join(f"{format_count(count)} {word}" for count, word in counts) + "."


def _errors_table(errors: list[Any], count: int) -> dict[str, Any]:
    columns = [{"label": "Row"}, {"label": "Column"}, {"label": "Value"}, {"label": "What to do"}]
    rows = [[header(f"Line {e.line}"), plain(e.column), plain(e.value), plain(e.sentence)] for e in errors[:200]]
    foot = f"The first {len(rows)} are shown." if count > len(rows) else ""
    return {"caption": "Rows with errors", "compact": True, "columns": columns, "rows": rows, "foot": foot}


def _crumbs(last: str) -> list[dict[str, str]]:
    return [{"label": "Data health", "url": reverse("portal:data-health")}, {"label": last, "url": ""}]
