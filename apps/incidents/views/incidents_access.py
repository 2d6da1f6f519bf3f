"""Who may know of an incident, taking a secret out of it, and the severity policy."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, reads, require_known
from apps.core.form_problems import add_problem
from apps.core.problems import Absent, Invalid
from apps.incidents.domain.retro_words import RetroForm
from apps.incidents.domain.severity import Level
from apps.incidents.forms.incidents import AccessForm, PolicyForm, ReasonForm, RedactForm
from apps.incidents.models import Incident
from apps.incidents.operations import rating, redacting, restricting
from apps.incidents.policies import incidents as policies
from apps.incidents.presenting_incidents import incident_url
from apps.incidents.queries import incidents as queries
from apps.incidents.views.incidents_acts import BOTH, act_page, corrected, sent
from apps.teams import queries as teams

RETRO_WORDS = {RetroForm.FULL: "full", RetroForm.SHORT: "short", RetroForm.NONE: "none"}
LEVELS_HINT = (
    "One line for each level, the worst first: what it means | retro (full, short, none) | hours until it is due | "
    "monitored action (yes, no) | facilitator from another team (yes, no) | days until actions are due."
)
LEVEL_PARTS = 6


def _listed(request: PageRequest, pk: int) -> Incident:
    """The incident, for whoever may know of it."""
    require_known(request)
    return queries.get_incident(pk, request.principal)


@access(Access.PERSON)
@require_POST
def incident_restrict(request: PageRequest, pk: int) -> HttpResponse:
    """Hide it at once from all but the owner team and this person."""
    incident = restricting.restrict_incident(incident=corrected(request, pk), by=request.principal)
    messages.success(request, "Restricted. Only the list below knows of it; it still counts in every number.")
    return redirect(incident_url(incident) + "#access")


@access(Access.PERSON)
@require_http_methods(BOTH)
def incident_lift(request: PageRequest, pk: int) -> HttpResponse:
    """Ask that everybody may know of it again."""
    incident = _listed(request, pk)
    form = ReasonForm(sent(request))
    return act_page(
        request, incident, form,
        lambda: restricting.ask_lift(incident=incident, **form.cleaned_data, by=request.principal),
        heading="Ask to lift the restriction", button="Ask", done="Asked. Another listed person answers.",
        intro="Another person on the list agrees before anybody else may know of it.", anchor="#access",
    )  # fmt: skip


@access(Access.PERSON)
@require_POST
def incident_lift_answer(request: PageRequest, pk: int, answer: str) -> HttpResponse:
    """Agree as a second listed person, or leave it restricted."""
    if answer not in ("agree", "refuse"):
        raise Absent("not_found", "Nothing is here for you.")
    agree = answer == "agree"
    incident = restricting.answer_lift(incident=_listed(request, pk), agree=agree, by=request.principal)
    messages.success(request, "Lifted. Everybody may know of it." if agree else "It stays restricted.")
    return redirect(incident_url(incident) + "#access")


@access(Access.PERSON)
@require_http_methods(BOTH)
def incident_access(request: PageRequest, pk: int) -> HttpResponse:
    """Put a team or a person on the list."""
    incident = _listed(request, pk)
    by_slug = {team.slug: team for team in teams.list_teams()}
    form = AccessForm(sent(request), teams=[(slug, team.name) for slug, team in by_slug.items()])

    def do() -> None:
        team, email = by_slug.get(form.cleaned_data["team"]), form.cleaned_data["email"]
        user = queries.get_person(email) if email else None
        restricting.give_access(incident=incident, user=user, team=team, by=request.principal)

    return act_page(
        request, incident, form, do, heading="Put on the list", button="Put on the list", done="Listed.",
        intro="Whoever is listed reads the incident, its retro, links and actions.", anchor="#access",
    )  # fmt: skip


@access(Access.PERSON)
@require_POST
def incident_access_take(request: PageRequest, pk: int, row: int) -> HttpResponse:
    """Take a team or a person off the list."""
    incident = _listed(request, pk)
    found = next((one for one in queries.list_access(incident) if one.pk == row), None)
    if found is None:
        raise Absent("not_found", "Nothing is here for you.")
    restricting.take_access(incident=incident, access=found, by=request.principal)
    messages.success(request, "Taken off the list.")
    return redirect(incident_url(incident) + "#access")


@access(Access.STEWARD)
@require_http_methods(BOTH)
def incident_redact(request: PageRequest, pk: int) -> HttpResponse:
    """Take a pasted secret out of everything it says."""
    incident = _listed(request, pk)
    form = RedactForm(sent(request))
    return act_page(
        request, incident, form,
        lambda: redacting.redact_incident(incident=incident, secret=form.cleaned_data["secret"], by=request.principal),
        heading="Redact", button="Take it out", done="Taken out. The audit chain keeps the hashes before and after.",
        intro=(
            "Replaces a text by [redacted] in the incident, its timeline, its retro with every snapshot, its actions "
            "and its known causes. Reasons of corrections and of new dates, and evidence, are written once and "
            "stay: change the secret itself as well."
        ),
    )  # fmt: skip


@access(Access.SHARED_READ)
@reads()
def severity_policy(request: PageRequest) -> HttpResponse:
    """What each level means and asks for, now and before."""
    rows = list(queries.list_policies())
    levels = queries.levels_in_force(clock.as_of())
    context = {
        "heading": "Severity policy",
        "crumbs": [{"label": "Incidents", "url": reverse("incidents:incident-list")}, {"label": "Severity policy"}],
        "table": _levels_table(levels),
        "policies": rows,
        "write_url": reverse("incidents:severity-policy-write") if policies.is_steward(request.principal) else "",
    }
    return render(request, "incidents/incident_policy.html", context)


@access(Access.STEWARD)
@require_http_methods(BOTH)
def severity_policy_write(request: PageRequest) -> HttpResponse:
    """Put other levels into force from an instant on."""
    require_known(request)
    levels = queries.levels_in_force(clock.as_of())
    form = PolicyForm(sent(request), initial={"levels": "\n".join(map(_line_of, levels))})
    if form.is_bound and form.is_valid() and _wrote(request, form):
        messages.success(request, "Written. Incidents keep the policy they were reported under.")
        return redirect("incidents:severity-policy")
    context = {
        "heading": "Write the severity policy",
        "intro": LEVELS_HINT,
        "crumbs": [
            {"label": "Severity policy", "url": reverse("incidents:severity-policy")}, {"label": "Write the next"},
        ],
        "form": form,
        "button": "Put it into force",
        "has_errors": bool(form.errors),
    }  # fmt: skip
    return render(request, "portal/form.html", context, status=422 if form.errors else 200)


def _wrote(request: PageRequest, form: PolicyForm) -> bool:
    data = form.cleaned_data
    try:
        rating.write_policy(
            levels=_read_levels(data["levels"]), reason=data["reason"], from_at=data["from_at"], by=request.principal
        )
    except Invalid as problem:
        add_problem(form, problem)
        return False
    return True


def _line_of(level: Level) -> str:
    yes_no = {True: "yes", False: "no"}
    parts = (
        level.means, RETRO_WORDS[level.retro], level.retro_hours, yes_no[level.needs_monitored_action],
        yes_no[level.needs_other_facilitator], level.action_days,
    )  # fmt: skip
    return " | ".join(str(part) for part in parts)


def _read_levels(text: str) -> list[Level]:
    lines = [line for line in text.splitlines() if line.strip()]
    return [_read_level(number, line) for number, line in enumerate(lines, start=1)]


def _read_level(number: int, line: str) -> Level:
    means, *parts = (part.strip() for part in line.split("|"))
    if len(parts) != LEVEL_PARTS - 1:
        raise Invalid("validation_failed", f"Line {number} has six parts, separated by |. {LEVELS_HINT}")
    retro, hours, monitored, other, days = parts
    words = {one.value: one for one in RetroForm}
    is_number = hours.isdecimal() and days.isdecimal() and len(hours) < 6 and len(days) < 6
    if retro not in words or not is_number or not {monitored, other} <= {"yes", "no"}:
        raise Invalid("validation_failed", f"Line {number} cannot be read. {LEVELS_HINT}")
    return Level(number, means, words[retro], int(hours), monitored == "yes", other == "yes", int(days))


def _levels_table(levels: tuple[Level, ...]) -> dict[str, Any]:
    columns = [{"label": label} for label in ("Level", "Means", "Retro", "Actions due")]
    rows = [
        [
            {"text": str(level.number), "header": True},
            {"text": level.means},
            {"text": _retro_words(level)},
            {"text": f"{level.action_days} days"},
        ]
        for level in levels
    ]
    return {"caption": "In force now", "columns": columns, "rows": rows}


def _retro_words(level: Level) -> str:
    if level.retro is RetroForm.NONE:
        return "No retro"
    asks = [f"{RETRO_WORDS[level.retro].capitalize()}, within {level.retro_hours} hours"]
    asks += ["a monitored action"] if level.needs_monitored_action else []
    asks += ["a facilitator from another team"] if level.needs_other_facilitator else []
    return ", ".join(asks)
