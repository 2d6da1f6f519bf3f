"""States of a retro, which form a level asks for, when it is due, who may waive it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.incidents.domain.retro_words import RetroForm, RetroState
from apps.incidents.domain.retros import (
    OUT,
    STATE_WORDS,
    STEP_SENTENCES,
    STEPS,
    RetroAct,
    StepProblem,
    Timeliness,
    WaiverProblem,
    due_at,
    form_of,
    is_asked_by,
    step_problem,
    timeliness,
    waiver_problem,
)
from apps.incidents.domain.severity import SHIPPED, level_of

DRAFT, REVIEW, OUT_NOW, AMENDED, WAIVED = (
    RetroState.DRAFT, RetroState.IN_REVIEW, RetroState.PUBLISHED, RetroState.AMENDED, RetroState.WAIVED,
)  # fmt: skip
instants = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC))


def test_due_at__follows_a_reopening() -> None:
    assert due_at(datetime(2026, 5, 4, 9, tzinfo=UTC), 72) == datetime(2026, 5, 7, 9, tzinfo=UTC)
    assert due_at(None, 72) is None  # reopened on 5 May at 08:00
    assert due_at(datetime(2026, 5, 5, 10, tzinfo=UTC), 72) == datetime(2026, 5, 8, 10, tzinfo=UTC)


def test_timeliness__one_published_before_a_reopening_stays_on_time() -> None:
    published = datetime(2026, 5, 4, 20, tzinfo=UTC)
    late = datetime(2026, 6, 1, tzinfo=UTC)
    assert timeliness(due=None, published=published, now=late) is Timeliness.ON_TIME
    assert timeliness(due=datetime(2026, 5, 8, 10, tzinfo=UTC), published=published, now=late) is Timeliness.ON_TIME


@given(due=instants, now=instants)
def test_timeliness__the_last_second_still_counts(due: datetime, now: datetime) -> None:
    second = timedelta(seconds=1)
    assert timeliness(due=due, published=due, now=now) is Timeliness.ON_TIME
    assert timeliness(due=due, published=due + second, now=now) is Timeliness.LATE
    assert timeliness(due=due, published=None, now=due) is Timeliness.OPEN
    assert timeliness(due=due, published=None, now=due + second) is Timeliness.OVERDUE
    assert timeliness(due=None, published=None, now=now) is Timeliness.NOT_DUE


@pytest.mark.parametrize(
    ("number", "form", "asked"),
    [(1, "full", True), (2, "full", True), (3, "short", True), (4, "short", False), (None, "short", False)],
)
def test_form_of__the_worst_level_decides(number: int | None, form: str, asked: bool) -> None:
    level = level_of(SHIPPED, number)
    assert form_of(level) is RetroForm(form)
    assert is_asked_by(level) is asked


@pytest.mark.parametrize(
    ("state", "amending", "acts"),
    [
        (DRAFT, False, "write submit publish ask_waiver refuse_waiver waive"),
        (REVIEW, False, "write take_back publish ask_waiver refuse_waiver waive"),
        (OUT_NOW, False, "begin_amendment"),
        (OUT_NOW, True, "write drop_amendment amend"),
        (AMENDED, False, "begin_amendment"),
        (AMENDED, True, "write drop_amendment amend"),
        (WAIVED, False, ""),
    ],
)
def test_step_problem__each_state_allows_what_the_table_says(state: RetroState, amending: bool, acts: str) -> None:
    allowed = {act.value for act in RetroAct if step_problem(state, act, is_amending=amending) is None}
    assert allowed == set(acts.split())


@pytest.mark.parametrize("act", [RetroAct.WRITE, RetroAct.PUBLISH])
@pytest.mark.parametrize("state", sorted(OUT))
def test_step_problem__a_published_retro_names_the_way_on(state: RetroState, act: RetroAct) -> None:
    problem = step_problem(state, act, is_amending=False)
    assert problem is StepProblem.RETRO_PUBLISHED
    assert "amendment" in STEP_SENTENCES[problem]


def test_step_problem__anything_else_is_an_illegal_transition() -> None:
    assert step_problem(WAIVED, RetroAct.WRITE, is_amending=False) is StepProblem.ILLEGAL_TRANSITION
    assert step_problem(OUT_NOW, RetroAct.WAIVE, is_amending=False) is StepProblem.ILLEGAL_TRANSITION


@given(st.lists(st.sampled_from([act for act in RetroAct if act is not RetroAct.WRITE]), max_size=30))
def test_steps__nothing_leads_back_to_a_draft_once_published(acts: list[RetroAct]) -> None:
    state, amending, was_out = DRAFT, False, False
    for act in acts:
        if step_problem(state, act, is_amending=amending) is None:
            state = STEPS[act].to or state
            amending = act is RetroAct.BEGIN_AMENDMENT
            was_out = was_out or state in OUT
        assert not was_out or state in OUT


def test_states__each_has_its_word() -> None:
    assert set(STATE_WORDS) == set(RetroState)
    assert set(STEP_SENTENCES) == set(StepProblem)


def test_waiver_problem__the_one_who_asked_does_not_answer() -> None:
    assert waiver_problem(asked_by=1, answered_by=2) is None
    assert waiver_problem(asked_by=1, answered_by=1) is WaiverProblem.OWN_REQUEST
    assert waiver_problem(asked_by=None, answered_by=1) is WaiverProblem.NOT_ASKED
