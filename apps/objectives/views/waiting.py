"""The page of samples that wait for a person, by what they were sent for."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.accounts.domain import OrganisationRole, Principal
from apps.core.access import Access, access
from apps.core.asking import PageRequest, reads, require_known
from apps.core.form_problems import add_problem
from apps.core.problems import Absent, ProblemError
from apps.objectives.domain.samples import HELD_WORDS, HeldReason
from apps.objectives.forms.wiring import ASSIGN, HeldForm
from apps.objectives.operations.held_settling import Group, assign_held, ignore_held
from apps.objectives.presenting_cells import head, moment, plain, table
from apps.objectives.queries import held_samples as queries
from apps.objectives.queries import indicator_rows, reading_duties
from apps.objectives.queries.held_samples import HeldGroup

WRONG = 422
COLUMNS: list[str | tuple[str, bool]] = ["Sent for", "Key", "Why it waits", "Sent by", ("Slices", True), "Time"]


@access(Access.PERSON)
@reads()
def held_list(request: PageRequest) -> HttpResponse:
    """What waits: all of it for administrators, else what the reader's own teams sent."""
    rows = [
        [
            head(one.indicator_slug, f"{reverse('objectives:held-settle')}?{_query(one)}"), plain(one.key),
            plain(HELD_WORDS[HeldReason(one.reason)], wide=True), plain(one.team or "The organisation"),
            plain(f"{one.count:,}", numeric=True), moment(one.first_at, one.last_at),
        ]
        for one in queries.list_groups(request.principal)
    ]  # fmt: skip
    context = {"heading": "Samples that wait", "crumbs": _crumbs(), "table": table("Samples that wait", COLUMNS, rows)}
    return render(request, "objectives/held_list.html", context)


def _query(group: HeldGroup) -> str:
    named = {"name": group.indicator_slug, "key": group.key, "team": group.team_id or "", "reason": group.reason}
    return urlencode(named)


def _crumbs(label: str = "") -> list[dict[str, str]]:
    waiting = reverse("objectives:held-list")
    first = [{"label": "SLOs", "url": reverse("objectives:objective-list")}]
    last = [{"label": "Samples that wait", "url": waiting if label else ""}]
    return first + last + ([{"label": label, "url": ""}] if label else [])


@access(Access.PERSON)
@require_http_methods(["GET", "HEAD", "POST"])
def held_settle(request: PageRequest) -> HttpResponse:
    """Assign what waits under one name to an SLI, or ignore it with a reason."""
    require_known(request, "name", "key", "team", "reason")
    found = _group(request)
    group = Group(found.indicator_slug, found.key, found.team_id, HeldReason(found.reason))
    form = HeldForm(
        request.POST if request.method == "POST" else None, indicators=_offered(request.principal),
        initial={"indicator": found.indicator_slug},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            said = _settle(form.cleaned_data, group, request.principal)
        except ProblemError as problem:
            add_problem(form, problem)
        else:
            messages.success(request, said)
            return redirect("objectives:held-list")
    context = {
        "heading": f"What becomes of {found.count:,} slices for {found.indicator_slug} {found.key}".strip(),
        "crumbs": _crumbs(found.indicator_slug),
        "intro": HELD_WORDS[HeldReason(found.reason)],
        "form": form,
        "button": "Settle them",
        "has_errors": bool(form.errors),
    }
    return render(request, "portal/form.html", context, status=WRONG if form.errors else 200)


def _group(request: PageRequest) -> HeldGroup:
    """The group the address names, if the reader may settle it."""
    parts = ("name", "key", "team", "reason")
    name, key, team, reason = (request.GET.get(part, "").replace("\0", "")[:200] for part in parts)
    wanted = (name, key, int(team) if team.isascii() and team.isdigit() and len(team) < 10 else None, reason)
    groups = queries.list_groups(request.principal)
    same = [one for one in groups if (one.indicator_slug, one.key, one.team_id, one.reason) == wanted]
    if not same:
        raise Absent("not_found", "Nothing is here for you.")
    return same[0]


def _offered(by: Principal) -> list[tuple[str, str]]:
    """The SLIs that the reader's teams push into."""
    rows = indicator_rows.list_indicators()
    mine = [one for one in rows if by.holds(OrganisationRole.ADMIN) or by.works_in(one.owner_team_id)]
    return [(one.slug, one.slug) for one in mine]


def _settle(data: dict[str, Any], group: Group, by: Principal) -> str:
    if data["act"] != ASSIGN:
        return f"{ignore_held(group=group, reason=data['reason'], by=by):,} slices are ignored, with your reason."
    indicator = reading_duties.get_indicator(data["indicator"])
    done = assign_held(group=group, indicator=indicator, key=data["key"], by=by)
    left = f" {done.left:,} wait on: {done.why}" if done.left else ""
    return f"{done.stored:,} slices are counted now.{left}"
