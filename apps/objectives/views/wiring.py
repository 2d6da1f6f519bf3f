"""Pages on which counts are wired: servers, trying and starting a reading."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_http_methods, require_POST

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, reads, require_known
from apps.core.form_problems import add_problem
from apps.core.problems import ProblemError
from apps.objectives.forms.wiring import SourceForm, StartForm
from apps.objectives.models import Indicator, MonitoringSource
from apps.objectives.operations.reading_starting import Tried, start_reading, try_indicator
from apps.objectives.operations.source_keeping import SourceText, change_source, register_source
from apps.objectives.policies import samples as policies
from apps.objectives.presenting_cells import head, plain, table
from apps.objectives.queries import reading_duties as queries

WRONG = 422
SLOS = {"label": "SLOs", "url": reverse_lazy("objectives:objective-list")}


@access(Access.ADMIN)
@reads()
def source_list(request: PageRequest) -> HttpResponse:
    """Servers that counts are pulled from."""
    rows = [
        [
            head(one.name, reverse("objectives:source-edit", args=[one.slug])),
            plain(one.base_url, wide=True),
            plain(one.token_variable or "Without"),
            plain("Asked" if one.is_active else "Switched off"),
        ]
        for one in queries.list_sources()
    ]
    context = {
        "heading": "Monitoring servers",
        "crumbs": _crumbs("Monitoring servers"),
        "table": table("Monitoring servers", ["Name", "Address", "Variable of the token", "State"], rows),
    }
    return render(request, "objectives/source_list.html", context)


@access(Access.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def source_create(request: PageRequest) -> HttpResponse:
    """Register a server."""
    require_known(request)
    form = SourceForm(request.POST if request.method == "POST" else None, is_new=True)
    if request.method == "POST" and form.is_valid():
        try:
            register_source(slug=form.cleaned_data["slug"], text=_text_of(form), by=request.principal)
        except ProblemError as problem:
            add_problem(form, problem)
        else:
            messages.success(request, "The server is registered. Nothing is asked of it until a reading is started.")
            return redirect("objectives:source-list")
    return _source_form(request, form, "Register a monitoring server", "Register it")


@access(Access.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def source_edit(request: PageRequest, slug: str) -> HttpResponse:
    """Change a server, or switch it off."""
    require_known(request)
    source = queries.get_source(slug)
    form = SourceForm(request.POST if request.method == "POST" else None, is_new=False, initial=_said(source))
    if request.method == "POST" and form.is_valid():
        revision = form.cleaned_data["revision"] or 0
        try:
            change_source(source=source, text=_text_of(form), revision=revision, by=request.principal)
        except ProblemError as problem:
            add_problem(form, problem)
        else:
            messages.success(request, "The server is changed.")
            return redirect("objectives:source-list")
    return _source_form(request, form, f"Change {source.name}", "Keep it so")


def _source_form(request: PageRequest, form: SourceForm, heading: str, button: str) -> HttpResponse:
    context = {
        "heading": heading, "crumbs": _crumbs(heading), "form": form, "button": button,
        "has_errors": bool(form.errors),
    }  # fmt: skip
    return render(request, "portal/form.html", context, status=WRONG if form.errors else 200)


def _text_of(form: SourceForm) -> SourceText:
    data = form.cleaned_data
    return SourceText(data["name"], data["base_url"], data["token_variable"], data["is_active"])


def _said(source: MonitoringSource) -> dict[str, Any]:
    return {name: getattr(source, name) for name in ("name", "base_url", "token_variable", "is_active", "revision")}


def _crumbs(label: str) -> list[dict[str, Any]]:
    return [SLOS, {"label": label, "url": ""}]


@access(Access.SHARED_READ)
@reads()
def reading(request: PageRequest, slug: str) -> HttpResponse:
    """How an SLI is read from its server; whoever may, tries it here."""
    return _reading(request, queries.get_indicator(slug))


@access(Access.PERSON)
@require_POST
def reading_try(request: PageRequest, slug: str) -> HttpResponse:
    """Ask the server for the newest slices; nothing is stored."""
    require_known(request)
    indicator = queries.get_indicator(slug)
    tried = try_indicator(indicator=indicator, by=request.principal)
    return _reading(request, indicator, tried, StartForm(initial={"proof": tried.proof}) if tried.proof else None)


@access(Access.PERSON)
@require_POST
def reading_start(request: PageRequest, slug: str) -> HttpResponse:
    """Begin to read what was tried."""
    require_known(request)
    indicator, form = queries.get_indicator(slug), StartForm(request.POST)
    if form.is_valid():
        begins_at = clock.as_of() - timedelta(days=form.cleaned_data["days"])
        try:
            start_reading(
                indicator=indicator, begins_at=begins_at, proof=form.cleaned_data["proof"], by=request.principal
            )
        except ProblemError as problem:
            add_problem(form, problem, {"/begins_at": "days"})
        else:
            messages.success(request, "It is read from now on, each minute.")
            return redirect("objectives:indicator", indicator.slug)
    else:
        policies.require_can_read_from(request.principal, indicator.owner_team_id)
    return _reading(request, indicator, form=form)


def _reading(
    request: PageRequest, indicator: Indicator, tried: Tried | None = None, form: StartForm | None = None
) -> HttpResponse:
    readable = queries.get_readable(indicator, clock.today())
    is_pulled = readable is not None and readable.spec.valid_query != ""
    crumbs = [SLOS, {"label": f"SLI {indicator.slug}", "url": reverse("objectives:indicator", args=[indicator.slug])}]
    read = queries.find_read(indicator)
    waits = read is not None and readable is not None and queries.waits_for_a_try(read, readable)
    context = {
        "heading": f"Reading of {indicator.slug}",
        "crumbs": [*crumbs, {"label": "Reading", "url": ""}],
        "indicator": indicator,
        "is_read": read is not None and not waits,
        "waits": waits,
        "server": readable.spec.monitoring_source if readable else "",
        "may_try": is_pulled and policies.can_read_from(request.principal, indicator.owner_team_id),
        "is_pulled": is_pulled,
        "tried": tried,
        "table": _tried_table(tried) if tried and tried.slices else None,
        "form": form,
        "has_errors": bool(form and form.errors),
    }
    return render(request, "objectives/reading.html", context, status=WRONG if form and form.errors else 200)


def _tried_table(tried: Tried) -> dict[str, Any]:
    """The newest slices as they would be stored, unusable ones named."""
    newest = sorted(tried.slices, key=lambda one: (one.starts_at, one.key), reverse=True)[:60]
    rows = [
        [
            {"moment": one.starts_at, "header": True}, plain(one.key or "All"),
            plain(f"{one.counts.good:,}", numeric=True), plain(f"{one.counts.valid:,}", numeric=True),
            plain("" if one.counts.is_usable else "More good than valid, or less than nothing: counted nowhere"),
        ]
        for one in newest
    ]  # fmt: skip
    return table("The newest slices", ["Slice", "Key", ("Good", True), ("Valid", True), "Remark"], rows)
