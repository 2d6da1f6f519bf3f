"""Known causes: suggestions, repeats, and the state in which a cause came again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.incidents.domain.action_words import RepeatState
from apps.incidents.domain.causes import (
    LOOKS_BACK,
    ActionLife,
    CauseLife,
    Traits,
    gravest,
    is_repeat,
    repeat_state,
    suggested_causes,
)

AT = datetime(2026, 6, 1, 10, tzinfo=UTC)
API, WEB, DB = 1, 2, 3


def days(count):
    return timedelta(days=count)


def traits(at=AT, services=(API,), kinds=("capacity",), boundaries=()):
    return Traits(at, frozenset(services), frozenset(kinds), frozenset(frozenset(pair) for pair in boundaries))


@pytest.mark.parametrize(
    ("other", "is_suggested"),
    [
        (traits(AT - days(1)), True),
        (traits(AT - LOOKS_BACK), True),
        (traits(AT - LOOKS_BACK - timedelta(seconds=1)), False),
        (traits(AT + days(1)), False),
        (traits(AT - days(1), services=(WEB,)), False),
        (traits(AT - days(1), kinds=("dependency",)), False),
        (traits(AT - days(1), services=(WEB,), kinds=("dependency",), boundaries=[(DB, WEB)]), True),
    ],
)
def test_suggested_causes__share_service_and_kind_or_a_boundary_within_90_days(other, is_suggested):
    incident = traits(boundaries=[(WEB, DB)])
    assert suggested_causes(incident, {5: [other]}) == ([5] if is_suggested else [])


def test_suggested_causes__stand_in_a_stable_order():
    near = traits(AT - days(1))
    assert suggested_causes(traits(), {9: [near], 2: [traits(AT - days(200)), near], 4: []}) == [2, 9]


def test_is_repeat__only_after_it_was_known():
    assert is_repeat(AT, AT - days(1))
    assert not is_repeat(AT, AT)
    assert not is_repeat(AT, None)
    assert not is_repeat(None, AT)


OPENED, KNOWN = AT - days(30), AT - days(40)


@pytest.mark.parametrize(
    ("cause", "state"),
    [
        (CauseLife(KNOWN, [ActionLife(OPENED, done_at=AT - days(1))]), RepeatState.AFTER_DONE),
        (CauseLife(KNOWN, [ActionLife(OPENED, done_at=AT)]), RepeatState.AFTER_DONE),
        (CauseLife(KNOWN, [ActionLife(OPENED), ActionLife(OPENED, done_at=AT - days(1))]), RepeatState.AFTER_DONE),
        (CauseLife(KNOWN, [ActionLife(OPENED, done_at=AT + days(1))]), RepeatState.WHILE_OPEN),
        (CauseLife(KNOWN, [ActionLife(OPENED)], [(KNOWN, None)]), RepeatState.WHILE_OPEN),
        (CauseLife(KNOWN, [ActionLife(OPENED, dropped_at=AT - days(1))], [(KNOWN, None)]), RepeatState.ACCEPTED),
        (CauseLife(KNOWN, [ActionLife(OPENED, dropped_at=AT - days(1))]), RepeatState.NO_ACTION),
        (CauseLife(KNOWN, (), [(KNOWN, AT)]), RepeatState.NO_ACTION),
        (CauseLife(KNOWN, [ActionLife(AT + days(1))]), RepeatState.NO_ACTION),
        (CauseLife(AT + days(1), [ActionLife(OPENED, done_at=AT - days(1))]), None),
    ],
)
def test_repeat_state__is_the_first_that_holds_at_impact(cause, state):
    assert repeat_state(AT, cause) is state


offsets = st.integers(-60, 60).map(days)


@given(st.lists(st.tuples(offsets, st.none() | offsets, st.none() | offsets), max_size=5), offsets)
def test_repeat_state__what_happens_after_the_impact_changes_nothing(rows, shift):
    def at(offset):
        return None if offset is None else AT + offset

    lives = [ActionLife(AT + opened, at(done), at(dropped)) for opened, done, dropped in rows]
    later = ActionLife(AT + abs(shift) + days(1), AT + abs(shift) + days(2))
    assert repeat_state(AT, CauseLife(KNOWN, lives)) is repeat_state(AT, CauseLife(KNOWN, [*lives, later]))


def test_gravest__is_the_first_of_the_table():
    assert gravest([RepeatState.NO_ACTION, None, RepeatState.WHILE_OPEN]) is RepeatState.WHILE_OPEN
    assert gravest([None]) is None
