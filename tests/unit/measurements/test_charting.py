"""Charts of stored cells: months take the place of weeks that are too sparse, from one load of the board."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.core.periods import Grain, period_at
from apps.measurements import operations, queries
from apps.measurements.domain.verdicts import Code
from apps.metrics.domain.starter import CHANGE_LEAD_TIME
from apps.services.models import Service
from tests.measuring import adopt, change, connect, deployment, publish, subject_of
from tests.personas import Organisation, make_organisation, principal_of

NOW = datetime(2026, 8, 26, 12, tzinfo=UTC)  # a Wednesday: week 35 and August run
LEAD, BY_MONTH, BY_QUARTER = "change-lead-time", "lead-by-month", "lead-by-quarter"
HOURS = (20, 26, 31, 18, 24, 40, 22)


def deliver(service: Service, *, weeks: int, every: int) -> None:
    """A release with six changes each `every` weeks, the newest in the last complete week; a lead time beside 20 h."""
    newest = datetime(2026, 8, 19, 9, tzinfo=UTC)
    releases = [(f"r{n}", newest - timedelta(weeks=n)) for n in range(0, weeks, every)]
    publish("deployments", [deployment(service, key, at) for key, at in releases])
    rows = [
        change(service, f"{key}-{n}", at - timedelta(hours=HOURS[(i + n) % 7]), at - timedelta(hours=1), key)
        for i, (key, at) in enumerate(releases) for n in range(6)
    ]  # fmt: skip
    publish("changes", rows)


class ChartsOfShop(TestCase):
    """checkout-api releases weekly, checkout-web each third week, the cluster has begun ten weeks ago."""

    shop: Organisation

    @classmethod
    def setUpTestData(cls) -> None:
        """Publish and rebuild."""
        cls.shop = shop = make_organisation()
        with clock.playing(NOW):
            gus, spec = principal_of(shop.people["gus"], NOW), dict(CHANGE_LEAD_TIME.spec)
            adopt(LEAD, spec, owner=shop.checkout, by=gus)
            for slug, grains in ((BY_MONTH, ["month"]), (BY_QUARTER, ["quarter"])):
                adopt(slug, {**spec, "window": {"grains": grains}}, owner=shop.checkout, by=gus)
            deliver(shop.checkout_api, weeks=110, every=1)
            deliver(shop.checkout_web, weeks=110, every=3)
            deliver(shop.harbour_cluster, weeks=10, every=1)
            for service in (shop.checkout_api, shop.checkout_web, shop.harbour_cluster):
                connect(service, "deployments", "changes", heard_at=NOW)
            operations.rebuild()

    @pytest.fixture(autouse=True)
    def _today(self) -> Iterator[None]:
        with clock.playing(NOW):
            yield

    def chart(self, thing: Any, slug: str = LEAD, at: datetime = NOW, more: int = 0) -> queries.Chart | None:
        """The readable chart up to the week that runs at an instant, of a board that holds what it needs (and more)."""
        week = period_at(at, Grain.WEEK, clock.reporting_zone())
        subject = subject_of(thing)
        wanted = queries.periods_of_readable_chart(week)
        wanted += [period.previous(step) for period in wanted for step in (-1, more) if more]
        return queries.readable_chart_of(queries.load_board([subject], [slug], wanted), subject, slug, week)

    def test_readable_chart__weeks_that_are_dense_stay(self) -> None:
        chart = self.chart(self.shop.checkout_api)
        assert chart is not None
        assert (len(chart.cells), chart.cells[-1].period.key, chart.weeks_with_value) == (27, "2026-W35", None)
        assert chart.verdict.sentence.startswith("No signal: inside normal range")

    def test_readable_chart__months_where_weeks_are_sparse(self) -> None:
        chart = self.chart(self.shop.checkout_web)
        assert chart is not None
        assert (len(chart.cells), chart.cells[-1].period.key, chart.weeks_with_value) == (25, "2026-08", 9)
        assert chart.verdict.sentence.startswith("No signal: inside normal range")
        assert chart.limits[-1] is not None
        assert len([cell for cell in chart.cells[:-1] if cell.reading.value is not None]) == 24

    def test_readable_chart__asked_for_weeks_it_says_how_few_have_a_value(self) -> None:
        week = period_at(NOW, Grain.WEEK, clock.reporting_zone())
        subject = subject_of(self.shop.checkout_web)
        board = queries.load_board([subject], [LEAD], queries.periods_of_chart(week, 27))
        chart = queries.chart_of(board, subject, LEAD, week, 27)
        assert chart is not None
        assert chart.verdict.sentence == "Not judged: too few, a value in 9 of the last 26 weeks"

    def test_readable_chart__a_young_service_keeps_its_weeks(self) -> None:
        chart = self.chart(self.shop.harbour_cluster)
        assert chart is not None
        assert (chart.cells[-1].period.grain, chart.weeks_with_value) == (Grain.WEEK, None)
        assert chart.verdict.sentence == "Not judged: too few, a value in 10 of the last 26 weeks"

    def test_readable_chart__a_definition_that_is_not_read_by_week_is_read_by_month(self) -> None:
        chart = self.chart(self.shop.checkout_api, BY_MONTH)
        assert chart is not None
        assert (chart.cells[-1].period.key, chart.weeks_with_value) == ("2026-08", None)
        assert self.chart(self.shop.checkout_api, BY_QUARTER) is None

    def test_chart__of_quarters_is_points(self) -> None:
        quarter = period_at(NOW, Grain.QUARTER, clock.reporting_zone())
        subject = subject_of(self.shop.checkout_api)
        board = queries.load_board([subject], [BY_QUARTER], queries.periods_of_chart(quarter, 13))
        chart = queries.chart_of(board, subject, BY_QUARTER, quarter, 13)
        assert chart is not None
        assert chart.verdict.code is Code.NO_TREND
        assert set(chart.limits) == {None}

    def test_readable_chart__everything_it_reads_is_loaded_at_once(self) -> None:
        """Also where a week lies in two months: the month that runs is that of today."""
        for day, month in ((31, "2026-08"), (30, "2026-08"), (32, "2026-09"), (37, "2026-09"), (10, "2026-08")):
            at = datetime(2026, 8, 1, 12, tzinfo=UTC) + timedelta(days=day - 1)
            with clock.playing(at):
                assert self.chart(self.shop.checkout_web, at=at) == self.chart(self.shop.checkout_web, at=at, more=3)
                found = self.chart(self.shop.checkout_web, at=at)
            assert found is not None
            assert found.cells[-1].period.key == month

    def test_readable_chart__costs_five_queries(self) -> None:
        with CaptureQueriesContext(connection) as context:
            assert self.chart(self.shop.checkout_web) is not None
        assert len(context) == 5
