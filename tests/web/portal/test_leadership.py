"""Teams by lens, in words; never a ranking."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.core.immutable import writing
from apps.core.periods import Period, parse_period
from apps.portal.context.decisions import decisions_table
from apps.portal.queries.decisions import WaitingCell
from apps.portal.queries.leadership import newest_period
from apps.reviews import operations as reviews
from apps.reviews.domain.content import open_items
from apps.reviews.domain.seats import SeatRole
from apps.reviews.models import TargetReview
from apps.scorecards import operations as scorecards
from apps.scorecards.models import Scorecard, ScorecardCell
from apps.teams.models import Team
from tests.agreeing import adopt_template_kits
from tests.cards import answer_all
from tests.personas import Organisation, principal_of
from tests.web.portal.pages import links_of, main_of, words_of


@pytest.fixture
def carded(organisation: Organisation) -> Organisation:
    """Both teams with a frozen card of the last week, and a generated review of the last quarter."""
    with clock.playing(parse_period("2026-Q2").starts_at(clock.reporting_zone())):
        adopt_template_kits(organisation.people["gus"], parse_period("2026-Q2").first_on)
    for team in (organisation.checkout, organisation.harbour):
        scorecards.freeze_card(team=team, period=newest_period(), by=SYSTEM)
    scorecards.freeze_card(team=organisation.checkout, period=parse_period("2026-Q2"), by=SYSTEM)
    reviews.generate_review(team=organisation.checkout, quarter=parse_period("2026-Q2"), by=SYSTEM)
    return organisation


def rows_of(answer: HttpResponse) -> list[str]:
    """Team names in the order of the page."""
    return re.findall(r'<th scope="row"><a href="/teams/[^"]+">([^<]+)</a>', main_of(answer))


def revise(card: Scorecard, changes: dict[int, dict[str, Any]]) -> None:
    """A later revision of a card, equal but for some cells."""
    cells = list(ScorecardCell.objects.filter(card=card))
    with writing(Scorecard), writing(ScorecardCell):
        later = Scorecard.objects.create(**values_of(card), revision=card.revision + 1)
        for cell in cells:
            ScorecardCell.objects.create(card=later, **{**values_of(cell), **changes.get(cell.pk, {})})


def values_of(row: Model) -> dict[str, Any]:
    """The columns of a card or a cell that a later revision repeats."""
    left = {"id", "card", "revision"}
    return {f.name: getattr(row, f.name) for f in row._meta.concrete_fields if f.name not in left}


def need_decision(team_id: int, period: Period | None = None) -> None:
    """A cell of the team's newest weekly card (or of another week's) asks for a decision."""
    cell = ScorecardCell.objects.filter(
        card__team_id=team_id, card__period=(period or newest_period()).key, definition="change-failure-rate"
    ).get()
    worsened = {"needs_decision": True, "trend_code": "worsened",
                "trend_sentence": "Worsened: 9.9 % to 27.4 %, +2.7 to +34.4 points"}  # fmt: skip
    revise(cell.card, {cell.pk: worsened})


def test_leadership__shows_every_team_by_name(carded: Organisation, client_as: Callable[..., Client]) -> None:
    assert rows_of(client_as("fay").get("/leadership/")) == ["Checkout", "Harbour"]


def test_leadership__a_member_sees_the_own_team_only(carded: Organisation, client_as: Callable[..., Client]) -> None:
    assert rows_of(client_as("dee").get("/leadership/")) == ["Checkout"]
    text = words_of(client_as("eli").get("/leadership/"))
    assert "Checkout" not in text
    assert "No quarterly review is open." in text


def test_leadership__open_reviews_say_what_they_wait_for(
    carded: Organisation, client_as: Callable[..., Client]
) -> None:
    assert "Checkout, Q2 2026 : waits to be opened" in words_of(client_as("fay").get("/leadership/"))


def test_leadership__a_slot_without_a_definition_says_so(
    carded: Organisation, client_as: Callable[..., Client]
) -> None:
    assert "No data : no definition in force" in words_of(client_as("fay").get("/leadership/"))


def test_leadership__prints_that_it_is_not_for_appraisal(
    carded: Organisation, client_as: Callable[..., Client]
) -> None:
    assert "Not for appraisal." in words_of(client_as("fay").get("/leadership/?print=1"))


def test_leadership__shows_no_value(carded: Organisation, client_as: Callable[..., Client]) -> None:
    need_decision(carded.harbour.pk)
    tables = main_of(client_as("fay").get("/leadership/")).split("Not for appraisal.")[0].split("<table")[1:]
    assert ["Worsened" in table for table in tables] == [True, True]
    assert not [table for table in tables if re.search(r"\d+(\.\d+)?\s(%|h|d|a\sweek)", table)]


def test_leadership__two_blocks_by_decision_each_by_name(
    carded: Organisation, client_as: Callable[..., Client]
) -> None:
    need_decision(carded.harbour.pk)
    answer = client_as("fay").get("/leadership/?order=needs_decision")
    assert rows_of(answer) == ["Harbour", "Checkout"]
    assert "1 needs a decision" in words_of(answer)
    assert rows_of(client_as("fay").get("/leadership/")) == ["Checkout", "Harbour"]


def decisions_of(answer: HttpResponse) -> str:
    """The words of the first block."""
    return words_of(answer).split("Teams by lens")[0]


def test_decisions__none_says_so(carded: Organisation, client_as: Callable[..., Client]) -> None:
    text = decisions_of(client_as("fay").get("/leadership/"))
    assert "Needs a decision, oldest first Nothing needs a decision now." in text


def test_decisions__oldest_first_whatever_the_name(carded: Organisation, client_as: Callable[..., Client]) -> None:
    before = newest_period().previous()
    scorecards.freeze_card(team=carded.harbour, period=before, by=SYSTEM)
    for team, period in ((carded.checkout, None), (carded.harbour, None), (carded.harbour, before)):
        need_decision(team.pk, period)
    answer = client_as("fay").get("/leadership/")
    assert (
        "17 Aug 2026 Harbour Trend Worsened : Change failure rate "
        "24 Aug 2026 Checkout Trend Worsened : Change failure rate" in decisions_of(answer)
    )
    assert "/teams/harbour/scorecard/2026-W34/#slot-4" in links_of(answer)
    assert "Harbour" not in decisions_of(client_as("dee").get("/leadership/"))


def test_decisions__a_card_revised_since_asks_no_more(carded: Organisation, client_as: Callable[..., Client]) -> None:
    need_decision(carded.checkout.pk)
    card = Scorecard.objects.filter(team=carded.checkout, period=newest_period().key).latest("revision")
    asking = card.cells.get(needs_decision=True)
    revise(card, {asking.pk: {"needs_decision": False}})
    assert "Nothing needs a decision now." in decisions_of(client_as("fay").get("/leadership/"))


def test_decisions__a_review_waits_for_leadership(carded: Organisation, client_as: Callable[..., Client]) -> None:
    ana, fay = (principal_of(carded.people[name]) for name in ("ana", "fay"))
    review = reviews.open_review(review=TargetReview.objects.get(), by=ana)
    page = "/leadership/"
    if open_items(review.content):
        assert "leadership has not signed" not in decisions_of(client_as("fay").get(page))
    review = answer_all(review, ana)
    text = decisions_of(client_as("fay").get(page))
    assert "24 Aug 2026 Checkout Target review of Q2 2026: leadership has not signed" in text
    reviews.sign_review(review=review, role=SeatRole.LEADERSHIP, content_sha256=review.content_sha256, by=fay)
    assert "leadership has not signed" not in decisions_of(client_as("fay").get(page))


def test_decisions__ten_at_most() -> None:
    card = Scorecard(team=Team(name="Checkout", slug="checkout"), period="2026-W34")
    cells = [
        ScorecardCell(card=card, rank=n, label="Rework", trend_code="worsened", trend_sentence="Worsened: 1 to 2")
        for n in range(12)
    ]
    table = decisions_table([WaitingCell(cell, date(2026, 8, 24), is_longer=False) for cell in cells], [])
    assert len(table["rows"]) == 10
    assert table["foot"] == "The 10 oldest of 12 are shown; each stands on its team's page."


def test_leadership__swapped_values_move_no_row(carded: Organisation, client_as: Callable[..., Client]) -> None:
    before = rows_of(client_as("fay").get("/leadership/"))
    for card in Scorecard.objects.filter(period=newest_period().key).order_by("-pk"):
        cells = ScorecardCell.objects.filter(card=card).values_list("pk", flat=True)
        revise(card, {pk: {"value": float(pk * 7 % 11)} for pk in cells})
    assert rows_of(client_as("fay").get("/leadership/")) == before


def test_leadership__without_cards_says_so(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    assert "No data : no scorecard yet" in words_of(client_as("fay").get("/leadership/"))


def test_home__the_open_review_is_the_one_next_step(carded: Organisation, client_as: Callable[..., Client]) -> None:
    text = words_of(client_as("ana").get("/"))
    assert "1 quarterly review is open" in text
    assert "Open the review of Q2 2026" in text
    assert "quarterly review is open" not in words_of(client_as("eli").get("/teams/checkout/"))
