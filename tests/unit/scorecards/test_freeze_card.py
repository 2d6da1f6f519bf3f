"""Freezing a card: immutable, once, honest about what it does not know."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from apps.accounts.domain import SYSTEM
from apps.audit import operations as audit
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.immutable import SideDoor
from apps.core.periods import Grain, Period, parse_period
from apps.core.problems import Conflict, Forbidden, Invalid
from apps.delivery.facts import DEPLOYMENTS
from apps.measurements.models import RecomputeRequest
from apps.metrics.domain.starter import DEPLOYMENT_FREQUENCY
from apps.scorecards import operations, queries
from apps.scorecards.domain.cells import NOT_READ_SENTENCE
from apps.scorecards.domain.content import sha256_of
from apps.scorecards.models import Scorecard, ScorecardCell
from apps.services import operations as services
from tests.agreeing import agree, starter_item
from tests.cards import FREEZES_AT, HOUR, QUARTER, House, weeks_before
from tests.personas import principal_of

pytestmark = pytest.mark.sql


def freeze(house: House, period: Period = QUARTER, **more: object) -> Scorecard:
    return operations.freeze_card(team=house.team, period=period, by=SYSTEM, **more)


def cells(card: Scorecard) -> dict[str, ScorecardCell]:
    return {cell.label: cell for cell in card.cells.all()}


def test_freeze__nine_slots_in_four_lenses(measured: House, at_freezing: datetime) -> None:
    card = freeze(measured)
    assert [cell.rank for cell in card.cells.order_by("rank")] == list(range(1, 10))
    assert {cell.lens for cell in card.cells.all()} == {"flow", "reliability", "learning", "impact"}
    assert (card.team_name, card.team_type, card.grain, card.period) == ("Checkout", "product", "quarter", "2026-Q2")


def test_freeze__a_share_is_read_against_its_target(measured: House, at_freezing: datetime) -> None:
    cell = cells(freeze(measured))["Change failure rate"]
    assert (cell.value, cell.n, cell.version_number) == (0.22, 150, 1)
    assert cell.target_code == "target_unclear"
    assert cell.target_sentence == "Cannot tell yet: 18.7\u00a0% lies inside 16.1–29.3\u00a0%"
    assert not cell.needs_decision


def test_freeze__lead_time_is_judged_per_deployment(measured: House, at_freezing: datetime) -> None:
    cell = cells(freeze(measured))["Change lead time"]
    assert (cell.value, cell.n, cell.clusters) == (31.5 * HOUR, 390, 34)
    assert cell.target_code == "target_met"
    assert cell.target_sentence == "Met: 32\u00a0h (27–36\u00a0h), target at most 40\u00a0h; judged per deployment"


def test_freeze__a_slot_without_a_definition_says_so_and_alarms_nobody(measured: House, at_freezing: datetime) -> None:
    cell = cells(freeze(measured))["Actions done on time"]
    assert (cell.trend_code, cell.trend_sentence) == ("no_data", "No data: no definition in force")
    assert (cell.status, cell.value, cell.version_number, cell.target_code) == ("no_definition", None, None, "")
    assert not cell.needs_decision


def test_freeze__a_measure_without_target_says_nothing_of_one(measured: House, at_freezing: datetime) -> None:
    cell = cells(freeze(measured))["Deployment frequency"]
    assert (cell.target_code, cell.target_value) == ("", None)
    assert cell.value == 11.5


def test_freeze__not_met_needs_a_decision(house: House, at_freezing: datetime) -> None:
    house.hear(FREEZES_AT)
    house.put_share(QUARTER, 40, 150)
    house.set_target("change-failure-rate", "0.187")
    cell = cells(freeze(house))["Change failure rate"]
    assert (cell.target_code, cell.needs_decision) == ("target_not_met", True)


def test_freeze__a_worsened_share_carries_the_quarter_comparison(house: House, at_freezing: datetime) -> None:
    house.hear(FREEZES_AT)
    newest = weeks_before(QUARTER, 1)[0]
    house.put_share(QUARTER, 17, 62)
    house.put_share(newest.trailing(Grain.WEEKS_13), 17, 62)
    house.put_share(newest.previous(13).trailing(Grain.WEEKS_26), 13, 131)
    for week in weeks_before(QUARTER, 39)[:26]:
        house.put_share(week, 0 if week.end_on.day % 2 else 1, 5)
    cell = cells(freeze(house))["Change failure rate"]
    assert cell.trend_code == "worsened"
    assert cell.trend_sentence.startswith("Worsened: 9.9\u00a0% to 27.4\u00a0%")
    assert cell.needs_decision


def test_freeze__data_missing_once_asks_nothing_and_twice_asks_for_a_decision(house: House) -> None:
    first, second = parse_period("2026-05"), parse_period("2026-06")
    with clock.playing(datetime(2026, 6, 2, 4, tzinfo=UTC)):
        before = cells(freeze(house, first))["Change failure rate"]
    with clock.playing(datetime(2026, 7, 2, 4, tzinfo=UTC)):
        after = cells(freeze(house, second))["Change failure rate"]
    assert (before.status, before.needs_decision) == ("not_connected", False)
    assert (after.status, after.needs_decision) == ("not_connected", True)
    assert after.trend_sentence.startswith("No data: not connected")


def test_freeze__a_weekly_card_reads_the_last_13_complete_weeks(measured: House) -> None:
    week = parse_period("2026-W26")
    run = week.trailing(Grain.WEEKS_13)
    measured.put_share(run, 18, 150)
    measured.put_share(week, 1, 9)
    with clock.playing(datetime(2026, 6, 29, 4, tzinfo=UTC)):
        cell = cells(freeze(measured, week))["Change failure rate"]
    assert (cell.period, cell.n, cell.value) == ("2026-W26/13", 150, 0.12)
    assert cell.target_code == "target_met"
    assert [w["period"] for w in cell.weeks][-1] == "2026-W26"
    assert (len(cell.weeks), cell.weeks[-1]["value"]) == (13, pytest.approx(1 / 9))


def test_freeze__a_definition_read_by_quarter_shows_no_zero_on_a_weekly_card(measured: House) -> None:
    spec = {**DEPLOYMENT_FREQUENCY.spec, "window": {"grains": ["quarter"]}}
    with clock.playing(datetime(2026, 3, 2, 12, tzinfo=UTC)):
        agree(
            starter_item(DEPLOYMENT_FREQUENCY, measured.team, spec=spec), author=measured.organisation.people["ana"],
            on=date(2026, 4, 1), reason="Weeks say little about it, so that it is read by quarter alone.",
        )  # fmt: skip
    with clock.playing(datetime(2026, 7, 6, 4, tzinfo=UTC)):
        cell = cells(freeze(measured, parse_period("2026-W27")))["Deployment frequency"]
    assert (cell.trend_sentence, cell.value, cell.n) == (NOT_READ_SENTENCE, None, None)
    assert not cell.needs_decision


def test_freeze__a_target_of_another_meaning_is_not_judged(measured: House) -> None:
    with clock.playing(datetime(2026, 4, 12, tzinfo=UTC)):
        measured.adopt_second("change-failure-rate", date(2026, 6, 29))
    period = QUARTER.previous(-1)
    measured.put_share(period, 9, 100, version_number=2)
    measured.copy_target("change-failure-rate", period.key, version_number=1)
    measured.hear(datetime(2026, 10, 4, 3, tzinfo=UTC))
    with clock.playing(datetime(2026, 10, 4, 3, tzinfo=UTC)):
        cell = cells(freeze(measured, period))["Change failure rate"]
    assert (cell.version_number, cell.value) == (2, 0.09)
    assert (cell.target_code, cell.target_sentence) == ("not_judged", "Not judged: new definition")


def test_freeze__a_second_freeze_answers_the_first(measured: House, at_freezing: datetime) -> None:
    first = freeze(measured)
    measured.put_share(parse_period("2026-Q1"), 1, 10)
    assert freeze(measured).pk == first.pk
    assert Scorecard.objects.count() == 1


def test_freeze__the_hash_is_that_of_the_content(measured: House, at_freezing: datetime) -> None:
    card = freeze(measured)
    assert queries.content_of(Scorecard.objects.get(pk=card.pk)).sha256 == card.sha256
    assert sha256_of({"a": 1}) != card.sha256


def test_freeze__is_audited_with_its_hash(measured: House, at_freezing: datetime) -> None:
    card = freeze(measured)
    event = AuditEvent.objects.get(action="scorecard.frozen")
    assert event.subject == f"scorecards.scorecard:{card.pk}"
    assert card.sha256 in event.payload_text


def test_freeze__rolled_back_leaves_nothing(
    measured: House, at_freezing: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(audit, "record", fail)
    events = AuditEvent.objects.count()
    with pytest.raises(RuntimeError, match="disk"):
        freeze(measured)
    assert (Scorecard.objects.count(), ScorecardCell.objects.count(), AuditEvent.objects.count()) == (0, 0, events)


def test_freeze__a_running_period_is_refused(measured: House) -> None:
    with clock.playing(datetime(2026, 6, 30, 12, tzinfo=UTC)), pytest.raises(Conflict) as caught:
        freeze(measured)
    assert caught.value.code == "period_not_closed"


def test_freeze__a_run_of_weeks_has_no_card(measured: House, at_freezing: datetime) -> None:
    with pytest.raises(Invalid):
        freeze(measured, parse_period("2026-W26/13"))


def test_freeze__without_a_template_is_refused(house: House) -> None:
    with clock.playing(datetime(2024, 2, 3, tzinfo=UTC)), pytest.raises(Conflict) as caught:
        freeze(house, parse_period("2024-W04"))
    assert "template" in caught.value.sentence


def test_freeze__a_tech_lead_may_not(measured: House, at_freezing: datetime) -> None:
    by = principal_of(measured.organisation.people["ana"])
    with pytest.raises(Forbidden):
        operations.freeze_card(team=measured.team, period=QUARTER, by=by)


def test_freeze__waits_while_values_are_computed_then_takes_what_is_stored(measured: House) -> None:
    service = measured.organisation.checkout_api
    request = RecomputeRequest.objects.create(
        source="deployments", service=service, day=QUARTER.first_on, due_at=FREEZES_AT
    )
    patient_until = FREEZES_AT + timedelta(minutes=30)
    RecomputeRequest.objects.exclude(pk=request.pk).delete()
    with clock.playing(FREEZES_AT), pytest.raises(operations.StillComputing):
        freeze(measured, patient_until=patient_until)
    with clock.playing(patient_until):
        assert freeze(measured, patient_until=patient_until).period == "2026-Q2"


def test_freeze__computations_of_other_services_are_not_waited_for(measured: House, at_freezing: datetime) -> None:
    RecomputeRequest.objects.all().delete()
    other = measured.organisation.harbour_cluster
    RecomputeRequest.objects.create(source="deployments", service=other, day=QUARTER.first_on, due_at=FREEZES_AT)
    assert freeze(measured, patient_until=FREEZES_AT + timedelta(minutes=30)).period == "2026-Q2"


def test_freeze__catching_up_says_computed_late(measured: House) -> None:
    with clock.playing(FREEZES_AT + timedelta(hours=2)):
        on_time = freeze(measured)
    with clock.playing(FREEZES_AT + timedelta(days=3)):
        late = freeze(measured, parse_period("2026-06"))
    assert (on_time.computed_late, late.computed_late) == (False, True)


def test_card__a_rename_changes_no_word(measured: House, at_freezing: datetime) -> None:
    card = freeze(measured)
    measured.team.name = "Payments"
    measured.team.save()
    assert Scorecard.objects.get(pk=card.pk).team_name == "Checkout"


@pytest.mark.parametrize("table", ["scorecards_scorecard", "scorecards_scorecardcell"])
def test_card__the_database_refuses_changes(measured: House, at_freezing: datetime, table: str) -> None:
    freeze(measured)
    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):  # noqa: S608  a fixed name
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_card__side_doors_are_closed(measured: House, at_freezing: datetime) -> None:
    card = freeze(measured)
    with pytest.raises(SideDoor):
        card.save()
    with pytest.raises(SideDoor):
        Scorecard.objects.update(team_name="x")
    with pytest.raises(SideDoor):
        card.cells.first().delete()


def deploy(house: House, key: str, at: datetime) -> None:
    service = house.organisation.checkout_api
    rows = [{"key": key, "service": service.pk, "finished_at": at}]
    services.record_facts(source=DEPLOYMENTS, channel="ci", rows=rows)


def test_later_facts__of_the_period_and_the_teams_services_are_counted(measured: House, at_freezing: datetime) -> None:
    deploy(measured, "v1", datetime(2026, 5, 4, tzinfo=UTC))
    card = freeze(measured)
    assert queries.count_later_facts(card) == 0
    deploy(measured, "v2", datetime(2026, 5, 5, tzinfo=UTC))
    deploy(measured, "v3", datetime(2026, 7, 2, tzinfo=UTC))
    assert queries.count_later_facts(card) == 1
    assert freeze(measured).sha256 == card.sha256
