"""Passes that meet, and passes that a clock asks for: periods that closed, settled, or were missed."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import current_thread, main_thread
from typing import Any

import pytest
from django.db import connection

from apps.core import clock, facts
from apps.core.due import drain
from apps.core.fact_sources import sources
from apps.measurements import operations, passes, tasks
from apps.measurements.models import ClosedPeriod, MetricValue, RecomputeRequest
from apps.metrics.domain.starter import CHANGE_FAILURE_RATE, DEPLOYMENT_FREQUENCY
from apps.metrics.models import DefinitionVersion
from apps.services.models import Service
from tests.agreeing import draft, move, sign_all, submit, version_item
from tests.computed_shop import COUNTED, LEAD, NOW, Shop, day, found
from tests.measuring import adopt, all_cells, answer, change, connect, deployment, publish, remediation, value
from tests.personas import make_organisation, principal_of

pytestmark = pytest.mark.sql


def drain_closed() -> int:
    """Ask for closed periods and compute them."""
    asked = operations.ask_closed_periods()
    drain(ClosedPeriod, operations.store, batch=200, prepare=operations.compute_closed_periods)
    assert not ClosedPeriod.objects.filter(done_at=None).exists()
    return asked


def ended(**period: Any) -> set[str]:
    """For which stages of its end a period was asked for; while it ran it was, too."""
    return set(ClosedPeriod.objects.filter(**period).exclude(stage="running").values_list("stage", flat=True))


class Overtaken(Shop):
    """Passes that run at the same time: whoever stores last, the newest facts stay."""

    def late(self, key: str, at: datetime) -> None:
        """One more release, not answered yet."""
        publish("deployments", [deployment(self.shop.checkout_api, key, at)])

    def claimed(self) -> operations.Computed | None:
        """A worker takes what is due and computes it, but does not store it yet."""
        return operations.compute_requests(list(RecomputeRequest.objects.filter(done_at=None)))

    def n(self) -> int:
        """Releases of March."""
        cell = value("deployment-frequency", self.shop.checkout_api, "2024-03")
        assert cell is not None
        return cell.n

    def test_store__a_pass_that_was_overtaken_looks_again(self) -> None:
        before = self.n()
        self.late("one", day(6))
        slow = self.claimed()
        self.late("two", day(7))
        operations.store(self.claimed())
        assert self.n() == before + 2
        operations.store(slow)
        assert self.n() == before + 2
        assert found() == []
        assert operations.rebuild().written == 0

    def test_store__a_pass_that_saw_what_is_gone_does_not_bring_it_back(self) -> None:
        """What is stored equals what the newer pass gave, so that one wrote nothing; the older one must not either."""
        before = self.n()
        self.late("one", day(6))
        slow = self.claimed()
        facts.withdraw(sources.get("deployments"), "test", [(self.shop.checkout_api.pk, "one")])
        assert operations.store(self.claimed()).written == 0
        operations.store(slow)
        assert self.n() == before

    def test_store__passes_that_follow_each_other_are_not_computed_twice(self) -> None:
        self.late("one", day(6))
        assert operations.store(self.claimed()).written > 0
        self.late("two", day(7))
        computed = self.claimed()
        assert computed is not None
        operations.store(computed)
        assert MetricValue.objects.filter(run=computed.run).exists()

    def test_store__nothing_planned_stores_nothing(self) -> None:
        assert operations.store(None) == operations.Outcome(0, 0, 0)
        assert operations.compute({}, cause="nothing") is None

    def test_rebuild__what_was_answered_while_it_ran_is_asked_for_again(self) -> None:
        before, placing = self.n(), passes.place_all

        def overtaken(*args: Any) -> Any:
            placed = placing(*args)
            self.late("meanwhile", day(6))
            answer()
            assert self.n() == before + 1
            return placed

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(passes, "place_all", overtaken)
            operations.rebuild()
        assert self.n() == before
        answer()
        assert self.n() == before + 1

    def test_rebuild__undisturbed_leaves_answered_requests_alone(self) -> None:
        self.late("one", day(6))
        answer()
        operations.rebuild()
        assert not RecomputeRequest.objects.filter(done_at=None).exists()


class ClosedPeriods(Shop):
    """Periods that a clock closed."""

    def test_closed_periods__a_rebuild_leaves_nothing_to_ask_for(self) -> None:
        assert drain_closed() == 0
        assert ClosedPeriod.objects.exists()

    def test_closed_periods__each_is_asked_for_once_closed_and_once_settled(self) -> None:
        monday = datetime(2024, 5, 20, 6, tzinfo=UTC)
        week = {"grain": "week", "end_on": monday.date()}
        with clock.playing(monday):
            assert drain_closed() > 0
            assert drain_closed() == 0
            assert ended(**week) == {"closed"}
            cell = value("deployment-frequency", self.shop.harbour, "2024-W20/13")
            assert cell is not None  # the runs of weeks that end with it
        with clock.playing(monday + timedelta(days=7)):
            drain_closed()
            assert ended(**week) == {"closed", "settled"}
        assert found() == []

    def test_closed_periods__after_a_long_pause_everything_is_caught_up(self) -> None:
        """Half a year without a beat: the cells are those of a rebuild on that day."""
        with clock.playing(NOW + timedelta(days=190)):
            drain_closed()
            assert value("deployment-frequency", self.shop.harbour, "2024-Q3") is not None
            assert value("deployment-frequency", self.shop.harbour, "2024-W30/26") is not None
            caught_up = all_cells()
            operations.rebuild()
            today = (NOW + timedelta(days=190)).date()
            assert {row for row in all_cells() - caught_up if row[6] <= today} == set()

    def test_closed_periods__a_period_settles_however_long_that_takes(self) -> None:
        for settle in (0, 7, 90):
            version = self.adopt(f"slow-{settle}", {**COUNTED, "settle_days": settle})
            operations.ask_closed_periods()
            settled = datetime(2024, 4, 1, tzinfo=UTC) + timedelta(days=settle)
            for days in range(0, 60, 6):
                with clock.playing(max(NOW, settled) + timedelta(days=days)):
                    operations.ask_closed_periods()
            asked = ClosedPeriod.objects.filter(version=version, grain="quarter", end_on=datetime(2024, 4, 1).date())
            assert set(asked.values_list("stage", flat=True)) == {"closed", "settled"}, settle

    def test_closed_periods__a_new_version_gets_its_whole_past(self) -> None:
        """Charts of a new definition read half a year; what closed before it was agreed is computed too."""
        self.adopt("fresh", COUNTED)
        drain_closed()
        assert value("fresh", self.shop.checkout, "2024-01").services_owned == 2
        assert value("fresh", self.shop.checkout_api, "2024-03").n == 10
        operations.rebuild()
        assert found() == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_senders_and_workers_at_once__give_the_cells_of_one_ordered_pass() -> None:
    """Facts sent twice and shuffled by parallel senders that each work requests too: no cell misses any."""
    clocked(make_world)
    clocked(operations.rebuild)
    service = Service.objects.get(slug="checkout-api")
    events = [("deployments", deployment(service, f"v{n}", day(1 + n % 28))) for n in range(60)]
    events += [("changes", change(service, f"c{n}", day(1, 2), day(1 + n % 28))) for n in range(60)]
    events += [("remediations", remediation(service, f"v{n}", f"v{n + 9}")) for n in range(0, 40, 4)]

    def send(seed: int) -> None:
        mine = events[seed % 3 :: 3] + events[:: seed + 2]
        random.Random(seed).shuffle(mine)
        for start in range(0, len(mine), 15):
            batch = mine[start : start + 15]
            for source in ("changes", "deployments", "remediations"):
                publish(source, [row for key, row in batch if key == source])
            answer()

    with ThreadPoolExecutor(max_workers=6) as pool:
        for outcome in [pool.submit(clocked, send, seed) for seed in range(6)]:
            outcome.result()
    clocked(answer)
    assert not RecomputeRequest.objects.filter(done_at=None).exists()
    stepwise = all_cells()
    clocked(operations.rebuild)
    assert all_cells() == stepwise
    assert (
        sum(row[9] for row in stepwise if row[0] == "deployment-frequency" and row[2:6:3] == ("service", "month")) == 60
    )
    assert found() == []


def clocked(do: Callable[..., Any], *given: Any) -> Any:
    """Do something in this thread with both clocks at one instant, and give its connection back."""
    try:
        with clock.playing(NOW):
            return do(*given)
    finally:
        if current_thread() is not main_thread():
            connection.close()


def make_world() -> None:
    """The organisation with three definitions and its sources connected."""
    world = make_organisation()
    gus = principal_of(world.people["gus"], NOW)
    adopt("deployment-frequency", DEPLOYMENT_FREQUENCY.spec, owner=world.checkout, by=gus)
    adopt("change-failure-rate", CHANGE_FAILURE_RATE.spec, owner=world.checkout, by=gus)
    adopt("lead", LEAD, owner=world.checkout, by=gus)
    connect(world.checkout_api, "deployments", "changes", "remediations", heard_at=NOW)


class Restating(Shop):
    """A version that restates a long past comes into force: the duties of a worker compute it, without a rebuild."""

    def test_restatement__the_whole_past_is_computed_by_itself(self) -> None:
        operations.ask_closed_periods()
        ClosedPeriod.objects.update(done_at=NOW)
        spec = {**LEAD, "value": {"from": "first_commit_at", "to": "linked.finished_at"}}
        monday = NOW + timedelta(days=5)
        with clock.playing(NOW):
            item = version_item("lead", spec, owner=self.shop.checkout, lens="flow", name="lead")
            proposal = draft(item, author=self.shop.people["gus"], on=monday.date(), restate_from=date(2024, 1, 1))
            proposal = sign_all(submit(proposal, self.shop.people["gus"]))
        with clock.playing(monday):
            second = DefinitionVersion.objects.get(proposal=move(proposal))
            assert second.governs_from == date(2024, 1, 1)
            assert cells_of(second) == {}
            tasks.ask_closed_periods()
            assert not ClosedPeriod.objects.filter(done_at=None).exists()
            found = cells_of(second)
            operations.rebuild()
            assert found == cells_of(second)
        keys = {key for _, _, _, key in found}
        assert {"2024-W10", "2024-03", "2024-Q1", "2024-W12/13", "2024-05", "2024-Q2", "2024-W21"} <= keys


def cells_of(version: DefinitionVersion) -> dict[tuple[str, int, str, str], tuple[int, float | None]]:
    """(n, value) of every cell of a version, by subject, part and period."""
    rows = MetricValue.objects.filter(version=version)
    return {(row.subject_kind, row.subject_id, row.part, row.period.key): (row.n, row.value) for row in rows}
