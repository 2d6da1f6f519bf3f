"""A policy begins to speak of a budget that is low already: its rule fires once, on the result of that moment."""

import pytest

from apps.core import clock
from apps.core.immutable import writing
from apps.governance.checking import Case
from apps.governance.domain.kinds import Item, Op
from apps.objectives.domain.counts import Counts, Slice
from apps.objectives.governed import preview_policy
from apps.objectives.models import BudgetPolicy, Objective, PolicyTrigger
from apps.objectives.operations import deciding
from apps.objectives.operations.evaluating import evaluate_due
from apps.objectives.queries import histories
from tests.agreeing import agree, draft
from tests.budgets import make_policy, status_of
from tests.personas import Organisation, principal_of
from tests.promising import POLICY_SLUG, policy_item, promise
from tests.sampling import make_series, put
from tests.spending import DAY, HOUR, NOW, evaluate, spent

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
AT_RISK = 3_400  # of 3,853.5 that were agreed to: 11.8 % are left


@pytest.fixture(params=["exhausted", "at_risk"])
def low(request: pytest.FixtureRequest, organisation: Organisation) -> Objective:
    """A budget that is low, and of which no policy speaks."""
    objective = spent(organisation, 5_000 if request.param == "exhausted" else AT_RISK, policy=False)
    assert status_of(objective).state == request.param
    return objective


def comes_into_force(world: Organisation, *items: Item, on: int = 0) -> None:
    """A proposal of the next midnight, signed now; what it makes due is evaluated at that midnight."""
    with clock.playing(NOW + on * DAY):
        proposal = agree(*items, author=world.people["ana"], at=NOW + on * DAY)
    assert proposal.effective_from is not None


def evaluate_at_midnight(objective: Objective, days: int = 1) -> None:
    """The evaluation that the midnight brings, and the beat that comes once more."""
    at = NOW + days * DAY - 10 * HOUR  # 00:05 of the reporting zone
    put(make_series(objective.indicator), [Slice(at.replace(minute=0) - HOUR, Counts(99, 100, 100))], at=at)
    with clock.playing(at):
        evaluate_due()
        evaluate_due()
    evaluate(objective, at=at)


def test_policy__of_a_budget_that_is_low_fires_once_at_its_midnight(organisation: Organisation, low: Objective) -> None:
    comes_into_force(organisation, policy_item())
    evaluate_at_midnight(low)
    trigger = PolicyTrigger.objects.get()
    at = NOW + DAY - 10 * HOUR
    assert [trigger.rule, trigger.from_at] == [status_of(low).state, at]
    assert [trigger.evaluation.cause, trigger.evaluation.as_of] == ["trigger", at]
    evaluate(low, at=at + HOUR)
    evaluate(low, at=at + 2 * HOUR)
    assert PolicyTrigger.objects.count() == 1


def test_preview__of_a_policy_names_what_is_low_today(organisation: Organisation, low: Objective) -> None:
    with clock.playing(NOW):
        proposal = draft(policy_item(), author=organisation.people["ana"])
    (section,) = preview_policy(Case.of(proposal).changes[0])
    assert f"Low today: {low.slug}. Where a rule is new to one that still is, it fires once." in section.sentences


def test_policy__of_silence_fires_nothing_until_something_is_judged_again(
    organisation: Organisation, low: Objective
) -> None:
    comes_into_force(organisation, policy_item())
    silent = NOW + DAY - 10 * HOUR
    evaluate(low, at=silent)
    assert [status_of(low).state, PolicyTrigger.objects.count()] == ["stale", 0]
    put(make_series(low.indicator), [Slice(silent.replace(minute=0), Counts(99, 100, 100))], at=silent + HOUR)
    evaluate(low, at=silent + HOUR)
    evaluate(low, at=silent + HOUR)
    assert PolicyTrigger.objects.get().from_at == silent + HOUR


def test_policy__the_next_version_of_one_that_spoke_already_fires_nothing(organisation: Organisation) -> None:
    promise(organisation, policy_item(), at=NOW - 2 * DAY)
    objective = spent(organisation, policy=False)
    first = PolicyTrigger.objects.get()
    PolicyTrigger.objects.filter(pk=first.pk).update(met_since=NOW - 2 * DAY)
    with clock.playing(NOW):
        deciding.close(trigger_id=first.pk, by=principal_of(organisation.people["ana"], NOW), reason="For a test.")
    comes_into_force(organisation, policy_item(goals="The same rules in other words."))
    evaluate_at_midnight(objective)
    assert PolicyTrigger.objects.get() == first


def test_scope__an_slo_that_a_policy_begins_to_name_fires_once(organisation: Organisation, low: Objective) -> None:
    other = Item("slo", Op.CREATE, "other", {
        "indicator": low.indicator.slug, "promise": histories.get_standing("slo", low.slug).content["promise"],
    })  # fmt: skip
    agree(other, author=organisation.people["ana"], at=NOW - 3 * DAY)
    promise(organisation, policy_item(objectives=["other"]), at=NOW - 2 * DAY)
    evaluate(low)
    assert not PolicyTrigger.objects.filter(objective=low).exists()
    comes_into_force(organisation, policy_item(objectives=["other", low.slug]))
    evaluate_at_midnight(low)
    assert PolicyTrigger.objects.get(objective=low).rule == status_of(low).state


def test_scope__an_slo_that_moves_to_a_team_with_a_policy_fires_once(
    organisation: Organisation, low: Objective
) -> None:
    make_policy(organisation, POLICY_SLUG, team=organisation.harbour)
    evaluate(low)
    assert not PolicyTrigger.objects.exists()
    content = histories.get_standing("slo", low.slug).content | {"owner_team": "harbour"}
    comes_into_force(organisation, Item("slo", Op.CHANGE, low.slug, content))
    evaluate_at_midnight(low)
    trigger = PolicyTrigger.objects.get()
    assert [trigger.objective.owner_team, trigger.policy_version.policy.slug] == [organisation.harbour, POLICY_SLUG]


def test_scope__a_policy_that_leaves_and_comes_again_finds_the_trigger_open(
    organisation: Organisation, low: Objective
) -> None:
    comes_into_force(organisation, policy_item())
    evaluate_at_midnight(low)
    policy = BudgetPolicy.objects.get()
    policy.retired_on = clock.local_day(NOW + 2 * DAY)
    with writing(BudgetPolicy):
        policy.save(update_fields=["retired_on"])
    evaluate_at_midnight(low, days=3)
    policy.retired_on = None
    with writing(BudgetPolicy):
        policy.save(update_fields=["retired_on"])
    evaluate_at_midnight(low, days=4)
    assert PolicyTrigger.objects.count() == 1
