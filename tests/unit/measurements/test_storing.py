"""Storing looks cells up by their index: the time it takes grows with what is stored, not with its square."""

import pytest
from django.db import connection

from apps.measurements import storing

SUBJECTS = frozenset({("service", 1), ("team", 1), ("organisation", 0)})


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads the plan as SQLite tells it")
def test_missing_places__are_looked_up_by_the_index_of_incoming_cells() -> None:
    """A scan of all incoming cells for each of their places took two minutes for 36,000 of them."""
    with connection.cursor() as cursor:
        storing._make_incoming(cursor)
        cursor.execute(f"EXPLAIN QUERY PLAN {storing._missing(1, SUBJECTS)} SELECT * FROM missing")  # noqa: S608 - our own names
        plan = [row[-1] for row in cursor.fetchall()]
        cursor.execute(f"DROP TABLE {storing.INCOMING}")
    assert any(step.startswith("SEARCH i USING COVERING INDEX incoming_place") for step in plan), plan
    assert not [step for step in plan if step.startswith("SCAN i ")]
