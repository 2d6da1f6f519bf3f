"""Boards: what pages read of stored cells, with statuses by the clock, versions by the period, and four queries."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.core.periods import Grain, Period, parse_period
from apps.measurements import operations, queries
from apps.measurements.cells import Cell
from apps.measurements.domain.readings import Reason, Status, Target, TargetComparison
from apps.measurements.domain.subjects import ORGANISATION, UNOWNED, Subject, SubjectKind
from apps.measurements.domain.verdicts import Code
from apps.measurements.formers import Former
from apps.metrics.domain.starter import CHANGE_FAILURE_RATE, CHANGE_LEAD_TIME, DEPLOYMENT_FREQUENCY
from apps.metrics.domain.versions import Break
from apps.services import operations as services
from apps.services.models import FactConnection, Service
from apps.teams.domain import TeamType
from tests.measuring import adopt, answer, change, connect, deployment, publish, remediation, subject_of
from tests.personas import Organisation, make_organisation, make_service, make_team, principal_of

NOW = datetime(2025, 1, 15, 12, tzinfo=UTC)
LAST = parse_period("2025-W02")  # the newest complete week
RUNNING = parse_period("2025-W03")
ALL_SOURCES = ("deployments", "changes", "remediations")
FREQUENCY, FAILURES, LEAD = "deployment-frequency", "change-failure-rate", "change-lead-time"
CHANGED_ON = date(2024, 11, 4)


def series_of(subject: Subject, slug: str, last: Period, count: int) -> list[Cell]:
    """The newest `count` cells of one subject and definition, oldest first."""
    periods = [last.previous(steps) for steps in range(count)]
    return queries.load_board([subject], [slug], periods).series(subject, slug, last, count)


def chart_of(subject: Subject, slug: str, last: Period, count: int) -> queries.Chart | None:
    """A chart of one subject and definition; None when no version is in force."""
    board = queries.load_board([subject], [slug], queries.periods_of_chart(last, count))
    return queries.chart_of(board, subject, slug, last, count)


def monday(weeks_ago: int) -> datetime:
    """Monday noon so many weeks before the newest complete week."""
    return datetime(2025, 1, 6, 12, tzinfo=UTC) - timedelta(weeks=weeks_ago)


class BoardOfShop(TestCase):
    """A year: checkout-api releases weekly and four times a week since the autumn, the cluster fell silent."""

    shop: Organisation
    quiet: Service

    @classmethod
    def setUpTestData(cls) -> None:
        """Publish and rebuild."""
        cls.shop = shop = make_organisation()
        with clock.playing(NOW):
            gus = principal_of(shop.people["gus"], NOW)
            for starter in (DEPLOYMENT_FREQUENCY, CHANGE_FAILURE_RATE, CHANGE_LEAD_TIME):
                adopt(starter.slug, starter.spec, owner=shop.checkout, by=gus, lens=starter.lens)
        cls.quiet = make_service("quiet", "Quiet", shop.checkout)  # connected to nothing
        api, web, cluster = shop.checkout_api, shop.checkout_web, shop.harbour_cluster
        with clock.playing(NOW):
            connect(api, *ALL_SOURCES, heard_at=NOW)
            connect(web, "deployments", heard_at=NOW)
            connect(cluster, *ALL_SOURCES, heard_at=NOW - timedelta(days=20))
            rows = [
                deployment(api, f"v{week}-{index}", monday(week) + timedelta(hours=index))
                for week in range(50)
                for index in range(4 if week < 13 else 1)
                if week != 5
            ]
            publish("deployments", rows)
            publish("deployments", [deployment(cluster, f"k{week}", monday(week)) for week in range(4, 40)])
            publish("changes", [change(api, f"c{n}", monday(1), monday(0), "v0-0") for n in range(3)])
            publish("remediations", [remediation(api, "v0-0", "v0-1")])
            operations.rebuild()

    @pytest.fixture(autouse=True)
    def _today(self) -> Iterator[None]:
        with clock.playing(NOW):
            yield

    def cell(self, subject: Any, slug: str, period: Period = LAST, part: str = "whole") -> Cell:
        """One cell, read through the board."""
        subject = subject_of(subject)
        found = queries.get_cells([subject], [slug], [period], [part])
        return found[subject, slug, period.key, part]

    def status(self, subject: Any, slug: str, period: Period = LAST) -> Status:
        """The status of one cell."""
        return self.cell(subject, slug, period).reading.status

    def test_ok__value_interval_and_everything_that_stands_beside_it(self) -> None:
        cell = self.cell(self.shop.checkout_api, FREQUENCY)
        assert (cell.reading.status, cell.reading.value, cell.reading.n) == (Status.OK, 4.0, 4)
        assert cell.reading.lower < 4 < cell.reading.upper
        assert (cell.services_connected, cell.services_owned, cell.version_number) == (1, 1, 1)
        assert (cell.data_up_to, cell.unit, cell.name) == (NOW, "per_week", FREQUENCY)
        assert cell.final_at == datetime(2025, 1, 19, 23, tzinfo=UTC)
        assert cell.cell_id is not None
        assert cell.run_id is not None

    def test_running__a_period_that_has_not_ended(self) -> None:
        cell = self.cell(self.shop.checkout_api, FREQUENCY, RUNNING)
        assert (cell.reading.status, cell.reading.detail, cell.reading.value) == (Status.PARTIAL, "week 3", 0.0)
        assert self.status(self.shop.checkout_api, FREQUENCY, parse_period("2025-Q1")) is Status.PARTIAL

    def test_running__a_subject_that_began_inside_the_period(self) -> None:
        assert self.status(self.shop.checkout_api, FREQUENCY, parse_period("2024-W01")) is Status.OK
        late = make_service("late", "Late", None)
        connect(late, "deployments", heard_at=NOW)
        services.hand_over(service=late, to=self.shop.harbour, from_at=monday(3), reason="It is new.", by=SYSTEM)
        inside = parse_period("2024-W51")
        assert self.status(late, FREQUENCY, inside) is Status.PARTIAL
        assert self.status(late, FREQUENCY, inside.previous(-1)) is Status.OK

    def test_zero__alive_without_events(self) -> None:
        quiet_week = LAST.previous(5)
        assert self.status(self.shop.checkout_api, FAILURES, quiet_week) is Status.ZERO
        rate = self.cell(self.shop.checkout_api, FREQUENCY, quiet_week).reading
        assert (rate.status, rate.value, rate.n) == (Status.OK, 0.0, 0)

    def test_zero__of_a_cell_that_was_never_computed(self) -> None:
        """A rate that nobody computed yet is zero so far; a share has no value."""
        with clock.playing(NOW + timedelta(days=7)):
            rate = self.cell(self.shop.checkout_api, FREQUENCY, RUNNING).reading
            assert (rate.status, rate.value) == (Status.OK, 0.0)
            share = self.cell(self.shop.checkout_api, FAILURES, RUNNING).reading
            assert (share.status, share.value) == (Status.ZERO, None)

    def test_too_few__says_how_many_of_how_many(self) -> None:
        reading = self.cell(self.shop.checkout_api, LEAD).reading
        assert (reading.status, reading.detail, reading.needed, reading.n) == (Status.TOO_FEW, "3 of 5", 5, 3)

    def test_not_connected__when_any_source_the_definition_reads_is_not(self) -> None:
        """checkout-web reports deployments only: its rate is known, its failures are not."""
        assert self.status(self.shop.checkout_web, FREQUENCY) is Status.OK
        assert self.status(self.shop.checkout_web, FAILURES) is Status.NOT_CONNECTED
        assert self.status(self.quiet, FREQUENCY) is Status.NOT_CONNECTED

    def test_not_connected__a_team_sees_what_any_of_its_services_reports(self) -> None:
        cell = self.cell(self.shop.checkout, FAILURES, LAST.previous(2))
        assert (cell.reading.status, cell.services_connected, cell.services_owned) == (Status.TOO_FEW, 1, 3)

    def test_not_connected__before_the_connection_began(self) -> None:
        FactConnection.objects.filter(service=self.shop.checkout_web).update(connected_from=monday(10))
        assert self.status(self.shop.checkout_web, FREQUENCY, LAST.previous(10)) is Status.OK
        assert self.status(self.shop.checkout_web, FREQUENCY, LAST.previous(11)) is Status.NOT_CONNECTED

    def test_silent__periods_that_end_after_the_last_event_only(self) -> None:
        reading = self.cell(self.shop.harbour_cluster, FREQUENCY).reading
        assert (reading.status, reading.detail) == (Status.SOURCE_SILENT, "last event 20 days ago")
        assert self.status(self.shop.harbour_cluster, FREQUENCY, LAST.previous(4)) is Status.OK

    def test_silent__a_parent_is_when_one_of_its_reporting_services_is(self) -> None:
        assert self.status(self.shop.harbour, FREQUENCY) is Status.SOURCE_SILENT
        assert self.status(ORGANISATION, FREQUENCY) is Status.SOURCE_SILENT
        assert self.status(Subject(SubjectKind.GROUP, self.shop.group.pk), FREQUENCY) is Status.SOURCE_SILENT
        assert self.status(self.shop.checkout, FREQUENCY) is Status.OK

    def test_silent__a_service_without_facts_for_half_a_year_silences_no_parent(self) -> None:
        FactConnection.objects.filter(service=self.shop.checkout_web).update(heard_at=NOW - timedelta(weeks=27))
        assert self.status(self.shop.checkout_web, FREQUENCY) is Status.SOURCE_SILENT
        assert self.status(self.shop.checkout, FREQUENCY) is Status.OK
        FactConnection.objects.filter(service=self.shop.checkout_web).update(heard_at=NOW - timedelta(weeks=25))
        assert self.status(self.shop.checkout, FREQUENCY) is Status.SOURCE_SILENT

    def test_silent__is_never_met_and_never_judged(self) -> None:
        board = self.board([self.shop.harbour_cluster], FREQUENCY)
        subject = subject_of(self.shop.harbour_cluster)
        target = Target(TargetComparison.AT_LEAST, 0.001)
        for verdict in (board.trend(subject, FREQUENCY, LAST), board.trend(subject, FREQUENCY, LAST, target)):
            assert (verdict.code, verdict.reason) == (Code.NO_DATA, Reason.STALE)

    def test_unowned__what_nobody_owned_has_a_status_of_its_own(self) -> None:
        """Its sources are those of the services that had no owner at that time."""
        assert self.status(UNOWNED, FREQUENCY) is Status.NOT_CONNECTED
        stray = make_service("stray", "Stray", None)
        publish("deployments", [deployment(stray, f"s{week}", monday(week)) for week in range(3)])
        operations.rebuild()
        assert (self.status(UNOWNED, FREQUENCY), self.cell(UNOWNED, FREQUENCY).reading.n) == (Status.OK, 1)
        services.hand_over(service=stray, to=self.shop.harbour, from_at=monday(1), reason="It is ours.", by=SYSTEM)
        operations.rebuild()
        assert self.status(UNOWNED, FREQUENCY) is Status.NOT_CONNECTED
        assert self.cell(UNOWNED, FREQUENCY, LAST.previous(2)).reading.n == 1

    def test_data_up_to__is_the_oldest_of_all_sources_and_never_in_the_future(self) -> None:
        FactConnection.objects.filter(service=self.shop.checkout_api).update(heard_at=NOW + timedelta(days=3))
        assert self.cell(self.shop.checkout_api, FREQUENCY).data_up_to == NOW
        assert self.cell(ORGANISATION, FREQUENCY).data_up_to == NOW - timedelta(days=20)
        assert self.cell(self.quiet, FREQUENCY).data_up_to is None

    def test_data_up_to__is_of_what_is_owned_today(self) -> None:
        services.hand_over(
            service=self.shop.harbour_cluster, to=self.shop.checkout, from_at=monday(1), reason="It moves.", by=SYSTEM
        )
        assert self.cell(self.shop.harbour, FREQUENCY).data_up_to is None
        assert self.cell(self.shop.checkout, FREQUENCY).data_up_to == NOW - timedelta(days=20)

    def board(self, subjects: list[Any], *slugs: str) -> queries.Board:
        """A board with everything that trends and charts at the newest week read."""
        periods = [*queries.periods_of_trend(LAST), *queries.periods_of_chart(LAST, 13)]
        return queries.load_board([subject_of(s) for s in subjects], slugs, periods, ("whole", "per_link"))

    def test_queries__are_five_however_many_teams_definitions_and_periods(self) -> None:
        many = [make_team(f"team-{number}", f"Team {number}", TeamType.PRODUCT) for number in range(25)]
        for number, team in enumerate(many):
            connect(make_service(f"service-{number}", f"Service {number}", team), *ALL_SOURCES, heard_at=NOW)
        for teams in ([self.shop.checkout], [self.shop.checkout, self.shop.harbour, None, *many]):
            with CaptureQueriesContext(
                connection,
            ) as context:
                board = self.board(teams, FREQUENCY, FAILURES, LEAD)
                for subject in map(subject_of, teams):
                    for slug in (FREQUENCY, FAILURES, LEAD):
                        assert board.cell(subject, slug, LAST) is not None
                        assert board.trend(subject, slug, LAST) is not None
                        assert queries.chart_of(board, subject, slug, LAST, 13) is not None
            assert len(context) == 5

    def test_trend__four_a_week_after_one_a_week_is_an_improvement(self) -> None:
        board, subject = self.board([self.shop.checkout_api], FREQUENCY, FAILURES), subject_of(self.shop.checkout_api)
        rising = board.trend(subject, FREQUENCY, LAST)
        assert rising.code is Code.IMPROVED
        assert rising.sentence.startswith("Improved: 1.0 to 3.7\u00a0a\u00a0week")
        assert board.trend(subject, FAILURES, LAST).code is Code.NO_SIGNAL

    def test_trend__durations_are_judged_per_release(self) -> None:
        """Three changes of one release are one thing said; too few to compare."""
        board = self.board([self.shop.checkout_api], LEAD)
        verdict = board.trend(subject_of(self.shop.checkout_api), LEAD, LAST)
        assert (verdict.code, verdict.reason) == (Code.NOT_JUDGED, Reason.TOO_FEW)

    def second_version(self) -> None:
        """Only planned releases count from November on; agreed in October, computed now."""
        spec = DEPLOYMENT_FREQUENCY.spec
        planned = {**spec, "of": {**spec["of"], "where": ["production", ["intent", "in", ["planned"]]]}}
        with clock.playing(datetime(2024, 10, 20, 12, tzinfo=UTC)):
            adopt(
                FREQUENCY, planned, owner=self.shop.checkout, effective_from=CHANGED_ON,
                by=principal_of(self.shop.people["gus"], NOW),
            )  # fmt: skip
        operations.rebuild()

    def test_version__the_one_in_force_at_a_periods_start_counts(self) -> None:
        self.second_version()
        series = series_of(subject_of(self.shop.checkout_api), FREQUENCY, LAST, 13)
        numbers = {cell.period.key: cell.version_number for cell in series}
        assert (numbers["2024-W44"], numbers["2024-W45"]) == (1, 2)
        assert [cell.period for cell in series] == [LAST.previous(steps) for steps in range(12, -1, -1)]
        assert self.cell(self.shop.checkout_api, FREQUENCY, parse_period("2024-11")).version_number == 1
        assert self.cell(self.shop.checkout_api, FREQUENCY, parse_period("2024-Q4")).version_number == 1
        assert self.cell(self.shop.checkout_api, FREQUENCY, parse_period("2025-01")).version_number == 2

    def test_version__a_trend_across_the_day_says_that_the_definition_is_new(self) -> None:
        self.second_version()
        board = self.board([self.shop.checkout_api], FREQUENCY)
        subject = subject_of(self.shop.checkout_api)
        verdict = board.trend(subject, FREQUENCY, LAST)
        assert (verdict.code, verdict.reason) == (Code.NOT_JUDGED, Reason.NEW_DEFINITION)
        before = queries.load_board([subject], [FREQUENCY], queries.periods_of_trend(parse_period("2024-W44")))
        assert before.trend(subject, FREQUENCY, parse_period("2024-W44")).reason is not Reason.NEW_DEFINITION

    def test_version__a_chart_breaks_where_the_definition_changed(self) -> None:
        self.second_version()
        chart = chart_of(subject_of(self.shop.checkout_api), FREQUENCY, LAST, 26)
        assert chart is not None
        assert chart.breaks == [Break(CHANGED_ON, 1, 2, ("only those whose intent is planned",))]
        assert chart.formers == {}
        assert len(chart.cells) == len(chart.limits) == 26
        first_of_new = next(i for i, cell in enumerate(chart.cells) if cell.period.first_on == CHANGED_ON)
        assert all(limits is None for limits in chart.limits[first_of_new:])  # nothing reaches behind the day

    def test_version__a_chart_keeps_what_restated_weeks_were_published_as(self) -> None:
        """Agreed on in December, read anew from November on: the weeks in between keep what the first version said."""
        spec = DEPLOYMENT_FREQUENCY.spec
        hotfixes = {**spec, "of": {**spec["of"], "where": ["production", ["intent", "in", ["hotfix"]]]}}
        with clock.playing(datetime(2024, 12, 3, 12, tzinfo=UTC)):
            adopt(
                FREQUENCY, hotfixes, owner=self.shop.checkout, by=principal_of(self.shop.people["gus"], NOW),
                restate_from=CHANGED_ON,
            )  # fmt: skip
        operations.rebuild()
        chart = chart_of(subject_of(self.shop.checkout_api), FREQUENCY, LAST, 13)
        assert chart is not None
        weeks = {chart.cells[place].period.key: former for place, former in chart.formers.items()}
        assert list(weeks) == ["2024-W45", "2024-W46", "2024-W47", "2024-W48", "2024-W49", "2024-W50"]
        assert weeks["2024-W46"] == Former(4.0, 4, "per_week", date(2024, 12, 16), 1)
        values = {cell.period.key: (cell.version_number, cell.reading.value) for cell in chart.cells}
        assert (values["2024-W44"], values["2024-W46"], values["2024-W51"]) == ((1, 4.0), (2, 0.0), (2, 0.0))
        assert chart.breaks == [Break(CHANGED_ON, 1, 2, ("only those whose intent is hotfix",))]

    def test_chart__late_facts_leave_a_final_week_with_what_it_was(self) -> None:
        late = monday(10) + timedelta(hours=20)
        publish("deployments", [deployment(self.shop.checkout_api, "late", late)])
        answer()
        chart = chart_of(subject_of(self.shop.checkout_api), FREQUENCY, LAST, 26)
        assert chart is not None
        (place, former), *others = queries.with_late_facts(chart).formers.items()
        assert others == []
        assert chart.cells[place].reading.value == 5.0
        assert former == Former(4.0, 4, "per_week", date(2025, 1, 15))

    def test_version__the_same_measurement_under_new_words_is_no_break(self) -> None:
        """Only the contract changed: the series goes on, and its values are those of the first version."""
        with clock.playing(datetime(2024, 10, 20, 12, tzinfo=UTC)):
            adopt(
                FREQUENCY, DEPLOYMENT_FREQUENCY.spec, owner=self.shop.checkout, effective_from=CHANGED_ON,
                by=principal_of(self.shop.people["gus"], NOW), name="How often we release",
            )  # fmt: skip
        cell = self.cell(self.shop.checkout_api, FREQUENCY)
        assert (cell.version_number, cell.name, cell.reading.n) == (2, "How often we release", 4)
        chart = chart_of(subject_of(self.shop.checkout_api), FREQUENCY, LAST, 26)
        assert chart.breaks == []
        subject = subject_of(self.shop.checkout_api)
        assert self.board([self.shop.checkout_api], FREQUENCY).trend(subject, FREQUENCY, LAST).code is Code.IMPROVED

    def test_chart__rings_where_the_rate_left_its_range(self) -> None:
        """The range is locked at the begin of each quarter; the rise of October stands above that of the summer."""
        publish(
            "deployments",
            [deployment(self.shop.checkout_web, f"w{w}-{n}", monday(w) + timedelta(hours=n)) for w in range(50) for n in
             range(5 + w % 3 if w > 13 else 20)],
        )  # fmt: skip
        operations.rebuild()
        chart = chart_of(subject_of(self.shop.checkout_web), FREQUENCY, LAST.previous(2), 26)
        assert chart is not None
        summer, autumn = chart.limits[0], chart.limits[-1]
        assert summer is not None
        assert autumn is not None
        assert autumn[0] < 6 < autumn[2] < 20
        ringing = {chart.cells[index].period for index in chart.signals}
        assert LAST.previous(2) in ringing
        assert LAST.previous(20) not in ringing

    def test_chart__without_a_version_there_is_none(self) -> None:
        assert chart_of(ORGANISATION, "unknown", LAST, 13) is None
        assert series_of(ORGANISATION, "unknown", LAST, 13) == []
        assert (
            self.board([self.shop.checkout], "unknown").trend(subject_of(self.shop.checkout), "unknown", LAST) is None
        )

    def test_chart__of_months(self) -> None:
        month = parse_period("2024-12")
        chart = chart_of(subject_of(self.shop.checkout_api), FREQUENCY, month, 6)
        assert chart is not None
        assert [cell.period.key for cell in chart.cells] == [month.previous(steps).key for steps in range(5, -1, -1)]

    def test_periods__of_a_trend_are_thirty_nine_weeks_and_two_runs(self) -> None:
        periods = queries.periods_of_trend(LAST)
        runs = {p for p in periods if p.grain is not Grain.WEEK}
        assert runs == {parse_period("2025-W02/13"), parse_period("2024-W41/26")}
        weeks = [p for p in periods if p.grain is Grain.WEEK]
        assert len(set(weeks)) == 39
        assert min(weeks).first_on == min(runs).first_on

    def test_reading__of_a_cell_is_what_verdicts_take(self) -> None:
        cell = self.cell(self.shop.checkout_api, FREQUENCY)
        reading = cell.as_period_reading
        assert (reading.start, reading.end, reading.reading) == (LAST.first_on, LAST.end_on, cell.reading)
        assert replace(reading.reading, detail="") == replace(cell.reading, detail="")
