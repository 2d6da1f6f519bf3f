"""Locks of objectives on PostgreSQL: who writes rows that name a locked row does not wait for it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction

from apps.core import clock
from apps.objectives.models import BudgetStatus, Objective, Series
from apps.objectives.queries import series as series_queries
from apps.objectives.queries import standing
from tests.budgets import make_objective
from tests.personas import Organisation
from tests.sampling import make_indicator, make_series

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


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
    finally:
        connection.close()
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
        assert pool.submit(_named_meanwhile, objective, series).result() == "written"
