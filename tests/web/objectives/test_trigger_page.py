"""The page of a trigger: who decides, who signs, who may not, and the way out."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.test import Client

from apps.core import clock
from apps.objectives.models import BudgetDecision, BurnAlert, DecisionSignature, PolicyTrigger
from tests.budgets import lay, make_objective, spread
from tests.personas import Organisation
from tests.sampling import make_indicator, make_series
from tests.spending import DAY, HOUR, NEWEST, NOW, WINDOW, evaluate, fired, spent
from tests.web.portal.pages import links_of, words_of

pytestmark = pytest.mark.django_db
ClientAs = Callable[..., Client]
GOOD = {"verb": "adjust", "sentence": "Only fixes until the cache is back.", "revisit_on": "2026-09-07"}


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.playing(NOW):
        yield


@pytest.fixture
def trigger(organisation: Organisation) -> PolicyTrigger:
    return fired(spent(organisation))


def page_of(trigger: PolicyTrigger) -> str:
    return f"/objectives/triggers/{trigger.pk}/"


def test_decision__holds_once_three_people_signed(
    organisation: Organisation, client_as: ClientAs, trigger: PolicyTrigger
) -> None:
    text = words_of(client_as("ana").post(f"{page_of(trigger)}decide/", GOOD, follow=True))
    assert "Recorded: decision 1. You signed it." in text
    assert "it waits for the engineering manager and product manager to sign" in text
    decision = BudgetDecision.objects.get()
    sign = f"/objectives/decisions/{decision.pk}/sign/"
    text = words_of(client_as("cy").post(sign, follow=True))
    assert "it waits for the product manager to sign" in text
    assert "A release reads: undecided, ask the team." in text
    text = words_of(client_as("bo").post(sign, follow=True))
    assert "Decided: adjust, looked at again on 7 Sep 2026" in text
    assert "A release reads: frozen, reliability first." in text
    assert [one.role for one in DecisionSignature.objects.order_by("pk")] == [
        "tech_lead", "engineering_manager", "product_manager",
    ]  # fmt: skip


def test_form__stands_for_those_who_may_alone(client_as: ClientAs, trigger: PolicyTrigger) -> None:
    for name in ("ana", "bo", "cy"):
        assert 'name="verb"' in client_as(name).get(page_of(trigger)).content.decode()
    for name in ("dee", "eli", "fay"):
        answer = client_as(name).get(page_of(trigger))
        assert 'name="verb"' not in answer.content.decode()
        assert "The tech lead, engineering manager and product manager of Checkout sign it" in words_of(answer)


def test_form__is_filled_with_a_day_in_two_weeks(client_as: ClientAs, trigger: PolicyTrigger) -> None:
    assert 'value="2026-09-07"' in client_as("ana").get(page_of(trigger)).content.decode()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("verb", "", "Choose what you decide."),
        ("sentence", " ", "In a sentence: write something here."),
        ("revisit_on", "soon", "Enter a day that exists"),
        ("revisit_on", "2026-08-24", "Choose a day after today"),
        ("revisit_on", "2027-08-24", "2026-11-24 at the latest"),
    ],
)
def test_decision__a_wrong_field_is_named_and_what_was_typed_is_kept(
    client_as: ClientAs, trigger: PolicyTrigger, field: str, value: str, sentence: str
) -> None:
    answer = client_as("ana").post(f"{page_of(trigger)}decide/", {**GOOD, field: value})
    assert answer.status_code == 422
    assert "There is a problem" in words_of(answer)
    assert sentence in words_of(answer)
    assert BudgetDecision.objects.count() == 0
    if field != "sentence":
        assert "Only fixes until the cache is back." in answer.content.decode()


def test_decision__without_the_role_is_forbidden_by_name(client_as: ClientAs, trigger: PolicyTrigger) -> None:
    answer = client_as("dee").post(f"{page_of(trigger)}decide/", GOOD)
    assert answer.status_code == 403
    said = "In Checkout the tech lead, engineering manager or product manager signs this."
    assert said in words_of(answer)
    assert BudgetDecision.objects.count() == 0


def test_signing__twice_or_an_older_one_is_a_conflict(client_as: ClientAs, trigger: PolicyTrigger) -> None:
    client_as("ana").post(f"{page_of(trigger)}decide/", GOOD)
    first = BudgetDecision.objects.get()
    answer = client_as("ana").post(f"/objectives/decisions/{first.pk}/sign/")
    assert answer.status_code == 409
    assert "another person signs what is open" in words_of(answer)
    client_as("bo").post(f"{page_of(trigger)}decide/", {**GOOD, "verb": "continue"})
    answer = client_as("cy").post(f"/objectives/decisions/{first.pk}/sign/")
    assert answer.status_code == 409
    assert "A later decision was written meanwhile" in words_of(answer)


def test_a_decision_past_its_day__is_to_be_looked_at_again(client_as: ClientAs, trigger: PolicyTrigger) -> None:
    client_as("ana").post(f"{page_of(trigger)}decide/", GOOD)
    decision = BudgetDecision.objects.get()
    for name in ("bo", "cy"):
        client_as(name).post(f"/objectives/decisions/{decision.pk}/sign/")
    with clock.playing(NOW + 15 * DAY):
        text = words_of(client_as("ana").get(page_of(trigger)))
    assert "it was to be looked at again on 7 Sep 2026" in text


def test_closing__is_a_persons_after_a_day_met(
    organisation: Organisation, client_as: ClientAs, trigger: PolicyTrigger
) -> None:
    text = words_of(client_as("ana").get(page_of(trigger)))
    assert "It cannot be closed now" in text
    assert client_as("ana").post(f"{page_of(trigger)}close/").status_code == 409
    PolicyTrigger.objects.filter(pk=trigger.pk).update(met_since=NEWEST + HOUR - 23 * HOUR)
    assert "It can be closed once 1 h more are measured" in words_of(client_as("ana").get(page_of(trigger)))
    answer = client_as("ana").post(f"{page_of(trigger)}close/")
    assert answer.status_code == 409
    assert "It can be closed once 1 h more are measured" in words_of(answer)
    PolicyTrigger.objects.filter(pk=trigger.pk).update(met_since=NEWEST + HOUR - 24 * HOUR)
    assert "Close it" in words_of(client_as("ana").get(page_of(trigger)))
    assert client_as("dee").post(f"{page_of(trigger)}close/").status_code == 403
    text = words_of(client_as("ana").post(f"{page_of(trigger)}close/", {"reason": "The cache is back."}, follow=True))
    assert "Closed by Ana Tamm" in text
    assert "The cache is back." in text
    answer = client_as("ana").post(f"{page_of(trigger)}decide/", GOOD)
    assert answer.status_code == 409
    assert "This trigger is closed: nothing more is decided on it." in words_of(answer)


def test_reliability_first__offers_a_freeze_that_is_filled_in(client_as: ClientAs, trigger: PolicyTrigger) -> None:
    (address,) = [one for one in links_of(client_as("cy").get(page_of(trigger))) if "/freezes/new/" in one]
    html = client_as("cy").get(address).content.decode()
    assert 'value="Reliability first: Checkout works"' in html
    assert 'value="2026-08-24"' in html
    assert "the budget of Checkout works is exhausted, and the agreed policy asks for reliability first." in html
    assert "/governance/freezes/new/" not in client_as("eli").get(page_of(trigger)).content.decode()


def test_alert__is_looked_after_by_somebody_of_the_team(organisation: Organisation, client_as: ClientAs) -> None:
    indicator = make_indicator(organisation, slice_seconds=3600)
    objective = make_objective(organisation, indicator)
    start = NEWEST - (WINDOW - 1) * HOUR
    lay(make_series(indicator), spread(start, WINDOW - 24, 3600, 10, 1_000_000))
    lay(make_series(indicator), spread(NEWEST - 23 * HOUR, 24, 3600, 900, 40_000))
    evaluate(objective)
    alert = BurnAlert.objects.filter(until_at=None).earliest("pk")
    look_after = f"/objectives/alerts/{alert.pk}/acknowledge/"
    assert look_after in client_as("dee").get("/objectives/checkout-works/").content.decode()
    assert look_after not in client_as("eli").get("/objectives/checkout-works/").content.decode()
    assert client_as("eli").post(look_after).status_code == 403
    text = words_of(client_as("dee").post(look_after, follow=True))
    assert "Dee Moor looks after it" in text
    answer = client_as("ana").post(look_after)
    assert answer.status_code == 409
    assert "somebody looks after it already" in words_of(answer)


def test_alert__that_does_not_exist_is_absent(client_as: ClientAs) -> None:
    assert client_as("dee").post("/objectives/alerts/999/acknowledge/").status_code == 404


def test_result__that_it_fired_on_is_kept_as_it_was(client_as: ClientAs, trigger: PolicyTrigger) -> None:
    address = f"/objectives/checkout-works/results/{trigger.evaluation_id}/"
    text = words_of(client_as("eli").get(address))
    assert "Exhausted : 1,147 more failures than agreed" in text
    assert "5,000 of 1,284,500" in text
    assert "kept when a rule fired" in text
    assert client_as("eli").get(f"/objectives/elsewhere/results/{trigger.evaluation_id}/").status_code == 404
    assert date(2026, 8, 24) == clock.today()
