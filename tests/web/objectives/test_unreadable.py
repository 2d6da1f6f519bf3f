"""What was stored under other rules: pages answer, and say so; a trigger of it stands as undecided."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from apps.core import clock
from apps.core.immutable import writing
from apps.objectives.domain.policy_words import Advice
from apps.objectives.models import (
    BudgetDecision,
    BudgetPolicy,
    BudgetPolicyVersion,
    ObjectiveVersion,
    PolicyTrigger,
)
from apps.objectives.queries.release_advice import advice_for
from tests.budgets import evaluate_now
from tests.personas import Organisation
from tests.sampling import make_proposal
from tests.spending import DAY, NOW, spent
from tests.web.portal.pages import words_of

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
ClientAs = Callable[..., Client]
GOOD = {"verb": "adjust", "sentence": "Only fixes until the cache is back.", "revisit_on": "2026-09-07"}
UNREAD = "The text of Checkout's budget, version 1, cannot be read here"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.playing(NOW):
        yield


def unreadable_policy(world: Organisation, text: str) -> BudgetPolicyVersion:
    """A policy whose one version reads no more."""
    with writing(BudgetPolicy):
        policy = BudgetPolicy.objects.create(
            slug="checkout-budget", owner_team=world.checkout, created_at=NOW, created_by=world.people["ana"]
        )
    with writing(BudgetPolicyVersion):
        return BudgetPolicyVersion.objects.create(
            policy=policy, number=1, name="Checkout's budget", policy_text=text, policy_sha256="0" * 64,
            meaning_number=1, revisit_on=clock.today(), reason="For a test.", proposal=make_proposal(world),
            adopted_at=NOW, adopted_by=world.people["ana"],
        )  # fmt: skip


@pytest.fixture(params=['{"name":"Old words"}', "no JSON"])
def trigger(request: pytest.FixtureRequest, organisation: Organisation) -> PolicyTrigger:
    """An open trigger of a version that reads no more."""
    objective = spent(organisation, policy=False)
    version = unreadable_policy(organisation, request.param)
    result = objective.evaluations.latest("pk")
    return PolicyTrigger.objects.create(
        objective=objective, policy_version=version, version=objective.versions.get(), rule="exhausted",
        evaluation=result, from_at=NOW,
    )  # fmt: skip


def test_trigger__its_page_says_that_the_text_cannot_be_read_and_that_nobody_decides(
    client_as: ClientAs, trigger: PolicyTrigger
) -> None:
    text = words_of(client_as("ana").get(f"/objectives/triggers/{trigger.pk}/"))
    assert UNREAD in text
    assert "the agreed text cannot be read" in text
    assert "A release reads: undecided, ask the team." in text
    answer = client_as("ana").post(f"/objectives/triggers/{trigger.pk}/decide/", GOOD)
    assert answer.status_code == 409
    assert UNREAD in words_of(answer)
    assert BudgetDecision.objects.count() == 0


@pytest.mark.parametrize(
    "path",
    [
        "/objectives/", "/objectives/checkout-works/", "/objectives/checkout-works/log/",
        "/objectives/policies/checkout-budget/versions/", "/", "/teams/checkout/", "/services/checkout-api/",
    ],
)  # fmt: skip
def test_pages__that_show_the_trigger_answer(client_as: ClientAs, trigger: PolicyTrigger, path: str) -> None:
    answer = client_as("ana").get(path)
    assert answer.status_code == 200
    assert "None" not in words_of(answer)


def test_rest__answers_with_null_for_what_cannot_be_read(
    api_client_as: Callable[..., Client], trigger: PolicyTrigger
) -> None:
    body = api_client_as("read").get(f"/api/v1/policy-triggers/{trigger.pk}/").json()
    assert [body["rule"], body["asks"], body["signers"], body["standing"]] == ["exhausted", None, [], "undecided"]
    assert UNREAD in body["sentence"]
    assert api_client_as("read").get("/api/v1/budget-policies/checkout-budget/").json()["document"] is None
    assert advice_for("checkout-api").advice is Advice.UNDECIDED


def test_trigger__can_be_closed_once_its_promise_is_met_for_a_day(
    client_as: ClientAs, organisation: Organisation, trigger: PolicyTrigger
) -> None:
    PolicyTrigger.objects.filter(pk=trigger.pk).update(met_since=NOW - 2 * DAY)
    text = words_of(client_as("ana").post(f"/objectives/triggers/{trigger.pk}/close/", follow=True))
    assert f"T-{trigger.pk} is closed." in text


def test_evaluation__goes_on_beside_it(trigger: PolicyTrigger) -> None:
    evaluate_now([trigger.objective_id])
    assert PolicyTrigger.objects.get().closed_at is None


def test_list__says_of_a_promise_that_reads_no_more_what_it_is(client_as: ClientAs, organisation: Organisation) -> None:
    objective = spent(organisation)
    sound = objective.versions.get()
    with writing(ObjectiveVersion):
        ObjectiveVersion.objects.create(
            objective=objective, number=2, name="Old", target=sound.target, revisit_on=sound.revisit_on,
            promise_text='{"name":"Old"}', promise_sha256="0" * 64, meaning_number=2, reason="For a test.",
            effective_from=clock.today(), proposal=sound.proposal, adopted_at=NOW,
            adopted_by=organisation.people["ana"],
        )  # fmt: skip
    text = words_of(client_as("ana").get("/objectives/"))
    assert "what was agreed cannot be read" in text
    assert "not in force" not in text
    for path in (
        f"/objectives/{objective.slug}/",
        f"/objectives/{objective.slug}/versions/",
        "/",
        "/objectives/?state=exhausted",
    ):
        assert client_as("ana").get(path).status_code == 200
