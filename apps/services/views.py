"""Pages that change the catalogue of services: a new one, and handing one over."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, require_known
from apps.core.calendar_words import day_words
from apps.core.periods import local_midnight
from apps.core.problems import Conflict
from apps.services import operations, policies, queries
from apps.services.domain import Tier
from apps.services.forms import HandOverForm, ServiceForm
from apps.services.models import Ownership, Service
from apps.teams.models import Team
from apps.teams.queries import list_teams

FORM = "portal/form.html"


@access(Access.TEAM_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: PageRequest, slug: str) -> HttpResponse:
    """Say what moves and what stays, ask for team, day and reason, then hand the service over."""
    require_known(request)
    service = queries.get_service(slug)
    standing = queries.find_open_ownership(service)
    owner = standing.team if standing else None
    policies.require_can_hand_over(request.principal, owner)
    teams = {team.slug: team for team in list_teams() if team != owner}
    form = HandOverForm(_sent(request), teams=[(team.slug, team.name) for team in teams.values()])
    if form.is_bound and form.is_valid() and _hand_over(request, service, teams, form):
        messages.success(request, f"Handed over. {_since(form)} {service.name} counts for {_team(teams, form).name}.")
        return redirect("portal:service", slug)
    context = {
        "heading": f"Hand {service.name} over",
        "crumbs": _crumbs({"label": service.name, "url": reverse("portal:service", args=[slug])}, "Hand over"),
        "intro": f"{_owned(standing)} What lies before the day stays with the former owner, also in later numbers.",
        "form": form,
        "button": "Hand it over",
        "has_errors": bool(form.errors),
    }
    return render(request, FORM, context, status=422 if form.errors else 200)


def _owned(standing: Ownership | None) -> str:
    if standing is None:
        return "Nobody has it now."
    begin = f" from {day_words(clock.local_day(standing.from_at))} on" if standing.from_at > clock.as_of() else " now"
    return f"{standing.team.name} has it{begin}."


def _hand_over(request: PageRequest, service: Service, teams: dict[str, Team], form: HandOverForm) -> bool:
    data = form.cleaned_data
    from_at = local_midnight(data["from_on"], clock.reporting_zone())
    try:
        operations.hand_over(
            service=service, to=_team(teams, form), from_at=from_at, reason=data["reason"], by=request.principal
        )
    except Conflict as problem:
        form.add_error("from_on", problem.sentence)
        return False
    return True


def _team(teams: dict[str, Team], form: HandOverForm) -> Team:
    return teams[form.cleaned_data["to"]]


def _since(form: HandOverForm) -> str:
    return f"From {day_words(form.cleaned_data['from_on'])} on"


@access(Access.TEAM_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def service_create(request: PageRequest) -> HttpResponse:
    """A service with its first owner."""
    require_known(request)
    policies.require_can_manage_catalogue(request.principal)
    teams = {team.slug: team for team in list_teams()}
    form = ServiceForm(_sent(request), teams=[(team.slug, team.name) for team in teams.values()])
    if form.is_bound and form.is_valid() and _create(request, teams, form):
        messages.success(request, "Added. Facts of this service are taken from now on.")
        return redirect("portal:service", form.cleaned_data["slug"])
    context = {
        "heading": "Add a service",
        "crumbs": _crumbs("Add a service"),
        "intro": "A service is something that is deployed and owned by one team at a time.",
        "form": form,
        "button": "Add the service",
        "has_errors": bool(form.errors),
    }
    return render(request, FORM, context, status=422 if form.errors else 200)


def _create(request: PageRequest, teams: dict[str, Team], form: ServiceForm) -> bool:
    data = form.cleaned_data
    try:
        operations.create_service(
            slug=data["slug"], name=data["name"], began_on=data["began_on"], tier=Tier(data["tier"]),
            description=data["description"], owner=teams[data["owner"]], by=request.principal,
        )  # fmt: skip
    except ValidationError as problem:
        form.add_error(None, problem)
        return False
    return True


def _sent(request: PageRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _crumbs(*steps: dict[str, str] | str) -> list[dict[str, str]]:
    first = {"label": "Services", "url": reverse("portal:service-list")}
    return [first, *(step if isinstance(step, dict) else {"label": step, "url": ""} for step in steps)]
