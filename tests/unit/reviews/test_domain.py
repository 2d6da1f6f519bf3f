"""States, seats and answers of a target review."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.measurements.domain.intervals import wilson
from apps.measurements.domain.readings import Reading, TargetComparison
from apps.measurements.domain.verdicts import judge_target
from apps.metrics.domain.targets import Baseline, draft_for, is_heroic, is_near_noise
from apps.reviews.domain import content as contents
from apps.reviews.domain.content import Answer, Choice
from apps.reviews.domain.seats import FilledBy, Holders, Seat, SeatRole, Signed, open_roles, seats_of, sign_problem
from apps.reviews.domain.states import PROBLEM_SENTENCES, STATE_WORDS, TRANSITIONS, Act, ReviewState, act_problem

GENERATED, IN_DISCUSSION, CLOSED = ReviewState.GENERATED, ReviewState.IN_DISCUSSION, ReviewState.CLOSED
ALLOWED = {(GENERATED, Act.REFRESH), (GENERATED, Act.OPEN), (IN_DISCUSSION, Act.EDIT), (IN_DISCUSSION, Act.SIGN),
           (IN_DISCUSSION, Act.CLOSE)}  # fmt: skip


@pytest.mark.parametrize("state", list(ReviewState))
@pytest.mark.parametrize("act", list(Act))
def test_act__each_pair_of_state_and_act(state: ReviewState, act: Act) -> None:
    problem = act_problem(state, act)
    if (state, act) in ALLOWED:
        assert problem is None
    else:
        assert problem == ("review_closed" if state is CLOSED else "review_state")
        assert PROBLEM_SENTENCES[problem]


def test_states__closed_is_final_and_each_has_its_words() -> None:
    assert all(found.source is not CLOSED for found in TRANSITIONS.values())
    assert (TRANSITIONS[Act.OPEN].to, TRANSITIONS[Act.CLOSE].to) == (IN_DISCUSSION, CLOSED)
    assert [state.label for state in ReviewState] == list(STATE_WORDS.values())


@pytest.mark.parametrize(
    ("slug", "baseline", "expected"),
    [
        ("change-lead-time", 31.5 * 3600, Decimal("25.2") * 3600),
        ("change-failure-rate", 33 / 150, Decimal("0.187")),
        ("failed-deployment-recovery-time", 84 * 60.0, Decimal(56) * 60),
        ("deployment-frequency", 11.5, None),
        ("guard-kpi", 100.0, None),
    ],
)
def test_draft__the_worked_numbers(slug: str, baseline: float, expected: Decimal | None) -> None:
    assert draft_for(slug, baseline) == expected


def test_draft__none_is_heroic_by_itself() -> None:
    for slug, baseline in (("change-lead-time", 113400.0), ("failed-deployment-recovery-time", 5040.0)):
        draft = draft_for(slug, baseline)
        assert draft is not None
        assert not is_heroic("at_most", draft, baseline)


def test_near_noise__18_7_percent_lies_inside_the_interval_of_33_in_150() -> None:
    low, high = map(float, wilson(33, 150))
    assert (round(low, 3), round(high, 3)) == (0.161, 0.293)
    assert is_near_noise(Decimal("0.187"), Baseline("2026-Q2", 0.22, 150, 1, low, high))
    assert not is_near_noise(Decimal("0.15"), Baseline("2026-Q2", 0.22, 150, 1, low, high))


@pytest.mark.parametrize(
    ("failed", "code", "words"),
    [
        (18, "target_met", "12.0\u00a0% (7.7–18.2\u00a0%)"),
        (24, "target_unclear", "11.0–22.7\u00a0%"),
        (40, "target_not_met", "26.7\u00a0% (20.2–34.3\u00a0%)"),
    ],
)
def test_quarter_end__target_18_7_percent_of_150(failed: int, code: str, words: str) -> None:
    low, high = wilson(failed, 150)
    reading = Reading(value=failed / 150, lower=low, upper=high, n=150, numerator=failed, denominator=150)
    verdict = judge_target(reading, TargetComparison.AT_MOST, Decimal("0.187"), unit="share")
    assert verdict.code == code
    assert words in verdict.sentence


def holders(**places: object) -> Holders:
    empty = {"team": {}, "group": {}, "leadership": [], "stewards": [9]}
    return Holders(**{**empty, **places})


def test_seats__held_in_the_team() -> None:
    seats = seats_of(holders(team={"tech_lead": [1], "engineering_manager": [2, 3]}, leadership=[4]))
    assert [(seat.role, seat.people, seat.filled_by) for seat in seats] == [
        (SeatRole.TECH_LEAD, frozenset({1}), FilledBy.TEAM),
        (SeatRole.ENGINEERING_MANAGER, frozenset({2, 3}), FilledBy.TEAM),
        (SeatRole.LEADERSHIP, frozenset({4}), FilledBy.ORGANISATION),
    ]
    assert not any(seat.is_vacant for seat in seats)


def test_seats__a_vacant_role_is_filled_by_the_groups_holder() -> None:
    seat = seats_of(holders(team={"tech_lead": []}, group={"tech_lead": [5]}))[0]
    assert (seat.people, seat.filled_by, seat.is_vacant) == (frozenset({5}), FilledBy.GROUP, True)


def test_seats__else_by_the_steward() -> None:
    seats = seats_of(holders())
    assert [(seat.people, seat.is_vacant) for seat in seats] == [(frozenset({9}), True)] * 3


def test_seats__the_groups_leader_is_no_stand_in() -> None:
    seat = seats_of(holders(group={"leadership": [6]}, leadership=[4]))[2]
    assert (seat.people, seat.is_vacant) == (frozenset({6}), False)


SEAT = Seat(SeatRole.TECH_LEAD, frozenset({1, 2}), FilledBy.TEAM)


@pytest.mark.parametrize(
    ("user", "signed", "problem"),
    [
        (1, [], None),
        (3, [], "role_missing"),
        (1, [Signed("leadership", 1)], "already_signed"),
        (1, [Signed("tech_lead", 2)], "already_signed"),
        (1, [Signed("leadership", 4)], None),
    ],
)
def test_sign_problem__three_roles_are_three_people(user: int, signed: list[Signed], problem: str | None) -> None:
    assert sign_problem(SEAT, user, signed) == problem


def test_open_roles__in_the_order_of_the_page() -> None:
    assert open_roles([]) == list(SeatRole)
    assert open_roles([Signed("engineering_manager", 1)]) == [SeatRole.TECH_LEAD, SeatRole.LEADERSHIP]
    assert open_roles([Signed(role, place) for place, role in enumerate(SeatRole)]) == []


def row(answer: Answer = Answer.OPEN, definition: str = "change-failure-rate") -> dict[str, object]:
    return {
        "definition": definition,
        "label": "Change failure rate",
        "answer": str(answer),
        "draft": "0.187",
        "value": "0.187",
    }


def test_open_items__point_at_what_has_no_answer() -> None:
    content = {"next": [row(Answer.NONE), row(Answer.ACCEPTED), row(), row(Answer.DROPPED)]}
    assert [(item.pointer, item.code) for item in contents.open_items(content)] == [("/next/2", "items_open")]


def test_agreed_rows__accepted_and_edited_become_targets() -> None:
    content = {"next": [row(answer) for answer in Answer]}
    assert [found["answer"] for found in contents.agreed_rows(content)] == ["accepted", "edited"]


@pytest.mark.parametrize(("choice", "answer"), [("accept", "accepted"), ("edit", "edited"), ("drop", "dropped")])
def test_answered__each_choice(choice: str, answer: str) -> None:
    new = contents.answered(
        row(), Choice(choice), value=Decimal("0.150000"), reason="We tried it.", heroic_reason="", is_near_noise=False
    )
    assert (new["answer"], new["value"], new["reason"], new["heroic"]) == (answer, "0.15", "We tried it.", False)


def test_find_row__nothing_to_answer_where_nothing_is_drafted() -> None:
    content = {"next": [row(Answer.NONE, "deployment-frequency"), row()]}
    assert contents.find_row(content, "deployment-frequency") is None
    assert contents.find_row(content, "change-failure-rate") == row()


def test_replace_row__leaves_the_others_and_the_old_content_alone() -> None:
    content = {"next": [row(definition="a"), row(definition="b")], "quarter": "2026-Q2"}
    new = contents.replace_row(content, row(Answer.DROPPED, "b"))
    assert [found["answer"] for found in new["next"]] == ["open", "dropped"]
    assert [found["answer"] for found in content["next"]] == ["open", "open"]


@pytest.mark.parametrize(
    ("text", "size", "expected"),
    [("25.2", "3600", Decimal(90720)), (" 18,7 ", "0.01", Decimal("0.187")), ("x", "1", None), ("NaN", "1", None),
     ("Infinity", "1", None), ("", "1", None)],
)  # fmt: skip
def test_read_value__typed_in_the_printed_unit(text: str, size: str, expected: Decimal | None) -> None:
    assert contents.read_value(text, size) == expected


@pytest.mark.parametrize(
    ("exact", "size", "down", "expected"),
    [
        ("90720", "3600", False, "90720"),  # 25.2 h
        ("0.187", "0.01", False, "0.187"),
        ("3360", "60", False, "3360"),  # 56 min
        ("2163888", "86400", False, "2168640"),  # 25.045 d becomes 25.1 d
        ("2163888", "86400", True, "2160000"),  # 25.0 d where more is better
        ("0", "60", False, "0"),
    ],
)
def test_round_draft__three_digits_in_the_printed_unit(exact: str, size: str, down: bool, expected: str) -> None:
    assert contents.round_draft(Decimal(exact), Decimal(size), down=down) == Decimal(expected)


@given(
    st.decimals(min_value="0.000001", max_value=10**9, places=6), st.sampled_from(["1", "60", "3600", "86400", "0.01"])
)
def test_round_draft__never_asks_for_more_and_moves_by_less_than_a_hundredth(exact: Decimal, size: str) -> None:
    up = contents.round_draft(exact, Decimal(size), down=False)
    low = contents.round_draft(exact, Decimal(size), down=True)
    assert low <= exact <= up
    assert up - low <= exact / 100


@given(st.decimals(min_value=0, max_value=10**9, places=6))
def test_plain_decimal__no_exponent_and_no_loss(value: Decimal) -> None:
    text = contents.plain_decimal(value)
    assert "E" not in text
    assert Decimal(text) == value
