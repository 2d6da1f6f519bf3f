"""Another tool's number beside the house's: what a migration has to explain."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from apps.core.access import Access, access
from apps.core.asking import PageRequest, reads
from apps.core.calendar_words import period_words
from apps.metrics import queries as metrics
from apps.portal.context.evidence import status_of, sum_words
from apps.portal.context.peers import fresh_words, layers_of, peer_value
from apps.portal.context.readings import value_words
from apps.portal.queries.metrics import sentence_of
from apps.portal.queries.peers import PeerPage, get_peer_page


@access(Access.SHARED_READ)
@reads()
def peer(request: PageRequest, slug: str, subject: str, period: str, peer: str) -> HttpResponse:
    """One cell by the house's definition and by another tool's rule, and the facts that only one of them counts."""
    page = get_peer_page(slug, subject, period, peer, request.principal)
    words, tool = value_words(page.cell), page.comparison.peer
    context = {
        "heading": f"{page.cell.name}, {page.subject.name}: {tool.name}",
        "crumbs": _crumbs(page, slug),
        "page": page,
        "tool": tool,
        "period": period_words(page.period),
        "version_url": reverse("portal:metric-version", args=[slug, page.version.number]),
        "evidence_url": reverse("portal:metric-evidence", args=[slug, subject, period]),
        "value": words["text"],
        "status": status_of(page.cell),
        "sum": sum_words(page.cell, metrics.spec_of(page.version)),
        "sentence": sentence_of(page.version),
        "other": peer_value(page),
        "rule": page.comparison.rule,
        "fresh": fresh_words(page),
        "layers": layers_of(page),
        "watermark": [{"source": key, "seq": seq} for key, seq in sorted(page.comparison.watermark.items())],
    }
    return render(request, "portal/peer.html", context)


def _crumbs(page: PeerPage, slug: str) -> list[dict[str, Any]]:
    place = [slug, page.subject.address, page.period.key]
    return [
        {"label": "Metrics", "url": reverse("portal:metric-list")},
        {"label": page.cell.name, "url": reverse("portal:metric", args=[slug])},
        {"label": page.subject.name, "url": reverse("portal:metric-trend", args=[slug]) + f"?subject={place[1]}"},
        {"label": period_words(page.period), "url": reverse("portal:metric-evidence", args=place)},
        {"label": page.comparison.peer.name, "url": ""},
    ]
