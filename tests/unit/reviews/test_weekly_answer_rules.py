"""The rules of answers and of what became of them: each verb, each outcome, what is put off and what comes back."""

import random
from datetime import date, timedelta

import pytest

from apps.measurements.domain.effects import Stage
from apps.measurements.domain.readings import Direction as Better
from apps.measurements.domain.readings import Kind, Reading
from apps.measurements.domain.verdicts import judge_quarter
from apps.measurements.domain.wording import Code
from apps.reviews.domain.answers import (
    OUTCOME_WORDS,
    Answering,
    Direction,
    Expected,
    Outcome,
    Verb,
    answer_problems,
    follow_up_day,
)
from apps.reviews.domain.follow_ups import again_on, deferral_problem, outcome_problem, propose, propose_undone

TODAY = date(2026, 8, 24)
DAY = timedelta(days=1)


EXPECTED = Expected("change-lead-time", Direction.LOWER, TODAY + 30 * DAY)


@pytest.mark.parametrize(
    ("asked", "pointers"),
    [
        (Answering(Verb.CONTINUE), []),
        (Answering(Verb.CONTINUE, "x" * 1001), ["/text"]),
        (Answering(Verb.ADJUST, "Smaller releases.", has_action=True), []),
        (Answering(Verb.ADJUST, "Smaller releases.", has_action=True, expected=EXPECTED), []),
        (Answering(Verb.ADJUST, " "), ["/text", "/action"]),
        (Answering(Verb.ADJUST, "Smaller.", has_action=True, follow_up_on=TODAY), ["/follow_up_on"]),
        (
            Answering(Verb.ADJUST, "Smaller.", has_action=True, expected=Expected("x", Direction.LOWER, TODAY - DAY)),
            ["/expected/by_on"],
        ),
        (Answering(Verb.INVESTIGATE, question="Where?", follow_up_on=TODAY + 28 * DAY), []),
        (Answering(Verb.INVESTIGATE), ["/question", "/follow_up_on"]),
        (Answering(Verb.INVESTIGATE, question="Where?", follow_up_on=TODAY + 29 * DAY), ["/follow_up_on"]),
        (Answering(Verb.INVESTIGATE, question="Where?", follow_up_on=TODAY), ["/follow_up_on"]),
        (Answering(Verb.INVESTIGATE, question="x" * 1001, follow_up_on=TODAY + DAY), ["/question"]),
    ],
)
def test_answers__what_each_verb_needs(asked: Answering, pointers: list[str]) -> None:
    assert [problem.pointer for problem in answer_problems(asked, TODAY)] == pointers


def test_answers__what_hurt_does_not_go_on() -> None:
    assert [p.pointer for p in answer_problems(Answering(Verb.CONTINUE), TODAY, is_anew=True)] == ["/verb"]


@pytest.mark.parametrize(
    ("asked", "due_on", "day"),
    [
        (Answering(Verb.CONTINUE, follow_up_on=TODAY), None, None),
        (Answering(Verb.INVESTIGATE, follow_up_on=TODAY + DAY), None, TODAY + DAY),
        (Answering(Verb.ADJUST, follow_up_on=TODAY + DAY, expected=EXPECTED), TODAY, TODAY + DAY),
        (Answering(Verb.ADJUST, expected=EXPECTED), TODAY, TODAY + 30 * DAY),
        (Answering(Verb.ADJUST), TODAY, TODAY + 35 * DAY),
    ],
)
def test_answers__when_they_are_looked_at_again(asked: Answering, due_on: date | None, day: date | None) -> None:
    assert follow_up_day(asked, due_on) == day


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (Code.IMPROVED, Outcome.HELPED), (Code.WORSENED, Outcome.HURT), (Code.NO_SIGNAL, Outcome.NO_CHANGE),
        (Code.NOT_JUDGED, None), (Code.NO_DATA, None), (Code.CHANGED, None),
    ],
)  # fmt: skip
def test_outcomes__a_verdict_proposes_one(code: Code, outcome: Outcome | None) -> None:
    result = {"code": str(code), "sentence": "Improved: 31 h to 25 h", "reads_on": "2026-08-10"}
    for stage in (Stage.FINAL, Stage.EARLY):
        assert propose(stage, result).outcome is outcome
    assert "More weeks are to come." in propose(Stage.EARLY, result).sentence


@pytest.mark.parametrize(
    ("after", "direction", "outcome"),
    [
        (5.0, "lower", Outcome.HELPED), (5.0, "higher", Outcome.HURT), (15.0, "higher", Outcome.HELPED),
        (15.0, "lower", Outcome.HURT), (15.0, "", None), (None, "lower", None),
    ],
)  # fmt: skip
def test_outcomes__a_change_is_read_by_what_was_expected(
    after: float | None, direction: str, outcome: Outcome | None
) -> None:
    result = {"code": "changed", "sentence": "Changed: 10 to 5", "before": {"value": 10.0}, "after": {"value": after}}
    assert propose(Stage.FINAL, result, direction).outcome is outcome


def _share(chance: float, seed: random.Random) -> Reading:
    failed = sum(seed.random() < chance for _ in range(120))
    return Reading(value=failed / 120, n=120, numerator=failed, denominator=120)


def _outcome(before: float, after: float, seed: int) -> Outcome | None:
    """Eight weeks of 15 deployments before an action and eight after it, by how many of them failed."""
    drawn = random.Random(seed)
    was, now = _share(before, drawn), _share(after, drawn)
    verdict = judge_quarter(
        Kind.SHARES, now, was, unit="share", direction=Better.LOWER_IS_BETTER, phi=1.0, weeks_now=8, weeks_before=8
    )
    return propose(Stage.FINAL, {"code": str(verdict.code), "sentence": verdict.sentence}).outcome


def test_outcomes__a_planted_shift_helped_and_noise_changed_nothing() -> None:
    assert _outcome(0.40, 0.10, seed=1) is Outcome.HELPED
    assert _outcome(0.10, 0.40, seed=1) is Outcome.HURT
    noise = [_outcome(0.25, 0.25, seed) for seed in range(100)]
    assert noise.count(Outcome.NO_CHANGE) >= 90


def test_outcomes__too_early_unreadable_undone() -> None:
    waiting = propose(Stage.WAITING, {"reads_on": "2026-09-14"})
    assert (waiting.outcome, waiting.reads_on) == (Outcome.TOO_EARLY, date(2026, 9, 14))
    assert waiting.sentence == "It is too early: the first reading comes on 14 September 2026."
    assert propose(Stage.UNREADABLE, {"why": "There is no such definition."}).outcome is None
    assert propose_undone(is_dropped=False).outcome is propose_undone(is_dropped=True).outcome is Outcome.NOT_DONE


@pytest.mark.parametrize(
    ("outcome", "reads_on", "day"),
    [
        (Outcome.HELPED, None, None), (Outcome.NO_CHANGE, None, None), (Outcome.HURT, None, None),
        (Outcome.TOO_EARLY, None, TODAY + 7 * DAY), (Outcome.TOO_EARLY, TODAY + 20 * DAY, TODAY + 20 * DAY),
        (Outcome.TOO_EARLY, TODAY - DAY, TODAY + 7 * DAY), (Outcome.NOT_DONE, TODAY + 20 * DAY, TODAY + 7 * DAY),
    ],
)  # fmt: skip
def test_outcomes__which_come_back_and_when(outcome: Outcome, reads_on: date | None, day: date | None) -> None:
    assert again_on(outcome, TODAY, reads_on) == day
    assert outcome.comes_back is (day is not None)
    assert outcome.label == OUTCOME_WORDS[outcome]


@pytest.mark.parametrize(
    ("follow_up_on", "before", "sentence", "code"),
    [
        (TODAY, None, "It shrank.", None),
        (TODAY, Outcome.TOO_EARLY, "It shrank.", None),
        (TODAY, Outcome.NOT_DONE, "It shrank.", None),
        (None, None, "It shrank.", "state_forbids"),
        (TODAY, Outcome.HURT, "It shrank.", "state_forbids"),
        (TODAY, Outcome.HELPED, "It shrank.", "state_forbids"),
        (TODAY, None, " ", "validation_failed"),
        (TODAY, None, "x" * 1001, "validation_failed"),
    ],
)
def test_outcomes__when_one_can_be_confirmed(
    follow_up_on: date | None, before: Outcome | None, sentence: str, code: str | None
) -> None:
    problem = outcome_problem(follow_up_on, before, sentence)
    assert (problem.code if problem else None) == code


@pytest.mark.parametrize(
    ("used", "reason", "code"),
    [
        (0, "", None), (1, "The owner is away.", None), (1, " ", "validation_failed"), (2, "Again.", "deferred_twice"),
        (0, "x" * 1001, "validation_failed"),
    ],
)  # fmt: skip
def test_deferrals__at_most_two_and_the_second_with_a_reason(used: int, reason: str, code: str | None) -> None:
    problem = deferral_problem(used, reason)
    assert (problem.code if problem else None) == code
