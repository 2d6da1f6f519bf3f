"""The pages of a card: words before numbers, frozen, one team's own."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.core.periods import parse_period
from apps.delivery.facts import DEPLOYMENTS
from apps.scorecards import operations
from apps.scorecards.models import CellNote, Scorecard
from apps.services import operations as services
from tests.cards import QUARTER, House

URL = "/teams/checkout/scorecard/"


@pytest.fixture
def card(measured: House, at_freezing: datetime) -> Scorecard:
    return operations.freeze_card(team=measured.team, period=QUARTER, by=SYSTEM)


def bare(content: bytes, url: str) -> str:
    """A page without its own address and form tokens."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", content.decode()).replace(url, "")


def text(client: Client, url: str = URL) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def test_card__four_lenses_words_before_numbers(card: Scorecard, client_as: Callable[..., Client]) -> None:
    page = text(client_as("dee"))
    places = [page.index(f">{lens}</h2>") for lens in ("Flow", "Reliability", "Learning", "Impact")]
    assert places == sorted(places)
    cell = page[page.index('id="slot-4"') : page.index("</article>", page.index('id="slot-4"'))]
    assert cell.index("18.7\u00a0% lies inside 16.1–29.3\u00a0%") < cell.index("n\u00a0=\u00a0150")
    assert "Cannot tell yet" in cell


def test_card__each_value_opens_its_evidence_and_names_its_version(
    card: Scorecard, client_as: Callable[..., Client]
) -> None:
    page = text(client_as("dee"))
    assert "/metrics/change-failure-rate/values/team:checkout/2026-Q2/" in page
    assert "/metrics/change-failure-rate/v/1/" in page
    assert "n\u00a0=\u00a0390 in 34 deployments" in page


def test_card__an_undefined_slot_says_so_without_a_flag(card: Scorecard, client_as: Callable[..., Client]) -> None:
    page = text(client_as("dee"))
    cell = page[page.index('id="slot-5"') : page.index("</article>", page.index('id="slot-5"'))]
    assert "no definition in force" in cell
    assert "Needs a decision" not in cell


def test_card__has_no_total_and_no_person(card: Scorecard, client_as: Callable[..., Client]) -> None:
    page = text(client_as("fay")).lower()
    assert "score:" not in page
    assert "ana tamm" not in page
    assert "style=" not in page


def test_card__by_its_period(card: Scorecard, client_as: Callable[..., Client]) -> None:
    assert "Q2 2026" in text(client_as("cy"), f"{URL}2026-Q2/")


def test_card__other_cards_are_named_in_words(
    card: Scorecard, measured: House, client_as: Callable[..., Client]
) -> None:
    for key in ("2026-W26", "2026-06"):
        operations.freeze_card(team=measured.team, period=parse_period(key), by=SYSTEM)
    others = text(client_as("dee"), f"{URL}2026-Q2/").split("Other cards of this team")[1]
    assert f'<a href="{URL}2026-06/">Jun 2026</a>' in others
    assert f'<a href="{URL}2026-W26/">Week 26 of 2026, 22 Jun to 28 Jun</a>' in others
    assert "2026-Q2" not in others.split("</section>")[0]


def test_card__before_the_first_says_what_will_stand_here(house: House, client_as: Callable[..., Client]) -> None:
    assert "will stand here" in text(client_as("dee"))


@pytest.mark.parametrize("name", ["fay", "gus", "hal"])
def test_card__leadership_steward_and_admin_read_it(
    card: Scorecard, client_as: Callable[..., Client], name: str
) -> None:
    assert "Scorecard of Checkout" in text(client_as(name))


@pytest.mark.parametrize("url", [URL, f"{URL}2026-Q2/"])
def test_card__of_another_team_is_not_here(card: Scorecard, client_as: Callable[..., Client], url: str) -> None:
    client = client_as("eli")
    hidden, absent = client.get(url), client.get(url.replace("checkout", "nowhere"))
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert bare(hidden.content, url) == bare(absent.content, url.replace("checkout", "nowhere"))


@pytest.mark.parametrize("period", ["2026-Q1", "2026-Q9", "soon"])
def test_card__a_period_without_one(card: Scorecard, client_as: Callable[..., Client], period: str) -> None:
    assert client_as("dee").get(f"{URL}{period}/").status_code == 404


@pytest.mark.parametrize("query", ["?sort=value", "?order=value"])
def test_card__an_order_by_value_is_not_offered(card: Scorecard, client_as: Callable[..., Client], query: str) -> None:
    assert client_as("dee").get(URL + query).status_code == 400


def test_card__nobody_signed_in(card: Scorecard, client_as: Callable[..., Client]) -> None:
    answer = client_as(None).get(URL)
    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next={URL}")


def test_card__is_only_read(card: Scorecard, client_as: Callable[..., Client]) -> None:
    assert client_as("dee").post(URL).status_code == 405


def test_card__twelve_queries_at_most(
    card: Scorecard, client_as: Callable[..., Client], django_assert_max_num_queries: Callable
) -> None:
    client = client_as("dee")
    with django_assert_max_num_queries(12):
        text(client)


def test_card__counts_facts_that_came_after_it(
    card: Scorecard, measured: House, client_as: Callable[..., Client]
) -> None:
    for key, day in (("late-1", 4), ("late-2", 5)):
        at = datetime(2026, 5, day, tzinfo=UTC)
        rows = [{"key": key, "service": measured.organisation.checkout_api.pk, "finished_at": at}]
        services.record_facts(source=DEPLOYMENTS, channel="ci", rows=rows)
        words = {"late-1": "1 fact of this period arrived", "late-2": "2 facts of this period arrived"}[key]
        assert f"{words} after the card was frozen; no word of it changes." in text(client_as("dee"))


def test_card__says_once_how_many_need_a_decision(house: House, client_as: Callable[..., Client]) -> None:
    for month in ("2026-05", "2026-06"):
        period = parse_period(month)
        with clock.playing(datetime(2026, period.end_on.month, 2, 4, tzinfo=UTC)):
            operations.freeze_card(team=house.team, period=period, by=SYSTEM)
    assert "4 need a decision" in text(client_as("dee"), f"{URL}2026-06/")
    assert "need a decision" not in text(client_as("dee"), f"{URL}2026-05/")


def note_url(card: Scorecard, rank: int = 4) -> str:
    return f"{URL}cells/{card.cells.get(rank=rank).pk}/note/"


def test_note__is_shown_to_whoever_sees_the_cell(card: Scorecard, client_as: Callable[..., Client]) -> None:
    answer = client_as("dee").post(note_url(card), {"text": "Two <b>bad</b> releases in May."}, follow=True)
    assert "The note is saved." in answer.content.decode()
    assert "Two &lt;b&gt;bad&lt;/b&gt; releases in May." in text(client_as("fay"))


def test_note__the_newest_counts_and_the_older_stay(card: Scorecard, client_as: Callable[..., Client]) -> None:
    client = client_as("dee")
    client.post(note_url(card), {"text": "First."})
    client.post(note_url(card), {"text": ""})
    assert "First." not in text(client)
    assert CellNote.objects.count() == 2


def test_note__too_long_keeps_what_was_typed(card: Scorecard, client_as: Callable[..., Client]) -> None:
    answer = client_as("dee").post(note_url(card), {"text": "x" * 501})
    assert answer.status_code == 422
    assert "x" * 501 in answer.content.decode()
    assert "<title>Error: " in answer.content.decode()
    assert CellNote.objects.count() == 0


@pytest.mark.parametrize(("name", "status"), [("fay", 403), ("gus", 403), ("eli", 404)])
def test_note__belongs_to_the_team(card: Scorecard, client_as: Callable[..., Client], name: str, status: int) -> None:
    assert client_as(name).post(note_url(card), {"text": "x"}).status_code == status
    assert CellNote.objects.count() == 0


def test_note__under_another_teams_address(card: Scorecard, client_as: Callable[..., Client]) -> None:
    url = note_url(card).replace("checkout", "harbour")
    assert client_as("dee").post(url, {"text": "x"}).status_code == 404


def test_note__is_only_written(card: Scorecard, client_as: Callable[..., Client]) -> None:
    assert client_as("dee").get(note_url(card)).status_code == 405
