"""Annotations: the list, writing one, and taking one back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.annotations import operations, policies
from apps.annotations.domain import AnnotationKind
from apps.annotations.models import Annotation
from apps.core.access import Access, access
from apps.core.asking import PageRequest, read_choice, read_page, reads
from apps.core.problems import Invalid
from apps.portal.forms import KIND_WORDS, AnnotationForm, RetractForm
from apps.portal.queries.annotations import get_standing, list_places, list_shown, owner_id_of, place_of, retractable
from apps.portal.tables import header, link, moment, plain

ALL = "all"


@access(Access.SHARED_READ)
@reads("kind", "page")
def annotation_list(request: PageRequest) -> HttpResponse:
    """Standing marks by date, newest first."""
    kind = read_choice(request, "kind", (ALL, *AnnotationKind))
    page = read_page(request, list_shown(kind))
    mine = retractable(page.rows, request.principal)
    labels = ("When", "What happened", "Kind", "Where", "Next step")
    table = {
        "caption": "Annotations, newest first",
        "caption_hidden": True,
        "columns": [{"label": label} for label in labels],
        "rows": [_row(annotation, annotation.pk in mine) for annotation in page.rows],
    }
    context = {
        "heading": "Annotations",
        "intro": "Context on charts: what happened near a time. A mark never claims to be the cause.",
        "table": table,
        "pager": page.pager,
        "action": {"label": "Write an annotation", "url": reverse("portal:annotation-create")},
        "choices": _kinds(kind),
        "empty": "Launches, migrations and outages will stand here and in the lanes of charts.",
    }
    return render(request, "portal/list.html", context)


def _kinds(chosen: str) -> list[dict[str, Any]]:
    words = [(ALL, "All kinds"), *((str(kind), word) for kind, word in KIND_WORDS.items())]
    return [{"label": word, "url": f"?kind={value}", "current": value == chosen} for value, word in words]


def _row(annotation: Annotation, may_retract: bool) -> list[dict[str, Any]]:
    retract = reverse("portal:annotation-retract", args=[annotation.public_id])
    return [
        moment(annotation.starts_at, annotation.ends_at),
        header(annotation.text, annotation.link),
        plain(KIND_WORDS[AnnotationKind(annotation.kind)]),
        _place_cell(annotation),
        link("Take back", retract) if may_retract else plain(""),
    ]


def _place_cell(annotation: Annotation) -> dict[str, Any]:
    if annotation.team:
        return link(annotation.team.name, reverse("portal:team", args=[annotation.team.slug]))
    if annotation.service:
        return link(annotation.service.name, reverse("portal:service", args=[annotation.service.slug]))
    return plain("The whole organisation")


@access(Access.TEAM_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def annotation_create(request: PageRequest) -> HttpResponse:
    """A form for a point or a stretch of time."""
    form = AnnotationForm(request.POST if request.method == "POST" else None, places=list_places(request.principal))
    if request.method == "POST" and form.is_valid() and _write(request, form):
        messages.success(request, "Written. The mark stands in the lanes of the charts.")
        return redirect("portal:annotation-list")
    crumbs = [{"label": "Annotations", "url": reverse("portal:annotation-list")}, {"label": "Write one"}]
    context = {"heading": "Write an annotation", "form": form, "button": "Write the annotation", "crumbs": crumbs}
    wrong = bool(form.errors)
    return render(request, "portal/form.html", {**context, "has_errors": wrong}, status=422 if wrong else 200)


def _write(request: PageRequest, form: AnnotationForm) -> bool:
    data, place = form.cleaned_data, place_of(form.cleaned_data["subject"])
    try:
        operations.create_annotation(
            kind=AnnotationKind(data["kind"]), text=data["text"], starts_at=data["starts_at"], ends_at=data["ends_at"],
            team=place.team, service=place.service, link=data["link"], by=request.principal,
        )  # fmt: skip
    except Invalid as problem:
        for fault in problem.errors:
            form.add_error(fault.pointer.strip("/") if fault.pointer.strip("/") in form.fields else None, fault.detail)
        return False
    return True


@access(Access.TEAM_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def annotation_retract(request: PageRequest, public_id: UUID) -> HttpResponse:
    """Say what leaves the charts, ask for the reason, then take it back."""
    annotation = get_standing(public_id)
    policies.require_can_retract(request.principal, annotation, owner_id_of(annotation))
    form = RetractForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        operations.retract_annotation(annotation=annotation, reason=reason, by=request.principal)
        messages.success(request, "Taken back. The row is kept, so that what people saw can be explained.")
        return redirect("portal:annotation-list")
    context = {
        "heading": "Take an annotation back",
        "intro": f"“{annotation.text}” leaves all charts. Closed reviews keep what they showed.",
        "form": form,
        "button": "Take it back",
        "has_errors": bool(form.errors),
    }
    return render(request, "portal/form.html", context, status=422 if form.errors else 200)
