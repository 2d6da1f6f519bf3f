"""Policies at work: what fires, what holds as a decision, the way out, release advice; lines and suggestions."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.domain.responsibilities import EM, PM, TL
from apps.objectives.domain import pace, printing
from apps.objectives.domain.budget_policies import DEFAULT_RULES
from apps.objectives.domain.budget_triggers import (
    Decided,
    Signed,
    advise,
    heads_the_review,
    hours_to_exit,
    incident_fires,
    incident_spent,
    roles_missing,
    rule_fired,
    stand,
    strictest,
)
from apps.objectives.domain.budgets import Budget
from apps.objectives.domain.objective_words import BudgetState
from apps.objectives.domain.policy_words import Advice, RuleKey, TriggerStanding, Verb
from apps.objectives.domain.suggesting import (
    RUNGS,
    PastWindow,
    SuggestionKind,
    rungs_around,
    suggest,
    tightest_rung,
)
from apps.objectives.domain.windows import Span

AT_RISK, EXHAUSTED, INCIDENT = DEFAULT_RULES
TODAY, LATER = date(2026, 8, 24), date(2026, 9, 24)
NOON = datetime(2026, 8, 24, 12, tzinfo=UTC)
ALL = (Signed(1, TL), Signed(2, EM), Signed(3, PM))
S = BudgetState


def decided(*signed: Signed, verb: Verb = Verb.ADJUST, revisit_on: date = LATER) -> Decided:
    """A decision with its signatures."""
    return Decided(verb, revisit_on, signed)


@pytest.mark.parametrize(
    ("before", "now", "rule"),
    [
        (S.OK, S.AT_RISK, RuleKey.AT_RISK),
        (S.AT_RISK, S.EXHAUSTED, RuleKey.EXHAUSTED),
        (None, S.EXHAUSTED, RuleKey.EXHAUSTED),
        (S.EXHAUSTED, S.EXHAUSTED, None),
        (S.EXHAUSTED, S.OK, None),
        (S.OK, S.STALE, None),
    ],
)
def test_rule__fires_on_a_change_of_judged_state(before: S | None, now: S, rule: RuleKey | None) -> None:
    assert rule_fired(before, now) is rule


def test_incident__share_is_said_and_fires() -> None:
    allowed = Fraction("3853.5")
    assert printing.spent_share_text(incident_spent(830, allowed)) == "21.6\N{NO-BREAK SPACE}%"
    assert incident_fires(INCIDENT, 830, allowed)
    assert not incident_fires(INCIDENT, 770, allowed)
    assert incident_fires(INCIDENT, 771, allowed)
    assert not incident_fires(INCIDENT, 1, Fraction(5))
    assert incident_fires(INCIDENT, 2, Fraction(5))
    assert not incident_fires(INCIDENT, 5, Fraction(0))


def test_decision__reliability_first_needs_all_three_and_each_another_person() -> None:
    two = decided(*ALL[:2])
    assert roles_missing(EXHAUSTED, two.signed) == (PM,)
    assert roles_missing(EXHAUSTED, (Signed(1, TL), Signed(1, EM), Signed(3, PM))) == (EM,)
    assert stand(EXHAUSTED, [two], TODAY, is_closed=False) is TriggerStanding.WAITS_FOR_SIGNATURES
    assert advise(EXHAUSTED, [two], TODAY) is Advice.UNDECIDED
    assert advise(EXHAUSTED, [decided(*ALL)], TODAY) is Advice.FROZEN


def test_decision__one_not_yet_signed_supersedes_nothing() -> None:
    assert advise(EXHAUSTED, [decided(*ALL, verb=Verb.CONTINUE), decided(ALL[0])], TODAY) is Advice.OPEN


@pytest.mark.parametrize(
    ("decisions", "standing", "heads"),
    [
        ([], TriggerStanding.UNDECIDED, True),
        ([decided(*ALL)], TriggerStanding.DECIDED, False),
        ([decided(*ALL, revisit_on=TODAY)], TriggerStanding.DECIDED, False),
        ([decided(*ALL, revisit_on=TODAY - timedelta(days=1))], TriggerStanding.TO_REVISIT, True),
    ],
)
def test_trigger__without_a_decision_heads_the_review(
    decisions: list[Decided], standing: TriggerStanding, heads: bool
) -> None:
    assert stand(EXHAUSTED, decisions, TODAY, is_closed=False) is standing
    assert heads_the_review(standing) is heads
    assert not heads_the_review(stand(EXHAUSTED, decisions, TODAY, is_closed=True))


@pytest.mark.parametrize(("hours", "left"), [(23, 1), (24, 0), (30, 0)])
def test_exit__after_24_hours_met(hours: int, left: int) -> None:
    assert hours_to_exit(NOON - timedelta(hours=hours), NOON) == left
    assert hours_to_exit(None, NOON) is None


def test_advice__is_the_strictest() -> None:
    assert strictest([]) is Advice.OPEN
    assert strictest([Advice.OPEN, Advice.CAREFUL]) is Advice.CAREFUL
    assert strictest([Advice.FROZEN, Advice.UNDECIDED]) is Advice.FROZEN
    assert advise(AT_RISK, [decided(ALL[0], ALL[2])], TODAY) is Advice.CAREFUL


def windows(target: str, *bad_per_million: int, incident: bool = False) -> list[PastWindow]:
    """Three windows of a million events."""
    return [PastWindow(Budget(Decimal(target), bad, 10**6, 10**6), incident) for bad in bad_per_million]


def test_suggest__the_worked_examples() -> None:
    tight = suggest(Decimal("0.995"), windows("0.995", 430, 100, 0))
    assert tight
    assert (tight.kind, tight.target) == (SuggestionKind.TIGHTEN, Decimal("0.999"))
    loose = suggest(Decimal("0.999"), windows("0.999", 1400, 1100, 700))
    assert loose
    assert (loose.kind, loose.target) == (SuggestionKind.LOOSEN, Decimal("0.998"))
    few = suggest(Decimal("0.995"), [PastWindow(Budget(Decimal("0.995"), 0, 1120, 1120), had_incident=False)] * 3)
    assert few
    assert few.kind is SuggestionKind.TOO_LITTLE_TRAFFIC


def test_suggest__somebody_hurt_or_too_few_windows_say_nothing() -> None:
    assert suggest(Decimal("0.999"), windows("0.999", 1400, 1100, 700, incident=True)) is None
    assert suggest(Decimal("0.999"), windows("0.999", 1400, 1100)) is None
    assert suggest(Decimal("0.995"), windows("0.995", 3000, 100, 0)) is None


@given(st.integers(0, 100_000))
def test_rung__the_tightest_has_room_for_the_errors(bad: int) -> None:
    share = Fraction(bad, 10**6)
    rung = tightest_rung(share)
    assert rung is not None
    assert 1 - Fraction(rung) >= share
    assert all(1 - Fraction(other) < share for other in RUNGS if other > rung)


def test_rungs__around_a_target_between_them() -> None:
    assert rungs_around(Decimal("0.997")) == [Decimal(x) for x in ("0.99", "0.995", "0.997", "0.998", "0.999")]


MONTH = Span(NOON - timedelta(days=10), NOON + timedelta(days=20))


def test_pace__lines_of_the_burn_down() -> None:
    assert [pace.even_left(MONTH, at) for at in (MONTH.start, NOON, MONTH.end)] == [1, Fraction(2, 3), 0]
    points = pace.burn_down(MONTH, [(NOON - timedelta(days=9), 5), (NOON, 10)], Fraction(20))
    assert [point.left for point in points] == [1, Fraction(3, 4), Fraction(1, 4)]
    told = pace.burn_down(MONTH, [(NOON - timedelta(days=9), 5), (NOON, 10)], Fraction(20), Fraction(1, 3))
    assert [point.left for point in told] == [1, Fraction(3, 4), Fraction(1, 3)]
    runs_out = pace.if_this_pace_holds(points[-1], Fraction(48), MONTH)
    assert runs_out
    assert runs_out[1] == pace.Point(NOON + timedelta(days=2), Fraction(0))
    lasts = pace.if_this_pace_holds(points[-1], Fraction(24 * 40), MONTH)
    assert lasts
    assert lasts[1] == pace.Point(MONTH.end, Fraction(1, 8))
    assert pace.if_this_pace_holds(points[-1], None, MONTH) is None
    assert pace.burn_down(MONTH, [], Fraction(0)) == []


@pytest.mark.parametrize("state", list(S))
def test_rule__fires_for_what_is_low_when_a_policy_begins_to_speak_of_it(state: S) -> None:
    assert rule_fired(state, state) is None
    assert (rule_fired(state, state, is_new=True) is not None) is (state in (S.AT_RISK, S.EXHAUSTED))
