"""Known causes: the list, one of them, writing one down, and whether it struck in an incident."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from apps.core.access import Access, access
from apps.core.asking import PageRequest, read_page, reads, require_known
from apps.core.form_problems import add_problem
from apps.core.problems import Absent, Conflict, Forbidden, Invalid, Outdated
from apps.incidents.domain.action_words import CauseStatus
from apps.incidents.domain.causes import CAUSE_WORDS
from apps.incidents.forms.learning import CauseForm, CauseTextForm, ReasonForm, StatusForm, cause_words
from apps.incidents.models import Incident, KnownCause
from apps.incidents.operations import cause_linking
from apps.incidents.policies import learning as policies
from apps.incidents.presenting_causes import (
    known_words,
    present_actions,
    present_history,
    present_links,
    present_list,
)
from apps.incidents.queries import causes as queries
from apps.incidents.queries import incidents
from apps.incidents.queries.retro_choices import services_by_slug, touched_services
from apps.incidents.views.incidents_acts import conflict_page
from apps.teams import queries as teams

EMPTY = "What makes incidents return will stand here, each with the incidents it struck in and the actions on it."


@access(Access.SHARED_READ)
@reads("page")
def cause_list(request: PageRequest) -> HttpResponse:
    """Known causes by title."""
    page = read_page(request, queries.list_causes(request.principal))
    may_write = policies.can_write_causes(request.principal)
    context = {
        "heading": "Known causes", "table": present_list(page.rows) if page.rows else None, "pager": page.pager,
        "empty": EMPTY, "create_url": reverse("incidents:cause-create") if may_write else "",
    }  # fmt: skip
    return render(request, "incidents/cause_list.html", context)


@access(Access.SHARED_READ)
@reads()
def cause(request: PageRequest, pk: int) -> HttpResponse:
    """One cause: what is known of it, the incidents it struck in, the actions on it, how it stood over time."""
    return _page(request, queries.get_cause(pk, request.principal))


def _page(request: PageRequest, row: KnownCause, *, form: StatusForm | None = None, status: int = 200) -> HttpResponse:
    by = request.principal
    links, actions = queries.list_links_of_cause(row, by), queries.list_actions_on(row, by)
    context = {
        "heading": f"{row}: {row.title}",
        "crumbs": [{"label": "Known causes", "url": reverse("incidents:cause-list")}, {"label": str(row)}],
        "meta": [row.owner_team.name, CAUSE_WORDS[CauseStatus(row.status)], known_words(row)],
        "cause": row,
        "services": list(row.services.order_by("name").values_list("slug", "name")),
        "incidents": present_links(links) if links else None,
        "actions": present_actions(actions) if actions else None,
        "history": present_history(queries.list_status_changes(row)),
        "can_write": policies.can_write_cause(by, row.owner_team_id),
        "form": form or StatusForm(initial={"status": row.status}),
        "has_errors": bool(form and form.errors),
    }
    return render(request, "incidents/cause.html", context, status=status)


@access(Access.PERSON)
@require_http_methods(["GET", "HEAD", "POST"])
def cause_create(request: PageRequest) -> HttpResponse:
    """Write a cause down; from an incident's page it is confirmed for that incident at once."""
    require_known(request, "incident")
    incident = _asked_incident(request)
    own = [team for team in teams.list_teams() if policies.can_write_cause(request.principal, team.pk)]
    if not own:
        raise Forbidden("role_missing", "Whoever works in a team writes down the causes that it keeps.")
    form = CauseForm(
        request.POST if request.method == "POST" else None, teams=[(team.slug, team.name) for team in own],
        services=touched_services(incident), initial={"team": incident.owner_team.slug} if incident else {},
    )  # fmt: skip
    if form.is_valid():
        data = form.cleaned_data
        row = cause_linking.open_cause(
            title=data["title"], text=data["text"], team=next(team for team in own if team.slug == data["team"]),
            services=services_by_slug(data.get("services", [])), incident=incident, by=request.principal,
        )  # fmt: skip
        messages.success(request, f"Written down as {row}. It is known once a published retro names it.")
        return redirect("incidents:cause", row.pk)
    context = {
        "heading": "Write down a known cause",
        "crumbs": [{"label": "Known causes", "url": reverse("incidents:cause-list")}, {"label": "New"}],
        "intro": f"It is confirmed for I-{incident.pk} at once." if incident else "",
        "form": form, "button": "Write it down", "has_errors": bool(form.errors),
    }  # fmt: skip
    return render(request, "portal/form.html", context, status=422 if form.errors else 200)


def _asked_incident(request: PageRequest) -> Incident | None:
    """The incident a cause is written down for; raises `Absent`, and `Forbidden` where others say it."""
    asked = request.GET.get("incident", "")
    if not asked:
        return None
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 10):
        raise Absent("not_found", "Nothing is here for you.")
    incident = incidents.get_incident(int(asked), request.principal)
    policies.require_can_link_cause(request.principal, incident)
    return incident


@access(Access.PERSON)
@require_http_methods(["GET", "HEAD", "POST"])
def cause_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change what a cause says."""
    require_known(request)
    row = queries.get_cause(pk, request.principal)
    policies.require_can_write_cause(request.principal, row.owner_team_id, row.owner_team.name)
    form = CauseTextForm(request.POST if request.method == "POST" else None, initial=cause_words(row))
    crumbs = [{"label": "Known causes", "url": reverse("incidents:cause-list")}]
    crumbs += [{"label": str(row), "url": reverse("incidents:cause", args=[pk])}, {"label": "Change"}]
    if form.is_valid():
        data = form.cleaned_data
        try:
            cause_linking.edit_cause(
                cause=row, title=data["title"], text=data["text"], services=row.services.all(),
                revision=data["revision"], by=request.principal,
            )  # fmt: skip
        except Outdated:
            stands, url = cause_words(queries.get_cause(pk, request.principal)), reverse("incidents:cause", args=[pk])
            return conflict_page(request, form, stands, crumbs=crumbs, button="Save", leave_url=url)
        messages.success(request, "Saved.")
        return redirect("incidents:cause", pk)
    context = {
        "heading": f"Change {row}", "crumbs": crumbs, "form": form, "button": "Save",
        "has_errors": bool(form.errors),
    }  # fmt: skip
    return render(request, "portal/form.html", context, status=422 if form.errors else 200)


@access(Access.PERSON)
@require_POST
def cause_status(request: PageRequest, pk: int) -> HttpResponse:
    """Say what is being done about a cause, and why."""
    row = queries.get_cause(pk, request.principal)
    policies.require_can_write_cause(request.principal, row.owner_team_id, row.owner_team.name)
    form = StatusForm(request.POST)
    if form.is_valid():
        try:
            cause_linking.change_cause_status(
                cause=row, status=form.chosen(), reason=form.cleaned_data["reason"], by=request.principal
            )
        except (Invalid, Conflict) as problem:
            add_problem(form, problem)
            if isinstance(problem, Conflict):
                return _page(request, row, form=form, status=409)
    if form.errors:
        return _page(request, row, form=form, status=422)
    messages.success(request, "Saved.")
    return redirect("incidents:cause", pk)


@access(Access.PERSON)
@require_POST
def cause_confirm(request: PageRequest, pk: int, cause: int) -> HttpResponse:
    """Say that a known cause struck in this incident."""
    incident, row = _pair(request, pk, cause)
    cause_linking.confirm_cause(incident=incident, cause=row, by=request.principal)
    messages.success(request, f"Confirmed: {row} struck here.")
    return redirect(f"/incidents/{pk}/candidates/#causes")


@access(Access.PERSON)
@require_POST
def cause_refuse(request: PageRequest, pk: int, cause: int) -> HttpResponse:
    """Say that it did not."""
    incident, row = _pair(request, pk, cause)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    cause_linking.refuse_cause(incident=incident, cause=row, reason=reason, by=request.principal)
    messages.success(request, f"Noted: {row} did not strike here.")
    return redirect(f"/incidents/{pk}/candidates/#causes")


def _pair(request: PageRequest, pk: int, cause_pk: int) -> tuple[Incident, KnownCause]:
    return incidents.get_incident(pk, request.principal), queries.get_cause(cause_pk, request.principal)
