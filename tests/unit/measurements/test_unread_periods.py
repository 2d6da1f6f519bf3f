"""Periods that a definition is not read over: no value is made up for them, neither zero nor silence."""

from typing import Any

import pytest

from apps.core import clock
from apps.core.periods import parse_period
from apps.measurements import operations, queries
from apps.measurements.cells import kind_of_spec
from apps.measurements.comparing import Stretch, compute_sides
from apps.measurements.domain.readings import Kind, Status
from apps.measurements.domain.shifts import NO_VALUE
from apps.measurements.domain.verdicts import Code
from apps.metrics import queries as metrics
from tests.computed_shop import COUNTED, NOW, Shop
from tests.engine import spec_of
from tests.measuring import subject_of

pytestmark = pytest.mark.sql

WEEK, RUN, QUARTER = (parse_period(key) for key in ("2024-W13", "2024-W13/13", "2024-Q1"))
WINDOWS: dict[str, dict[str, Any]] = {
    "quarterly": {"grains": ["quarter"]},
    "rolling": {"grains": ["week"], "rolling": 4},
}


class UnreadPeriods(Shop):
    """One count that is read by quarter, and one over four weeks."""

    @classmethod
    def setUpTestData(cls) -> None:
        """Adopt and compute both."""
        super().setUpTestData()
        with clock.playing(NOW):
            versions = [cls.adopt(slug, {**COUNTED, "window": window}) for slug, window in WINDOWS.items()]
            plan = {version: [WEEK, RUN, QUARTER] for version in versions}
            operations.store(operations.compute(plan, cause="test"))

    def n_of(self, slug: str) -> list[int | None]:
        """How much is counted in the week, in 13 weeks and in the quarter; None where there is no cell."""
        subject = subject_of(self.shop.checkout)
        found = queries.get_cells([subject], [slug], [WEEK, RUN, QUARTER])
        cells = (found.get((subject, slug, period.key, "whole")) for period in (WEEK, RUN, QUARTER))
        return [cell.reading.n if cell else None for cell in cells]

    def test_cell__exists_in_periods_that_are_read_alone(self) -> None:
        assert self.n_of("quarterly") == [None, None, 10]
        assert self.n_of("rolling") == [9, None, None]

    def test_trend__of_what_has_no_runs_of_weeks_is_none(self) -> None:
        subject = subject_of(self.shop.checkout)
        board = queries.load_board([subject], list(WINDOWS), queries.periods_of_trend(WEEK))
        assert {board.trend(subject, slug, WEEK).code for slug in WINDOWS} == {Code.NO_TREND}
        assert queries.chart_of(board, subject, "quarterly", WEEK, 13) is None

    def test_evidence__of_a_period_that_is_not_read_is_none(self) -> None:
        subject = subject_of(self.shop.checkout)
        assert queries.get_evidence(subject, "quarterly", WEEK) is None
        assert queries.get_evidence(subject, "rolling", RUN) is None
        assert len(queries.get_evidence(subject, "rolling", WEEK).counted) == 9

    def test_preview__a_version_that_gives_weeks_up_loses_them(self) -> None:
        """A count is 0 where nothing is counted, but not where nobody counts."""
        specs = {slug: metrics.spec_of(metrics.versions_by_slug([slug])[slug][0]) for slug in WINDOWS}
        sides = compute_sides("compared", specs, [self.shop.checkout.pk], Stretch.until(NOW, clock.reporting_zone()))
        cell = sides["quarterly"].cell(self.shop.checkout.pk, WEEK)
        assert (cell.reading.status, cell.reading.value) == (Status.ZERO, None)
        assert sides["quarterly"].value(self.shop.checkout.pk, WEEK) == NO_VALUE
        assert sides["rolling"].value(self.shop.checkout.pk, WEEK).value == 9


AMOUNTS = {"facts": "business", "clock": "at", "amount": "amount"}
WHERE = {"where": [["line", "in", ["3.20"]]]}


@pytest.mark.parametrize(
    ("measure", "more", "kind"),
    [
        ("count", {}, Kind.COUNTS),
        ("ratio", {"numerator": WHERE}, Kind.SHARES),
        ("quantile", {"value": {"from": "started_at", "to": "finished_at"}}, Kind.DURATIONS),
        ("quantile", {"value": {"field": "size"}, "unit": "count"}, Kind.UPPER_QUANTILES),
        ("latest", {"of": AMOUNTS}, Kind.MEANS),
        ("count", {"of": AMOUNTS}, Kind.MEANS),
        ("ratio", {"of": AMOUNTS, "numerator": {"where": [["series", "in", ["paid"]]]}}, Kind.MEANS),
    ],
)
def test_kind__rules_for_facts_and_lengths_judge_no_amounts(measure: str, more: dict[str, Any], kind: Kind) -> None:
    """Sums are kept in millionths: taken for counts, any of them would be a signal."""
    assert kind_of_spec(spec_of(measure, **more)) is kind
