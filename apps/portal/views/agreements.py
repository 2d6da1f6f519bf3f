"""Working agreements of a team: what holds, what held before, and writing the next one."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.accounts.domain import ROLE_WORDS
from apps.accounts.domain.responsibilities import DatedRow
from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, reads, require_known
from apps.core.calendar_words import day_words
from apps.core.problems import Invalid
from apps.portal.forms import AgreementForm
from apps.portal.queries.responsibilities import Matter, list_history, list_matters
from apps.portal.tables import header, link, moment, plain
from apps.teams import operations, policies
from apps.teams.models import Team, WorkingAgreement
from apps.teams.queries import get_matter, get_team


@access(Access.SHARED_READ)
@reads()
def agreement_list(request: PageRequest, slug: str) -> HttpResponse:
    """Every matter of the matrix with what the team agreed on, or who may write it."""
    team = get_team(slug)
    context = {
        "heading": f"Working agreements of {team.name}",
        "crumbs": [*_crumbs(team), {"label": "Working agreements"}],
        "intro": "What a team agrees on in words, each with a day by which it is looked at again. "
        "The newest row of a matter holds; earlier ones stay.",
        "table": matters_table(team, list_matters(team, request.principal)),
        "empty": "",
    }
    return render(request, "portal/list.html", context)


@access(Access.SHARED_READ)
@reads()
def agreement(request: PageRequest, slug: str, matter: str) -> HttpResponse:
    """What holds about one matter, and everything that held before."""
    team, row = get_team(slug), get_matter(matter)
    history = list_history(team, matter)
    may_write = policies.can_write_agreement(request.principal, team, row)
    context = {
        "heading": row.label,
        "crumbs": [*_crumbs(team), _list_crumb(team), {"label": row.label}],
        "team": team,
        "standing": history[0] if history else None,
        "is_due": bool(history) and history[0].review_by < clock.today(),
        "earlier": _history_table(history[1:]),
        "writers": writers_words(row, team),
        "write_url": reverse("portal:agreement-write", args=[slug, matter]) if may_write else "",
    }
    return render(request, "portal/agreement.html", context)


@access(Access.TEAM_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def agreement_write(request: PageRequest, slug: str, matter: str) -> HttpResponse:
    """Write the next row of a matter; it begins from the words that hold."""
    require_known(request)
    team, row = get_team(slug), get_matter(matter)
    policies.require_can_write_agreement(request.principal, team, row)
    form = AgreementForm(request.POST) if request.method == "POST" else AgreementForm(initial=_initial(team, matter))
    if request.method == "POST" and form.is_valid() and _write(request, team, matter, form):
        messages.success(request, "Written. It holds from now on; what held before stays below it.")
        return redirect("portal:agreement", slug, matter)
    one = {"label": row.label, "url": reverse("portal:agreement", args=[slug, matter])}
    context = {
        "heading": row.label,
        "intro": f"What {team.name} agrees on. It holds as soon as it is written, and no earlier words are deleted.",
        "crumbs": [*_crumbs(team), _list_crumb(team), one, {"label": "Write"}],
        "form": form,
        "button": "Write the agreement",
        "has_errors": bool(form.errors),
    }
    return render(request, "portal/form.html", context, status=422 if form.errors else 200)


def _initial(team: Team, matter: str) -> dict[str, Any]:
    history = list_history(team, matter)[:1]
    return {"text": history[0].text, "links": "\n".join(history[0].links)} if history else {}


def _write(request: PageRequest, team: Team, matter: str, form: AgreementForm) -> bool:
    try:
        operations.write_agreement(team=team, matter=matter, by=request.principal, **form.cleaned_data)
    except Invalid as problem:
        for fault in problem.errors:
            form.add_error(fault.pointer.strip("/"), fault.detail)
        return False
    return True


def matters_table(team: Team, matters: list[Matter]) -> dict[str, Any]:
    """Matters with the words that hold, the day of the next look, and who may write."""
    labels = ("Matter", "What holds", "Look again by", "Written by", "Next step")
    rows = [_matter_row(team, matter) for matter in matters]
    columns = [{"label": label} for label in labels]
    return {"caption": f"Working agreements of {team.name}", "caption_hidden": True, "columns": columns, "rows": rows}


def _matter_row(team: Team, matter: Matter) -> list[dict[str, Any]]:
    row, standing = matter.row, matter.standing
    write = reverse("portal:agreement-write", args=[team.slug, row.key])
    return [
        header(row.label, reverse("portal:agreement", args=[team.slug, row.key])),
        plain(standing.text if standing else "Nothing is agreed on yet."),
        plain(_review_words(standing) if standing else ""),
        plain(standing.written_by.full_name if standing else ""),
        link("Write", write) if matter.may_write else plain(writers_words(row, team)),
    ]


def _review_words(agreement: WorkingAgreement) -> str:
    late = ", which has passed" if agreement.review_by < clock.today() else ""
    return f"{day_words(agreement.review_by)}{late}"


def writers_words(row: DatedRow, team: Team) -> str:
    """Who may write a matter, from the matrix."""
    return f"The {' or '.join(ROLE_WORDS[role] for role in row.writers)} of {team.name} writes it."


def _history_table(rows: list[WorkingAgreement]) -> dict[str, Any]:
    columns = [{"label": label} for label in ("Written", "By", "Text", "Reason")]
    cells = [[moment(a.written_at), plain(a.written_by.full_name), plain(a.text), plain(a.reason)] for a in rows]
    return {"caption": "Earlier agreements", "caption_hidden": True, "columns": columns, "rows": cells}


def _crumbs(team: Team) -> list[dict[str, str]]:
    return [{"label": team.name, "url": reverse("portal:team", args=[team.slug])}]


def _list_crumb(team: Team) -> dict[str, str]:
    return {"label": "Working agreements", "url": reverse("portal:agreement-list", args=[team.slug])}
