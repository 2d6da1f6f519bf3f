"""Opening an action by hand."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, require_known
from apps.core.form_problems import add_problem
from apps.core.problems import Forbidden, Invalid
from apps.incidents.forms.follow_up import EVIDENCE_PLACES, ActionForm
from apps.incidents.models import Action
from apps.incidents.operations import action_opening
from apps.incidents.queries import follow_up as queries


@access(Access.TEAM_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def action_create(request: PageRequest) -> HttpResponse:
    """A form by which somebody opens an action for a team of theirs."""
    require_known(request)
    own = queries.list_own_teams(request.principal)
    if not own:
        raise Forbidden("role_missing", "Whoever works in a team opens actions for it.")
    people = queries.people_of([team.pk for team in own], clock.as_of())
    form = ActionForm(
        request.POST if request.method == "POST" else None, people=people, teams=[(t.slug, t.name) for t in own]
    )
    if form.is_bound and form.is_valid() and (action := _open(request, form)):
        messages.success(request, f"Opened. {action} stands in the team's inbox.")
        return redirect("portal:action", action.pk)
    context = {
        "heading": "Open an action",
        "intro": "What a team commits to change outside of a retro or a review. Its first due day never moves.",
        "crumbs": [{"label": "Actions", "url": reverse("portal:action-list")}, {"label": "Open one"}],
        "form": form,
        "button": "Open the action",
        "has_errors": bool(form.errors),
    }
    return render(request, "portal/form.html", context, status=422 if form.errors else 200)


def _open(request: PageRequest, form: ActionForm) -> Action | None:
    data = form.cleaned_data
    try:
        action, _ = action_opening.open_action(
            draft=form.draft(), team=data["team"], known_cause=data["known_cause"], by=request.principal
        )
    except Invalid as problem:
        add_problem(form, problem, EVIDENCE_PLACES)
        return None
    return action
