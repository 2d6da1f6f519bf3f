"""A kind of fact that no app reports yet: described once, it is measurable with neither metrics nor engine changed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps

from apps.core import clock
from apps.core.fact_sources import FactField, FactSource, FieldType, sources
from apps.measurements import operations, queries
from apps.services.models import FactRow
from tests.measuring import adopt, answer, publish, value
from tests.personas import Organisation, principal_of

pytestmark = pytest.mark.sql

NOW = datetime(2024, 4, 10, 12, tzinfo=UTC)
SPEC: dict[str, Any] = {
    "measure": "quantile", "min_n": 3, "direction": "lower_is_better", "unit": "seconds",
    "of": {"facts": "rehearsals", "clock": "ended_at", "where": [["kind", "in", ["rollback"]]]},
    "value": {"from": "began_at", "to": "ended_at"},
}  # fmt: skip


@pytest.fixture
def rehearsals(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[FactSource]:
    """A table and its description, as an app would bring them in `models.py` and `facts.py`."""
    with isolate_apps("apps.delivery"):

        class Rehearsal(FactRow):
            """An exercise."""

            began_at = models.DateTimeField()
            ended_at = models.DateTimeField()
            kind = models.CharField(max_length=40)

            class Meta:
                app_label = "delivery"

            def __str__(self) -> str:
                return self.key

        editor = connection.schema_editor()
        editor.deferred_sql = []
        statement, _ = editor.table_sql(Rehearsal)
        with connection.cursor() as cursor:
            cursor.execute(statement)
        source = FactSource(
            key="rehearsals", label="Rehearsals", description="Exercises.", model=Rehearsal,
            clocks=("ended_at",), main_clock="ended_at",
            fields=(
                FactField("began_at", FieldType.TIME, "When it began.", required=True),
                FactField("ended_at", FieldType.TIME, "When it was done.", required=True),
                FactField("kind", FieldType.CODE, "What was exercised."),
            ),
        )  # fmt: skip
        monkeypatch.setitem(sources._sources, "rehearsals", source)
        yield source


def test_new_source__is_measured_published_and_proven(rehearsals: FactSource, organisation: Organisation) -> None:
    ends = [datetime(2024, 3, 4 + index, 12, tzinfo=UTC) for index in range(4)]
    rows = [
        {"service": organisation.checkout_api.pk, "key": f"r{hours}", "began_at": end - timedelta(hours=hours),
         "ended_at": end, "kind": "rollback" if hours < 4 else "restore"}
        for hours, end in enumerate(ends, start=1)
    ]  # fmt: skip
    with clock.playing(NOW):
        adopt("rehearsal-time", SPEC, owner=organisation.checkout, by=principal_of(organisation.people["gus"], NOW))
        publish("rehearsals", rows)
        operations.rebuild(runs=False)
        cell = value("rehearsal-time", organisation.checkout, "2024-W10")
        publish("rehearsals", [rows[0] | {"kind": "restore"}])
        answer()
        edited = value("rehearsal-time", organisation.checkout, "2024-W10")
        assert queries.find_differences(queries.list_values()) == []
    assert (cell.n, cell.value) == (3, 2 * 3600)
    assert (edited.n, edited.value) == (2, 2.5 * 3600)
