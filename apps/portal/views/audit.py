"""The audit chain as a page: where it ends, how a stranger checks it, and its events for whoever may read them."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from apps.accounts.domain import ROLE_WORDS
from apps.audit.domain import MOST_IN_PROOF, words_of
from apps.audit.models import AuditEvent
from apps.audit.policies import can_read_events
from apps.audit.queries import list_newest
from apps.core.access import Access, access
from apps.core.asking import PageRequest, read_page, reads
from apps.core.numbers import format_count
from apps.portal.forms import EventFilterForm
from apps.portal.queries.audit import ChainEnd, get_chain_end, name_actors
from apps.portal.subjects import subject_cell
from apps.portal.tables import link, moment, plain

FILTERS = ("subject", "action", "actor")
SCRIPT = Path("static", "audit", "check_proof.py")


@access(Access.SHARED_READ)
@reads(*FILTERS, "page")
def audit(request: PageRequest) -> HttpResponse:
    """Everybody sees the end of the chain and the script; events and proofs are for its readers."""
    end = get_chain_end()
    context = {
        "heading": "Audit chain",
        "head": end.head,
        "checks": _checks_table(end),
        "script": script_text(),
        "may_read": can_read_events(request.principal),
        "readers": f"A {ROLE_WORDS['steward']} or an {ROLE_WORDS['admin']}",
    }
    if context["may_read"]:
        context |= _events(request, end)
    return render(request, "portal/audit.html", context)


def script_text() -> str:
    """The very file that can be downloaded."""
    return (settings.BASE_DIR / SCRIPT).read_text(encoding="utf-8")


def _checks_table(end: ChainEnd) -> dict[str, Any]:
    columns = [{"label": "Checked"}, {"label": "Event", "numeric": True}, {"label": "Hash"}, {"label": "Found"}]
    rows = [
        [moment(note.done_at), plain(note.seq, numeric=True), plain(note.hash), plain(note.fault or "The chain holds.")]
        for note in end.notes
    ]
    return {"caption": "Noted heads, newest first", "columns": columns, "rows": rows}


def _events(request: PageRequest, end: ChainEnd) -> dict[str, Any]:
    asked = {name: request.GET.get(name, "").strip() for name in FILTERS}
    page = read_page(request, list_newest(**asked))
    names = name_actors(page.rows)
    columns = [{"label": "Event", "numeric": True}, *({"label": word} for word in ("When", "What", "About", "Who"))]
    rows = [_row(event, names) for event in page.rows]
    last = end.head.seq if end.head else 0
    return {
        "table": {"caption": "Events, newest first", "caption_hidden": True, "columns": columns, "rows": rows},
        "pager": page.pager,
        "form": EventFilterForm(asked),
        "clear_url": reverse("portal:audit") if any(asked.values()) else "",
        "proof_url": reverse("audit-proof"),
        "proof_from": max(1, last - MOST_IN_PROOF + 1),
        "proof_to": last,
        "most": format_count(MOST_IN_PROOF),
    }


def _row(event: AuditEvent, names: dict[str, str]) -> list[dict[str, Any]]:
    by = names.get(event.actor, event.actor)
    return [
        {"text": event.seq, "numeric": True, "header": True},
        moment(event.at),
        link(words_of(event.action), f"?action={event.action}"),
        subject_cell(event.subject),
        link(by, f"?actor={event.actor}"),
    ]
