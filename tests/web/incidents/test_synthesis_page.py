"""The synthesis of a group on its page: every pattern is read from rows and leads to what carries it."""

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.test import Client

from apps.core import clock
from apps.incidents import presenting_synthesis
from apps.incidents.models import Action, AlertRule
from apps.incidents.operations import follow_up
from apps.incidents.operations.oncall_recording import receive_pages
from tests.follow_up import DOCUMENT, open_one
from tests.incidents import NOW, at
from tests.learning import published, resolved_incident
from tests.oncall import item, push_token
from tests.personas import Organisation, principal_of
from tests.web.portal.pages import words_of

As = Callable[..., Client]
PAGE = "/groups/shop/synthesis/?month=2026-05"
BOUNDARY = {"boundary_from": "checkout-api", "boundary_to": "harbour-cluster"}
SIXTH = "Five improvements are picked for this month already, and more are never finished."
pytestmark = pytest.mark.sql


@pytest.fixture(autouse=True)
def _in_may(organisation: Organisation) -> Iterator[None]:
    with clock.playing(NOW):
        yield


def section(html: str, title: str) -> str:
    """The part of the page under a heading of the second or third level, up to the next one."""
    found = re.search(rf"<h[23][^>]*>{re.escape(title)}</h[23]>(.*?)(?=<h[23]|</main>)", html, re.DOTALL)
    assert found, title
    return found[1]


def read(client: Client, page: str = PAGE) -> str:
    return client.get(page).content.decode()


def test_patterns__lead_to_the_incidents_of_both_teams(organisation: Organisation, client_as: As) -> None:
    first, second = (published(organisation, day=day, factor=BOUNDARY).incident_id for day in (4, 8))
    html = read(client_as("fay"))
    for title in ("Recurring failure modes", "Boundaries that keep breaking"):
        assert links_in(section(html, title)) == [f"/incidents/{first}/", f"/incidents/{second}/"]
    guards = section(html, "Safeguards that were absent or did not hold")
    assert links_in(guards) == [f"/incidents/{first}/", f"/incidents/{second}/"]


def test_noisy__alerts_lead_to_their_rule(organisation: Organisation, client_as: As) -> None:
    flapping = [
        item(f"2026-05-{day:02}T09:00:00Z", "flap", ended_at=f"2026-05-{day:02}T09:05:00Z") for day in range(4, 10)
    ]
    receive_pages(items=[*flapping, item("2026-05-04T11:00:00Z", "rare")], by=push_token(organisation.checkout))
    noisy = section(read(client_as("fay")), "Noisy alerts")
    assert links_in(noisy) == [f"/alert-rules/{AlertRule.objects.get(name='flap').pk}/"]
    assert "6 pages, 6 ended by themselves before anybody saw them" in noisy
    assert client_as("fay").get(links_in(noisy)[0]).status_code == 200


def test_quiet__a_team_leads_to_its_pages_of_the_month(organisation: Organisation, client_as: As) -> None:
    calls = [
        item(f"2026-05-{day:02}T{hour:02}:00:00Z", "disk", service="harbour-cluster")
        for day in range(4, 9) for hour in (1, 7, 13, 19)
    ]  # fmt: skip
    receive_pages(items=calls, by=push_token(organisation.harbour))
    resolved_incident()  # of Checkout: it is not quiet
    doubts = section(read(client_as("fay")), "Doubts about the data")
    assert "Harbour was paged 20 times and wrote down no incident." in doubts
    assert links_in(doubts)[:2] == [f"/pages/?team=harbour&amp;week=2026-W{week}" for week in (18, 19)]
    answer = client_as("fay").get("/pages/?team=harbour&week=2026-W19")
    assert words_of(answer).count("disk") >= 20


def test_follow_through__late_dropped_and_unverified_lead_to_their_actions(
    organisation: Organisation, client_as: As
) -> None:
    dee, ana, eli = (principal_of(organisation.people[name]) for name in ("dee", "ana", "eli"))
    with clock.playing(at("08:00", 4)):
        late, kept, dropped, done, checked = (
            open_one(dee, text=text, due_on=date(2026, 5, 8)) for text in ("Late", "Kept", "Vain", "Done", "Checked")
        )
        theirs = open_one(eli, team="harbour", text="Late too", due_on=date(2026, 5, 8))
        for action in (done, checked, kept):
            follow_up.finish(action=action, by=dee)
        follow_up.ask_drop(action=dropped, reason="Nobody needs it any more.", by=dee)
        follow_up.confirm_drop(action=dropped, by=ana)
    with clock.playing(at("08:00", 5)):
        follow_up.verify(action=checked, evidence=DOCUMENT, by=ana)
    with clock.playing(at("08:00", 17)):
        early = section(read(client_as("fay")), "Follow-through")
        assert "unverified" not in early, "fourteen days are not over"
    html = read(client_as("fay"))
    assert links_in(section(html, "Late")) == [f"/actions/{one.pk}/" for one in (late, theirs)]
    assert links_in(section(html, "Dropped")) == [f"/actions/{dropped.pk}/"]
    waiting = section(html, "Done and unverified for 14 days")
    assert links_in(waiting) == [f"/actions/{one.pk}/" for one in (kept, done)]
    assert "Checked" not in html


def test_sixth__improvement_is_refused_in_a_sentence(organisation: Organisation, client_as: As) -> None:
    kinds = ("tooling", "coordination", "runbook_gap", "detection_gap", "hidden_coupling", "time_pressure")
    for kind in kinds:
        for day in (4, 5):
            published(organisation, day=day, factor={"kind": kind})
    dee = client_as("dee")
    page = "/teams/checkout/synthesis/?month=2026-05"
    lines = re.findall(r"line=([0-9a-f]{10})", section(read(dee, page), "Recurring failure modes"))
    assert len(lines) == len(kinds)
    sent = {"text": "Bound it", "done_when": "A test says so", "kind": "prevent", "team": "checkout"}
    answers = [dee.post(page, sent | {"line": line, "due_on": "2026-07-10"}) for line in lines]
    assert [answer.status_code for answer in answers] == [302] * 5 + [409]
    assert SIXTH in words_of(answers[-1])
    assert Action.objects.filter(origin="review").count() == 5


def test_room__a_page_shows_the_heaviest_and_says_how_many_came_after_them(
    organisation: Organisation, client_as: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presenting_synthesis, "MOST_LINES", 1)
    monkeypatch.setattr(presenting_synthesis, "MOST_CARRIERS", 2)
    for day in (4, 5, 6):
        published(organisation, day=day)
    for day in (7, 8):
        published(organisation, day=day, factor={"kind": "tooling"})
    published(organisation, day=9, factor={"kind": "dependency"})
    modes = section(read(client_as("fay")), "Recurring failure modes")
    assert "Capacity in checkout-api" in modes
    assert "Dependency in checkout-api" in modes, "it is always shown"
    assert "Tooling in" not in modes
    assert " and 1 more</p>" in modes
    assert "1 more came less often; the synthesis of each team names its own." in modes


def links_in(html: str) -> list[str]:
    """Addresses in order, without the links that pick a line."""
    return [link for link in re.findall(r'href="([^"]+)"', html) if not link.startswith("?")]
