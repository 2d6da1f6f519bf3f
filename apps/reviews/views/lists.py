"""The list of reviews."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from apps.core.access import Access, access
from apps.core.asking import PageRequest, choice_links, read_choice, read_page, reads
from apps.reviews.presenting_lists import EMPTY, KINDS, present_list
from apps.reviews.queries.listing import list_both


@access(Access.TEAM_READ)
@reads("kind", "page")
def review_list(request: PageRequest) -> HttpResponse:
    """Weekly and target reviews the reader may see, newest period first, then by team."""
    kind = read_choice(request, "kind", [key for key, _ in KINDS])
    page = read_page(request, list_both(request.principal, kind))
    context = {
        "heading": "Reviews",
        "choices": choice_links(request, "kind", KINDS),
        "decisions_url": reverse("reviews:decision-list"),
        "table": present_list(page.rows),
        "pager": page.pager,
        "empty": EMPTY[kind],
    }
    return render(request, "reviews/review_list.html", context)
