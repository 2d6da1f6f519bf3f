"""The duty of evaluating objectives: once, twice, two at once, killed at each step, after days without a beat."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from apps.audit import operations as audit
from apps.core import clock, due
from apps.objectives.models import (
    BudgetDay,
    BudgetDayFact,
    BudgetEvaluation,
    BudgetStatus,
    BurnAlert,
    EvaluationDue,
    Objective,
    PolicyTrigger,
)
from apps.objectives.operations import budget_facts, evaluating, judging
from apps.objectives.tasks import evaluate_due
from tests.budgets import lay, make_objective, make_policy, spread, status_of
from tests.personas import Organisation
from tests.sampling import make_indicator, make_series

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
NEWEST = datetime(2026, 8, 24, 7, tzinfo=ZoneInfo("UTC"))
NOW = NEWEST + HOUR + timedelta(minutes=5)
STEPS = {
    "days": (evaluating, "measure_now"), "alerts": (evaluating, "follow_alerts"),
    "statuses": (evaluating, "write_statuses"), "results": (evaluating, "keep_results"),
    "rules": (evaluating, "fire_rules"), "facts": (budget_facts, "_publish"), "chain": (audit, "record"),
    "done": (due, "mark_done"),
}  # fmt: skip


class Killed(BaseException):
    """The worker died."""


@pytest.fixture
def objective(organisation: Organisation) -> Objective:
    """A budget that is exhausted, with a policy, and that was not looked at yet."""
    make_policy(organisation)
    indicator = make_indicator(organisation, slice_seconds=3600)
    lay(make_series(indicator), spread(NEWEST - 671 * HOUR, 672, 3600, 5000, 1_284_500))
    return make_objective(organisation, indicator)


def rows() -> list[Any]:
    """Everything that an evaluation leaves, without keys of its own."""
    return [
        list(BudgetDay.objects.order_by("day").values_list("day", "bad", "counted", "seen")),
        list(BudgetStatus.objects.values_list("state", "judged_state", "bad", "counted", "met_since")),
        list(BudgetEvaluation.objects.order_by("as_of").values_list("cause", "as_of", "document_sha256")),
        list(PolicyTrigger.objects.values_list("rule", "from_at")),
        list(BurnAlert.objects.values_list("tier", "from_at")),
        list(BudgetDayFact.objects.filter(until_seq=None).values_list("key", "state")),
        EvaluationDue.objects.filter(done_at=None, attempts=0).count(),
    ]


def test_evaluate__ten_beats_leave_what_one_did(objective: Objective) -> None:
    with clock.playing(NOW):
        evaluate_due()
        once = rows()
        for _ in range(9):
            evaluate_due()
    assert rows() == once
    assert [row[0] for row in once[3]] == ["exhausted"]


def test_evaluate__two_at_once_leave_what_one_did(objective: Objective, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second worker finds nothing to claim while the first is at work."""
    worked: list[int] = []

    def measure_while_another_works(*given: Any, **named: Any) -> Any:
        if not worked:
            worked.append(evaluating.evaluate_due())
        return judging.measure_now(*given, **named)

    monkeypatch.setattr(evaluating, "measure_now", measure_while_another_works)
    with clock.playing(NOW):
        evaluate_due()
    assert worked == [0]
    assert [len(rows()[3]), rows()[6]] == [1, 1]


@pytest.mark.parametrize("step", sorted(STEPS))
def test_evaluate__killed_at_a_step_it_is_done_by_the_next(
    objective: Objective, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    module, name = STEPS[step]

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    with clock.playing(NOW):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, die)
            with pytest.raises(Killed):
                evaluate_due()
        assert rows()[:6] == [[], [], [], [], [], []]
        assert evaluate_due() == 0  # still claimed by the worker that died
    with clock.playing(NOW + 11 * timedelta(minutes=1)):
        assert evaluate_due() == 1
    assert status_of(objective).state == "exhausted"
    assert [len(found) for found in rows()[2:4]] == [3, 1]


def test_evaluate__three_days_without_a_beat_are_caught_up(objective: Objective) -> None:
    with clock.playing(NOW):
        evaluate_due()
    with clock.playing(NOW + timedelta(days=3)):
        assert evaluate_due() == 1
    midnights = BudgetEvaluation.objects.filter(cause="midnight").order_by("as_of")
    assert [one.as_of.date().day for one in midnights] == [23, 24, 25, 26]


def test_evaluate__one_that_fails_keeps_its_error_and_the_others_go_on(
    organisation: Organisation, objective: Objective, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_objective(organisation, make_indicator(organisation, "another"), "another-works")

    def judge_but_one(agreed: Any, *given: Any, **named: Any) -> Any:
        if agreed.objective == objective:
            raise ValueError("a broken promise")
        return judging.judge(agreed, *given, **named)

    monkeypatch.setattr(evaluating, "judge", judge_but_one)
    with clock.playing(NOW):
        assert evaluate_due() == 1
    assert status_of(other).state == "no_data"
    assert "a broken promise" in EvaluationDue.objects.get(objective=objective).last_error
