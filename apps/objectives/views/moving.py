"""The page on which it is proposed that SLIs, SLOs and budget policies move to another team."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.core.access import Access, access
from apps.core.asking import PageRequest, require_known
from apps.core.form_problems import add_problem
from apps.core.problems import Conflict, Forbidden, Invalid
from apps.governance import operations as governance
from apps.governance import policies as consent
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.revisions import Asked, Category
from apps.objectives.forms.moving import MoveForm
from apps.objectives.queries import following, histories
from apps.objectives.views.agreeing import DRAFTED, METHODS, crumbs
from apps.teams.queries import list_teams

INTRO = (
    "Results, alerts, triggers and decisions stay with the team that owned the SLO on their day. A trigger that is "
    "open is decided by the team that owns it from then on. Facts follow the owner of the service."
)
NOTHING = "No SLI, SLO or policy stands that your teams could give away."
PLACES = {"/date": "on", "/reason": "reason"}
WRONG = 422


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def agreements_move(request: PageRequest) -> HttpResponse:
    """What moves, to which team, why, and from when; `what` and `to` of the address are filled in."""
    require_known(request, "what", "to")
    movable = following.list_movable(request.principal)
    if not consent.can_draft_somewhere(request.principal):
        raise Forbidden("role_missing", "Somebody of the team that owns it or a metrics steward may do this.")
    initial = {"what": request.GET.getlist("what"), "to": request.GET.get("to", "")}
    sent = request.POST if request.method == "POST" else None
    teams = [(team.slug, team.name) for team in list_teams()]
    form = MoveForm(
        sent, initial=initial, teams=teams, movable=[(one.key, f"{one.words}, {one.team_name}") for one in movable]
    )
    status = 200
    if form.is_bound and form.is_valid():
        try:
            proposal = governance.draft_proposal(asked=_asked(form.cleaned_data), by=request.principal)
        except (Invalid, Conflict) as problem:
            add_problem(form, problem, PLACES)
            status = problem.status
        else:
            messages.success(request, f"Saved as {proposal}. Read it, then submit it; until then it is a draft.")
            return redirect("governance:proposal", proposal.number)
    elif form.is_bound:
        status = WRONG
    context = {
        "heading": "Move to another team", "crumbs": crumbs("Move"), "form": form, "button": "Save the draft",
        "intro": f"{INTRO if movable else NOTHING} {DRAFTED}", "has_errors": bool(form.errors),
    }  # fmt: skip
    return render(request, "portal/form.html", context, status=status)


def _asked(data: dict[str, Any]) -> Asked:
    items = []
    for key in data["what"]:
        kind, _, slug = key.partition(":")
        content = histories.get_standing(kind, slug).content
        items.append(Item(kind, Op.CHANGE, slug, {**content, "owner_team": data["to"]}))
    return Asked(tuple(items), data["reason"].strip(), Category.NEW_NEED, on=data["on"])
