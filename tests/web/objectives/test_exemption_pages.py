"""Asking to leave slices out of a budget, the page of such an exemption with both figures, and its withdrawal."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.test import Client

from apps.core import clock
from apps.governance.domain.kinds import Item, Op
from apps.governance.models import Exemption, Proposal
from apps.objectives.models import Objective, Series
from tests.agreeing import REASON, agree
from tests.budgets import add_promise, evaluate_now, lay, spread
from tests.personas import Organisation
from tests.unit.objectives.test_exempting import DAY, HOUR, NEWEST, NOW, item
from tests.unit.objectives.test_exempting import objective as objective
from tests.web.portal.pages import words_of

As = Callable[..., Client]
NEW = "/governance/exemptions/budget/"
TYPED = {
    "objectives": ["checkout-success"], "category": "measurement_fault", "starts_at": "2026-08-19 09:00",
    "expires_at": "2026-08-19 10:00", "reason": REASON, "keys": "",
}  # fmt: skip
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.playing(NOW):
        yield


def test_form__drafts_a_proposal(client_as: As, objective: Objective) -> None:
    client = client_as("dee")
    assert 'value="checkout-success" id="id_objectives_0" checked' in client.get(
        f"{NEW}?for=checkout-success"
    ).content.decode().replace('class=""', "")
    answer = client.post(NEW, TYPED, follow=True)
    assert "Drafted. Read its preview, then submit it." in words_of(answer)
    title = Proposal.objects.latest("number").title
    assert "slices left out of the budget of Checkout succeeds from 19 Aug 2026, 09:00" in title


def test_form__refusals_stand_at_their_fields(client_as: As, objective: Objective) -> None:
    client = client_as("dee")
    wrong = {**TYPED, "category": "maintenance", "keys": "acme", "expires_at": "2026-09-09 09:00"}
    answer = client.post(NEW, wrong)
    said = words_of(answer)
    assert answer.status_code == 422
    for words in ("can be exempted for: measurement fault", "has no keys", "lasts at most 14 days"):
        assert words in said
    assert client.post(NEW, {}).status_code == 422


def test_page__shows_the_budget_with_and_without(
    client_as: As, objective: Objective, organisation: Organisation
) -> None:
    agree(item(), author=organisation.people["ana"])
    said = words_of(client_as("fay").get("/governance/exemptions/E-1/")).replace("\xa0", " ")
    assert "640 bad of 9,000" in said
    assert "Exhausted: 206 more failures than agreed" in said
    assert "At risk: 19.3 % left" in said
    assert "As it was when it began" not in said  # nobody has evaluated it yet
    evaluate_now([objective.pk])
    then = words_of(client_as("fay").get("/governance/exemptions/E-1/")).replace("\xa0", " ")
    assert "2,266 bad of 412,000, −10.0 % left 1,626 bad of 403,000, 19.3 % left At risk: 19.3 % left" in then
    agree(Item("exemption", Op.END, "E-1", {}), author=organisation.people["ana"], at=NOW + HOUR)
    withdrawn = words_of(client_as("fay").get("/governance/exemptions/E-1/")).replace("\xa0", " ")
    assert "It is withdrawn" in withdrawn
    assert "2,266 bad of 412,000, −10.0 % left" in withdrawn


def test_page__offers_its_withdrawal(client_as: As, objective: Objective, organisation: Organisation) -> None:
    agree(item(), author=organisation.people["ana"])
    assert "checkout-success" in words_of(client_as("fay").get("/governance/exemptions/"))
    client = client_as("ana")
    assert "Withdraw it" in words_of(client.get("/governance/exemptions/E-1/"))
    assert "its slices count again" in words_of(client.get("/governance/exemptions/E-1/end/"))
    client.post("/governance/exemptions/E-1/end/", {"reason": REASON})
    title = Proposal.objects.latest("number").title
    assert title == "E-1, Checkout: is withdrawn; its slices of checkout-success count again."
    assert Exemption.objects.get().ended_at is None


def test_months__keep_what_was_left_out_after_the_promise_was_changed(
    client_as: As, objective: Objective, organisation: Organisation
) -> None:
    """The days that the earlier version kept count the same units: a month that was met stays so."""
    agree(item(), author=organisation.people["ana"])
    evaluate_now([objective.pk])
    later = NEWEST + 31 * DAY
    add_promise(organisation, objective, effective_from=date(2026, 9, 20), target="0.995", window={"rolling_days": 7})
    with clock.playing(later + HOUR):
        lay(Series.objects.get(indicator=objective.indicator), spread(later - 9 * DAY, 9 * 24 + 1, 3600, 10, 90_000))
        evaluate_now([objective.pk])
        text = words_of(client_as("ana").get("/objectives/checkout-success/"))
    assert "by 99.5 % of v2" in text
    assert "Aug 2026 Met" in text
