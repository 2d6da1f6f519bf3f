"""`manage.py rebuild_measurements` says what it does, writes what differs, and then nothing more."""

from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from apps.core import clock
from apps.measurements.models import MetricValue
from apps.metrics import operations as metrics
from tests.measuring import deployment, publish, value
from tests.personas import principal_of

NOW = datetime(2025, 7, 16, 12, tzinfo=UTC)


@pytest.fixture
def shop(organisation: Any) -> Any:
    """The starter definitions are in force; nothing is computed yet."""
    metrics.adopt_starter(owner_team=organisation.checkout, by=principal_of(organisation.people["gus"], NOW))
    return organisation


def _rebuild() -> str:
    told = StringIO()
    with clock.playing(NOW):
        call_command("rebuild_measurements", stdout=told)
    return told.getvalue()


def test_rebuild__tells_its_steps_and_what_was_written(shop: Any) -> None:
    publish("deployments", [deployment(shop.checkout_api, "v1", datetime(2024, 3, 6, tzinfo=UTC))])
    lines = _rebuild().splitlines()
    assert lines[0] == "reading facts"
    assert "computing deployment-frequency v1" in lines
    assert lines[-1] == f"{MetricValue.objects.count():,} cells of 5 versions written, 0 restated."
    assert _rebuild().splitlines()[-1] == "0 cells of 5 versions written, 0 restated."


def test_rebuild__restates_a_final_value_that_changes(shop: Any) -> None:
    publish("deployments", [deployment(shop.checkout_api, "v1", datetime(2024, 3, 6, tzinfo=UTC))])
    _rebuild()
    publish("deployments", [deployment(shop.checkout_api, "v2", datetime(2024, 3, 7, tzinfo=UTC))])
    last = _rebuild().splitlines()[-1]
    cell = value("deployment-frequency", shop.checkout_api, "2024-W10")
    assert cell is not None
    assert cell.numerator == 2
    assert not last.endswith(" 0 restated.")


def test_rebuild__without_a_definition_has_nothing_to_do(organisation: Any) -> None:
    assert _rebuild() == "0 cells of 0 versions written, 0 restated.\n"
