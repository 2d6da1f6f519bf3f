"""What is said of an incident, each act on a page of its own or by one button of the incident's page."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, require_known
from apps.core.form_problems import add_problem
from apps.core.problems import Absent, Invalid, Outdated
from apps.incidents.domain.incident_words import (
    Exclusion,
    IncidentKind,
    MilestoneKind,
    ServiceRole,
)
from apps.incidents.forms.conflicts import RememberingForm
from apps.incidents.forms.incidents import (
    EditForm,
    ExcludeForm,
    MilestoneForm,
    ReasonForm,
    ReopenForm,
    ServiceForm,
    SeverityForm,
    edit_words,
    milestone_name,
)
from apps.incidents.models import Incident
from apps.incidents.operations import excluding, rating, statements
from apps.incidents.policies import incidents as policies
from apps.incidents.presenting_incidents import incident_url, severity_words, status_words
from apps.incidents.queries import incidents as queries
from apps.services.queries import list_services

BOTH = ["GET", "HEAD", "POST"]
KINDS = tuple(kind.value for kind in MilestoneKind if kind is not MilestoneKind.REOPENED)


def mine(request: PageRequest, pk: int) -> Incident:
    """The incident, if this person may write in it; raises `Absent` or `Forbidden`."""
    require_known(request)
    found = queries.get_incident(pk, request.principal)
    policies.require_can_write(request.principal, found)
    return found


def corrected(request: PageRequest, pk: int) -> Incident:
    """The incident, if this is a person who may correct it."""
    found = mine(request, pk)
    policies.require_can_correct(request.principal, found)
    return found


def sent(request: PageRequest) -> Any:
    """What was sent, or nothing yet."""
    return request.POST if request.method == "POST" else None


def act_page(
    request: PageRequest, incident: Incident, form: forms.Form, do: Callable[[], Any], *,
    heading: str, intro: str, button: str, done: str, anchor: str = "",
    stands: Callable[[], Mapping[str, Any]] | None = None,
) -> HttpResponse:  # fmt: skip
    """The form of one act; once it is done, back to the incident. Refusals stand beside the fields.

    A form with a revision is given `stands`, which reads what it says by now: where somebody else was faster, all
    three texts are shown.
    """
    status = 200
    if form.is_bound and form.is_valid():
        try:
            do()
        except Invalid as problem:
            add_problem(form, problem)
            status = problem.status
        except Outdated:
            if stands is None or not isinstance(form, RememberingForm):
                raise
            url, crumbs = incident_url(incident) + anchor, crumbs_of(incident, heading)
            return conflict_page(request, form, stands(), crumbs=crumbs, button=button, leave_url=url)
        else:
            messages.success(request, done)
            return redirect(incident_url(incident) + anchor)
    context = {
        "heading": heading,
        "summary": [
            f"{incident}: {incident.title}",
            f"{incident.owner_team.name} · {status_words(incident)} · {severity_words(incident)}",
        ],
        "intro": intro,
        "form": form,
        "button": button,
        "crumbs": crumbs_of(incident, heading),
        "has_errors": bool(form.errors),
    }
    status = max(status, 422 if form.errors else 200)
    return render(request, "incidents/follow_up_act.html", context, status=status)


def conflict_page(
    request: PageRequest, form: RememberingForm, stands: Mapping[str, Any], *, crumbs: list[dict[str, str]],
    button: str, leave_url: str,
) -> HttpResponse:  # fmt: skip
    """412: what it was, what they made of it, what you made of it; the form goes on from the newest revision."""
    context = {
        "heading": "Somebody else saved this meanwhile", "clashes": form.meet(stands), "form": form, "crumbs": crumbs,
        "button": button, "leave_url": leave_url,
    }  # fmt: skip
    return render(request, "incidents/form_conflict.html", context, status=412)


def crumbs_of(incident: Incident, last: str) -> list[dict[str, str]]:
    """From the list over the incident to here."""
    return [
        {"label": "Incidents", "url": reverse("incidents:incident-list")},
        {"label": str(incident), "url": incident_url(incident)},
        {"label": last},
    ]


def _levels(incident: Incident) -> list[tuple[str, str]]:
    return [(str(level.number), f"{level.number}: {level.means}") for level in queries.levels_of(incident)]


def service_choices() -> list[tuple[str, str]]:
    """Every service by name, as choices of a form."""
    return [(one.slug, one.name) for one in list_services()]


@access(Access.TEAM_WRITE)
@require_http_methods(BOTH)
def incident_edit(request: PageRequest, pk: int) -> HttpResponse:
    """What it is called, what is known of it, what sort it is."""
    incident = mine(request, pk)
    form = EditForm(sent(request), initial=edit_words(incident))

    def do() -> None:
        values = dict(form.cleaned_data)
        values["kind"] = IncidentKind(values["kind"])
        excluding.edit_incident(incident=incident, **values, by=request.principal)

    return act_page(
        request, incident, form, do, heading="Change what it says", button="Save", done="Saved.",
        stands=lambda: edit_words(mine(request, pk)),
        intro="Times, severity and links are said on the incident's page; what was said stays there.",
    )  # fmt: skip


@access(Access.TEAM_WRITE)
@require_POST
def milestone_now(request: PageRequest, pk: int, kind: str) -> HttpResponse:
    """One button: this moment is now."""
    incident = mine(request, pk)
    if kind not in KINDS:
        raise Absent("not_found", "Nothing is here for you.")
    statements.record_milestone(
        incident=incident, kind=MilestoneKind(kind), at=clock.as_of().replace(microsecond=0), by=request.principal
    )
    messages.success(request, f"{milestone_name(kind)}: said to be now. A wrong click can be corrected; both stay.")
    return redirect(incident_url(incident) + "#moments")


@access(Access.TEAM_WRITE)
@require_http_methods(BOTH)
def milestone(request: PageRequest, pk: int, interval: int, kind: str) -> HttpResponse:
    """When a moment of a stretch was, or why another time holds."""
    incident = mine(request, pk)
    if kind not in KINDS or not 1 <= interval <= incident.intervals:
        raise Absent("not_found", "Nothing is here for you.")
    known = queries.fold_of(incident.pk).intervals[interval - 1].moment(MilestoneKind(kind))
    form = MilestoneForm(sent(request), initial={"at": known.at if known else None})
    is_new = known is None or known.is_assumed

    def do() -> None:
        statements.record_milestone(
            incident=incident, kind=MilestoneKind(kind), at=form.cleaned_data["at"], interval=interval,
            reason=form.cleaned_data["reason"], by=request.principal,
        )  # fmt: skip

    name = milestone_name(kind)
    intro = "A person's time goes before a tool's." if is_new else "What was said before stays readable beside it."
    return act_page(
        request, incident, form, do, intro=intro, button="Say so", anchor="#moments",
        heading=f"{name}: when?" if is_new else f"{name}: correct the time", done=f"{name}: said.",
    )  # fmt: skip


@access(Access.TEAM_WRITE)
@require_http_methods(BOTH)
def incident_reopen(request: PageRequest, pk: int) -> HttpResponse:
    """It hurts again: the next stretch begins, the one before stays as it was."""
    incident = mine(request, pk)
    form = ReopenForm(sent(request), initial={"at": clock.as_of().replace(microsecond=0)})
    return act_page(
        request, incident, form,
        lambda: statements.reopen_incident(incident=incident, **form.cleaned_data, by=request.principal),
        heading="Reopen", button="Reopen it", done="Reopened. What was said before stays.", anchor="#moments",
        intro="A further stretch begins; nothing of the one before is overwritten, and its retro is due anew.",
    )  # fmt: skip


@access(Access.TEAM_WRITE)
@require_http_methods(BOTH)
def incident_severity(request: PageRequest, pk: int) -> HttpResponse:
    """Which level holds from when on."""
    incident = mine(request, pk)
    form = SeverityForm(sent(request), levels=_levels(incident))

    def do() -> None:
        data = form.cleaned_data
        rating.change_severity(
            incident=incident, level=int(data["level"]), at=data["at"], reason=data["reason"], by=request.principal
        )

    return act_page(
        request, incident, form, do, heading="Say the severity", button="Say so", done="Said.", anchor="#severity",
        intro="The worst level decides the retro; a later, lesser one cancels nothing.",
    )  # fmt: skip


@access(Access.TEAM_WRITE)
@require_http_methods(BOTH)
def incident_exclude(request: PageRequest, pk: int) -> HttpResponse:
    """Why it counts in no number."""
    incident = corrected(request, pk)
    form = ExcludeForm(sent(request))

    def do() -> None:
        data = dict(form.cleaned_data)
        exclusion = Exclusion(data.pop("exclusion"))
        excluding.exclude_incident(incident=incident, exclusion=exclusion, **data, by=request.principal)

    return act_page(
        request, incident, form, do, heading="Leave it out", button="Leave it out", done="Left out of every number.",
        intro="Its page stays with the reason; numbers are computed anew without it.",
    )  # fmt: skip


@access(Access.TEAM_WRITE)
@require_http_methods(BOTH)
def incident_include(request: PageRequest, pk: int) -> HttpResponse:
    """It counts after all."""
    incident = corrected(request, pk)
    form = ReasonForm(sent(request))
    return act_page(
        request, incident, form,
        lambda: excluding.include_incident(incident=incident, **form.cleaned_data, by=request.principal),
        heading="Let it count", button="Let it count", done="It counts again.",
        intro="Numbers are computed anew with it.",
    )  # fmt: skip


@access(Access.TEAM_WRITE)
@require_http_methods(BOTH)
def incident_service(request: PageRequest, pk: int) -> HttpResponse:
    """A service it touched, or began in."""
    incident = mine(request, pk)
    form = ServiceForm(sent(request), services=service_choices())

    def do() -> None:
        data = dict(form.cleaned_data)
        role = ServiceRole(data.pop("role"))
        excluding.touch_service(incident=incident, role=role, **data, by=request.principal)

    return act_page(
        request, incident, form, do, heading="Name a service", button="Name it", done="Named.", anchor="#services",
        intro="The team that owned the service it began in, when it began, owns the incident.",
    )  # fmt: skip


@access(Access.TEAM_WRITE)
@require_http_methods(BOTH)
def incident_service_release(request: PageRequest, pk: int, service: str) -> HttpResponse:
    """A service it did not touch after all."""
    incident = corrected(request, pk)
    form = ReasonForm(sent(request))
    return act_page(
        request, incident, form,
        lambda: excluding.release_service(
            incident=incident, service=service, **form.cleaned_data, by=request.principal
        ),
        heading="It did not touch this service", button="Take it out", done="Taken out.", anchor="#services",
        intro=f"{service} is named no longer, and its numbers are computed anew.",
    )  # fmt: skip
