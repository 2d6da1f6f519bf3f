"""Exemptions and freezes over stored facts: what they make due, what is left out and named, what is not judged."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.core.periods import parse_period
from apps.core.problems import Invalid
from apps.governance.domain.kinds import Item, Op
from apps.governance.models import Exemption
from apps.measurements import operations, queries
from apps.measurements.domain.engine.reasons import Reason
from apps.measurements.domain.subjects import ORGANISATION
from apps.measurements.domain.verdicts import Code
from apps.measurements.domain.wording import stand_in
from apps.measurements.models import MetricValue, RecomputeRequest
from tests.agreeing import agree
from tests.computed_shop import Shop, found
from tests.measuring import all_cells, answer, deployment, publish, subject_of, value

FREQUENCY, FAILURES, LEAD = "deployment-frequency", "change-failure-rate", "lead"
SOON = datetime(2024, 3, 26, 9, tzinfo=UTC)
REASON = "A mirrored build farm reported every release of these days twice."
EXCLUDE: dict[str, Any] = {
    "kind": "exclude_data", "team": "checkout", "definitions": [FREQUENCY, FAILURES], "starts_at": "2024-03-04",
    "expires_at": "2024-03-15",
}  # fmt: skip


@pytest.mark.sql
class Exempting(Shop):
    """Releases of checkout-api on 1, 4, 7, 10, 13, 16, 19, 22, 25 and 28 March; the one of the 4th was mended."""

    def ask(self, what: str = "exemption", /, **content: Any) -> None:
        author = self.shop.people["ana" if what == "exemption" else "cy"]
        agree(Item(what, Op.CREATE, "", content), author=author, at=SOON, reason=REASON)

    def test_exclude__facts_leave_both_sides_of_every_cell_and_nothing_else_moves(self) -> None:
        before, lead = all_cells(), MetricValue.objects.filter(version__definition__slug=LEAD)
        kept = set(lead.values_list("pk", "value", "n", "run_id"))
        self.ask(**EXCLUDE)
        assert RecomputeRequest.objects.filter(done_at=None).exists()
        answer()
        for subject in (self.shop.checkout_api, self.shop.checkout, None):
            cell = value(FAILURES, subject, "2024-03")
            assert cell is not None
            assert (cell.numerator, cell.denominator, cell.left_out) == (0, 6, 4)
        other = value(FREQUENCY, self.shop.checkout_web, "2024-04")
        assert other is not None
        assert other.numerator == 7
        assert set(lead.values_list("pk", "value", "n", "run_id")) == kept
        assert all_cells() != before

    def test_exclude__stored_values_can_be_repeated_before_and_after_it_is_computed(self) -> None:
        self.ask(**EXCLUDE)
        assert found() == []
        answer()
        assert MetricValue.objects.values("run").distinct().count() > 1
        assert found() == []

    def test_exclude__evidence_lists_the_facts_under_the_exemption(self) -> None:
        self.ask(**EXCLUDE)
        answer()
        evidence = queries.get_evidence(subject_of(self.shop.checkout), FAILURES, parse_period("2024-03"))
        assert evidence is not None
        [part] = [part for part in evidence.left_out if part.reason is Reason.EXEMPTION]
        assert (part.count, part.words) == (4, "left out by exemption E-1")
        assert {row.key for row in part.rows} == {"v4", "v7", "v10", "v13"}

    def test_exclude__an_early_end_gives_later_facts_back(self) -> None:
        self.ask(**EXCLUDE)
        answer()
        exemption = Exemption.objects.get()
        before = set(all_cells())
        with_end = Item("exemption", Op.END, "E-1", {})
        agree(with_end, author=self.shop.people["ana"], at=datetime(2024, 3, 9, tzinfo=UTC), reason=REASON)
        assert found() == []
        answer()
        cell = value(FAILURES, self.shop.checkout, "2024-03")
        assert cell is not None
        assert (cell.numerator, cell.denominator, cell.left_out) == (0, 8, 2)
        assert exemption.pk
        assert all_cells() != before
        assert found() == []

    def test_exclude__a_late_fact_inside_the_span_is_left_out_and_one_after_it_counts(self) -> None:
        self.ask(**EXCLUDE)
        publish("deployments", [deployment(self.shop.checkout_api, "late", datetime(2024, 3, 14, tzinfo=UTC))])
        publish("deployments", [deployment(self.shop.checkout_api, "after", datetime(2024, 3, 15, tzinfo=UTC))])
        answer()
        cell = value(FAILURES, self.shop.checkout, "2024-03")
        assert cell is not None
        assert (cell.denominator, cell.left_out) == (7, 5)

    def test_exclude__a_rebuild_gives_the_same_cells(self) -> None:
        self.ask(**EXCLUDE)
        answer()
        stepwise = all_cells()
        operations.rebuild()
        assert all_cells() == stepwise

    def test_exclude__one_service_by_a_slice(self) -> None:
        labelled = {"labels": ["mirror"]}
        rows = [
            deployment(self.shop.checkout_api, f"m{n}", datetime(2024, 3, n, tzinfo=UTC), **labelled) for n in (5, 6)
        ]
        publish("deployments", rows)
        content = {key: v for key, v in EXCLUDE.items() if key != "team"} | {"service": "checkout-api"}
        self.ask(**content, slice={"facts": "deployments", "where": [["labels", "has", "mirror"]]})
        answer()
        cell = value(FAILURES, self.shop.checkout, "2024-03")
        assert cell is not None
        assert (cell.numerator, cell.denominator, cell.left_out) == (1, 10, 2)

    def test_exclude__faults_of_facts_and_slices_are_located(self) -> None:
        for more, pointer in (
            ({"slice": {"facts": "changes", "where": [["labels", "has", "x"]]}}, "/slice/facts"),
            ({"slice": {"facts": "deployments", "where": [["remediated_by", "is", "set"]]}}, "/slice/where/0"),
            ({"slice": {"facts": "deployments", "where": [["colour", "in", ["red"]]]}}, "/slice/where/0/0"),
            ({"facts": [{"source": "deployments", "service": "nowhere", "key": "v1"}]}, "/facts/0/service"),
            ({"facts": [{"source": "deployments"}]}, "/facts/0"),
        ):
            with pytest.raises(Invalid) as refusal:
                self.ask(**EXCLUDE, **more)
            assert any(p.pointer.startswith(f"/items/0/content{pointer}") for p in refusal.value.errors), more

    def test_pause__periods_covered_by_more_than_a_quarter_show_their_value_and_are_not_judged(self) -> None:
        self.ask(**EXCLUDE | {"kind": "pause_judging", "definitions": [FREQUENCY]})
        assert not RecomputeRequest.objects.filter(done_at=None).exists()
        week, month = self.cell(FREQUENCY, "2024-W10"), self.cell(FREQUENCY, "2024-03")
        instead = stand_in(week.reading)
        assert instead is not None
        assert (instead.code, instead.sentence) == (
            Code.NOT_JUDGED, "Not judged: paused, exemption E-1, 4–14 Mar"
        )  # fmt: skip
        assert week.reading.value == 3.0
        assert stand_in(month.reading) is not None  # 11 of 31 days
        assert stand_in(self.cell(FREQUENCY, "2024-W12").reading) is None
        assert stand_in(self.cell(FAILURES, "2024-03").reading) is None
        assert stand_in(self.cell(FREQUENCY, "2024-03", ORGANISATION).reading) is None

    def test_freeze__pauses_marked_definitions_of_the_team_and_its_services(self) -> None:
        self.ask("freeze_window", name="launch freeze", team="checkout", starts_on="2024-03-20", last_on="2024-04-02")
        for subject in (self.shop.checkout, self.shop.checkout_api):
            instead = stand_in(self.cell(FREQUENCY, "2024-W13", subject).reading)
            assert instead is not None
            assert instead.sentence == "Not judged: paused, launch freeze 20 Mar–2 Apr"
        assert stand_in(self.cell(FAILURES, "2024-03").reading) is None
        assert stand_in(self.cell(FREQUENCY, "2024-W13", self.shop.harbour).reading) is None
        checkout, last = subject_of(self.shop.checkout), parse_period("2024-W14")
        board = queries.load_board([checkout], [FREQUENCY], queries.periods_of_chart(last, 4))
        chart = queries.chart_of(board, checkout, FREQUENCY, last, 4)
        assert chart is not None
        paused = [cell.period.key for cell in chart.cells if cell.reading.reason is not None]
        assert paused == ["2024-W12", "2024-W13", "2024-W14"]

    def test_freeze__of_the_organisation_pauses_everybody(self) -> None:
        self.ask("freeze_window", name="year end", starts_on="2024-03-20", last_on="2024-04-02")
        for subject in (self.shop.harbour, self.shop.checkout_api, ORGANISATION):
            assert stand_in(self.cell(FREQUENCY, "2024-W13", subject).reading) is not None

    def test_freeze__an_early_end_frees_the_rest(self) -> None:
        self.ask("freeze_window", name="launch freeze", team="checkout", starts_on="2024-03-20", last_on="2024-04-02")
        ending = Item("freeze_window", Op.END, "F-1", {})
        agree(ending, author=self.shop.people["cy"], at=SOON + timedelta(hours=1), reason=REASON)
        assert stand_in(self.cell(FREQUENCY, "2024-W13").reading) is None  # Monday alone
        assert stand_in(self.cell(FREQUENCY, "2024-W12").reading) is not None

    def cell(self, slug: str, period: str, subject: Any = None) -> queries.Cell:
        """A cell as pages read it."""
        where = subject_of(subject or self.shop.checkout)
        return queries.get_cells([where], [slug], [parse_period(period)])[where, slug, period, "whole"]
