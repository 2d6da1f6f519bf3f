"""Links to changes and the story of an incident: said on pages, or taken over by one button."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest
from apps.core.problems import Absent
from apps.incidents.domain.incident_words import LinkedFact, LinkKind, LinkState
from apps.incidents.forms.incidents import LineForm, LinkForm, ReasonForm, line_words
from apps.incidents.models import Incident, TimelineEntry
from apps.incidents.operations import linking, timeline
from apps.incidents.operations.timeline import Line
from apps.incidents.presenting_incidents import incident_url
from apps.incidents.queries import storyline
from apps.incidents.views.incidents_acts import BOTH, act_page, corrected, mine, sent, service_choices


@access(Access.TEAM_WRITE)
@require_http_methods(BOTH)
def incident_link(request: PageRequest, pk: int) -> HttpResponse:
    """A deployment or change, and what it had to do with the incident."""
    incident = mine(request, pk)
    form = LinkForm(sent(request), services=service_choices())

    def do() -> None:
        data = form.cleaned_data
        linking.link_change(
            incident=incident, kind=LinkKind(data["kind"]), fact=LinkedFact(data["fact"]), service=data["service"],
            key=data["key"], by=request.principal,
        )  # fmt: skip

    return act_page(
        request, incident, form, do, heading="Link a change", button="Link it", done="Linked.", anchor="#links",
        intro="What is said here goes before any definition's own rule, in all of them.",
    )  # fmt: skip


@access(Access.TEAM_WRITE)
@require_http_methods(BOTH)
def incident_rule_out(request: PageRequest, pk: int, kind: str, fact: str, service: str, key: str) -> HttpResponse:
    """It was not this one: no definition uses the pair from now on."""
    incident = corrected(request, pk)
    if kind not in set(LinkKind) or fact not in set(LinkedFact):
        raise Absent("not_found", "Nothing is here for you.")
    form = ReasonForm(sent(request))
    return act_page(
        request, incident, form,
        lambda: linking.link_change(
            incident=incident, kind=LinkKind(kind), fact=LinkedFact(fact), service=service, key=key,
            state=LinkState.REJECTED, **form.cleaned_data, by=request.principal,
        ),
        heading="Rule it out", button="Rule it out", done="Ruled out. No definition uses it.", anchor="#links",
        intro=f"{key} of {service} stays ruled out for every definition until a person links it again.",
    )  # fmt: skip


@access(Access.TEAM_WRITE)
@require_POST
def candidate_link(request: PageRequest, pk: int, service: str, key: str) -> HttpResponse:
    """One button: this deployment caused it."""
    incident = mine(request, pk)
    linking.link_change(incident=incident, kind=LinkKind.CAUSED_BY, service=service, key=key, by=request.principal)
    messages.success(request, f"{key} of {service} is linked as the cause.")
    return redirect(incident_url(incident) + "#links")


@access(Access.TEAM_WRITE)
@require_http_methods(BOTH)
def timeline_add(request: PageRequest, pk: int) -> HttpResponse:
    """A line of the story."""
    incident = mine(request, pk)
    form = LineForm(sent(request), initial={"at": clock.as_of().replace(second=0, microsecond=0)})
    return act_page(
        request, incident, form,
        lambda: timeline.add_timeline_entry(incident=incident, line=_line(form), by=request.principal),
        heading="Add a line", button="Add it", done="Added.", anchor="#timeline",
        intro="What happened, in the order in which it happened.",
    )  # fmt: skip


@access(Access.TEAM_WRITE)
@require_http_methods(BOTH)
def timeline_edit(request: PageRequest, pk: int, entry: int) -> HttpResponse:
    """Another wording or time of a line."""
    incident, row = _entry(request, pk, entry)
    form = LineForm(sent(request), initial=line_words(row))

    def do() -> None:
        revision = form.cleaned_data["revision"] or 0
        timeline.edit_timeline_entry(entry=row, line=_line(form), revision=revision, by=request.principal)

    return act_page(
        request, incident, form, do, heading="Change a line", button="Save", done="Saved.", anchor="#timeline",
        stands=lambda: line_words(_entry(request, pk, entry)[1]),
        intro="Everybody reads the new wording.",
    )  # fmt: skip


@access(Access.TEAM_WRITE)
@require_POST
def timeline_hide(request: PageRequest, pk: int, entry: int) -> HttpResponse:
    """Take a line out of the story, or back in."""
    incident, row = _entry(request, pk, entry)
    hidden = timeline.hide_timeline_entry(entry=row, is_hidden=not row.is_hidden, by=request.principal)
    messages.success(request, "Hidden. It can be brought back." if hidden.is_hidden else "Brought back.")
    return redirect(incident_url(incident) + "#timeline")


@access(Access.TEAM_WRITE)
@require_POST
def candidate_accept(request: PageRequest, pk: int) -> HttpResponse:
    """One button: this line belongs to the story."""
    incident = mine(request, pk)
    source, service, key = (request.POST.get(name, "")[:200].replace("\0", "") for name in ("source", "service", "key"))
    timeline.accept_candidate(incident=incident, source=source, service=service, key=key, by=request.principal)
    messages.success(request, "Taken over into the timeline.")
    return redirect(reverse("incidents:incident-candidates", args=[pk]))


def _line(form: forms.Form) -> Line:
    data = form.cleaned_data
    return Line(data["at"], data["text"], data["ended_at"], data["evidence_url"])


def _entry(request: PageRequest, pk: int, entry: int) -> tuple[Incident, TimelineEntry]:
    incident = mine(request, pk)
    row = storyline.get_entry(entry, request.principal)
    if row.incident_id != incident.pk:
        raise Absent("not_found", "Nothing is here for you.")
    return incident, row
