"""Making and ending a team's tokens."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.domain import Scope
from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest
from apps.core.problems import Absent
from apps.portal.forms import TokenForm
from apps.portal.queries.teams import find_token, get_about
from apps.portal.views.teams import about_context
from apps.teams import operations, policies
from apps.teams.queries import get_team


@access(Access.TEAM_MANAGE)
@never_cache
@require_POST
def token_create(request: PageRequest, slug: str) -> HttpResponse:
    """Make a token and show its secret on this one answer."""
    team = get_team(slug)
    policies.require_can_manage_team(request.principal, team)
    form = TokenForm(request.POST)
    if not form.is_valid():
        context = about_context(get_about(slug, request.principal, clock.as_of()), request.principal)
        return render(request, "portal/team_about.html", {**context, "form": form, "has_errors": True}, status=422)
    token, secret = operations.create_token(
        name=form.cleaned_data["name"], team=team, days=form.cleaned_data["days"],
        scopes=frozenset(Scope(scope) for scope in form.cleaned_data["scopes"]), by=request.principal,
    )  # fmt: skip
    crumbs = [{"label": team.name, "url": reverse("portal:team", args=[slug])},
              {"label": "About", "url": reverse("portal:team-about", args=[slug])}, {"label": "New token"}]  # fmt: skip
    context = {"heading": "Copy the new token", "team": team, "token": token, "secret": secret, "crumbs": crumbs}
    return render(request, "portal/token_made.html", context)


@access(Access.TEAM_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def token_delete(request: PageRequest, slug: str, pk: int) -> HttpResponse:
    """Say what ends with the token, then end it."""
    team = get_team(slug)
    policies.require_can_manage_team(request.principal, team)
    token = find_token(team, pk)
    if token is None:
        raise Absent("not_found", "Nothing is here for you.")
    if request.method == "POST":
        operations.delete_token(token=token, by=request.principal)
        messages.success(request, f"Deleted. {token.name} is refused from its next request on.")
        return redirect("portal:team-about", slug)
    context = {"heading": f"Delete the token of {token.name}", "team": team, "token": token}
    return render(request, "portal/token_delete.html", context)
