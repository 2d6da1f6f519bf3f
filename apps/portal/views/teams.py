"""The list of teams and what a team is."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from apps.accounts.domain import ROLE_WORDS, OrganisationRole, Principal
from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, read_page, reads
from apps.core.calendar_words import day_words, period_words
from apps.core.numbers import number_style
from apps.core.periods import parse_period
from apps.portal.context.budgets import budgets_table
from apps.portal.forms import TokenForm
from apps.portal.queries.exclusions import may_ask
from apps.portal.queries.teams import AgreedTarget, TeamAbout, TeamRow, get_about, list_team_rows
from apps.portal.tables import header, link, moment, plain
from apps.teams.models import ApiToken, Team
from apps.teams.queries import list_teams


@access(Access.SHARED_READ)
@reads("page")
def team_list(request: PageRequest) -> HttpResponse:
    """All teams by name."""
    page = read_page(request, list_teams())
    rows = [_list_row(row) for row in list_team_rows(page.rows, clock.as_of())]
    columns = [{"label": "Team"}, {"label": "Type"}, {"label": "Group"}, {"label": "Services", "numeric": True}]
    table = {"caption": "Teams by name", "caption_hidden": True, "columns": columns, "rows": rows}
    context = {"heading": "Teams", "table": table, "pager": page.pager}
    if not rows and request.principal.holds(OrganisationRole.ADMIN):
        context["action"] = {"label": "Add the first team", "url": reverse("admin:teams_team_add")}
    return render(request, "portal/list.html", {**context, "empty": "Teams will stand here by name."})


def _list_row(row: TeamRow) -> list[dict[str, Any]]:
    team = row.team
    group = team.group.name if team.group else ""
    return [
        header(team.name, reverse("portal:team", args=[team.slug])),
        plain(type_words(team)),
        plain(group),
        plain(row.service_count, numeric=True),
    ]


@access(Access.SHARED_READ)
@reads()
def team_about(request: PageRequest, slug: str) -> HttpResponse:
    """Type, services, members; targets and tokens for whoever may see them."""
    about = get_about(slug, request.principal, clock.as_of())
    context = about_context(about, request.principal)
    return render(request, "portal/team_about.html", {**context, "form": TokenForm() if context["tokens"] else None})


def about_context(about: TeamAbout, by: Principal) -> dict[str, Any]:
    """The page of a team, also used when its token form comes back."""
    team = about.team
    return {
        "heading": f"About {team.name}",
        "crumbs": [{"label": team.name, "url": reverse("portal:team", args=[team.slug])}, {"label": "About"}],
        "team": team,
        "type_words": type_words(team),
        "services": [
            {"text": service.name, "url": reverse("portal:service", args=[service.slug])} for service in about.services
        ],
        "members": _members_table(about),
        "incidents": _incidents_table(about),
        "budgets": budgets_table(about.budgets) if about.budgets else None,
        "agreements": [
            {
                "text": f"{row.get_matter_display()}, until {day_words(row.review_by)}",
                "url": reverse("portal:agreement", args=[team.slug, row.matter]),
            }
            for row in about.agreements
        ],
        "agreements_url": reverse("portal:agreement-list", args=[team.slug]),
        "responsibilities_url": f"{reverse('portal:responsibilities')}?team={team.slug}",
        "targets": None if about.targets is None else _targets_table(about, about.targets, by),
        "targets_gap": _gap_words(about.targets or [], about.quarter),
        "tokens": None if about.tokens is None else _tokens_table(team, about.tokens),
        "token_url": reverse("portal:token-create", args=[team.slug]),
        "asks": _asks(team, by),
    }


def _asks(team: Team, by: Principal) -> list[dict[str, str]]:
    """What a team's people can ask for."""
    place = f"?for=team:{team.slug}"
    offered = [
        {"label": "Ask for an exemption", "url": reverse("portal:exemption-create") + place},
        {"label": "Plan a freeze", "url": reverse("portal:freeze-create") + place},
    ]
    return offered if may_ask(by, team.pk) else []


def type_words(team: Team) -> str:
    """The team's type as words: "Product team"."""
    return f"{team.get_team_type_display()} team"


def _incidents_table(about: TeamAbout) -> dict[str, Any]:
    """Incidents that go on, oldest first."""
    rows = [
        [
            header(f"{one}: {one.title}", reverse("incidents:incident", args=[one.pk])),
            plain(f"Severity {one.severity_worst}" if one.severity_worst else "No severity yet"),
            moment(one.started_at) if one.started_at else plain("not known"),
        ]
        for one in about.incidents
    ]
    columns = [{"label": label} for label in ("Incident", "Severity", "Impact started")]
    return {"caption": "Going on", "columns": columns, "rows": rows}


def _members_table(about: TeamAbout) -> dict[str, Any]:
    rows = [
        [header(m.user.full_name), plain(ROLE_WORDS[m.role].capitalize()), moment(m.from_at)] for m in about.members
    ]
    columns = [{"label": "Person"}, {"label": "Role"}, {"label": "Since"}]
    return {"caption": "Members", "caption_hidden": True, "columns": columns, "rows": rows}


def _targets_table(about: TeamAbout, targets: list[AgreedTarget], by: Principal) -> dict[str, Any]:
    may_propose = by.is_person and (about.team.pk in by.team_roles or by.holds(OrganisationRole.STEWARD))
    labels = ("Metric", "Holds in", "Target", "Judges from", "Reason", *(["Next step"] if may_propose else []))
    columns = [{"label": label} for label in labels]
    rows = [_target_row(agreed) + (_next_step(agreed, about.team) if may_propose else []) for agreed in targets]
    return {"caption": "Targets", "caption_hidden": True, "columns": columns, "rows": rows}


def _target_row(agreed: AgreedTarget) -> list[dict[str, Any]]:
    target = agreed.target
    value = number_style([target.value], agreed.unit).exact(target.value)
    return [
        header(agreed.name, reverse("portal:metric", args=[target.definition.slug])),
        plain(quarter_words(target.quarter)),
        plain(f"{target.get_comparison_display()} {value}"),
        plain(day_words(target.judges_from)),
        plain(target.reason),
    ]


def _next_step(agreed: AgreedTarget, team: Team) -> list[dict[str, Any]]:
    key = urlencode({"key": f"{team.slug}/{agreed.target.definition.slug}/{agreed.target.quarter}"})
    return [link("Propose a change", f"{reverse('governance:proposal-create', args=['target'])}?{key}")]


def _gap_words(targets: list[AgreedTarget], quarter: str) -> str:
    """What a running quarter without a target says, and from which quarter there is one."""
    if any(agreed.target.quarter == quarter for agreed in targets):
        return ""
    none = f"No target is agreed for {quarter_words(quarter)}."
    if not targets:
        return f"{none} The quarterly review drafts them."
    return f"{none} What was agreed late holds from {quarter_words(targets[0].target.quarter)}."


def quarter_words(key: str) -> str:
    """A quarter as read: `Q3 2026`."""
    return period_words(parse_period(key))


def _tokens_table(team: Team, tokens: list[ApiToken]) -> dict[str, Any]:
    columns = [{"label": label} for label in ("Tool", "Begins with", "May", "Expires", "Last used", "Next step")]
    rows = [
        [
            header(token.name),
            plain(f"{token.prefix}…"),
            plain(", ".join(token.scopes)),
            moment(token.expires_at),
            moment(token.last_used_at) if token.last_used_at else plain("Never"),
            link("Delete", reverse("portal:token-delete", args=[team.slug, token.pk])),
        ]
        for token in tokens
    ]
    return {"caption": "API tokens", "caption_hidden": True, "columns": columns, "rows": rows}
