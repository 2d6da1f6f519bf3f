"""The register of decisions and the page of one: its evidence as it was, and what came of it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from apps.core import clock
from apps.reviews.domain.answers import Verb
from apps.reviews.domain.weekly import Rule
from apps.reviews.models import Decision, FollowUp, Review
from tests.personas import Organisation
from tests.spending import NOW, spent
from tests.web.portal.pages import links_of, main_of, words_of
from tests.weekly import DAY, WEEK, answer, closed, draft, item_of, opened

As = Callable[..., Client]
pytestmark = [pytest.mark.django_db, pytest.mark.sql]
LATER = NOW + 14 * DAY


@pytest.fixture
def review(organisation: Organisation) -> Review:
    return opened(organisation)


@pytest.fixture
def asked(organisation: Organisation, review: Review) -> Decision:
    """A question about one of Checkout's services, to be answered within two weeks."""
    item = item_of(review, Rule.SERVICE, "service:checkout-api")
    more = {"question": "Why is it quiet?", "follow_up_on": date(2026, 9, 7)}
    found: Decision = answer(organisation, item, Verb.INVESTIGATE, text="The tech lead asks.", **more)
    return found


@pytest.fixture
def adjusted(organisation: Organisation, review: Review) -> Decision:
    """An adjustment with a new action and what it should move."""
    item = item_of(review, Rule.SERVICE, "service:checkout-web")
    found: Decision = answer(
        organisation, item, Verb.ADJUST, text="Smaller batches.", action=draft(), follow_up_on=date(2026, 9, 7)
    )
    return found


def url(decision: Decision) -> str:
    return f"/reviews/decisions/{decision.pk}/"


def read(client: Client, address: str, at: Any = NOW) -> str:
    with clock.playing(at):
        found = client.get(address)
    assert found.status_code == 200, address
    return words_of(found)


def test_decision__shows_what_was_decided_by_whom_and_what_was_seen(asked: Decision, client_as: As) -> None:
    words = read(client_as("fay"), url(asked))
    for part in (
        "Investigate · Checkout · decided 24 Aug 2026, 10:05 by Ana Tamm", "Why is it quiet? The tech lead asks.",
        "Checkout API: nothing asks for a decision.", "Looked at again 7 Sep 2026", "week 34 of 2026",
        f"SHA-256 {asked.evidence_sha256}", "It is looked at again on 7 Sep 2026.",
    ):  # fmt: skip
        assert part in words
    assert "Did it help?" not in words  # not due yet, and not hers


def test_decision__evidence_does_not_change(asked: Decision, client_as: As, organisation: Organisation) -> None:
    before = read(client_as("fay"), url(asked))
    organisation.checkout_api.name = "Payments API"
    organisation.checkout_api.save()
    spent(organisation)
    assert read(client_as("fay"), url(asked)) == before


def test_decision__names_its_action_with_team_and_day(adjusted: Decision, client_as: As) -> None:
    words = read(client_as("dee"), url(adjusted))
    assert f"{adjusted.action}: Cut the batch size of releases. · Checkout, due 7 Sep 2026" in words


def test_decision__of_another_team_is_not_here(asked: Decision, client_as: As) -> None:
    assert client_as("eli").get(url(asked)).status_code == 404
    assert client_as("eli").post(f"{url(asked)}outcome/").status_code == 404
    assert client_as("dee").get("/reviews/decisions/999999/").status_code == 404
    assert client_as("dee").get(f"{url(asked)}?sort=value").status_code == 400


def test_outcome__is_asked_on_its_day_and_stays(asked: Decision, client_as: As) -> None:
    dee = client_as("dee")
    assert "Did it help?" in read(dee, url(asked), LATER)
    with clock.playing(LATER):
        wrong = dee.post(f"{url(asked)}outcome/", {"outcome": "", "sentence": "We looked."})
        assert wrong.status_code == 422
        assert "Choose what came of it." in words_of(wrong)
        assert "We looked." in words_of(wrong)
        done = dee.post(f"{url(asked)}outcome/", {"outcome": "helped", "sentence": "It was the cache."}, follow=True)
    words = words_of(done)
    assert "Recorded. It stands beside the decision." in words
    assert "Helped : It was the cache. Dee Moor" in words
    assert "Did it help?" not in words
    with clock.playing(LATER):
        assert dee.post(f"{url(asked)}outcome/", {"outcome": "hurt", "sentence": "No."}).status_code == 409


def test_outcome__too_early_comes_back(asked: Decision, client_as: As) -> None:
    dee = client_as("dee")
    with clock.playing(LATER):
        dee.post(f"{url(asked)}outcome/", {"outcome": "too_early", "sentence": "Ask again."})
    again = FollowUp.objects.get().asks_again_on
    assert again is not None
    assert "Did it help?" not in read(dee, url(asked), LATER)
    assert "Did it help?" in read(dee, url(asked), LATER + 8 * DAY)


def test_outcome__is_said_in_the_next_review_and_its_item_counts_as_answered(
    organisation: Organisation, review: Review, asked: Decision, client_as: As
) -> None:
    closed(organisation, review)
    week = WEEK.previous(-2)
    at = NOW + 14 * DAY
    following = opened(organisation, week=week, at=at)
    due = item_of(following, Rule.DECISION_DUE)
    dee, address = client_as("dee"), f"/reviews/weekly/{following.pk}/"
    words = read(dee, address, at)
    assert "Say what came of it" in words
    with clock.playing(at):
        page = dee.get(f"{address}item/{due.pk}/")
        assert "What came of it" in words_of(page)
        sent = {"verb": "outcome", "outcome": "no_change", "sentence": "Nothing moved."}
        assert dee.post(f"{address}item/{due.pk}/", {**sent, "sentence": ""}).status_code == 422
        assert dee.post(f"{address}item/{due.pk}/", sent).status_code == 302
    assert "No detectable change : Nothing moved." in read(dee, address, at)


def test_outcome__that_hurt_asks_for_a_new_decision(
    organisation: Organisation, review: Review, asked: Decision, client_as: As
) -> None:
    closed(organisation, review)
    at = NOW + 14 * DAY
    following = opened(organisation, week=WEEK.previous(-2), at=at)
    due = item_of(following, Rule.DECISION_DUE)
    dee, address = client_as("dee"), f"/reviews/weekly/{following.pk}/"
    with clock.playing(at):
        dee.post(f"{address}item/{due.pk}/", {"verb": "outcome", "outcome": "hurt", "sentence": "Releases wait."})
    words = read(dee, address, at)
    assert "Hurt : Releases wait." in words
    assert "Say what came of it" not in words
    with clock.playing(at):
        sent = {
            "verb": "investigate", "revision": "0", "question": "What else could wait?", "follow_up_on": "2026-09-21",
        }  # fmt: skip
        assert dee.post(f"{address}item/{due.pk}/", sent).status_code == 302
    newest = Decision.objects.latest("pk")
    assert newest.follows == asked
    assert f"{asked}, which hurt" in read(dee, url(newest), at)


def test_register__newest_first_without_what_simply_goes_on(
    organisation: Organisation, review: Review, asked: Decision, adjusted: Decision, client_as: As
) -> None:
    client = client_as("dee")
    answered = client.get("/reviews/decisions/")
    page = main_of(answered)
    assert page.index(f"D-{adjusted.pk}: adjust") < page.index(f"D-{asked.pk}: investigate")
    assert {url(asked), url(adjusted)} <= set(links_of(answered))
    assert "Why is it quiet? The tech lead asks." in words_of(answered)
    assert f"D-{asked.pk}" not in words_of(client.get("/reviews/decisions/?show=adjust"))
    assert "will stand here" in words_of(client.get("/reviews/decisions/?show=continue"))
    assert "will stand here" in words_of(client.get("/reviews/decisions/?team=harbour"))
    assert f"D-{asked.pk}" in words_of(client.get("/reviews/decisions/?team=checkout&show=all"))
    assert "will stand here" in words_of(client_as("eli").get("/reviews/decisions/"))
    assert client.get("/reviews/decisions/?show=best").status_code == 400


def test_register__a_later_answer_takes_the_place_of_an_earlier_one(
    organisation: Organisation, review: Review, asked: Decision, client_as: As
) -> None:
    answer(organisation, item_of(review, Rule.SERVICE, "service:checkout-api"))
    assert "A later decision holds" in words_of(client_as("dee").get("/reviews/decisions/"))
    assert "A later decision about the same item holds." in read(client_as("dee"), url(asked))


def test_pages__twelve_queries_at_most(
    asked: Decision, client_as: As, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client = client_as("dee")
    for address in (url(asked), "/reviews/decisions/"):
        client.get(address)
        with django_assert_max_num_queries(12):
            read(client, address, LATER)
