"""The state table of actions: what may be done when, and the second person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.incidents.domain.action_states import (
    ACTION_STEPS,
    DROP_IS_ASKED,
    NEXT_WAY,
    NO_DROP_IS_ASKED,
    STATE_WORDS,
    ActionAct,
    action_problem,
    is_second_person,
    possible_acts,
)
from apps.incidents.domain.action_words import ActionState

A, S = ActionAct, ActionState


@pytest.mark.parametrize(
    ("state", "is_drop_asked", "acts"),
    [
        (S.OPEN, False, [A.SET_DATE, A.FINISH, A.ASK_DROP, A.CHANGE_LINKS]),
        (S.OPEN, True, [A.SET_DATE, A.FINISH, A.KEEP, A.CONFIRM_DROP, A.CHANGE_LINKS]),
        (S.DONE, False, [A.TAKE_BACK, A.VERIFY]),
        (S.VERIFIED, False, []),
        (S.DROPPED, False, []),
        (S.DROPPED, True, []),
    ],
)
def test_possible_acts__are_those_of_the_table(state, is_drop_asked, acts):
    assert possible_acts(state, is_drop_asked=is_drop_asked) == acts


def test_action_problem__says_where_it_stands_and_the_way_on():
    said = action_problem(S.VERIFIED, A.SET_DATE, is_drop_asked=False)
    assert said == f"This action is verified. {NEXT_WAY[S.VERIFIED]}"


def test_action_problem__a_second_wish_to_drop_is_refused():
    assert action_problem(S.OPEN, A.ASK_DROP, is_drop_asked=True) == DROP_IS_ASKED


def test_action_problem__nothing_to_confirm_without_a_wish():
    assert action_problem(S.OPEN, A.CONFIRM_DROP, is_drop_asked=False) == NO_DROP_IS_ASKED


@given(st.lists(st.tuples(st.sampled_from(ActionAct), st.booleans()), max_size=30))
def test_acts__never_leave_a_final_state(acts):
    state = S.OPEN
    for act, asked in acts:
        if action_problem(state, act, is_drop_asked=asked) is None:
            assert state not in (S.VERIFIED, S.DROPPED)
            state = ACTION_STEPS[act].to


def test_is_second_person__neither_the_doer_nor_a_tool():
    assert is_second_person(2, {1, None})
    assert is_second_person(2, {None})
    assert not is_second_person(1, {1, None})
    assert not is_second_person(None, {1})


def test_words__exist_for_every_state():
    assert set(STATE_WORDS) == set(NEXT_WAY) == set(ActionState)
    assert STATE_WORDS[S.DONE] == "Done, unverified"
