"""A stored value is what its facts gave, as they stood: computed again it is the same, whatever came later."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.core import clock, facts
from apps.core.fact_sources import sources
from apps.measurements import operations, queries
from apps.measurements.domain.subjects import UNOWNED
from apps.measurements.models import ComputeRun, MetricValue, Restatement
from tests.computed_shop import COUNTED, LEAD, NOW, Shop, day, found
from tests.measuring import all_cells, answer, change, deployment, publish, remediation, value
from tests.personas import make_service

pytestmark = pytest.mark.sql

ALTERED: dict[str, Any] = {
    "numerator": 99, "denominator": 98, "n": 97, "value": 0.25, "lower": 0.01, "upper": 0.99, "left_out": 5,
    "unattributed": 6, "services_owned": 7, "services_connected": 8, "at_least": True, "spread": 0.5, "clusters": 3,
}  # fmt: skip


class FindDifferences(Shop):
    """Stored rows against their own facts."""

    def test_find_differences__after_a_rebuild_there_are_none(self) -> None:
        assert MetricValue.objects.filter(n__gt=0).count() > 100
        assert found() == []

    def test_find_differences__after_late_facts_there_are_none(self) -> None:
        """Rows of the old pass and of the new one are each compared with the facts that their pass saw."""
        api = self.shop.checkout_api
        publish("deployments", [deployment(api, "late", day(6)), deployment(api, "v4", day(5))])
        publish("changes", [change(api, "c2", day(1, 1), day(2, 1), "late")])
        publish("remediations", [remediation(api, "v7", "late")])
        answer()
        assert MetricValue.objects.values("run").distinct().count() > 1
        assert found() == []

    def test_find_differences__a_fact_that_changed_since_is_no_difference(self) -> None:
        """Nothing has been computed anew yet; the older watermark still gives what is stored."""
        api = self.shop.checkout_api
        publish("deployments", [deployment(api, "v4", day(20), environment="staging")])
        facts.withdraw(sources.get("deployments"), "test", [(api.pk, "v7")])
        publish("changes", [change(api, "c3", day(1, 1), day(3), "v10")])
        assert found() == []

    def test_find_differences__a_service_that_moved_since_is_no_difference(self) -> None:
        self.move(self.shop.checkout_api, day(10))
        assert found() == []
        answer()
        assert found() == []

    def test_find_differences__a_value_altered_by_hand_is_found_and_named(self) -> None:
        cell = value("change-failure-rate", self.shop.checkout, "2024-03")
        assert cell is not None
        for column, altered in ALTERED.items():
            kept = getattr(cell, column)
            MetricValue.objects.filter(pk=cell.pk).update(**{column: altered})
            named = [str(difference) for difference in queries.find_differences(queries.list_values([cell.pk]))]
            assert len(named) == 1, column
            assert named[0].startswith(str(cell))
            MetricValue.objects.filter(pk=cell.pk).update(**{column: kept})
        assert found() == []

    def test_find_differences__says_what_is_stored_and_what_was_computed(self) -> None:
        cell = value("change-failure-rate", self.shop.checkout, "2024-03")
        assert cell is not None
        MetricValue.objects.filter(pk=cell.pk).update(numerator=9, value=0.9)
        assert found()[0].endswith("stored 9/10, value 0.9; computed 1/10, 0.1")

    def test_find_differences__a_row_that_nothing_gives_is_named(self) -> None:
        cell = value("deployment-frequency", self.shop.checkout, "2024-03")
        assert cell is not None
        MetricValue.objects.filter(pk=cell.pk).update(subject_id=4711)
        assert [line.endswith("nothing is computed") for line in found()] == [True]

    def test_find_differences__the_pass_of_another_day_is_computed_as_of_that_day(self) -> None:
        """A running period looked at on two days: each row by its own instant."""
        with clock.playing(NOW + timedelta(days=3)):
            publish("deployments", [deployment(self.shop.checkout_api, "new", NOW + timedelta(days=2))])
            answer()
        with clock.playing(NOW + timedelta(days=30)):
            assert found() == []

    def test_run__notes_the_watermark_and_both_clocks(self) -> None:
        run = ComputeRun.objects.latest("pk")
        assert run.as_of == run.computed_at == NOW
        assert set(run.watermark) == {"catalogue", "changes", "deployments", "remediations"}
        assert all(seq > 0 for seq in run.watermark.values())


class Vanished(Shop):
    """Cells that nothing gives any more, and cells that were not asked for."""

    def test_vanished__a_cell_whose_owner_owns_nothing_there_becomes_empty(self) -> None:
        """Harbour took everything over in April: Checkout's May says nothing any more, and what it said is kept."""
        publish("deployments", [deployment(self.shop.checkout_api, "may", day(2, 5))])
        answer()
        before = value("deployment-frequency", self.shop.checkout, "2024-W18")
        assert before is not None
        assert before.n == 1
        for service in (self.shop.checkout_api, self.shop.checkout_web):
            self.move(service, day(20, 4))
        answer()
        after = MetricValue.objects.get(pk=before.pk)
        assert (after.n, after.numerator, after.services_owned, after.upper) == (0, 0, 0, None)
        assert value("deployment-frequency", self.shop.harbour, "2024-W18").n == 1
        kept = Restatement.objects.filter(cell=before).latest("pk")
        assert (kept.old["n"], kept.new["n"]) == (1, 0)
        assert found() == []

    def test_vanished__what_nobody_owned_and_is_withdrawn_becomes_empty(self) -> None:
        stray = make_service("stray", "Stray", None)
        publish("deployments", [deployment(stray, "v1", day(6))])
        answer()
        assert value("deployment-frequency", UNOWNED, "2024-W10").n == 1
        facts.withdraw(sources.get("deployments"), "test", [(stray.pk, "v1")])
        answer()
        assert value("deployment-frequency", UNOWNED, "2024-W10").n == 0
        assert found() == []

    def test_late_fact__of_one_service_leaves_other_teams_alone(self) -> None:
        """Only cells that the pass was asked for may become empty or change."""
        before = {row for row in all_cells() if row[2:4] == ("team", self.shop.harbour.pk)}
        publish("deployments", [deployment(self.shop.checkout_api, "late", day(6))])
        answer()
        assert {row for row in all_cells() if row[2:4] == ("team", self.shop.harbour.pk)} == before


class Reach(Shop):
    """What a late fact reaches, against a rebuild."""

    def test_reach__a_deployment_that_comes_late_finds_changes_that_named_it_long_before(self) -> None:
        """The change stood as unattributed at its merge in January; its release of May takes it from there."""
        api = self.shop.checkout_api
        publish("changes", [change(api, "early", day(2, 1), day(3, 1), "of-may")])
        operations.rebuild()
        assert value("lead", api, "2024-W01").unattributed == 1
        publish("deployments", [deployment(api, "of-may", day(6, 5))])
        answer()
        assert (value("lead", api, "2024-W01").unattributed, value("lead", api, "2024-W19").n) == (0, 1)
        stepwise = all_cells()
        assert operations.rebuild().written == 0
        assert all_cells() == stepwise

    def test_reach__a_longer_window_is_computed_again_in_every_period_that_holds_the_day(self) -> None:
        document = {**COUNTED, "window": {"grains": ["week"], "rolling": 8}}
        self.adopt("rolling", document)
        operations.rebuild()
        publish("deployments", [deployment(self.shop.harbour_cluster, "v1", day(6))])
        answer()
        weeks = [value("rolling", self.shop.harbour, f"2024-W{week:02}").n for week in range(9, 20)]
        assert weeks == [0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0]
        assert operations.rebuild().written == 0

    def test_reach__a_link_within_a_team_reaches_its_other_services(self) -> None:
        document = {**LEAD, "link": {**LEAD["link"], "scope": "team"}}
        self.adopt("within", document)
        api, web = self.shop.checkout_api, self.shop.checkout_web
        publish("deployments", [deployment(web, "w1", day(20, 1))])
        operations.rebuild()
        publish("changes", [change(api, "x", day(18, 1), day(19, 1))])
        answer()
        assert value("within", web, "2024-W03").n == 1
        assert operations.rebuild().written == 0

    def test_reach__the_fix_of_a_fix_moves_what_reads_through_both(self) -> None:
        document = {
            **COUNTED, "of": {**COUNTED["of"], "where": [["remediated_by.remediated_by", "is", "set"]]},
        }  # fmt: skip
        self.adopt("twice", document)
        api = self.shop.checkout_api
        publish("deployments", [deployment(api, "a", day(4, 1)), deployment(api, "b", day(1, 2))])
        publish("remediations", [remediation(api, "a", "b"), remediation(api, "b", "c")])
        operations.rebuild()
        assert value("twice", api, "2024-W01").n == 0
        publish("deployments", [deployment(api, "c", day(8, 5))])
        answer()
        assert value("twice", api, "2024-W01").n == 1
        publish("remediations", [{**remediation(api, "b", "c"), "failed": "elsewhere"}])
        answer()
        assert value("twice", api, "2024-W01").n == 0
        assert operations.rebuild().written == 0

    def test_reach__a_change_that_came_first_moves_what_its_release_is_counted_by(self) -> None:
        """Releases that count when their first change was merged: the one before it lies months away."""
        document = {**COUNTED, "of": {**COUNTED["of"], "clock": "linked.first.merged_at"}, "link": LEAD["link"]}
        self.adopt("first", document)
        api = self.shop.checkout_api
        publish("changes", [change(api, "may", day(1, 5), day(2, 5), "v28")])
        operations.rebuild()
        assert value("first", api, "2024-W18").n == 1
        publish("changes", [change(api, "january", day(1, 1), day(3, 1), "v28")])
        answer()
        assert (value("first", api, "2024-W18").n, value("first", api, "2024-W01").n) == (0, 1)
        assert operations.rebuild().written == 0

    def test_reach__a_move_that_is_agreed_for_later_asks_for_nothing(self) -> None:
        before = all_cells()
        self.move(self.shop.checkout_web, NOW + timedelta(days=3))
        answer()
        assert all_cells() == before
        assert operations.rebuild().written == 0

    def test_rebuild__at_the_turn_of_a_quarter_holds_the_week_that_runs(self) -> None:
        """30 September 2024 is a Monday: its week ends in the next quarter and has begun."""
        last_day = datetime(2024, 9, 30, 14, tzinfo=UTC)
        with clock.playing(last_day):
            publish("deployments", [deployment(self.shop.checkout_api, "turn", last_day - timedelta(hours=2))])
            operations.rebuild()
            assert value("deployment-frequency", self.shop.checkout_api, "2024-W40").n == 1
