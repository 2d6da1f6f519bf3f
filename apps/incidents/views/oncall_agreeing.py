"""Alert rules, on-call profiles and the thresholds of maturity: read by all, written by who answers for them."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, read_page, reads, require_known
from apps.core.form_problems import add_problem
from apps.core.problems import Invalid, Outdated
from apps.incidents import presenting_oncall as presenting
from apps.incidents.domain.page_words import SIGNAL_WORDS, Signal
from apps.incidents.forms.oncall import ProfileForm, RuleForm, ThresholdsForm
from apps.incidents.models import OnCallProfile
from apps.incidents.operations import oncall_agreeing as operations
from apps.incidents.policies import oncall as policies
from apps.incidents.queries import oncall_load, oncall_noise
from apps.incidents.queries import oncall_pages as queries
from apps.services import queries as services
from apps.teams import queries as teams
from apps.teams.models import Team

METHODS = ["GET", "HEAD", "POST"]
FOUR_WEEKS = timedelta(weeks=4)


@access(Access.SHARED_READ)
@reads("team", "page")
def rule_list(request: PageRequest) -> HttpResponse:
    """Alert rules by service and name, of one team's services if asked."""
    slug, now = request.GET.get("team", "").replace("\0", "")[:50], clock.as_of()
    rules = queries.list_rules_of_team(teams.get_team(slug), now) if slug else queries.list_rules()
    page = read_page(request, rules)
    tallies = oncall_noise.tallies_of_rules([rule.pk for rule in page.rows], now - FOUR_WEEKS, now)
    context = {
        "heading": "Alert rules",
        "table": presenting.rules_table(page.rows, tallies),
        "pager": page.pager,
        "teams": [(team.slug, team.name) for team in teams.list_teams()],
        "team": slug,
        "empty": "Each rule stands here as soon as it has paged for the first time.",
    }
    return render(request, "incidents/oncall_rules.html", context)


@access(Access.SHARED_READ)
@reads()
def rule(request: PageRequest, pk: int) -> HttpResponse:
    """One rule: what it watches, its runbook, and what it paged in four weeks."""
    found, now = queries.get_rule(pk), clock.as_of()
    tally = oncall_noise.tallies_of_rules([pk], now - FOUR_WEEKS, now)[pk]
    owner_id = services.owner_id_at(found.service, now)
    may_keep = policies.can_keep_rule(request.principal, owner_id)
    context = {
        "heading": found.name,
        "crumbs": [_rules_crumb(), {"label": found.name}],
        "rule": found,
        "watches": SIGNAL_WORDS[Signal(found.signal)],
        "table": presenting.rules_table([found], {pk: tally}),
        "describe_url": reverse("incidents:alert-rule-describe", args=[pk]) if may_keep else "",
    }
    return render(request, "incidents/oncall_rule.html", context)


def _rules_crumb() -> dict[str, str]:
    return {"label": "Alert rules", "url": reverse("incidents:alert-rule-list")}


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def rule_describe(request: PageRequest, pk: int) -> HttpResponse:
    """Say what a rule watches and where its runbook is."""
    require_known(request)
    found = queries.get_rule(pk)
    policies.require_can_keep_rule(request.principal, services.owner_id_at(found.service, clock.as_of()))
    initial = {"signal": found.signal, "runbook_url": found.runbook_url, "revision": found.revision}
    form = RuleForm(request.POST) if request.method == "POST" else RuleForm(initial=initial)
    status = 422
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            said = {"signal": Signal(data["signal"]), "runbook_url": data["runbook_url"], "revision": data["revision"]}
            operations.describe_rule(rule=found, **said, by=request.principal)
        except Outdated:
            stands = f"{SIGNAL_WORDS[Signal(found.signal)]}, {found.runbook_url or 'no runbook'}"
            form.add_error(
                None, f"Somebody else described this rule meanwhile: {stands}. Send it again to change that."
            )
            form.data = {**request.POST.dict(), "revision": found.revision}
            status = 412
        else:
            messages.success(request, "Saved. It stands beside the rule and in its list.")
            return redirect("incidents:alert-rule", pk)
    context = {
        "heading": f"Describe {found.name}",
        "crumbs": [_rules_crumb(), {"label": found.name, "url": reverse("incidents:alert-rule", args=[pk])}],
        "intro": f"A rule of {found.service.name}. Rules that tell what users feel are worth waking up for.",
        "form": form,
        "button": "Save",
        "has_errors": bool(form.errors),
    }
    return render(request, "portal/form.html", context, status=status if form.errors else 200)


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def profile_write(request: PageRequest, slug: str) -> HttpResponse:
    """Write how a team is on call from a day on; what held before stays and keeps holding for earlier pages."""
    require_known(request)
    team = teams.get_team(slug)
    policies.require_can_write_profile(request.principal, team)
    history = list(queries.list_profiles(team))
    form = ProfileForm(request.POST) if request.method == "POST" else ProfileForm(initial=_begin(history))
    if form.is_bound and form.is_valid() and _write_profile(request, team, form):
        messages.success(request, "Written. Pages from that day on are placed by these hours.")
        return redirect("portal:team-on-call", slug)
    context = {
        "heading": f"How {team.name} is on call",
        "crumbs": [_team_crumb(team), {"label": "On call", "url": reverse("portal:team-on-call", args=[slug])}],
        "form": form,
        "table": presenting.profiles_table(history),
        "has_errors": bool(form.errors),
    }
    return render(request, "incidents/oncall_profile.html", context, status=422 if form.errors else 200)


def _team_crumb(team: Team) -> dict[str, str]:
    return {"label": team.name, "url": reverse("portal:team", args=[team.slug])}


def _begin(history: list[OnCallProfile]) -> dict[str, Any]:
    """The form begins from what holds, from today on."""
    if not history:
        return {
            "from_on": clock.today(), "zone": clock.reporting_zone().key, "starts": 8 * 60, "ends": 18 * 60,
            "acknowledgement_minutes": 15,
        }  # fmt: skip
    row = history[0]
    return {
        "from_on": clock.today(), "zone": row.zone, "starts": row.starts_minute, "ends": row.ends_minute,
        "acknowledgement_minutes": row.acknowledgement_seconds // 60, "cover": row.cover, "escalation": row.escalation,
    }  # fmt: skip


def _write_profile(request: PageRequest, team: Team, form: ProfileForm) -> bool:
    try:
        operations.write_profile(team=team, **form.said(), by=request.principal)
    except Invalid as problem:
        add_problem(form, problem)
        return False
    return True


@access(Access.SHARED_READ)
@reads()
def thresholds(request: PageRequest) -> HttpResponse:
    """What the four stages of on-call maturity ask for, now and before."""
    rows = list(oncall_load.list_thresholds())
    may_write = policies.can_write_thresholds(request.principal)
    context = {
        "heading": "Stages of on-call maturity",
        "crumbs": [_governance_crumb(), {"label": "Stages of on-call"}],
        "now": oncall_load.thresholds_at(clock.as_of()),
        "table": presenting.thresholds_table(rows, clock.reporting_zone()),
        "write_url": reverse("incidents:thresholds-write") if may_write else "",
    }
    return render(request, "incidents/oncall_stages.html", context)


def _governance_crumb() -> dict[str, str]:
    return {"label": "Governance", "url": reverse("governance:home")}


@access(Access.STEWARD)
@require_http_methods(METHODS)
def thresholds_write(request: PageRequest) -> HttpResponse:
    """Write what the stages ask for from a day on."""
    require_known(request)
    standing = oncall_load.thresholds_at(clock.as_of())
    names = ("actionable_percent", "on_time_percent", "most_after_done")
    initial = {name: getattr(standing, name) for name in names} | {"from_on": clock.today()}
    form = ThresholdsForm(request.POST) if request.method == "POST" else ThresholdsForm(initial=initial)
    if form.is_bound and form.is_valid():
        operations.write_thresholds(**form.cleaned_data, by=request.principal)
        messages.success(request, "Written. Stages from that day on are read by these thresholds.")
        return redirect("incidents:thresholds")
    stages = {"label": "Stages of on-call", "url": reverse("incidents:thresholds")}
    context = {
        "heading": "What the stages ask for",
        "crumbs": [_governance_crumb(), stages, {"label": "Write"}],
        "intro": "They hold for all teams from that day on; earlier ones stay. Each team sets its own time to answer.",
        "form": form,
        "button": "Write the thresholds",
        "has_errors": bool(form.errors),
    }
    return render(request, "portal/form.html", context, status=422 if form.errors else 200)
