"""Results kept for reviews: the status as it stands, for good, once, with as few statements for many as for one."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.immutable import SideDoor
from apps.objectives.domain.counts import Counts, Slice
from apps.objectives.models import BudgetEvaluation, Objective
from apps.objectives.operations.keeping_results import keep_for_review
from tests.budgets import evaluate_now, lay, make_objective, spread, status_of
from tests.personas import Organisation, principal_of
from tests.sampling import make_indicator, make_series, put

pytestmark = [pytest.mark.django_db, pytest.mark.sql]

HOUR = timedelta(hours=1)
NEWEST = datetime(2026, 8, 24, 7, tzinfo=UTC)
NOW = NEWEST + HOUR + timedelta(minutes=5)


def make(world: Organisation, slug: str, *, bad: int = 2911, dimension: str = "none", key: str = "") -> Objective:
    indicator = make_indicator(world, f"of-{slug}", slice_seconds=3600, dimension=dimension)
    lay(make_series(indicator, key), spread(NEWEST - 671 * HOUR, 672, 3600, bad, 1_284_500))
    return make_objective(world, indicator, slug)


def evaluate(*objectives: Objective, at: datetime = NOW) -> None:
    with clock.playing(at):
        evaluate_now([one.pk for one in objectives])


def keep(world: Organisation, *objectives: Objective, at: datetime = NOW) -> dict[int, int]:
    with clock.playing(at):
        return keep_for_review(
            objectives=[one.pk for one in objectives], at=at, by=principal_of(world.people["ana"], at)
        )


def kept_of(world: Organisation, objective: Objective, at: datetime = NOW) -> BudgetEvaluation:
    return BudgetEvaluation.objects.get(pk=keep(world, objective, at=at)[objective.pk])


def test_keep__is_the_result_that_evaluation_computed(organisation: Organisation) -> None:
    objective = make(organisation, "checkout-works", dimension="tenant", key="acme")
    evaluate(objective)
    turned = BudgetEvaluation.objects.get(cause="state_change")
    kept = kept_of(organisation, objective)
    assert [kept.cause, kept.as_of, kept.state] == ["review", NOW, "at_risk"]
    assert [kept.bad, kept.counted, kept.basis, kept.raw_bad] == [2911, 1_284_500, 1_284_500, 2911]
    assert json.loads(kept.document_text) == json.loads(turned.document_text)
    assert kept.computed_at == status_of(objective).computed_at


def test_keep__stays_when_the_budget_moves_on(organisation: Organisation) -> None:
    objective = make(organisation, "checkout-works")
    evaluate(objective)
    kept = kept_of(organisation, objective)
    put(objective.indicator.series.get(), [Slice(NEWEST, Counts(0, 90_000, 90_000))], at=NOW + HOUR)
    evaluate(objective, at=NOW + HOUR)
    assert status_of(objective).state == "exhausted"
    again = BudgetEvaluation.objects.get(pk=kept.pk)
    assert [again.state, again.bad, again.document_text] == ["at_risk", 2911, kept.document_text]
    with pytest.raises(SideDoor):
        BudgetEvaluation.objects.filter(pk=kept.pk).update(bad=0)
    # A second review that opens at that very moment shows what has come since.
    assert kept_of(organisation, objective).bad > 2911
    assert kept_of(organisation, objective, NOW + HOUR).state == "exhausted"


def test_keep__the_same_moment_and_content_are_one_result(organisation: Organisation) -> None:
    objective = make(organisation, "checkout-works")
    evaluate(objective)
    first = keep(organisation, objective)
    assert keep(organisation, objective) == first
    assert AuditEvent.objects.filter(action="budget.kept_for_review").count() == 1
    assert keep(organisation, objective, at=NOW + HOUR) != first
    assert BudgetEvaluation.objects.filter(cause="review").count() == 2


def test_keep__silence_since_the_evaluation_is_silence(organisation: Organisation) -> None:
    objective = make(organisation, "checkout-works")
    evaluate(objective)
    kept = kept_of(organisation, objective, NOW + 12 * HOUR)
    assert [kept.state, kept.bad] == ["stale", 2911]
    assert "was At risk" in json.loads(kept.document_text)["text"]


def test_keep__what_was_never_measured_has_no_result(organisation: Organisation) -> None:
    indicator = make_indicator(organisation, "silent", slice_seconds=3600)
    never, unasked = make_objective(organisation, indicator, "never"), make(organisation, "unasked")
    evaluate(never)
    assert keep(organisation, never, unasked) == {}
    assert keep(organisation) == {}
    assert not BudgetEvaluation.objects.filter(cause="review").exists()


def test_keep__many_take_as_few_statements_as_one(organisation: Organisation) -> None:
    made = [make(organisation, f"works-{number}", bad=100 * number) for number in range(6)]
    evaluate(*made)

    def statements(*objectives: Objective, at: datetime) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert len(keep(organisation, *objectives, at=at)) == len(objectives)
        return len(seen)

    one = statements(made[0], at=NOW)
    assert statements(*made, at=NOW + HOUR) == one <= 16
