"""Pages of a weekly review: the agenda, opening and closing, all that is quiet at once, the minutes."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from apps.core.access import Access, access
from apps.core.asking import PageRequest, reads
from apps.core.problems import Conflict
from apps.reviews import operations, queries
from apps.reviews.models import Review
from apps.reviews.presenting_minutes import as_markdown
from apps.reviews.presenting_weekly import present_weekly

STILL_OPEN = "items_open"


@access(Access.TEAM_READ)
@reads()
def weekly(request: PageRequest, pk: int) -> HttpResponse:
    """One review: what asks for a decision, block by block, and what was answered."""
    return _page(request, queries.get_weekly(pk, by=request.principal))


def _page(request: PageRequest, review: Review, refused: Conflict | None = None) -> HttpResponse:
    context = _context(request, review)
    if refused is not None:
        anchors = {item["pk"]: item["id"] for block in context["blocks"] for item in block["items"]}
        context["has_errors"] = True
        context["problems"] = [
            {"text": fault.detail, "anchor": anchors.get(int(fault.pointer.rpartition("/")[2]), "close")}
            for fault in refused.errors
        ]
    return render(request, "reviews/weekly.html", context, status=refused.status if refused else 200)


def _context(request: PageRequest, review: Review) -> dict[str, Any]:
    agenda = queries.agenda_of(review, by=request.principal)
    return present_weekly(review, agenda, request.principal)


@access(Access.SIGN)
@require_POST
def weekly_open(request: PageRequest, pk: int) -> HttpResponse:
    """Begin the meeting."""
    review = queries.get_weekly(pk, by=request.principal)
    operations.open_weekly(review=review, by=request.principal)
    messages.success(request, "Opened. Values and agenda stand still now; answer each item, then close.")
    return redirect("reviews:weekly", pk)


@access(Access.SIGN)
@require_POST
def weekly_continue(request: PageRequest, pk: int) -> HttpResponse:
    """All quiet services go on as they are."""
    review = queries.get_weekly(pk, by=request.principal)
    count = operations.continue_quiet(review=review, by=request.principal)
    messages.success(request, f"{count} quiet ones continue.")
    return redirect(f"{reverse('reviews:weekly', args=[pk])}#close")


@access(Access.SIGN)
@require_POST
def weekly_close(request: PageRequest, pk: int) -> HttpResponse:
    """End the meeting; what still waits is named, the first one first."""
    review = queries.get_weekly(pk, by=request.principal)
    try:
        operations.close_weekly(review=review, by=request.principal)
    except Conflict as refused:
        if refused.code != STILL_OPEN:
            raise
        return _page(request, review, refused)
    messages.success(request, "Closed. Decisions come back on their day.")
    return redirect("reviews:weekly", pk)


@access(Access.TEAM_READ)
@reads()
def weekly_minutes(request: PageRequest, pk: int) -> HttpResponse:
    """The review as Markdown, for whoever keeps minutes elsewhere."""
    review = queries.get_weekly(pk, by=request.principal)
    text = as_markdown(_context(request, review), request.build_absolute_uri("/").rstrip("/"))
    headers = {"Content-Disposition": f'attachment; filename="review-{review.team.slug}-{review.period}.md"'}
    return HttpResponse(text.encode(), content_type="text/markdown; charset=utf-8", headers=headers)
