"""Who leads, shares and agrees: the matrix that enforcement reads, with the people of a team."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from apps.accounts.domain import ROLE_WORDS
from apps.accounts.domain.responsibilities import DATED, LETTER_WORDS, DatedRow, PrintedRow, printed_rows
from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, reads
from apps.portal.forms import TeamChoiceForm
from apps.portal.queries.responsibilities import ROLES, Held, list_held, list_matters
from apps.portal.tables import header, plain
from apps.portal.views.agreements import matters_table
from apps.teams.models import Team
from apps.teams.queries import get_team, list_teams


@access(Access.SHARED_READ)
@reads("team")
def responsibilities(request: PageRequest) -> HttpResponse:
    """Both tables, and with a team its holders, vacancies and working agreements."""
    chosen = request.GET.get("team", "")
    team = get_team(chosen) if chosen else None
    choices = [(slug, name) for slug, name in list_teams().values_list("slug", "name")]
    context = {
        "heading": "Responsibilities",
        "letters": [{"letter": letter.value, "words": words} for letter, words in LETTER_WORDS.items()],
        "governed": _matrix("What changes by a proposal", printed_rows()),
        "dated": _matrix("What is written as a dated row", DATED),
        "form": TeamChoiceForm({"team": chosen}, teams=choices),
        "team": team,
        **(_of_team(request, team) if team else {}),
    }
    return render(request, "portal/responsibilities.html", context)


def _of_team(request: PageRequest, team: Team) -> dict[str, Any]:
    held = list_held(team, clock.now())
    return {
        "held": _held_table(team, held),
        "vacancies": [one.vacancy for one in held if one.vacancy],
        "agreements": matters_table(team, list_matters(team, request.principal)),
        "agreements_url": reverse("portal:agreement-list", args=[team.slug]),
    }


def _matrix(caption: str, rows: Iterable[PrintedRow | DatedRow]) -> dict[str, Any]:
    columns = [{"label": "What"}, *({"label": ROLE_WORDS[role].capitalize()} for role in ROLES), {"label": "Note"}]
    cells = [
        [header(_label(row)), *(plain(str(row.letters.get(role, ""))) for role in ROLES), plain(row.note)]
        for row in rows
    ]
    return {"caption": caption, "caption_hidden": True, "columns": columns, "rows": cells}


def _label(row: PrintedRow | DatedRow) -> str:
    is_agreement = isinstance(row, DatedRow) and row.is_working_agreement
    return f"{row.label} (working agreement)" if is_agreement else row.label


def _held_table(team: Team, held: list[Held]) -> dict[str, Any]:
    rows = [[header(ROLE_WORDS[one.role].capitalize()), plain(", ".join(one.names) or "Nobody")] for one in held]
    columns = [{"label": "Role"}, {"label": "Held by"}]
    return {
        "caption": f"Who holds which role for {team.name}",
        "caption_hidden": True,
        "columns": columns,
        "rows": rows,
    }
