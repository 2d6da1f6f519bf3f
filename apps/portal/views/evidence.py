"""Behind a number: the sum in words, the facts counted and left out, and the proof that it can be repeated."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from apps.core.access import Access, access
from apps.core.asking import PageRequest, reads
from apps.core.calendar_words import period_words
from apps.portal.context.evidence import (
    counted_table,
    facts_words,
    left_out_tables,
    restatements_table,
    status_of,
    sum_words,
)
from apps.portal.context.peers import peer_links
from apps.portal.context.readings import value_words
from apps.portal.queries.evidence import CellPage, compute_again, get_cell_page
from apps.portal.queries.metrics import sentence_of
from apps.portal.queries.peers import list_known_peers


@access(Access.SHARED_READ)
@reads()
def evidence(request: PageRequest, slug: str, subject: str, period: str) -> HttpResponse:
    """One value of one subject and period with everything it is made of."""
    page = get_cell_page(slug, subject, period, request.principal)
    words = value_words(page.cell)
    context = {
        "heading": f"{page.cell.name}, {page.subject.name}",
        "crumbs": _crumbs(page, slug),
        "page": page,
        "period": period_words(page.period),
        "value": words["text"],
        "detail": ", ".join(filter(None, (words["range"], words["n"]))),
        "status": status_of(page.cell),
        "sum": sum_words(page.cell, page.spec),
        "facts": facts_words(page),
        "sentence": sentence_of(page.version),
        "version_url": reverse("portal:metric-version", args=[slug, page.version.number]),
        "peers": peer_links(list_known_peers(page.version), slug, subject, period),
        "verify_url": reverse("portal:metric-verify", args=[slug, subject, period]),
        "counted": counted_table(page),
        "left_out": left_out_tables(page),
        "restatements": restatements_table(page.cell, page.restatements) if page.restatements else None,
        "watermark": [{"source": key, "seq": seq} for key, seq in sorted(page.evidence.watermark.items())],
    }
    return render(request, "portal/evidence.html", context)


@access(Access.SHARED_READ)
@require_POST
def verify(request: HttpRequest, slug: str, subject: str, period: str) -> HttpResponse:
    """Compute the stored value again from its own facts and say whether it is equal."""
    differences = compute_again(slug, subject, period)
    if differences is None:
        messages.info(request, "Nothing is stored for this cell yet, so there is nothing to compare.")
    elif differences:
        messages.error(request, f"Not equal: {differences[0]}. A metrics steward should look at this cell.")
    else:
        messages.success(request, "Equal. Computed again from the same facts, the value is the same.")
    return redirect("portal:metric-evidence", slug, subject, period)


def _crumbs(page: CellPage, slug: str) -> list[dict[str, Any]]:
    trend = reverse("portal:metric-trend", args=[slug]) + f"?subject={page.subject.address}"
    return [
        {"label": "Metrics", "url": reverse("portal:metric-list")},
        {"label": page.cell.name, "url": reverse("portal:metric", args=[slug])},
        {"label": page.subject.name, "url": trend},
        {"label": period_words(page.period), "url": ""},
    ]
