"""The pages of a team, week by week, and the labels its people give them: by keyboard, and without script."""

import re
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, read_choice, read_page, reads, require_known, week_named
from apps.core.calendar_words import period_words
from apps.core.periods import Grain, Period, period_at
from apps.core.problems import Unreadable
from apps.incidents import presenting_oncall as presenting
from apps.incidents.domain.page_words import Label
from apps.incidents.forms.oncall import BLANK_ONLY, RuleLabelForm
from apps.incidents.operations import page_labelling
from apps.incidents.policies import oncall as policies
from apps.incidents.queries import oncall_pages as queries
from apps.teams import queries as teams
from apps.teams.models import Team

ALL, UNLABELLED = "all", "unlabelled"
WHICH = ((ALL, "All pages"), (UNLABELLED, "Without a label"))
_PAGE = re.compile(r"p([1-9]\d{0,15})", re.ASCII)
EMPTY = "Pages of this team will stand here as its tools report them, and its people say what they were good for."


@access(Access.SHARED_READ)
@reads("team", "week", "which", "page")
def page_list(request: PageRequest) -> HttpResponse:
    """Pages of a team in a week of its zone, in the order in which they came."""
    team = _team(request)
    if team is None:
        return render(request, "incidents/oncall_pages.html", {"heading": "Pages", "empty": EMPTY, "rows": []})
    return _list(request, team)


def _team(request: PageRequest) -> Team | None:
    """The team that is asked for, else the reader's own, else the first by name."""
    if "team" in request.GET:
        return teams.get_team(request.GET["team"].replace("\0", "")[:50])
    own = request.principal.own_teams
    return teams.get_team(own[0].slug) if own else teams.list_teams().first()


def _week(text: str, zone: ZoneInfo) -> Period:
    """The week that is named, else the running one; raises 400 for anything else."""
    if not text:
        return period_at(clock.as_of(), Grain.WEEK, zone)
    return week_named("week", text)


def _zone(team: Team) -> ZoneInfo:
    return queries.hours_in(queries.profile_at(team, clock.as_of())).zone


def _list(request: PageRequest, team: Team, form: RuleLabelForm | None = None) -> HttpResponse:
    zone = _zone(team)
    week = _week(request.GET.get("week", ""), zone)
    which = read_choice(request, "which", (ALL, UNLABELLED))
    every = list(queries.list_pages_between(team, week.starts_at(zone), week.ends_at(zone)))
    shown = [page for page in every if which == ALL or not page.label]
    page = read_page(request, shown)
    seen = queries.seen_incidents(page.rows, request.principal)
    urgent = [found for found in every if found.urgency == "high"]
    may_label = policies.can_label(request.principal, team.pk)
    rules = [(str(rule.pk), rule.name) for rule in queries.list_rules_of_pages(every)]
    form = form or RuleLabelForm(rules=rules)
    context = {
        "heading": f"Pages of {team.name}",
        "team": team,
        "teams": [(one.slug, one.name) for one in teams.list_teams()],
        "week": week.key,
        "week_words": period_words(week),
        "zone": zone.key,
        "weeks": _weeks(team, week, which, zone),
        "choices": [
            {"label": words, "url": _address(team, week, key), "current": key == which} for key, words in WHICH
        ],
        "which": which,
        "coverage": presenting.coverage_words(sum(bool(found.label) for found in urgent), len(urgent)),
        "rows": [presenting.page_row(found, zone, seen) for found in page.rows],
        "pager": page.pager,
        "may_label": may_label,
        "keys": presenting.key_words(),
        "form": form if may_label and rules else None,
        "has_errors": bool(form.errors),
        "empty": "Every page of this week has a label." if every else EMPTY,
    }  # fmt: skip
    return render(request, "incidents/oncall_pages.html", context, status=422 if form.errors else 200)


def _weeks(team: Team, week: Period, which: str, zone: ZoneInfo) -> list[dict[str, str]]:
    """The weeks beside this one; none that has not begun."""
    found = [{"label": "The week before", "url": _address(team, week.previous(), which), "rel": "prev"}]
    if week.ends_at(zone) <= clock.as_of():
        found.append({"label": "The week after", "url": _address(team, week.previous(-1), which), "rel": "next"})
    return found


def _address(team: Team, week: Period, which: str = ALL) -> str:
    query = {"team": team.slug, "week": week.key} | ({} if which == ALL else {"which": which})
    return f"{reverse('incidents:page-list')}?{urlencode(query)}"


@access(Access.TEAM_WRITE)
@require_POST
def page_label(request: PageRequest) -> HttpResponse:
    """Give the labels that were chosen on the page; those that were left as they stood are left."""
    require_known(request)
    team, week, which = _sent(request)
    changed = page_labelling.label_pages(team=team, labels=_chosen(request), by=request.principal)
    messages.success(request, _saved_words(changed))
    return redirect(_address(team, week, which))


@access(Access.TEAM_WRITE)
@require_POST
def rule_label(request: PageRequest) -> HttpResponse:
    """Give one label to what a rule paged in a week."""
    require_known(request)
    team, week, which = _sent(request)
    policies.require_can_label(request.principal, team)
    zone = _zone(team)
    span = {"start": week.starts_at(zone), "end": week.ends_at(zone)}
    rules = queries.list_rules_of_pages(list(queries.list_pages_between(team, **span)))
    form = RuleLabelForm(request.POST, rules=[(str(rule.pk), rule.name) for rule in rules])
    if not form.is_valid():
        request.GET = _as_asked(request, team, week, which)
        return _list(request, team, form)
    data = form.cleaned_data
    rule = next(rule for rule in rules if str(rule.pk) == data["rule"])
    changed = page_labelling.label_rule(
        rule=rule, team=team, label=Label(data["label"]), **span, only_blank=data["reach"] == BLANK_ONLY,
        by=request.principal,
    )  # fmt: skip
    messages.success(request, _saved_words(changed))
    return redirect(_address(team, week, which))


def _as_asked(request: PageRequest, team: Team, week: Period, which: str) -> Any:
    """The address of the list to which a form came from."""
    query = request.GET.copy()
    query.update({"team": team.slug, "week": week.key, "which": which})
    return query


def _sent(request: PageRequest) -> tuple[Team, Period, str]:
    """Team, week and choice that the form came from."""
    slug = request.POST.get("team", "").replace("\0", "")[:50]
    if not slug:
        raise Unreadable("parameter_invalid", "Send the team and the week whose pages are labelled.")
    team = teams.get_team(slug)
    which = request.POST.get("which", ALL)
    return team, _week(request.POST.get("week", ""), _zone(team)), which if which in dict(WHICH) else ALL


def _chosen(request: PageRequest) -> dict[int, str]:
    """Labels by page where another one was chosen than stood there when the page was read."""
    found = {}
    for name, label in request.POST.items():
        match = _PAGE.fullmatch(name)
        if match and label != request.POST.get(f"w{match[1]}"):
            found[int(match[1])] = str(label)
    return found


def _saved_words(changed: int) -> str:
    if not changed:
        return "Nothing changed: these labels stood there already."
    return "Saved. 1 label is new." if changed == 1 else f"Saved. {changed} labels are new."
