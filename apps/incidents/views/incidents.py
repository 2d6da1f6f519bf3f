"""Incidents on pages: the list, reporting one, and one with everything that was said of it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, choice_links, read_choice, read_page, reads, require_known
from apps.core.form_problems import add_problem
from apps.core.problems import Invalid
from apps.incidents.domain.incident_words import IncidentKind
from apps.incidents.forms.incidents import ReportForm
from apps.incidents.models import Incident
from apps.incidents.operations import reporting
from apps.incidents.policies import incidents as policies
from apps.incidents.presenting_causes import present_incident_causes
from apps.incidents.presenting_incident_page import present_incident
from apps.incidents.presenting_incidents import KIND_WORDS, incident_url, list_table
from apps.incidents.queries import incident_parts
from apps.incidents.queries import incidents as queries
from apps.services.queries import list_services
from apps.teams import queries as teams

EVERY = "all"
STANDING = (("going-on", "Going on"), ("over", "Over"), ("left-out", "Left out"))
PLACES = {"/services/0": "origin", "/services": "touched", "/milestones": "impact_started", "/level": "severity"}
EMPTY = "What users felt will stand here: those that go on first, the oldest on top."


@access(Access.SHARED_READ)
@reads("standing", "kind", "team", "service", "page")
def incident_list(request: PageRequest) -> HttpResponse:
    """Incidents that go on first, oldest on top; then the others, newest first. No count stands undivided."""
    standing = read_choice(request, "standing", (EVERY, *(key for key, _ in STANDING)))
    kind = read_choice(request, "kind", (EVERY, *IncidentKind))
    team, service = (request.GET.get(name, "")[:50].replace("\0", "") for name in ("team", "service"))
    rows = queries.list_asked(request.principal, standing=standing, kind=kind, team=team, service=service)
    page = read_page(request, rows)
    going = [one for one in page.rows if not one.is_over and not one.exclusion]
    others = [one for one in page.rows if one not in going]
    tables = [list_table(rows, words) for rows, words in ((going, "Going on"), (others, "Over or left out")) if rows]
    pager = page.pager | {"text": ""} if page.pager["next_url"] or page.pager["previous_url"] else None
    context = {
        "heading": f"Incidents of {service}" if service else "Incidents",
        "tables": tables,
        "pager": pager,
        "empty": EMPTY,
        "choices": choice_links(request, "standing", [(EVERY, "All"), *STANDING]),
        "kinds": choice_links(
            request, "kind", [(EVERY, "Of every sort"), *((k.value, w) for k, w in KIND_WORDS.items())]
        ),
        "teams": [(one.slug, one.name) for one in teams.list_teams()],
        "team": team,
        "kept": [(name, request.GET[name]) for name in ("standing", "kind", "service") if name in request.GET],
        "create_url": reverse("incidents:incident-create") if policies.can_report_somewhere(request.principal) else "",
        "policy_url": reverse("incidents:severity-policy"),
    }
    return render(request, "incidents/incident_list.html", context)


@access(Access.TEAM_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def incident_create(request: PageRequest) -> HttpResponse:
    """Report an incident."""
    require_known(request)
    policies.require_can_report_somewhere(request.principal)
    levels = queries.levels_in_force(clock.as_of())
    form = ReportForm(
        request.POST if request.method == "POST" else None,
        services=[(one.slug, one.name) for one in list_services()],
        levels=[(str(level.number), f"{level.number}: {level.means}") for level in levels],
    )
    if form.is_bound and form.is_valid() and (incident := _report(request, form)):
        messages.success(request, f"Reported as {incident}. Times can be said and corrected on its page.")
        return redirect(incident_url(incident))
    context = {
        "heading": "Report an incident",
        "intro": "What users feel, or nearly. Say what is known; everything can be corrected later, and both stay.",
        "crumbs": [{"label": "Incidents", "url": reverse("incidents:incident-list")}, {"label": "Report one"}],
        "form": form,
        "button": "Report it",
        "has_errors": bool(form.errors),
    }
    return render(request, "portal/form.html", context, status=422 if form.errors else 200)


def _report(request: PageRequest, form: ReportForm) -> Incident | None:
    now = clock.as_of()
    try:
        reported = reporting.report_incident(
            **form.asked(now), restricted=form.cleaned_data["restricted"], now=now, by=request.principal
        )
    except Invalid as problem:
        add_problem(form, problem, PLACES)
        return None
    return reported.incident


@access(Access.SHARED_READ)
@reads()
def incident(request: PageRequest, pk: int) -> HttpResponse:
    """An incident: how it stands, its moments with their witnesses, how long, levels, services, links, its story."""
    page = incident_parts.get_page(pk, request.principal)
    return render(request, "incidents/incident.html", present_incident(page, request.principal))


@access(Access.SHARED_READ)
@reads()
def incident_candidates(request: PageRequest, pk: int) -> HttpResponse:
    """What may belong to an incident: deployments before the impact, and what happened around it."""
    found, by = queries.get_incident(pk, request.principal), request.principal
    can_correct = policies.can_correct(by, found)
    context = {
        "heading": f"What may belong to {found}",
        "crumbs": [
            {"label": "Incidents", "url": reverse("incidents:incident-list")},
            {"label": str(found), "url": incident_url(found)},
            {"label": "What may belong to it"},
        ],
        "incident": found,
        "can_write": policies.can_write(by, found),
        "can_correct": can_correct,
        # Whether it came again is asked of those who may answer.
        "causes": present_incident_causes(found, by) if can_correct else None,
        **incident_parts.list_candidates(found),
    }
    return render(request, "incidents/incident_candidates.html", context)
