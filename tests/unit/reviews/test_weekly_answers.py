"""Answers in a weekly meeting: what each verb leaves, what comes back, and that nothing is written over."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.immutable import SideDoor
from apps.core.problems import Conflict, Forbidden, Invalid, Outdated
from apps.incidents.domain.action_words import ActionState
from apps.incidents.models import Action
from apps.measurements.models import ActionEffect
from apps.reviews import operations, queries
from apps.reviews.domain.answers import Direction, Expected, Outcome, Verb
from apps.reviews.domain.weekly import Rule
from apps.reviews.models import Decision, Deferral, FollowUp, Review, ReviewItem
from apps.scorecards.domain.content import sha256_of
from apps.services import operations as from_services
from tests.personas import Organisation
from tests.spending import NOW, spent
from tests.weekly import DAY, WEEK, answer, answer_rest, as_person, closed, draft, item_of, opened

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
API = "service:checkout-api"
A_WEEK = timedelta(weeks=1)


@pytest.fixture
def item(organisation: Organisation) -> ReviewItem:
    """What is quiet about the checkout API, in an open review."""
    return item_of(opened(organisation), Rule.SERVICE, API)


def adjusted(world: Organisation, item: ReviewItem, at: Any = NOW, **more: Any) -> Decision:
    asked = {"text": "Smaller releases.", "action": draft(at), **more}
    decision: Decision = answer(world, item, Verb.ADJUST, at=at, **asked)
    return decision


def test_adjust__opens_an_action_and_comes_back(organisation: Organisation, item: ReviewItem) -> None:
    expected = Expected("change-lead-time", Direction.LOWER, clock.local_day(NOW) + 60 * DAY)
    with pytest.raises(Invalid) as refusal:
        adjusted(organisation, item, expected=expected)
    assert [problem.pointer for problem in refusal.value.errors] == ["/expected/definition"]
    decision = adjusted(organisation, item)
    action = Action.objects.get()
    assert (decision.action, action.owner_team, action.origin) == (action, organisation.checkout, "review")
    assert decision.follow_up_on == action.due_on + 35 * DAY


def test_adjust__without_an_action_writes_nothing(organisation: Organisation, item: ReviewItem) -> None:
    with pytest.raises(Invalid) as refusal:
        adjusted(organisation, item, action=None)
    assert [problem.pointer for problem in refusal.value.errors] == ["/action"]
    assert (Decision.objects.count(), Action.objects.count()) == (0, 0)


def test_adjust__what_is_wrong_with_the_action_is_named_there(organisation: Organisation, item: ReviewItem) -> None:
    with pytest.raises(Invalid) as refusal:
        adjusted(organisation, item, action=draft(done_when="", due_on=date(2020, 1, 1)))
    assert [problem.pointer for problem in refusal.value.errors] == ["/action/done_when", "/action/due_on"]
    with pytest.raises(Invalid) as refusal:
        adjusted(organisation, item, action_team="nobody")
    assert [problem.pointer for problem in refusal.value.errors] == ["/action/team"]
    assert (Decision.objects.count(), Action.objects.count()) == (0, 0)


def test_adjust__another_team_or_an_action_that_stands(organisation: Organisation, item: ReviewItem) -> None:
    theirs = adjusted(organisation, item, action_team="harbour").action
    assert theirs is not None
    assert theirs.owner_team == organisation.harbour
    again = adjusted(organisation, item, action=theirs)
    assert (again.action, again.number, Action.objects.count()) == (theirs, 2, 1)


def test_investigate__needs_a_day_within_four_weeks(organisation: Organisation, item: ReviewItem) -> None:
    for day in (None, clock.local_day(NOW) + 29 * DAY):
        with pytest.raises(Invalid) as refusal:
            answer(organisation, item, Verb.INVESTIGATE, question="Where does it wait?", follow_up_on=day)
        assert [problem.pointer for problem in refusal.value.errors] == ["/follow_up_on"]
    decision = answer(
        organisation, item, Verb.INVESTIGATE, question="Where?", follow_up_on=clock.local_day(NOW) + 28 * DAY
    )
    assert (decision.question, decision.action) == ("Where?", None)


def test_decisions__keep_what_was_shown(organisation: Organisation) -> None:
    spent(organisation, policy=False)
    item = item_of(opened(organisation), Rule.BURN)
    decision = answer(organisation, item, text="It comes from one release.")
    evidence = json.loads(decision.evidence_text)
    assert (evidence["sentence"], evidence["shown"]["bad"]) == (item.sentence, 5_000)
    assert decision.evidence_sha256 == sha256_of(evidence)
    entry = json.loads(AuditEvent.objects.get(action="review_decision.written").payload_text)
    assert entry["data"]["evidence_sha256"] == decision.evidence_sha256


def test_two_people__the_second_hears_of_the_first_and_loses_nothing(
    organisation: Organisation, item: ReviewItem
) -> None:
    answer(organisation, item, text="Mine.", revision=0)
    with pytest.raises(Outdated) as refusal:
        answer(organisation, item, text="Theirs.", revision=0)
    assert [(p.pointer, p.detail) for p in refusal.value.errors] == [
        ("/theirs", "Continue Mine."),
        ("/text", "Theirs."),
    ]
    assert Decision.objects.count() == 1
    assert answer(organisation, item, text="Both of ours.", revision=1).number == 2


def test_deferral__twice_the_second_time_with_a_reason(organisation: Organisation) -> None:
    spent(organisation)
    by, week = "dee", WEEK
    for meeting, reason in enumerate(("", "The owner is away."), start=1):
        at = NOW + (meeting - 1) * A_WEEK
        review = opened(organisation, week=week, at=at)
        item = item_of(review, Rule.BUDGET_TRIGGER)
        assert item.deferrals_used == meeting - 1
        with clock.playing(at):
            if meeting == 2:
                with pytest.raises(Invalid) as refusal:
                    operations.defer_item(item=item, by=as_person(organisation, by, at))
                assert refusal.value.errors[0].pointer == "/reason"
            operations.defer_item(item=item, reason=reason, by=as_person(organisation, by, at))
        closed(organisation, review, at=at)
        week = week.previous(-1)
    third = item_of(opened(organisation, week=week, at=NOW + 2 * A_WEEK), Rule.BUDGET_TRIGGER)
    with clock.playing(NOW + 2 * A_WEEK), pytest.raises(Conflict) as last:
        operations.defer_item(item=third, reason="Again.", by=as_person(organisation, by))
    assert (third.deferrals_used, last.value.code) == (2, "deferred_twice")


def test_deferral__of_an_answered_item_is_refused(organisation: Organisation, item: ReviewItem) -> None:
    answer(organisation, item)
    with clock.playing(NOW), pytest.raises(Conflict, match="answered already"):
        operations.defer_item(item=item, by=as_person(organisation, "ana"))
    assert Deferral.objects.count() == 0


def test_deferral__a_decision_may_still_follow(organisation: Organisation, item: ReviewItem) -> None:
    with clock.playing(NOW):
        operations.defer_item(item=item, by=as_person(organisation, "ana"))
    assert answer(organisation, item, revision=1).number == 1


@pytest.mark.parametrize("name", ["decision", "deferral", "follow_up", "item"])
def test_rows__are_only_added(organisation: Organisation, item: ReviewItem, name: str) -> None:
    decision = adjusted(organisation, item)
    other = item_of(item.review, Rule.SERVICE, "service:checkout-web")
    with clock.playing(NOW):
        deferral = operations.defer_item(item=other, by=as_person(organisation, "ana"))
    row = {"decision": decision, "deferral": deferral, "item": item, "follow_up": outcome_of(organisation, decision)}[
        name
    ]
    with pytest.raises(SideDoor):
        row.save()
    with pytest.raises(SideDoor):
        row.delete()
    with pytest.raises(SideDoor):
        type(row).objects.all().update(pk=row.pk)


def outcome_of(
    world: Organisation, decision: Decision, outcome: Outcome = Outcome.HELPED, at: Any = NOW, by: str = "ana"
) -> FollowUp:
    with clock.playing(at):
        return operations.confirm_outcome(
            decision=decision, outcome=outcome, sentence="Releases are small now.", by=as_person(world, by, at)
        )


def due(world: Organisation, at: Any) -> list[Decision]:
    return queries.due_decisions(world.checkout, clock.local_day(at))


def test_follow_up__the_next_review_opens_with_it(organisation: Organisation, item: ReviewItem) -> None:
    decision = adjusted(organisation, item, follow_up_on=clock.local_day(NOW) + 7 * DAY)
    closed(organisation, item.review)
    review = opened(organisation, week=WEEK.previous(-1), at=NOW + A_WEEK)
    again = item_of(review, Rule.DECISION_DUE)
    assert (again.subject, again.rank) == (f"decision:{decision.pk}", 1)
    assert again.evidence_data["proposal"]["proposed"] == "not_done"
    with pytest.raises(Conflict, match="how the decision turned out"):
        answer(organisation, again, at=NOW + A_WEEK)
    outcome_of(organisation, decision, Outcome.NOT_DONE, at=NOW + A_WEEK)
    with clock.playing(NOW + A_WEEK):
        shown = queries.agenda_of(review, by=as_person(organisation, "ana")).blocks[1].items[0]
    assert (shown.is_open, shown.outcome and shown.outcome["label"]) == (False, "Not done")
    closed(organisation, review, at=NOW + A_WEEK)
    assert due(organisation, NOW + A_WEEK) == []
    assert due(organisation, NOW + 2 * A_WEEK) == [decision]


def effect(decision: Decision, code: str, stage: str = "final") -> None:
    """The measured effect of a decision's action, as measurements keep it."""
    action = decision.action
    assert action is not None
    Action.objects.filter(pk=action.pk).update(state=ActionState.DONE.value, done_at=NOW)
    result = {"code": code, "sentence": f"{code}: 31 h to 25 h", "reads_on": "2026-10-05"}
    ActionEffect.objects.create(
        action=action, slug="change-lead-time", subject="team:checkout", action_done_at=NOW, due_at=NOW, stage=stage,
        result=result,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "stage", "proposed"),
    [
        ("improved", "final", Outcome.HELPED), ("worsened", "early", Outcome.HURT),
        ("no_signal", "final", Outcome.NO_CHANGE), ("", "waiting", Outcome.TOO_EARLY),
        ("not_judged", "final", None),
    ],
)  # fmt: skip
def test_follow_up__the_measured_effect_proposes(
    organisation: Organisation, item: ReviewItem, code: str, stage: str, proposed: Outcome | None
) -> None:
    decision = adjusted(organisation, item)
    effect(decision, code, stage)
    decision = Decision.objects.select_related("action").get(pk=decision.pk)
    assert queries.propose([decision])[decision.pk].outcome is proposed
    row = outcome_of(organisation, decision, proposed or Outcome.NO_CHANGE)
    kept = json.loads(row.verdict_text)
    assert kept["proposed"] == (proposed or "")
    assert kept["measured"]["code"] == code
    assert row.verdict_sha256 == sha256_of(kept)


def test_follow_up__hurt_needs_a_new_decision(organisation: Organisation, item: ReviewItem) -> None:
    later = NOW + A_WEEK
    decision = adjusted(organisation, item, follow_up_on=clock.local_day(later))
    closed(organisation, item.review)
    review = opened(organisation, week=WEEK.previous(-1), at=later)
    outcome_of(organisation, decision, Outcome.HURT, at=later)
    answer_rest_but_hurt(organisation, review, later)
    with clock.playing(later), pytest.raises(Conflict) as refusal:
        operations.close_weekly(review=review, by=as_person(organisation, "ana", later))
    assert refusal.value.code == "items_open"
    again = item_of(review, Rule.DECISION_DUE)
    with pytest.raises(Invalid) as wrong:
        answer(organisation, again, Verb.CONTINUE, at=later)
    assert wrong.value.errors[0].pointer == "/verb"
    anew = adjusted(organisation, again, at=later)
    assert anew.follows == decision
    closed(organisation, review, at=later)
    assert due(organisation, later + A_WEEK) == []


def answer_rest_but_hurt(world: Organisation, review: Review, at: Any) -> None:
    with clock.playing(at):
        operations.continue_quiet(review=review, by=as_person(world, "ana", at))


def test_follow_up__too_early_comes_back_on_the_day_of_the_first_reading(
    organisation: Organisation, item: ReviewItem
) -> None:
    decision = adjusted(organisation, item, follow_up_on=clock.local_day(NOW) + 7 * DAY)
    effect(decision, "", "waiting")
    row = outcome_of(organisation, decision, Outcome.TOO_EARLY, at=NOW + A_WEEK)
    assert row.asks_again_on == date(2026, 10, 5)
    assert due(organisation, NOW + 3 * A_WEEK) == []
    assert due(organisation, NOW + 6 * A_WEEK) == [decision]


def test_follow_up__once_settled_it_is_settled(organisation: Organisation, item: ReviewItem) -> None:
    decision = adjusted(organisation, item)
    outcome_of(organisation, decision)
    with pytest.raises(Conflict, match="confirmed already"):
        outcome_of(organisation, decision)
    assert due(organisation, NOW + 52 * A_WEEK) == []


def test_follow_up__is_a_persons_of_the_team(organisation: Organisation, item: ReviewItem) -> None:
    decision = adjusted(organisation, item)
    with pytest.raises(Forbidden):
        outcome_of(organisation, decision, by="gus")


def test_decisions__what_is_adjusted_rests_until_it_is_looked_at(organisation: Organisation) -> None:
    """A gap in the data that somebody looks into asks nobody meanwhile; then its decision asks."""
    quiet_source(organisation)
    review = opened(organisation)
    gap = item_of(review, Rule.DATA_GAP)
    assert "fell silent" in gap.sentence
    until = clock.local_day(NOW) + 14 * DAY
    answer(organisation, gap, Verb.INVESTIGATE, question="Did the token expire?", follow_up_on=until)
    answer_rest(organisation, review)
    rules = []
    for weeks in (1, 2):
        at = NOW + weeks * A_WEEK
        found = opened(organisation, week=WEEK.previous(-weeks), at=at)
        rules.append({item["rule"] for item in found.content["items"]})
    assert "data_gap" not in rules[0]
    assert {"decision_due", "data_gap"} <= rules[1]


def quiet_source(world: Organisation) -> None:
    """Deployments of the checkout API were heard last three weeks ago."""
    from_services.hear(
        source="deployments", service_id=world.checkout_api.pk, channel="ci", at=NOW - 3 * A_WEEK,
        connected_from=NOW - 52 * A_WEEK,
    )  # fmt: skip


def test_register__newest_first_with_what_became_of_each(organisation: Organisation, item: ReviewItem) -> None:
    first = adjusted(organisation, item)
    second = answer(organisation, item, text="Leave it.", at=NOW + DAY)
    ana, eli = as_person(organisation, "ana"), as_person(organisation, "eli")
    rows = list(queries.list_decisions(ana))
    assert [(row.pk, row.is_superseded) for row in rows] == [(second.pk, False), (first.pk, True)]  # type: ignore[attr-defined]
    assert list(queries.list_decisions(eli)) == []
