"""Search, and the answers of the palette."""

from dataclasses import asdict
from itertools import groupby

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render

from apps.core.access import Access, access
from apps.core.asking import PageRequest, reads
from apps.portal.queries.search import find

LONGEST = 100


@access(Access.SHARED_READ)
@reads("q")
def search(request: PageRequest) -> HttpResponse:
    """Results by kind; the same as JSON for whoever asks for it."""
    words = request.GET.get("q", "").replace("\0", "")[:LONGEST]  # PostgreSQL takes no NUL in a text
    found = find(words, request.principal)
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"results": [asdict(one) for one in found]})
    groups = [{"kind": kind, "results": list(rows)} for kind, rows in groupby(found, key=lambda one: one.kind)]
    context = {"heading": "Search", "words": words.strip(), "groups": groups, "count": len(found)}
    return render(request, "portal/_results.html" if request.htmx else "portal/search.html", context)
