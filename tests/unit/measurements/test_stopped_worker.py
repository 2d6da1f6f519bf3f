"""A Monday without a worker: what was due then holds from its announced date, and every value ends the same."""

from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction

from apps.core import clock
from apps.core.due import drain
from apps.governance.tasks import move_proposals
from apps.measurements import operations
from apps.measurements.models import ClosedPeriod
from apps.metrics.domain.starter import DEPLOYMENT_FREQUENCY
from apps.metrics.models import DefinitionVersion
from tests.agreeing import draft, sign_all, submit, version_item
from tests.computed_shop import Shop
from tests.measuring import all_cells, answer
from tests.unit.measurements.test_turns import pytestmark

__all__ = ["pytestmark"]
MONDAY = date(2024, 5, 20)
SLUG = "deployment-frequency"
DAILY = [datetime(2024, 5, day, 6, tzinfo=UTC) for day in (20, 21, 23, 28)]
Played = tuple[list[tuple[Any, ...]], set[tuple[Any, ...]]]


class Stopped(Shop):
    """The same change with a worker that runs every day, and with one that comes back a week later."""

    def test_monday__without_a_worker_ends_as_one_with_it(self) -> None:
        daily, late = self.play(DAILY), self.play(DAILY[-1:])
        assert daily[0] == [(1, None, None), (2, MONDAY, MONDAY)]
        assert late == daily
        assert {row[1] for row in daily[1] if row[0] == SLUG} == {1, 2}

    def play(self, beats: list[datetime]) -> Played:
        """Versions with their dates and all values of closed periods after the last beat; then all is taken back."""
        with transaction.atomic():
            self.schedule()
            for at in beats:
                with clock.playing(at):
                    self.beat()
            versions = DefinitionVersion.objects.filter(definition__slug=SLUG).order_by("number")
            dates = list(versions.values_list("number", "effective_from", "governs_from"))
            cells = {row for row in all_cells() if row[6] <= beats[-1].date()}
            transaction.set_rollback(True)
        return dates, cells

    def schedule(self) -> None:
        """On Wednesday people agree that only planned releases count, from Monday on."""
        spec = DEPLOYMENT_FREQUENCY.spec
        planned = {**spec, "of": {**spec["of"], "where": ["production", ["intent", "in", ["planned"]]]}}
        ana = self.shop.people["ana"]
        proposal = submit(draft(version_item(SLUG, planned, owner=self.shop.checkout), author=ana, on=MONDAY), ana)
        assert sign_all(proposal).state == "scheduled"

    @staticmethod
    def beat() -> None:
        """What the worker does each minute."""
        move_proposals()
        operations.ask_closed_periods()
        drain(ClosedPeriod, operations.store, batch=200, prepare=operations.compute_closed_periods)
        answer()
