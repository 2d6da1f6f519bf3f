"""The catalogue of services and what a service is."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from apps.accounts.domain import OrganisationRole
from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, read_page, reads
from apps.core.calendar_words import age_words
from apps.core.numbers import format_count
from apps.objectives.domain.policy_words import Advice
from apps.objectives.queries.release_advice import advise_on
from apps.portal.context.budgets import budgets_table
from apps.portal.context.readings import newest_data
from apps.portal.context.trends import service_part
from apps.portal.queries.last_weeks import get_service_trends
from apps.portal.queries.services import (
    ServicePage,
    ServiceRow,
    get_service_page,
    label_of_source,
    list_service_rows,
)
from apps.portal.tables import header, link, moment, plain
from apps.services import policies
from apps.services.queries import list_services
from apps.teams.models import Team


@access(Access.SHARED_READ)
@reads("page")
def service_list(request: PageRequest) -> HttpResponse:
    """All services by name."""
    page = read_page(request, list_services())
    columns = [{"label": label} for label in ("Service", "Owner", "Tier", "Lifecycle")]
    rows = [_list_row(row) for row in list_service_rows(page.rows, clock.as_of())]
    table = {"caption": "Services by name", "caption_hidden": True, "columns": columns, "rows": rows}
    context: dict[str, Any] = {"heading": "Services", "table": table, "pager": page.pager}
    if request.principal.is_person and policies.can_manage_catalogue(request.principal):
        context["action"] = {"label": "Add a service", "url": reverse("services:service-create")}
    return render(request, "portal/list.html", {**context, "empty": "Services will stand here by name."})


def _list_row(row: ServiceRow) -> list[dict[str, Any]]:
    service, owner = row.service, row.owner
    owned = link(owner.name, reverse("portal:team", args=[owner.slug])) if owner else plain("Nobody now")
    return [
        header(service.name, reverse("portal:service", args=[service.slug])),
        owned,
        plain(service.get_tier_display().capitalize()),
        plain(service.get_lifecycle_display().replace("_", " ").capitalize()),
    ]


@access(Access.SHARED_READ)
@reads()
def service(request: PageRequest, slug: str) -> HttpResponse:
    """A service: owners over time, who reports it, 26 weeks of deployments, newest ones, marks."""
    page, at = get_service_page(slug), clock.as_of()
    trends = get_service_trends(page.service, at, request.principal)
    owner = page.owner_at(at)
    context = {
        "heading": page.service.name,
        "crumbs": [{"label": "Services", "url": reverse("portal:service-list")}, {"label": page.service.name}],
        "service": page.service,
        "owner": owner,
        "owner_url": reverse("portal:team", args=[owner.slug]) if owner else "",
        "data_up_to": newest_data(trends.cells),
        "owners": _owners_table(page),
        "connections": _connections_table(page),
        "deployments": _deployments_table(page, at),
        "hand_over_url": _hand_over_url(request, page),
        "left_behind": _left_behind(request, page, owner) if owner and page.left_behind else None,
        "budgets": budgets_table(page.budgets) if page.budgets else None,
        "advice": _advice(page) if page.budgets else None,
        **service_part(page.service, trends),
    }
    return render(request, "portal/service.html", context)


def _hand_over_url(request: PageRequest, page: ServicePage) -> str:
    """Where the service is handed over, for those who may."""
    giving = next((o.team for o in page.ownerships if o.until_at is None), None)
    may = request.principal.is_person and policies.can_hand_over(request.principal, giving)
    return reverse("services:service-hand-over", args=[page.service.slug]) if may else ""


def _left_behind(request: PageRequest, page: ServicePage, owner: Team) -> dict[str, str]:
    """What still belongs to a former owner, and for those who may where its move is proposed, filled in."""
    names = ", ".join(f"{one.words} ({one.team_name})" for one in page.left_behind)
    by, found = request.principal, page.left_behind
    mine = [one for one in found if by.holds(OrganisationRole.STEWARD) or one.team_pk in by.team_roles]
    filled = urlencode([*(("what", one.key) for one in mine), ("to", owner.slug)])
    may = bool(mine) and by.is_person
    former = " or ".join(sorted({one.team_name for one in found}))
    who = "" if may else f" Somebody of {former} or a steward proposes it."
    return {
        "text": f"Still with its former owner: {names}. It can follow the service to {owner.name}.{who}",
        "url": f"{reverse('objectives:agreements-move')}?{filled}" if may else "",
    }


def _advice(page: ServicePage) -> dict[str, Any]:
    """What a release of the service should know; nothing is blocked by it."""
    found = advise_on(page.service, page.budgets)
    tone = {Advice.OPEN: "quiet", Advice.CAREFUL: "note", Advice.UNDECIDED: "bad", Advice.FROZEN: "bad"}[found.advice]
    first = next(iter(found.fired), None)
    return {
        "tone": tone, "text": found.sentence, "url": reverse("objectives:trigger", args=[first.pk]) if first else "",
        "link_label": f"Read {first}" if first else "",
    }  # fmt: skip


def _owners_table(page: ServicePage) -> dict[str, Any]:
    columns = [{"label": label} for label in ("Team", "From", "Until", "Reason")]
    rows = [
        [
            header(o.team.name, reverse("portal:team", args=[o.team.slug])),
            moment(o.from_at),
            moment(o.until_at) if o.until_at else plain("Now"),
            plain(o.reason),
        ]
        for o in page.ownerships
    ]
    return {"caption": "Owners over time", "columns": columns, "rows": rows}


def _connections_table(page: ServicePage) -> dict[str, Any]:
    columns = [{"label": label} for label in ("Source", "Channel", "Connected from", "Last heard")]
    rows = [
        [header(label_of_source(c.source)), plain(c.channel), moment(c.connected_from), moment(c.heard_at)]
        for c in page.connections
    ]
    return {"caption": "Who reports it", "columns": columns, "rows": rows}


def _deployments_table(page: ServicePage, at: Any) -> dict[str, Any]:
    columns = [{"label": "Deployment"}, {"label": "Finished"}, {"label": "Age"}, {"label": "Where"},
               {"label": "Changes", "numeric": True}]  # fmt: skip
    rows = [
        [
            header(d.key),
            moment(d.finished_at),
            plain(age_words(d.finished_at, at)),
            plain(d.environment if d.status == "succeeded" else f"{d.environment}, {d.status}"),
            plain(format_count(d.size) if d.size is not None else "", numeric=True),
        ]
        for d in page.deployments
    ]
    return {"caption": "Newest deployments", "columns": columns, "rows": rows}
