"""A retired definition is computed no further; what was computed stays, is corrected by late facts, and is proven."""

import json
from datetime import UTC, date, datetime

import pytest

from apps.core import clock
from apps.core.periods import parse_period
from apps.core.problems import Absent
from apps.governance.domain.kinds import Item, Op
from apps.measurements import naming, operations, pending, queries, tasks
from apps.measurements.domain.subjects import Subject, SubjectKind
from apps.measurements.models import ClosedPeriod, MetricValue, Restatement
from apps.metrics import queries as metrics
from tests.agreeing import agree
from tests.computed_shop import Shop, day, found
from tests.leaving import deprecate, retire
from tests.measuring import answer, change, deployment, publish, value

pytestmark = pytest.mark.sql
AFTER = datetime(2024, 6, 13, 12, tzinfo=UTC)
GONE = date(2024, 6, 17)
LATER = datetime(2024, 7, 20, 12, tzinfo=UTC)


class TestRetired(Shop):
    """The lead time of the shop leaves on Monday, 17 June 2024."""

    def leave(self) -> None:
        ana = self.shop.people["ana"]
        deprecate(ana, "lead", sunset_on=date(2024, 6, 12))
        with clock.playing(AFTER):
            operations.rebuild()
        retire(ana, "lead", at=AFTER)

    def ends(self, slug: str) -> list[date]:
        """Ends of the listed values of a definition, in order."""
        rows = queries.list_values().filter(version__definition__slug=slug)
        return sorted(set(rows.values_list("end_on", flat=True)))

    def test_computed__no_period_that_ends_later(self) -> None:
        self.leave()
        with clock.playing(LATER):
            tasks.ask_closed_periods()
        assert self.ends("lead")[-1] == GONE
        assert self.ends("change-failure-rate")[-1] >= date(2024, 7, 15)
        # What was running while it was still in force had been asked for.
        asked = ClosedPeriod.objects.filter(version__definition__slug="lead").exclude(stage="running")
        assert asked.latest("end_on").end_on == GONE
        assert asked.filter(end_on=GONE, stage="settled", done_at__isnull=False).exists()

    def test_rebuilt__nothing_comes_back_and_nothing_is_restated(self) -> None:
        self.leave()
        with clock.playing(LATER):
            tasks.ask_closed_periods()
            before = self.ends("lead")
            stored = MetricValue.objects.filter(version__definition__slug="lead").count()
            operations.rebuild()
            assert self.ends("lead") == before
        assert MetricValue.objects.filter(version__definition__slug="lead").count() == stored
        assert not Restatement.objects.exists()

    def test_running__a_period_it_left_in_has_no_value(self) -> None:
        """June was counted until the thirteenth: half a month is no month."""
        self.leave()
        team = Subject(SubjectKind.TEAM, self.shop.checkout.pk)
        june = parse_period("2024-06")
        assert MetricValue.objects.filter(version__definition__slug="lead", grain="month", end_on=june.end_on).exists()
        assert june.end_on not in self.ends("lead")
        board = queries.load_board([team], ["lead"], [june])
        assert board.cell(team, "lead", june) is None
        with pytest.raises(Absent):
            naming.find_cell("lead~v1~team:checkout~2024-06~whole")

    def test_late_facts__still_correct_what_was(self) -> None:
        self.leave()
        api = self.shop.checkout_api
        before = value("lead", api, "2024-03")
        with clock.playing(LATER):
            publish("deployments", [deployment(api, "late", day(28))])
            publish("changes", [change(api, "c-late", day(1, 2), day(20), "late")])
            answer()
        after = value("lead", api, "2024-03")
        assert before is not None
        assert after is not None
        assert after.n == before.n + 1
        assert self.ends("lead")[-1] == GONE
        assert found() == []

    def test_past__is_readable_and_proven(self) -> None:
        self.leave()
        with clock.playing(LATER):
            team = Subject(SubjectKind.TEAM, self.shop.checkout.pk)
            evidence = queries.get_evidence(team, "lead", parse_period("2024-03"))
            assert evidence is not None
            assert found() == []
        assert "lead" in {version.definition.slug for version in pending.list_computed_versions()}

    def test_renamed__exemptions_of_the_former_name_still_leave_their_facts_out(self) -> None:
        content = {
            "kind": "exclude_data", "service": "checkout-api", "definitions": ["lead"], "starts_at": "2024-05-01",
            "expires_at": "2024-05-20",
        }  # fmt: skip
        ana = self.shop.people["ana"]
        agree(
            Item("exemption", Op.CREATE, "", content),
            author=ana,
            reason="A trial of the new pipeline ran here in these weeks.",
        )
        api = self.shop.checkout_api
        publish("deployments", [deployment(api, "v-may", day(10, 5))])
        publish("changes", [change(api, "c-may", day(1, 5), day(9, 5), "v-may")])
        answer()
        held = value("lead", api, "2024-05")
        assert held is not None
        assert held.n == 0
        newest = metrics.newest_version("lead")
        assert newest is not None
        rest = {"name": newest.name, "contract": newest.contract, "slug": "lead-of-checkout"}
        spec = metrics.get_definition("lead").versions.get().spec_text
        agree(Item("metric_definition", Op.CHANGE, "lead", {**rest, "spec": json.loads(spec)}),
              author=ana)  # fmt: skip
        operations.rebuild()
        again = value("lead-of-checkout", api, "2024-05")
        assert again is not None
        assert again.n == 0
        team = Subject(SubjectKind.SERVICE, api.pk)
        board = queries.load_board([team], ["lead-of-checkout"], [parse_period("2024-05")])
        assert any("lead-of-checkout" in (one.definitions or ()) for one in board.excluded)
        assert naming.find_cell("lead~v1~service:checkout-api~2024-05~whole") == again
        assert found() == []
