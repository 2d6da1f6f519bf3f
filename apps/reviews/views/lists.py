"""The list of reviews."""

from django.http import HttpResponse
from django.shortcuts import render

from apps.core.access import Access, access
from apps.core.asking import PageRequest, read_page, reads
from apps.reviews import queries
from apps.reviews.presenting_targets import present_list


@access(Access.TEAM_READ)
@reads("page")
def review_list(request: PageRequest) -> HttpResponse:
    """Target reviews the reader may see, newest quarter first, then by team."""
    page = read_page(request, queries.list_reviews(request.principal))
    context = {"heading": "Reviews", "table": present_list(page.rows), "pager": page.pager}
    return render(request, "reviews/review_list.html", context)
