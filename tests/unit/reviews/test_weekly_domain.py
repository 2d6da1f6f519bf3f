"""The rules of weekly reviews: every row of the tables of states, blocks, prompts, answers and outcomes."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.measurements.domain.wording import Code
from apps.objectives.domain.objective_words import BudgetState
from apps.reviews.domain import burn, flow
from apps.reviews.domain.answers import (
    FIRST_LOOK,
    INVESTIGATE_WITHIN,
)
from apps.reviews.domain.documents import is_open, open_pointers
from apps.reviews.domain.prompts import MOST_PER_DEFINITION, MOST_PER_REVIEW, PROMPTS, RESTS_FOR, Movement, with_prompts
from apps.reviews.domain.weekly import (
    BLOCKS,
    MOST_DEFERRALS,
    MOST_OPEN,
    RULE_BLOCKS,
    SENTENCES,
    SKIPPED_AFTER_DAYS,
    STATE_WORDS,
    STEPS,
    BlockKey,
    Found,
    Press,
    Rule,
    WeeklyAct,
    WeeklyState,
    arrange,
    named_services,
    step_problem,
)

TODAY = date(2026, 8, 24)
DAY = timedelta(days=1)
S, A = WeeklyState, WeeklyAct


def found(rule: Rule = Rule.LEAD_TIME, subject: str = "service:a", press: Press = Press.WORSENED, **more: str) -> Found:
    return Found(rule, subject, "It moved.", press, **more)


@pytest.mark.parametrize(
    ("act", "source", "to"),
    [
        (A.REFRESH, S.WAITING, S.WAITING),
        (A.OPEN, S.WAITING, S.OPEN),
        (A.ANSWER, S.OPEN, S.OPEN),
        (A.CLOSE, S.OPEN, S.CLOSED),
        (A.SKIP, S.WAITING, S.SKIPPED),
    ],
)
def test_steps__each_row(act: WeeklyAct, source: WeeklyState, to: WeeklyState) -> None:
    assert STEPS[act] == (source, to)
    for state in S:
        expected = {S.CLOSED: "review_closed", S.SKIPPED: "review_skipped"}.get(state, "review_state")
        assert step_problem(state, act) == (None if state is source else expected)


def test_steps__nothing_leads_out_of_closed_or_skipped() -> None:
    assert {source for source, _ in STEPS.values()} == {S.WAITING, S.OPEN}
    assert {step_problem(state, act) for state in S for act in A} - {None} == set(SENTENCES)
    assert set(STATE_WORDS) == set(S)


@pytest.mark.parametrize(
    ("block", "minutes"),
    [
        (BlockKey.TRIGGERS, 3), (BlockKey.DECISIONS, 5), (BlockKey.FLOW, 4), (BlockKey.BURN, 4),
        (BlockKey.INCIDENTS, 5), (BlockKey.FINDINGS, 3), (BlockKey.SERVICES, 5),
    ],
)  # fmt: skip
def test_blocks__each_has_its_minutes(block: BlockKey, minutes: int) -> None:
    assert block.minutes == BLOCKS[block][1] == minutes
    assert block.heading == BLOCKS[block][0]


def test_blocks__fill_half_an_hour() -> None:
    assert 15 <= sum(block.minutes for block in BlockKey) <= 30
    assert set(RULE_BLOCKS) == set(Rule)
    assert [rule.block for rule in Rule] == sorted((rule.block for rule in Rule), key=list(BlockKey).index)


def test_arrange__blocks_stand_in_order_and_triggers_on_top() -> None:
    everything = [found(rule, f"subject:{rule}", Press.REST) for rule in reversed(list(Rule))]
    placed = arrange(everything)
    assert [one.found.rule for one in placed] == list(Rule)
    assert [one.rank for one in placed] == list(range(1, len(Rule) + 1))


def test_arrange__beyond_twelve_things_are_counted() -> None:
    calm = [found(subject=f"service:{n:02d}", press=Press.REST) for n in range(20)]
    urgent = [found(Rule.BURN, f"objective:{n}", Press.EXHAUSTED) for n in range(5)]
    placed = arrange([*calm, *urgent, *(found(Rule.SERVICE, f"service:q{n}", Press.REST) for n in range(30))])
    still_asked = [one for one in placed if not one.is_counted_only and one.found.rule is not Rule.SERVICE]
    assert len(still_asked) == MOST_OPEN
    assert {one.found.subject for one in still_asked} >= {one.subject for one in urgent}
    assert not [one for one in placed if one.found.rule is Rule.SERVICE and one.is_counted_only]


@given(st.lists(st.sampled_from(list(Press)), max_size=40))
def test_arrange__what_is_counted_presses_no_more_than_what_is_asked(presses: list[Press]) -> None:
    placed = arrange([found(subject=f"service:{n}", press=press) for n, press in enumerate(presses)])
    asked = [list(Press).index(one.found.press) for one in placed if not one.is_counted_only]
    counted = [list(Press).index(one.found.press) for one in placed if one.is_counted_only]
    assert len(asked) == min(len(presses), MOST_OPEN)
    assert max(asked, default=-1) <= min(counted, default=99)


def test_numbers__are_those_that_were_agreed() -> None:
    assert (MOST_OPEN, MOST_DEFERRALS, SKIPPED_AFTER_DAYS) == (12, 2, 7)
    assert (MOST_PER_DEFINITION, MOST_PER_REVIEW, RESTS_FOR.days) == (2, 5, 28)
    assert (INVESTIGATE_WITHIN.days, FIRST_LOOK.days) == (28, 35)


def test_press__is_the_order_of_the_cards() -> None:
    assert [press.value for press in Press] == [
        "decision_missing", "exhausted", "not_met_and_worsened", "not_met", "worsened", "no_data_again", "at_risk",
        "no_data", "not_judged", "cannot_tell", "rest",
    ]  # fmt: skip


def test_named_services__are_those_that_something_speaks_of() -> None:
    one = Found(Rule.BURN, "objective:x", "It burns.", Press.EXHAUSTED, services=("a", "b"))
    assert named_services([one, found()]) == {"a", "b"}


@pytest.mark.parametrize(
    ("movement", "prompt"),
    [
        ("lead_time_improved", "What changed in the pipeline, and who else gains from it?"),
        ("lead_time_worse", "Where does a change wait: review, QA, approval, rework?"),
        ("frequency_fell", "Which release step is still manual?"),
        ("frequency_rose_alone", "Sooner, or the same work cut smaller?"),
        ("failure_rate_worse", "Which test, rollout step or design would have caught it?"),
        ("recovery_slower", "Where do we lack a rollback we trust?"),
        ("noise_worse", "Which alert fires on an inner cause, not a user symptom?"),
        ("budget_untouched_twice", "Is the promise too easy, or are we too careful?"),
        ("burn_at_risk", "Slow down, add a safeguard, or pay debt: what returns budget first?"),
        ("actions_late", "What must stop so that this one gets time?"),
        ("shared_factor_twice", "What did both teach that the runbook lacks?"),
        ("adoption_flat", "Which team said no, and what does it use instead?"),
    ],
)
def test_prompts__each_row(movement: str, prompt: str) -> None:
    assert PROMPTS[Movement(movement)] == prompt
    (one,) = with_prompts(arrange([found(movement=movement)]), ())
    assert one.prompt == prompt


def test_prompts__speak_of_the_system() -> None:
    assert set(PROMPTS) == set(Movement)
    assert all(prompt.endswith("?") and "why is this" not in prompt.lower() for prompt in PROMPTS.values())


def test_prompts__two_for_a_definition_and_five_for_a_review() -> None:
    movements = [m for m in Movement for _ in range(3)][:24]
    everything = [found(subject=f"service:{n}", movement=m, definition=m) for n, m in enumerate(movements)]
    asked = [one.found.definition for one in with_prompts(arrange(everything), ()) if one.prompt]
    assert len(asked) == MOST_PER_REVIEW
    assert max(asked.count(one) for one in asked) == MOST_PER_DEFINITION


def test_prompts__one_answered_lately_rests_and_what_is_counted_asks_nothing() -> None:
    worse = PROMPTS[Movement.LEAD_TIME_WORSE]
    placed = arrange([found(movement="lead_time_worse")])
    assert [one.prompt for one in with_prompts(placed, {worse})] == [""]
    many = arrange([found(subject=f"s:{n:02d}", movement="burn_at_risk", definition=str(n)) for n in range(20)])
    assert not [one for one in with_prompts(many, ()) if one.prompt and one.is_counted_only]


@pytest.mark.parametrize(
    ("slug", "code", "other", "movement"),
    [
        (flow.LEAD_TIME, Code.IMPROVED, Code.NO_SIGNAL, Movement.LEAD_TIME_IMPROVED),
        (flow.LEAD_TIME, Code.WORSENED, Code.NO_SIGNAL, Movement.LEAD_TIME_WORSE),
        (flow.LEAD_TIME, Code.CHANGED, Code.NO_SIGNAL, None),
        (flow.FREQUENCY, Code.WORSENED, Code.NO_SIGNAL, Movement.FREQUENCY_FELL),
        (flow.FREQUENCY, Code.IMPROVED, Code.NO_SIGNAL, Movement.FREQUENCY_ROSE_ALONE),
        (flow.FREQUENCY, Code.IMPROVED, Code.IMPROVED, None),
        (flow.FREQUENCY, Code.NO_SIGNAL, Code.WORSENED, None),
    ],
)
def test_flow__movements(slug: str, code: Code, other: Code, movement: Movement | None) -> None:
    (beside,) = set(flow.RULES) - {slug}
    assert flow.movement_of(slug, {slug: code, beside: other}) is movement


def test_flow__only_movements_are_signals() -> None:
    assert {Code.IMPROVED, Code.WORSENED, Code.CHANGED} == flow.SIGNALS
    assert [flow.press_of(code) for code in (Code.WORSENED, Code.IMPROVED)] == [Press.WORSENED, Press.REST]


@pytest.mark.parametrize(
    ("state", "keys", "press"),
    [
        (BudgetState.EXHAUSTED, (), Press.EXHAUSTED),
        (BudgetState.AT_RISK, (), Press.AT_RISK),
        (BudgetState.AT_RISK, ("cobalt",), Press.EXHAUSTED),
        (BudgetState.OK, ("cobalt",), Press.EXHAUSTED),
        (BudgetState.OK, (), None),
        (BudgetState.NO_DATA, (), Press.NO_DATA),
        (BudgetState.STALE, (), Press.NO_DATA_AGAIN),
        (BudgetState.INSUFFICIENT, (), None),
    ],
)
def test_burn__what_stands_on_the_agenda(state: BudgetState, keys: tuple[str, ...], press: Press | None) -> None:
    assert burn.press_of(state, keys) is press


def test_burn__keys_are_named() -> None:
    assert burn.keys_words(()) == ""
    assert burn.keys_words(("cobalt",)) == "Exhausted for cobalt."
    assert burn.keys_words(("a", "b")) == "Exhausted for a and b."
    assert burn.keys_words(tuple("abcdefg")) == "Exhausted for a, b, c, d, e and 2 more."


def shown(**more: object) -> dict[str, object]:
    return {
        "id": 7, "rule": "lead_time", "sentence": "It moved.", "is_counted_only": False, "answer": None,
        "outcome": None, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("item", "waits"),
    [
        (shown(), True),
        (shown(answer={"kind": "decision"}), False),
        (shown(is_counted_only=True), False),
        (shown(rule="decision_due"), True),
        (shown(rule="decision_due", outcome={"outcome": "helped"}), False),
        (shown(rule="decision_due", outcome={"outcome": "too_early"}), False),
        (shown(rule="decision_due", outcome={"outcome": "hurt"}), True),
        (shown(rule="decision_due", outcome={"outcome": "hurt"}, answer={"kind": "decision"}), False),
    ],
)
def test_items__which_wait(item: dict[str, object], waits: bool) -> None:
    assert is_open(item) is waits
    assert [problem.pointer for problem in open_pointers([item])] == (["/items/7"] if waits else [])
