"""Incidents, retros and pages among many: lists, one of each, candidates, the synthesis of a group, saving a draft."""

from collections.abc import Iterator
from itertools import cycle
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.core import clock
from apps.core.periods import Grain, period_on
from apps.incidents.domain.retro_words import RetroState
from apps.incidents.models import Incident, RetroSection
from apps.portal.bench.asking import TIMES, Ask, keeps, measured
from apps.portal.bench.calling import make_pages, store_pages
from apps.portal.bench.happening import make_incidents, store_incidents
from apps.portal.bench.learning import store_learning
from apps.portal.bench.organisation import STEWARD
from apps.portal.bench.scratch import Figures, Tell, run_step, scratch_database
from apps.portal.bench.sizes import AS_OF, Size
from apps.portal.bench.timing import taken
from apps.services.models import Service
from apps.teams.models import Group, Team

SIZE = Size("incidents", teams=40, services=400, deployments=2_000_000, changes=0)
INCIDENTS, PAGES = 10_000, 1_000_000
SECTION = "summary"
# The milliseconds within which each is to answer on two free processors.
GOALS = {
    "incidents": 300, "incident": 300, "pages": 300, "retros": 300, "actions": 300, "candidates": 200,
    "synthesis of 40 teams": 1_000, "section save": 150,
}  # fmt: skip


def happen(_: Figures) -> Figures:
    """Add incidents with retros and actions, and pages, to a loaded organisation, all of it in one group."""
    service_ids = list(Service.objects.order_by("pk").values_list("pk", flat=True))
    team_ids = list(Team.objects.order_by("pk").values_list("pk", flat=True))
    with clock.playing(AS_OF), taken() as happening:
        Team.objects.update(group=Group.objects.get(slug="group-0"))
        with transaction.atomic():
            incidents = store_incidents(make_incidents(SIZE, INCIDENTS), service_ids, team_ids)
            store_learning(incidents, service_ids)
        store_pages(make_pages(SIZE, PAGES), service_ids, team_ids)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return {"seconds": happening.seconds}


def incidents() -> Figures:
    """Queries, bytes and milliseconds of each, for somebody who belongs to a team."""
    client = Client(headers={"Host": "127.0.0.1"})
    with clock.playing(AS_OF):
        client.force_login(User.objects.get(email=STEWARD))
        found = {name: measured(_asking(client, addresses)) for name, addresses in _addresses().items()}
        return found | {"section save": measured(_saving(client))}


def _addresses() -> dict[str, Iterator[str]]:
    """What is asked for, in turns, so that not one row is always the warm one."""
    over = Incident.objects.filter(is_over=True, visibility="open").order_by("-started_at")
    pks = list(over.values_list("pk", flat=True)[: TIMES * 10 : 10])
    weeks = [period_on(AS_OF.date(), Grain.WEEK).previous(back).key for back in range(1, 9)]
    month = period_on(AS_OF.date(), Grain.MONTH).previous().key
    return {
        "incidents": cycle([reverse("incidents:incident-list"), reverse("incidents:incident-list") + "?standing=over"]),
        "incident": cycle(reverse("incidents:incident", args=[pk]) for pk in pks),
        "pages": cycle(f"{reverse('incidents:page-list')}?team=team-{n}&week={week}" for n, week in enumerate(weeks)),
        "retros": cycle([reverse("incidents:retro-list")]),
        "actions": cycle([reverse("portal:action-list")]),
        "candidates": cycle(reverse("incidents:incident-candidates", args=[pk]) for pk in pks),
        "synthesis of 40 teams": cycle([reverse("incidents:group-synthesis", args=["group-0"]) + f"?month={month}"]),
    }


def _asking(client: Client, addresses: Iterator[str]) -> Ask:
    return lambda: client.get(next(addresses))


def _saving(client: Client) -> Ask:
    """Write on at the drafts of the reader's team as the script of the page does."""
    own = {"retro__state": RetroState.DRAFT.value, "retro__incident__owner_team__slug": "team-0"}
    drafts = RetroSection.objects.filter(key=SECTION, **own).values_list("retro__incident_id", "revision")
    revisions = {reverse("incidents:retro-section", args=[pk, SECTION]): revision for pk, revision in drafts}
    places = cycle(list(revisions))

    def save() -> Any:
        place = next(places)
        revision = revisions[place]
        sent = {"revision": revision, "what_happened": f"After revision {revision} more was found out. " * 20}
        answer = client.post(place, sent, headers={"Accept": "application/json"})
        revisions[place] = answer.json()["revisions"][""] if answer.status_code == 200 else revision
        return answer

    return save


def measure_incidents(server: str, tell: Tell) -> Figures:
    """Each among many; queries and bytes are judged, a save aside, and the milliseconds told beside their goals."""
    tell(f"{INCIDENTS:,} incidents, {PAGES:,} pages, {SIZE.deployments:,} deployments")
    with scratch_database(server, SIZE.name) as url:
        run_step(url, "load", size=vars(SIZE))
        run_step(url, "happen")
        found = run_step(url, "incidents")
    return {name: one | {"goal": GOALS[name], "met": keeps(one)} for name, one in found.items()}
