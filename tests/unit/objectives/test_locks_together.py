"""Locks of objectives on PostgreSQL: pushes, evaluations and signatures go on beside each other, and none is lost."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from apps.accounts.domain import SYSTEM
from apps.audit import operations as audit
from apps.core import clock
from apps.governance.domain.states import ProposalState
from apps.governance.models import Proposal
from apps.objectives.domain.counts import Counts, Slice
from apps.objectives.models import BudgetStatus, EvaluationDue, Objective, Series
from apps.objectives.operations.evaluating import evaluate_due
from apps.objectives.operations.sample_storing import store
from apps.objectives.queries import due_evaluations, standing
from apps.objectives.queries import series as series_queries
from tests.agreeing import draft, sign_all, submit
from tests.budgets import evaluate_now, make_objective, status_of
from tests.personas import Organisation
from tests.promising import objective_item, promised
from tests.sampling import NOON, SLICE, TEN, make_batch, make_indicator, make_series

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
KEYS, PUSHES, SIGNED = ("acme", "birch", "cobalt"), 20, 4


def _in_thread(act: Callable[..., Any], *said: Any) -> Any:
    try:
        with clock.playing(NOON):
            return act(*said)
    finally:
        connection.close()


def _named_meanwhile(objective: Objective, series: Series) -> str:
    """What becomes of a row that names both, written by another transaction."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '2s'")
            BudgetStatus.objects.create(
                objective=objective, series=series, version=objective.versions.get(), state="ok", reason="within",
                computed_at=clock.now(),
            )  # fmt: skip
    except OperationalError:
        return "waited"
    return "written"


@pytest.mark.parametrize("lock", ["series", "objective"])
def test_lock__a_row_that_names_what_is_locked_is_written_meanwhile(organisation: Organisation, lock: str) -> None:
    indicator = make_indicator(organisation)
    objective, series = make_objective(organisation, indicator), make_series(indicator)
    locks = {
        "series": lambda: series_queries.lock_series([series.pk]),
        "objective": lambda: standing.lock_objective(objective.pk),
    }
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        locks[lock]()
        assert pool.submit(_in_thread, _named_meanwhile, objective, series).result() == "written"


def _wording(organisation: Organisation, text: str) -> Proposal:
    """Other words for the same promise, which hold with the last signature; up for it."""
    ana = organisation.people["ana"]
    return submit(draft(objective_item(rationale=text), author=ana), ana)


def test_sign__waits_for_an_evaluation_before_it_writes_to_the_chain(organisation: Organisation) -> None:
    with clock.playing(NOON):
        objective = promised(organisation)
        proposal = _wording(organisation, "Buyers leave.")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():  # as an evaluation: its duties, then the chain
            assert due_evaluations.lock_duties([objective.pk])
            signed = pool.submit(_in_thread, sign_all, proposal)
            time.sleep(2)
            assert not signed.done()
            audit.record("budget.ok", subject=objective, by=SYSTEM)
        assert signed.result().state == ProposalState.ACTIVATED


def _push(series: list[Series], number: int) -> None:
    """A batch of every key, each sender in another order; one bad event of two in every slice."""
    batch, later = make_batch(), [TEN - n * SLICE for n in range(number, PUSHES * 4, 4)]
    turned = series[number % 3 :] + series[: number % 3]
    for starts_at in later:
        store(batch=batch, items=[(one.pk, Slice(starts_at, Counts(1, 2, 2))) for one in turned], at=NOON)


def _evaluate(objective: Objective) -> None:
    for _ in range(PUSHES):
        EvaluationDue.objects.filter(objective=objective).update(due_at=NOON - timedelta(minutes=1), done_at=None)
        evaluate_due()


def test_together__pushes_with_keys_evaluations_and_signatures_lose_nothing(
    organisation: Organisation, caplog: pytest.LogCaptureFixture
) -> None:
    with clock.playing(NOON):
        objective = promised(organisation, spec={"dimension": "tenant"})
        series = [make_series(objective.indicator, key) for key in KEYS]
    with ThreadPoolExecutor(6) as pool:
        running = [pool.submit(_in_thread, _push, series, number) for number in range(4)]
        running.append(pool.submit(_in_thread, _evaluate, objective))
        running.append(pool.submit(_in_thread, _sign_some, organisation))
        for one in running:
            one.result()
    with clock.playing(NOON):
        evaluate_now([objective.pk])
    status = status_of(objective)
    assert [status.bad, status.counted] == [len(KEYS) * 4 * PUSHES, len(KEYS) * 4 * PUSHES * 2]
    assert status.version.number == 1 + SIGNED
    assert "duty failed" not in caplog.text


def _sign_some(organisation: Organisation) -> None:
    for number in range(SIGNED):
        assert sign_all(_wording(organisation, f"Buyers leave, {number}.")).state == ProposalState.ACTIVATED
