"""The five questions of a team."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from django.http import HttpResponse
from django.test import Client

from apps.core import clock
from apps.core.periods import parse_period
from apps.incidents.domain.incident_words import MilestoneKind
from apps.incidents.domain.statements import Moment
from apps.measurements import operations as measurements
from apps.measurements.domain.subjects import Subject, SubjectKind
from apps.measurements.models import MetricValue
from apps.measurements.queries import get_cells
from apps.metrics.domain.starter import STARTER
from apps.metrics.domain.starter_incidents import SEVERE_INCIDENTS
from apps.metrics.domain.starter_oncall import SUPPORT_FIRST_RESPONSE
from apps.teams.domain import TeamType
from tests.agreeing import adopt_kit, agree, starter_item
from tests.incidents import make_incident
from tests.personas import Organisation, make_team
from tests.web.portal.pages import links_of, main_of, words_of

REASON = "Squash merging hides the branch, so the time before the merge says nothing."
BROKE_AT = datetime(2026, 8, 17, 9, tzinfo=UTC)
QUESTIONS = [
    "Are we shipping?", "Are customers feeling pain?", "Are we within our SLOs?", "Are incidents trending up or down?",
    "Do we know what to do next?",
]  # fmt: skip


def questions_of(answer: HttpResponse) -> list[str]:
    """The questions in the order of the page."""
    return re.findall(r"</span> ([^<]+\?)</h2>", main_of(answer))


def row_of(answer: HttpResponse, name: str) -> str:
    """The markup of one question's row."""
    text = main_of(answer)
    start = text.index(f'id="{name}"')
    end = text.find('<section class="c-question"', start)
    return text[start : end if end > 0 else None]


def test_home__is_the_page_of_my_team(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    client = client_as("dee")
    home, team = main_of(client.get("/")), main_of(client.get("/teams/checkout/"))
    assert home == team


def test_home__asks_five_questions_in_their_order(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    assert questions_of(client_as("dee").get("/")) == QUESTIONS


def test_home__shows_the_values_that_are_stored(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    text = words_of(client_as("dee").get("/"))
    assert "Deployment frequency 1.0 a week" in text
    assert "n = 24 in 4 deployments, 4 weeks" in text
    assert "Change failure rate 15 %" in text
    assert "No signal" in text


def test_home__each_number_opens_its_evidence(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    client = client_as("dee")
    found = [link for link in links_of(client.get("/")) if "/values/" in link and "/4/" in link]
    assert found
    assert all(client.get(link).status_code == 200 for link in found)


def test_home__what_nothing_answers_says_what_would(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    answer = client_as("dee").get("/")
    steps = {
        "pain": "Nothing to do here.", "slo": "/proposals/new/sli/", "incidents": "/incidents/?team=checkout",
    }  # fmt: skip
    for name, step in steps.items():
        row = row_of(answer, name)
        assert "No data" in row
        assert "not connected" in row
        assert step in row
    assert "Adopt them" in row_of(answer, "incidents")


def test_home__incidents_and_tickets_answer_once_their_definitions_hold(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    """The weeks that are stored stand in the rows, with their evidence; what began later is not made up."""
    for starter in (SEVERE_INCIDENTS, SUPPORT_FIRST_RESPONSE):
        adopt_kit(starter_item(starter, organisation.checkout), steward=organisation.people["gus"])
    make_incident(
        now=BROKE_AT + timedelta(hours=2), milestones=[Moment(MilestoneKind.IMPACT_STARTED, BROKE_AT)], severity=1
    )
    measurements.rebuild()
    answer = client_as("dee").get("/")
    row = row_of(answer, "incidents")
    assert "Severe incidents" in row
    assert "/metrics/severe-incidents/values/team:checkout/" in row
    assert "Look at the incidents" in row
    assert SUPPORT_FIRST_RESPONSE.name in row_of(answer, "pain")


def test_home__what_is_agreed_and_has_not_begun_is_not_asked_for_again(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    agree(starter_item(SEVERE_INCIDENTS, organisation.checkout), author=organisation.people["gus"], reason=REASON)
    row = row_of(client_as("dee").get("/"), "incidents")
    assert "first whole week" in row
    assert "Adopt them" not in row


def test_home__each_row_has_one_next_step(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    answer = client_as("dee").get("/")
    for name in ("shipping", "pain", "slo", "incidents", "next"):
        row = row_of(answer, name)
        assert row.count('class="c-next"') + row.count("Nothing to do here.") == 1, name


def test_home__a_team_without_a_source_is_not_connected(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    row = row_of(client_as("eli").get("/"), "shipping")
    assert "No data" in row
    assert "not connected" in row
    assert "/data/imports/new/" in row


def test_team__without_services_has_a_page_that_says_what_is_missing(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    """New, with no service ever owned: nothing is made up for it, and a pass over everything leaves it alone."""
    team = make_team("lookout", "Lookout", TeamType.MIXED, organisation.group)
    measurements.rebuild()
    row = row_of(client_as("gus").get("/teams/lookout/"), "shipping")
    assert row.count("No data") >= 3
    assert "not connected" in row
    assert not MetricValue.objects.filter(subject_kind="team", subject_id=team.pk, n__gt=0).exists()
    assert client_as("gus").get("/metrics/change-lead-time/trend/?subject=team:lookout").status_code == 200
    assert client_as("gus").get("/metrics/change-lead-time/values/team:lookout/2026-Q2/").status_code == 200


def test_home__another_teams_reviews_stay_with_the_team(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    own, other = client_as("dee").get("/teams/checkout/"), client_as("eli").get("/teams/checkout/")
    assert "The next quarterly review" in row_of(own, "next")
    assert "Reviews are visible to the team and those above it" in row_of(other, "next")
    assert "The next quarterly review" not in row_of(other, "next")
    assert "/scorecard/" in main_of(own)
    assert "/scorecard/" not in main_of(other)


def test_home__whoever_has_no_team_lands_on_leadership(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    assert "<h1>Leadership</h1>" in client_as("fay").get("/").content.decode()


def test_home__a_changed_definition_is_announced(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    _second_version(organisation)
    row = row_of(client_as("dee").get("/"), "shipping")
    assert "Change lead time is measured differently since 10 Aug 2026 (v2)." in row
    assert "/metrics/change-lead-time/diff/1/2/" in row


def test_home__silence_is_said_instead_of_a_value(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    subject = Subject(SubjectKind.TEAM, organisation.checkout.pk)
    period = parse_period("2026-W34/4")
    cell = get_cells([subject], ["deployment-frequency"], [period])[
        subject, "deployment-frequency", period.key, "whole"
    ]
    assert cell.cell_id is not None
    MetricValue.objects.filter(pk=cell.cell_id).delete()
    assert "Deployment frequency 0" in words_of(client_as("dee").get("/"))


def _second_version(organisation: Organisation) -> None:
    lead_time = next(starter for starter in STARTER if starter.slug == "change-lead-time")
    spec = lead_time.spec | {"value": {"from": "merged_at", "to": "linked.finished_at"}}
    with clock.playing(datetime(2026, 7, 27, 10, tzinfo=UTC)):  # the affected team may comment for a week
        item = starter_item(lead_time, organisation.harbour, spec=spec)
        agree(item, author=organisation.people["eli"], reason=REASON, on=date(2026, 8, 10))
