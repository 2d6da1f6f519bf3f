"""The pages of weekly reviews: read, opened, answered, closed, without JavaScript."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client

from apps.core import clock
from apps.objectives.domain.deciding import Deciding
from apps.objectives.domain.policy_words import Verb as BudgetVerb
from apps.objectives.operations import deciding
from apps.reviews import operations
from apps.reviews.domain.weekly import Rule
from apps.reviews.models import Decision, Deferral, Review
from tests.follow_up import open_one
from tests.personas import Organisation
from tests.spending import NOW, spent
from tests.web.portal.pages import links_of, main_of, words_of
from tests.weekly import DAY, as_person, closed, generate, item_of, opened

As = Callable[..., Client]
pytestmark = [pytest.mark.django_db, pytest.mark.sql]


@pytest.fixture(autouse=True)
def on_monday() -> Iterator[None]:
    """Pages are read on the Monday after the week."""
    with clock.playing(NOW):
        yield


@pytest.fixture
def late(organisation: Organisation) -> Organisation:
    """Checkout with an exhausted budget and an action past its date."""
    spent(organisation)
    with clock.playing(NOW - 30 * DAY):
        open_one(as_person(organisation, "ana"), due_on=date(2026, 8, 10), text="Give the queue a limit")
    return organisation


def url(review: Review, act: str = "") -> str:
    return f"/reviews/weekly/{review.pk}/" + (f"{act}/" if act else "")


def item_url(review: Review, rule: Rule) -> str:
    return f"{url(review)}item/{item_of(review, rule).pk}/"


def adjusting(**more: Any) -> dict[str, Any]:
    return {
        "verb": "adjust", "revision": "0", "text": "The queue gets a limit first.", "action": "new",
        "change": "Cut the queue at a thousand", "done_when": "A long queue refuses", "due_on": "2026-09-07",
        "definition": "", "direction": "lower", "follow_up_on": "2026-09-21", **more,
    }  # fmt: skip


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return words_of(answer)


def test_agenda__blocks_in_the_order_of_the_meeting_with_triggers_first(late: Organisation, client_as: As) -> None:
    words = shown(client_as("dee"), url(generate(late)))
    heads = ("Budget triggers 3 minutes", "Last decisions 5 minutes", "Flow 4 minutes", "Burn 4 minutes",
             "Incidents 5 minutes", "Findings 3 minutes", "Decide per service 5 minutes")  # fmt: skip
    places = [words.index(head) for head in heads]
    assert places == sorted(places)
    assert words.index("the budget turned Exhausted") < places[1]
    assert "was due on 10 Aug 2026: Give the queue a limit" in words


@pytest.mark.parametrize(("name", "may"), [("ana", True), ("cy", True), ("dee", False), ("bo", False), ("fay", False)])
def test_waiting__only_leads_open_it(late: Organisation, client_as: As, name: str, may: bool) -> None:
    review = generate(late)
    assert ("Open the review" in shown(client_as(name), url(review))) is may
    answer = client_as(name).post(url(review, "open"))
    assert answer.status_code == (302 if may else 403)


def test_open__every_item_can_be_answered_and_the_first_is_named(late: Organisation, client_as: As) -> None:
    answer = client_as("ana").post(url(generate(late), "open"), follow=True)
    words = words_of(answer)
    assert "Opened. Values and agenda stand still now" in words
    assert re.search(r"0 of \d+ answered First: T-\d+", words)
    assert "Close: not yet" in words
    assert "Close the review</button>" not in main_of(answer)
    trigger = item_of(Review.objects.get(), Rule.BUDGET_TRIGGER)
    assert trigger.evidence in links_of(answer)


def test_member__answers_and_does_not_close(late: Organisation, client_as: As) -> None:
    review = opened(late)
    answer = client_as("dee").post(item_url(review, Rule.ACTION_OVERDUE), {"verb": "continue", "revision": "0"})
    assert (answer.status_code, answer["Location"]) == (302, f"{url(review)}#item-{_rank(review, Rule.ACTION_OVERDUE)}")
    assert "Close: not yet" not in shown(client_as("dee"), url(review))
    assert client_as("dee").post(url(review, "close")).status_code == 403


def _rank(review: Review, rule: Rule) -> int:
    return int(item_of(review, rule).rank)


def test_adjust__opens_an_action_and_stands_on_the_agenda(late: Organisation, client_as: As) -> None:
    review, dee = opened(late), client_as("dee")
    address = item_url(review, Rule.ACTION_OVERDUE)
    page = dee.get(f"{address}?verb=adjust")
    assert "What we see" in words_of(page)
    assert dee.post(f"{address}?verb=adjust", adjusting()).status_code == 302
    decision = Decision.objects.get()
    assert (decision.verb, decision.action.text) == ("adjust", "Cut the queue at a thousand")
    answer = dee.get(url(review))
    words = words_of(answer)
    assert "Adjust : The queue gets a limit first." in words
    assert f"{decision.action}: Cut the queue at a thousand · Checkout, due 7 Sep 2026" in words
    assert "Looked at again on 21 Sep 2026" in words
    assert {f"/reviews/decisions/{decision.pk}/", f"/actions/{decision.action.pk}/"} <= set(links_of(answer))
    assert "Dee Moor" not in words  # who decided stands on the decision's own page


def test_adjust__can_name_the_action_that_is_late(late: Organisation, client_as: As) -> None:
    review = opened(late)
    page = client_as("dee").get(f"{item_url(review, Rule.ACTION_OVERDUE)}?verb=adjust").content.decode()
    chosen = re.search(r'<option value="(\d+)" selected>A-\d+: Give the queue a limit', page)
    assert chosen
    sent = adjusting(action=chosen.group(1), change="", done_when="")
    assert client_as("dee").post(item_url(review, Rule.ACTION_OVERDUE), sent).status_code == 302
    assert Decision.objects.get().action.text == "Give the queue a limit"


@pytest.mark.parametrize(
    ("sent", "words", "field"),
    [
        (adjusting(text=""), "What changes: write something here.", "id_text"),
        (adjusting(change="", done_when=""), "Say what changes.", "id_change"),
        (adjusting(done_when=""), "Say how somebody else sees that it is done.", "id_done_when"),
        (adjusting(due_on="soon"), "Enter a day that exists", "id_due_on"),
        (adjusting(follow_up_on="2026-08-01"), "Enter a day after", "id_follow_up_on"),
        ({"verb": "investigate", "revision": "0"}, "The question: write something here.", "id_question"),
        (
            {"verb": "investigate", "revision": "0", "question": "Why?", "follow_up_on": "2026-10-30"},
            "Enter a day after 24 August 2026 and until 21 September 2026.", "id_follow_up_on",
        ),
    ],
)  # fmt: skip
def test_answer__a_fault_keeps_what_was_typed(
    late: Organisation, client_as: As, sent: dict[str, Any], words: str, field: str
) -> None:
    review = opened(late)
    answer = client_as("dee").post(item_url(review, Rule.ACTION_OVERDUE), sent)
    assert answer.status_code == 422
    assert words in words_of(answer)
    assert f'href="#{field}"' in answer.content.decode()
    for name in ("text", "change", "question"):
        assert not sent.get(name) or sent[name] in words_of(answer)
    assert Decision.objects.count() == 0


def test_answer__two_people_at_once_see_both_texts(late: Organisation, client_as: As) -> None:
    review = opened(late)
    address = item_url(review, Rule.ACTION_OVERDUE)
    client_as("dee").post(address, {"verb": "continue", "revision": "0", "text": "Theirs."})
    answer = client_as("cy").post(address, adjusting(text="Mine."))
    assert answer.status_code == 412
    words = words_of(answer)
    assert "Two people answered the same" in words
    assert "Theirs, saved Continue : Theirs." in words
    assert "Mine." in words
    again = re.search(r'name="revision" value="(\d+)"', answer.content.decode())
    assert again
    assert client_as("cy").post(address, adjusting(text="Mine.", revision=again.group(1))).status_code == 302
    assert [one.verb for one in Decision.objects.order_by("pk")] == ["continue", "adjust"]


def test_trigger__is_decided_on_its_own_page_and_then_counts_as_answered(late: Organisation, client_as: As) -> None:
    review, client = opened(late), client_as("ana")
    trigger = item_of(review, Rule.BUDGET_TRIGGER)
    assert client.post(item_url(review, Rule.BUDGET_TRIGGER), adjusting()).status_code == 409
    assert Deferral.objects.count() + Decision.objects.count() == 0
    number = int(trigger.subject.removeprefix("T-"))
    decision = deciding.decide(
        trigger_id=number, by=as_person(late, "ana"),
        asked=Deciding(BudgetVerb.ADJUST.value, "Only fixes this week.", date(2026, 9, 4)),
    )  # fmt: skip
    for name in ("bo", "cy"):
        deciding.sign(decision_id=decision.pk, by=as_person(late, name))
    words = shown(client, url(review))
    assert "Adjust : Only fixes this week. Looked at again on 4 Sep 2026" in words


def test_defer__once_by_a_press(late: Organisation, client_as: As) -> None:
    review = opened(late)
    answer = client_as("dee").post(
        item_url(review, Rule.BUDGET_TRIGGER), {"verb": "defer", "revision": "0"}, follow=True
    )
    assert "Deferred to the next review" in words_of(answer)
    assert Deferral.objects.get().reason == ""


def test_close__too_early_names_the_first_open_item(late: Organisation, client_as: As) -> None:
    review = opened(late)
    answer = client_as("ana").post(url(review, "close"))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "There is a problem" in page
    first = re.search(r'<div class="c-errors".*?<a href="#(item-\d+)">([^<]*)', page, re.DOTALL)
    assert first
    assert first.group(1) == f"item-{_rank(review, Rule.BUDGET_TRIGGER)}"
    assert "the budget turned Exhausted" in first.group(2)
    assert Review.objects.get().state == "open"


def test_journey__thirty_presses_are_one(late: Organisation, client_as: As) -> None:
    ana, review = client_as("ana"), opened(late)
    for rule in (Rule.BUDGET_TRIGGER, Rule.ACTION_OVERDUE):
        ana.post(item_url(review, rule), {"verb": "defer", "revision": "0"})
    answer = ana.post(url(review, "continue"), follow=True)
    assert re.search(r"All \d+ answered", words_of(answer))
    answer = ana.post(url(review, "close"), follow=True)
    assert "Closed. Decisions come back on their day." in words_of(answer)
    assert "<form" not in main_of(answer)
    assert ana.post(url(review, "close")).status_code == 409
    assert ana.post(item_url(review, Rule.ACTION_OVERDUE), {"verb": "continue", "revision": "1"}).status_code == 409


def test_closed__renders_from_its_snapshot_alone(late: Organisation, client_as: As) -> None:
    review = closed(late, opened(late))
    client = client_as("fay")
    client.get(url(review))  # what was told once is told no more
    before, minutes = main_of(client.get(url(review))), client.get(url(review, "minutes")).content
    late.checkout.name = "Payments"
    late.checkout.save()
    with clock.playing(NOW + DAY):
        open_one(as_person(late, "ana"), due_on=date(2026, 8, 26), text="Mend the cache")
    assert main_of(client.get(url(review))) == before
    assert client.get(url(review, "minutes")).content == minutes
    assert "Checkout" in before


def test_minutes__say_what_was_decided_as_markdown(late: Organisation, client_as: As) -> None:
    review = opened(late)
    client_as("dee").post(item_url(review, Rule.ACTION_OVERDUE), adjusting(text="Cut *it* [now]."))
    answer = client_as("dee").get(url(review, "minutes"))
    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="review-checkout-2026-W34.md"'
    text = answer.content.decode()
    assert text.startswith("# Weekly review of Checkout, week 34 of 2026\n")
    assert "## Budget triggers" in text
    assert "  - Adjust: Cut \\*it\\* \\[now\\]." in text
    assert f"(http://testserver/actions/{Decision.objects.get().action_id}/)" in text
    assert "Dee" not in text
    assert "None" not in text


def test_skipped__says_so_and_offers_nothing(organisation: Organisation, client_as: As) -> None:
    review = generate(organisation)
    operations.skip_unopened(now=NOW + 7 * DAY)
    answer = client_as("ana").get(url(review))
    assert "Nobody opened it within seven days." in words_of(answer)
    assert "<form" not in main_of(answer)
    assert "Weekly review" not in shown(client_as("ana"), "/reviews/")
    assert "Checkout, week 34 of 2026 Weekly review Skipped" in shown(client_as("ana"), "/reviews/?kind=skipped")


def test_list__both_kinds_and_each_alone(late: Organisation, client_as: As) -> None:
    generate(late)
    for address in ("/reviews/", "/reviews/?kind=weekly"):
        assert "Checkout, week 34 of 2026 Weekly review Waiting" in shown(client_as("dee"), address)
    assert "A team's target review will stand here" in shown(client_as("dee"), "/reviews/?kind=target")
    assert "week 34" not in shown(client_as("eli"), "/reviews/")
    assert client_as("dee").get("/reviews/?kind=monthly").status_code == 400


@pytest.mark.parametrize("act", ["", "minutes"])
def test_review__of_another_team_is_not_here(late: Organisation, client_as: As, act: str) -> None:
    review = generate(late)
    assert client_as("eli").get(url(review, act)).status_code == 404
    assert client_as(None).get(url(review, act)).status_code == 302


@pytest.mark.parametrize("act", ["open", "continue", "close"])
def test_acts__of_another_team_are_not_here_and_read_nothing(late: Organisation, client_as: As, act: str) -> None:
    review = generate(late)
    assert client_as("eli").post(url(review, act)).status_code == 404
    assert client_as("ana").get(url(review, act)).status_code == 405


def test_item__is_for_those_who_work_in_the_team(late: Organisation, client_as: As) -> None:
    review = opened(late)
    address = item_url(review, Rule.ACTION_OVERDUE)
    statuses = [client_as(name).get(address).status_code for name in ("dee", "bo", "eli", "fay", "gus")]
    assert statuses == [200, 200, 404, 403, 403]
    assert client_as("dee").get(f"{url(review)}item/999999/").status_code == 404
    assert client_as("dee").get(f"{address}?sort=value").status_code == 400


def test_tool__reads_and_is_offered_nothing(late: Organisation) -> None:
    review = opened(late)
    tool = Client(headers={"Authorization": f"Bearer {late.secrets['read']}"})
    assert "<button" not in main_of(tool.get(url(review)))
    assert tool.post(url(review, "close")).status_code == 403


def test_home__leads_to_the_review_that_stands(late: Organisation, client_as: As) -> None:
    review = generate(late)
    answer = client_as("dee").get("/")
    assert "Hold the weekly review of week 34" in words_of(answer)
    assert url(review) in links_of(answer)
    operations.open_weekly(review=review, by=as_person(late, "ana"))
    words = shown(client_as("dee"), "/teams/checkout/")
    assert "The weekly review of week 34 is open." in words
    assert "Go on with the weekly review of week 34" in words
    assert "weekly review" not in shown(client_as("eli"), "/teams/checkout/")


def test_pages__twelve_queries_at_most(
    late: Organisation, client_as: As, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    review = opened(late)
    client = client_as("ana")
    for address in (url(review), "/reviews/", item_url(review, Rule.ACTION_OVERDUE), url(review, "minutes")):
        client.get(address)
        with django_assert_max_num_queries(12):
            shown(client, address) if "minutes" not in address else client.get(address)
