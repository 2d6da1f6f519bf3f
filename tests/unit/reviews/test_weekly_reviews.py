"""Weekly reviews: made, opened, answered, closed; what they keep and whom they refuse."""

import hashlib
import json

import pytest

from apps.accounts.domain import SYSTEM
from apps.accounts.domain.responsibilities import AGREEMENTS
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.problems import Absent, Conflict, Forbidden
from apps.objectives.domain.deciding import Deciding
from apps.objectives.domain.policy_words import Verb as BudgetVerb
from apps.objectives.models import BudgetEvaluation
from apps.objectives.operations import deciding
from apps.reviews import operations, policies, queries
from apps.reviews.domain.answers import Verb
from apps.reviews.domain.weekly import BlockKey, Rule
from apps.reviews.models import Decision, Review, ReviewItem
from tests.personas import Organisation
from tests.spending import NOW, fired, spent
from tests.weekly import DAY, WEEK, answer, answer_rest, as_person, closed, generate, item_of, opened

pytestmark = [pytest.mark.django_db, pytest.mark.sql]


def agenda(world: Organisation, review: Review, name: str = "ana") -> queries.Agenda:
    with clock.playing(NOW):
        return queries.agenda_of(Review.objects.select_related("team").get(pk=review.pk), by=as_person(world, name))


def test_generate__an_undecided_trigger_stands_at_the_top(organisation: Organisation) -> None:
    objective = spent(organisation)
    first = generate(organisation).content["items"][0]
    assert [first["rule"], first["subject"]] == ["budget_trigger", str(fired(objective))]
    assert "the budget turned Exhausted" in first["sentence"]
    assert first["evidence_data"]["state"] == "exhausted"


def test_generate__what_is_quiet_is_a_service_without_a_question(organisation: Organisation) -> None:
    items = generate(organisation).content["items"]
    assert {item["rule"] for item in items} >= {"service"}
    assert all("nothing asks" in item["sentence"] for item in items if item["rule"] == "service")


def test_generate__twice_is_one_review_that_reads_what_is_new(organisation: Organisation) -> None:
    before = generate(organisation)
    spent(organisation)
    again = generate(organisation)
    assert (again.pk, Review.objects.count()) == (before.pk, 1)
    assert again.content["items"][0]["rule"] == "budget_trigger"


def test_generate__a_running_week_is_refused(organisation: Organisation) -> None:
    with pytest.raises(Conflict, match="is running"):
        generate(organisation, week=WEEK.previous(-1))


def test_generate__is_the_schedules_or_a_stewards(organisation: Organisation) -> None:
    with clock.playing(NOW), pytest.raises(Forbidden):
        operations.generate_weekly(team=organisation.checkout, week=WEEK, by=as_person(organisation, "ana"))


def test_open__items_stand_from_then_on(organisation: Organisation) -> None:
    spent(organisation)
    review = opened(organisation)
    assert ReviewItem.objects.filter(review=review).count() == len(review.content["items"])
    assert (review.state, review.opened_by) == ("open", organisation.people["ana"])
    assert generate(organisation).content == review.content  # the task leaves it as it is


def test_open__keeps_the_results_of_budgets_and_links_them(organisation: Organisation) -> None:
    objective = spent(organisation, policy=False)
    review = opened(organisation)
    item = item_of(review, Rule.BURN)
    kept = BudgetEvaluation.objects.get(objective=objective, cause="review")
    assert item.evidence_data["evaluation"] == kept.pk
    assert item.evidence == f"/objectives/{objective.slug}/results/{kept.pk}/"


def test_close__with_open_items_names_the_first(organisation: Organisation) -> None:
    objective = spent(organisation)
    review = opened(organisation)
    with clock.playing(NOW), pytest.raises(Conflict) as refusal:
        operations.close_weekly(review=review, by=as_person(organisation, "ana"))
    assert refusal.value.code == "items_open"
    first = item_of(review, Rule.BUDGET_TRIGGER, str(fired(objective)))
    assert refusal.value.errors[0].pointer == f"/items/{first.pk}"


def test_close__a_decision_on_the_triggers_page_answers_its_item(organisation: Organisation) -> None:
    objective = spent(organisation)
    review = opened(organisation)
    trigger = fired(objective)
    with clock.playing(NOW):
        asked = Deciding(BudgetVerb.ADJUST, "Reliability first.", clock.today() + 14 * DAY)
        decision = deciding.decide(trigger_id=trigger.pk, asked=asked, by=as_person(organisation, "ana"))
        waiting = agenda(organisation, review).blocks[0].items[0]
        assert waiting.is_open  # two roles have not signed
        for name in ("bo", "cy"):
            deciding.sign(decision_id=decision.pk, by=as_person(organisation, name))
    shown = agenda(organisation, review).blocks[0].items[0]
    assert shown.answer is not None
    assert (shown.is_open, shown.answer["kind"], shown.answer["verb"]) == (False, "trigger", "adjust")
    answer_rest(organisation, review)
    with clock.playing(NOW):
        assert operations.close_weekly(review=review, by=as_person(organisation, "ana")).state == "closed"


def test_answer__a_trigger_is_decided_on_its_own_page(organisation: Organisation) -> None:
    spent(organisation)
    review = opened(organisation)
    with pytest.raises(Conflict, match="trigger's own page"):
        answer(organisation, item_of(review, Rule.BUDGET_TRIGGER))
    assert Decision.objects.count() == 0


def test_close__the_snapshot_stands_in_the_audit_chain(organisation: Organisation) -> None:
    spent(organisation)
    review = closed(organisation, opened(organisation))
    entry = AuditEvent.objects.get(action="weekly_review.closed")
    assert hashlib.sha256(review.snapshot_text.encode()).hexdigest() == review.snapshot_sha256
    assert json.loads(entry.payload_text)["data"]["snapshot_sha256"] == review.snapshot_sha256


def test_close__later_news_change_no_byte(organisation: Organisation) -> None:
    spent(organisation)
    review = closed(organisation, opened(organisation))
    before, shown = (review.snapshot_text, review.snapshot_sha256), agenda(organisation, review)
    organisation.checkout.name = "Payments"
    organisation.checkout.save()
    organisation.checkout_api.name = "Till"
    organisation.checkout_api.save()
    decide_later(organisation)
    assert agenda(organisation, review) == shown
    assert shown.team_name == "Checkout"
    assert (shown.blocks[0].items[0].answer or {})["kind"] == "deferral"
    stored = Review.objects.get(pk=review.pk)
    assert (stored.snapshot_text, stored.snapshot_sha256) == before
    assert generate(organisation).snapshot_text == review.snapshot_text


def decide_later(world: Organisation) -> None:
    """The decision about the trigger, with every signature, comes after the meeting that put it off."""
    from_trigger = ReviewItem.objects.get(rule=Rule.BUDGET_TRIGGER.value)
    with clock.playing(NOW + DAY):
        asked = Deciding(BudgetVerb.CONTINUE, "Go on.", clock.today() + 14 * DAY)
        number = int(from_trigger.subject.removeprefix("T-"))
        decision = deciding.decide(trigger_id=number, asked=asked, by=as_person(world, "ana", NOW + DAY))
        for name in ("bo", "cy"):
            deciding.sign(decision_id=decision.pk, by=as_person(world, name, NOW + DAY))


@pytest.mark.parametrize("act", ["answer", "defer", "continue", "close", "open"])
def test_closed__nothing_more_is_done(organisation: Organisation, act: str) -> None:
    review = closed(organisation, opened(organisation))
    item, by = item_of(review, Rule.SERVICE, "service:checkout-api"), as_person(organisation, "ana")
    acts = {
        "answer": lambda: operations.answer_item(item=item, verb=Verb.CONTINUE, by=by),
        "defer": lambda: operations.defer_item(item=item, by=by),
        "continue": lambda: operations.continue_quiet(review=review, by=by),
        "close": lambda: operations.close_weekly(review=review, by=by),
        "open": lambda: operations.open_weekly(review=review, by=by),
    }
    with clock.playing(NOW), pytest.raises(Conflict) as refusal:
        acts[act]()
    assert refusal.value.code == "review_closed"


def test_continue_quiet__is_one_press_for_all(organisation: Organisation) -> None:
    review = opened(organisation)
    with clock.playing(NOW):
        count = operations.continue_quiet(review=review, by=as_person(organisation, "dee"))
        assert operations.continue_quiet(review=review, by=as_person(organisation, "dee")) == 0
    assert count == Decision.objects.filter(verb="continue").count() == 2
    block = next(one for one in agenda(organisation, review).blocks if one.key is BlockKey.SERVICES)
    assert [item.is_open for item in block.items] == [False, False]


def test_skip__unopened_for_seven_days_and_no_way_back(organisation: Organisation) -> None:
    review = generate(organisation)
    for days, skipped in ((6, 0), (7, 1)):
        with clock.playing(NOW + days * DAY):
            assert operations.skip_unopened(now=clock.as_of()) == skipped
    with clock.playing(NOW + 7 * DAY), pytest.raises(Conflict) as refusal:
        operations.open_weekly(review=review, by=as_person(organisation, "ana"))
    assert refusal.value.code == "review_skipped"
    assert AuditEvent.objects.filter(action="weekly_review.skipped").count() == 1


def test_skip__an_open_one_stays(organisation: Organisation) -> None:
    opened(organisation)
    with clock.playing(NOW + 30 * DAY):
        assert operations.skip_unopened(now=clock.as_of()) == 0


@pytest.mark.parametrize(("name", "error"), [("bo", Forbidden), ("dee", Forbidden), ("eli", Absent)])
def test_open__is_the_leads(organisation: Organisation, name: str, error: type[Exception]) -> None:
    review = generate(organisation)
    with clock.playing(NOW), pytest.raises(error):
        operations.open_weekly(review=review, by=as_person(organisation, name))


@pytest.mark.parametrize("name", ["ana", "bo", "cy", "dee"])
def test_answer__is_whoever_works_in_the_team(organisation: Organisation, name: str) -> None:
    review = opened(organisation)
    item = item_of(review, Rule.SERVICE, "service:checkout-api")
    with clock.playing(NOW):
        decision = operations.answer_item(item=item, verb=Verb.CONTINUE, by=as_person(organisation, name))
    assert decision.decided_by == organisation.people[name]


@pytest.mark.parametrize(("name", "error"), [("eli", Absent), ("fay", Forbidden), ("gus", Forbidden)])
def test_answer__others_are_refused(organisation: Organisation, name: str, error: type[Exception]) -> None:
    item = item_of(opened(organisation), Rule.SERVICE, "service:checkout-api")
    with clock.playing(NOW), pytest.raises(error):
        operations.answer_item(item=item, verb=Verb.CONTINUE, by=as_person(organisation, name))


def test_tools__need_a_person(organisation: Organisation) -> None:
    review = opened(organisation)
    item = item_of(review, Rule.SERVICE, "service:checkout-api")
    for act in (
        lambda: operations.answer_item(item=item, verb=Verb.CONTINUE, by=SYSTEM),
        lambda: operations.close_weekly(review=review, by=SYSTEM),
    ):
        with clock.playing(NOW), pytest.raises(Forbidden) as refusal:
            act()
        assert refusal.value.code == "needs_a_person"


def test_participants__are_those_with_a_letter_in_the_matrix() -> None:
    assert {role.value for role in policies.PARTICIPANTS} == set(AGREEMENTS["review-cadence"].letters)
