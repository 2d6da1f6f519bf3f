"""Evaluation: states, silence, kept results, days and the clock; from counts as they come in."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.immutable import writing
from apps.core.periods import local_midnight
from apps.objectives.domain.counts import Counts, Slice
from apps.objectives.models import (
    BudgetDay,
    BudgetDayFact,
    BudgetEvaluation,
    BudgetStatus,
    BurnAlert,
    EvaluationDue,
    Indicator,
    Objective,
    ObjectiveVersion,
)
from apps.objectives.operations.evaluation_asking import ask, ask_objectives
from apps.objectives.tasks import evaluate_due
from apps.services import operations as services
from apps.services.models import FactConnection
from tests.budgets import add_promise, evaluate_now, lay, make_objective, spread, status_of
from tests.personas import Organisation
from tests.sampling import add_version, make_indicator, make_series, put

pytestmark = [pytest.mark.django_db, pytest.mark.sql]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
UTC = ZoneInfo("UTC")
NEWEST = datetime(2026, 8, 24, 7, tzinfo=UTC)
NOW = NEWEST + HOUR + timedelta(minutes=5)


@pytest.fixture
def indicator(organisation: Organisation) -> Indicator:
    return make_indicator(organisation, slice_seconds=3600)


@pytest.fixture
def objective(organisation: Organisation, indicator: Indicator) -> Objective:
    return make_objective(organisation, indicator)


def evaluate(*objectives: Objective, at: datetime = NOW) -> None:
    with clock.playing(at):
        evaluate_now([one.pk for one in objectives])


def counts_of(objective: Objective) -> tuple[str, int, int]:
    status = status_of(objective)
    return status.state, status.bad, status.counted


def test_evaluate__writes_the_state_with_its_counts(objective: Objective, indicator: Indicator) -> None:
    lay(make_series(indicator), spread(NEWEST - 671 * HOUR, 672, 3600, 2911, 1_284_500))
    evaluate(objective)
    status = status_of(objective)
    assert [status.state, status.bad, status.counted, status.basis] == ["at_risk", 2911, 1_284_500, 1_284_500]
    assert status.window_end == NEWEST + HOUR
    assert status.met_since == NOW
    assert [status.seen, status.elapsed] == [672, 672]


def test_evaluate__nothing_ever_came(objective: Objective) -> None:
    evaluate(objective)
    status = status_of(objective)
    assert [status.state, status.reason, status.judged_state] == ["no_data", "not_connected", ""]
    assert not BudgetEvaluation.objects.exists()


def test_silence__the_number_stands_still_and_the_state_is_stale(objective: Objective, indicator: Indicator) -> None:
    lay(make_series(indicator), spread(NEWEST - 671 * HOUR, 672, 3600, 5000, 1_284_500))
    evaluate(objective)
    before = counts_of(objective)
    assert before == ("exhausted", 5000, 1_284_500)
    with clock.playing(NOW + 5 * HOUR + timedelta(minutes=56)):
        assert evaluate_due() == 1
    status = status_of(objective)
    assert [status.state, status.bad, status.counted] == ["stale", 5000, 1_284_500]
    assert [status.judged_state, status.met_since] == ["exhausted", None]


def test_silence__the_duty_comes_again_when_silence_would_be_stale(objective: Objective, indicator: Indicator) -> None:
    lay(make_series(indicator), spread(NEWEST - 671 * HOUR, 672, 3600, 100, 1_284_500))
    evaluate(objective)
    duty = EvaluationDue.objects.get()
    assert duty.done_at is None
    assert duty.due_at - (NEWEST + HOUR + 6 * HOUR) == timedelta(microseconds=1)


def test_unusable__more_good_than_valid_leaves_the_number_and_many_of_them_judge_nothing(
    objective: Objective, indicator: Indicator
) -> None:
    slices = spread(NEWEST - 671 * HOUR, 672, 3600, 100, 67_200)
    slices[5] = Slice(slices[5].starts_at, Counts(120, 100, 120))
    lay(make_series(indicator), slices)
    evaluate(objective)
    assert [status_of(objective).state, status_of(objective).counted] == ["ok", 67_100]
    broken = [
        Slice(one.starts_at, Counts(120, 100, 120)) if number % 16 == 5 else one for number, one in enumerate(slices)
    ]
    put(make_series(indicator), [one for number, one in enumerate(broken) if number % 16 == 5], at=NOW)
    evaluate(objective)
    assert [status_of(objective).state, status_of(objective).reason] == ["insufficient", "unusable"]


def test_kept_results__each_local_midnight_and_each_change_of_state(objective: Objective, indicator: Indicator) -> None:
    series = make_series(indicator)
    lay(series, spread(NEWEST - 671 * HOUR, 672, 3600, 100, 1_284_500))
    evaluate(objective)
    evaluate(objective)
    zone = clock.reporting_zone()
    kept = BudgetEvaluation.objects.order_by("as_of")
    assert [one.cause for one in kept] == ["midnight", "state_change"]
    assert kept[0].as_of == local_midnight(clock.local_day(NOW), zone)
    # Ten days on, the missing midnights come too, oldest first, as far as a week.
    put(series, [Slice(NEWEST + HOUR, Counts(0, 90_000, 90_000))], at=NOW + HOUR)
    evaluate(objective, at=NOW + 10 * DAY)
    causes = list(BudgetEvaluation.objects.order_by("as_of").values_list("cause", flat=True))
    assert causes.count("midnight") == 8
    assert BudgetDayFact.objects.filter(until_seq=None).count() == 8
    fact = BudgetDayFact.objects.get(key=f"checkout-works/{clock.local_day(NOW) - DAY}", until_seq=None)
    assert [fact.state, fact.objective] == ["ok", "checkout-works"]
    assert fact.allowed == Decimal("0.003") * fact.counted


def test_history__a_changed_promise_leaves_earlier_results_byte_equal(
    organisation: Organisation, objective: Objective, indicator: Indicator
) -> None:
    lay(make_series(indicator), spread(NEWEST - 671 * HOUR, 672, 3600, 2911, 1_284_500))
    evaluate(objective)
    before = {one.pk: one.document_text for one in BudgetEvaluation.objects.all()}
    add_promise(organisation, objective, effective_from=clock.local_day(NOW) + DAY, target="0.9")
    evaluate(objective, at=NOW + HOUR)
    assert status_of(objective).version.number == 1
    put(make_series(indicator), [Slice(NEWEST + DAY, Counts(100, 100, 100))], at=NOW + DAY)
    evaluate(objective, at=NOW + DAY)
    status = status_of(objective)
    assert [status.version.number, status.state] == [2, "ok"]
    assert {one.pk: one.document_text for one in BudgetEvaluation.objects.filter(pk__in=before)} == before


def test_days__a_late_slice_counts_its_day_anew(objective: Objective, indicator: Indicator) -> None:
    series = make_series(indicator)
    lay(series, spread(NEWEST - 671 * HOUR, 672, 3600, 0, 67_200))
    evaluate(objective)
    late = NEWEST - 300 * HOUR
    day = BudgetDay.objects.get(version=objective.versions.get(), series=None, day=clock.local_day(late))
    put(series, [Slice(late, Counts(60, 100, 100))], at=NOW)
    evaluate(objective)
    again = BudgetDay.objects.get(version=objective.versions.get(), series=None, day=clock.local_day(late))
    assert [day.bad, again.bad, day.counted, again.counted] == [0, 40, day.counted, day.counted]
    assert status_of(objective).bad == 40


def test_evaluate__twice_writes_the_same_rows(objective: Objective, indicator: Indicator) -> None:
    lay(make_series(indicator), spread(NEWEST - 671 * HOUR, 672, 3600, 2911, 1_284_500))
    rows = []
    for _ in range(2):
        evaluate(objective)
        days = BudgetDay.objects.order_by("day", "series").values_list("day", "series", "bad", "counted", "seen")
        rows.append((list(days), counts_of(objective), BudgetEvaluation.objects.count(), AuditEvent.objects.count()))
    assert rows[0] == rows[1]


def test_ask__keeps_the_earliest_day_and_wakes_a_duty_that_is_being_worked(
    objective: Objective, indicator: Indicator
) -> None:
    first, second = clock.local_day(NOW) - 3 * DAY, clock.local_day(NOW)
    assert ask({indicator.pk: second}, NOW) == 1
    assert ask({indicator.pk: first}, NOW + HOUR) == 1
    ask_objectives({objective.pk: None}, NOW + 2 * HOUR)
    duty = EvaluationDue.objects.get()
    assert [duty.changed_from, duty.due_at, duty.done_at] == [first, NOW + 2 * HOUR, None]
    with clock.playing(NOW + 2 * HOUR):
        evaluate_due()
    duty.refresh_from_db()
    assert duty.changed_from is None
    ask({indicator.pk: second}, NOW + 3 * HOUR)
    duty.refresh_from_db()
    assert duty.changed_from == second


def test_ask_missing__an_objective_without_a_duty_is_found(objective: Objective) -> None:
    assert not EvaluationDue.objects.exists()
    with clock.playing(NOW):
        assert evaluate_due() == 1
        assert evaluate_due() == 0
    assert status_of(objective).state == "no_data"


def test_audit__a_turn_of_the_state_stands_in_the_chain(objective: Objective, indicator: Indicator) -> None:
    lay(make_series(indicator), spread(NEWEST - 671 * HOUR, 672, 3600, 5000, 1_284_500))
    evaluate(objective)
    event = AuditEvent.objects.get(action__startswith="budget.")
    assert event.action == "budget.exhausted"
    assert '"objective":"checkout-works"' in event.payload_text.replace(" ", "")


def test_new_dimension__what_was_counted_before_it_is_no_key(
    organisation: Organisation, objective: Objective, indicator: Indicator
) -> None:
    lay(make_series(indicator), spread(NEWEST - 671 * HOUR, 672, 3600, 0, 1_284_500))
    evaluate(objective)
    begins = clock.local_day(NOW) + DAY
    add_version(organisation, indicator, effective_from=begins, slice_seconds=3600, dimension="tenant")
    lay(make_series(indicator, "acme"), spread(NEWEST + DAY - 8 * HOUR, 9, 3600, 900, 900))
    for later in (DAY, DAY + HOUR / 4, DAY + HOUR / 2):
        evaluate(objective, at=NOW + later)
    assert BudgetStatus.objects.count() == 2
    assert [status_of(objective).counted, status_of(objective, "acme").counted] == [900, 900]
    assert all(sorted(alert.keys) == ["", "acme"] for alert in BurnAlert.objects.all())
    assert BurnAlert.objects.exists()
    assert BudgetEvaluation.objects.filter(cause="state_change").count() == 2


def test_new_segments__tenants_from_before_them_are_judged_no_more(organisation: Organisation) -> None:
    indicator = make_indicator(organisation, "by-key", slice_seconds=3600, dimension="tenant")
    objective = make_objective(organisation, indicator, "keys")
    lay(make_series(indicator, "acme"), spread(NEWEST - 99 * HOUR, 100, 3600, 0, 10_000))
    begins = clock.local_day(NOW) + DAY
    add_version(organisation, indicator, effective_from=begins, slice_seconds=3600, dimension="segment")
    lay(make_series(indicator, "phone"), spread(NEWEST + DAY - 8 * HOUR, 9, 3600, 0, 900))
    evaluate(objective, at=NOW + DAY)
    keys = BudgetStatus.objects.exclude(series=None).values_list("series__key", flat=True)
    assert list(keys) == ["phone"]


def test_new_definition__before_its_first_counts_nothing_is_judged_yet(
    organisation: Organisation, objective: Objective, indicator: Indicator
) -> None:
    lay(make_series(indicator), spread(NEWEST + 7 * HOUR - 671 * HOUR, 672, 3600, 0, 1_284_500))
    begins = clock.local_day(NOW) + DAY
    add_version(organisation, indicator, effective_from=begins, slice_seconds=3600, kind="error_rate")
    evaluate(objective, at=NEWEST + 15 * HOUR + timedelta(minutes=5))
    assert [status_of(objective).state, status_of(objective).reason] == ["stale", "silent"]
    lay(make_series(indicator), [Slice(NEWEST + 15 * HOUR, Counts(0, 0, 0))])
    evaluate(objective, at=NEWEST + 16 * HOUR + timedelta(minutes=5))
    assert [status_of(objective).state, status_of(objective).reason] == ["insufficient", "new_definition"]


def test_midnight__waits_for_late_slices_and_counts_them_under_the_version_of_their_day(
    organisation: Organisation, objective: Objective, indicator: Indicator
) -> None:
    series, midnight = make_series(indicator), datetime(2026, 8, 24, 22, tzinfo=UTC)
    lay(series, spread(NEWEST - 671 * HOUR, 672, 3600, 0, 1_284_500))
    evaluate(objective)
    add_promise(organisation, objective, effective_from=clock.local_day(NOW) + DAY, target="0.9")
    evaluate(objective, at=midnight + timedelta(minutes=5))
    kept = BudgetEvaluation.objects.filter(cause="midnight", as_of=midnight)
    assert not kept.exists()
    assert EvaluationDue.objects.get().due_at == midnight + HOUR
    late = midnight + timedelta(minutes=20)
    put(series, [Slice(midnight - HOUR, Counts(0, 50, 50))], at=late)
    evaluate(objective, at=late)
    evaluate(objective, at=midnight + HOUR)
    result = kept.get()
    assert [result.version.number, result.bad] == [1, 50]
    assert BudgetDay.objects.get(version=result.version, day=clock.local_day(NOW)).bad == 50


def test_unreadable__an_agreement_is_left_out_and_the_others_are_judged(
    organisation: Organisation, objective: Objective, indicator: Indicator, caplog: pytest.LogCaptureFixture
) -> None:
    lay(make_series(indicator), spread(NEWEST - 671 * HOUR, 672, 3600, 0, 1_284_500))
    with writing(Objective):
        broken = Objective.objects.create(
            slug="broken", indicator=indicator, owner_team=organisation.checkout, created_at=NOW,
            created_by=organisation.people["ana"],
        )  # fmt: skip
    sound = objective.versions.get()
    with writing(ObjectiveVersion):
        ObjectiveVersion.objects.create(
            objective=broken, number=1, name="Broken", target=sound.target, revisit_on=sound.revisit_on,
            promise_text='{"name":"Broken"}', promise_sha256="0" * 64, meaning_number=1, reason="For a test.",
            proposal=sound.proposal, adopted_at=NOW, adopted_by=organisation.people["ana"],
        )  # fmt: skip
    evaluate(objective, broken)
    assert status_of(objective).state == "ok"
    assert "reads no more" in caplog.text


def test_tenants__each_key_has_its_own_status(organisation: Organisation) -> None:
    indicator = make_indicator(organisation, "by-tenant", slice_seconds=3600, dimension="tenant")
    objective = make_objective(organisation, indicator, "tenants", target="0.99", judge="each", share_target="0.95")
    tenants = {
        "acme": (1180, 210_400), "birch": (402, 96_300), "cobalt": (61, 3150), "dune": (310, 58_200), "elm": (3, 40),
    }  # fmt: skip
    for key, (bad, valid) in tenants.items():
        lay(make_series(indicator, key), spread(NEWEST - 671 * HOUR, 672, 3600, bad, valid))
    evaluate(objective)
    whole = status_of(objective)
    assert [whole.state, whole.reason, whole.bad, whole.counted] == ["exhausted", "keys_missed", 1956, 368_090]
    assert [whole.keys_within, whole.keys_judged, whole.keys_unjudged] == [3, 4, 1]
    found = {key: status_of(objective, key).state for key in tenants}
    assert found == {"acme": "ok", "birch": "ok", "cobalt": "exhausted", "dune": "ok", "elm": "insufficient"}


@pytest.mark.parametrize(
    ("newest", "slices"),
    [
        (datetime(2026, 3, 31, 21, 55, tzinfo=UTC), 8_916),
        (datetime(2026, 10, 31, 22, 55, tzinfo=UTC), 8_940),
    ],
)
def test_month__in_which_the_clock_is_moved_holds_the_slices_of_its_hours(
    organisation: Organisation, settings: Any, newest: datetime, slices: int
) -> None:
    """The stored samples begin a day before the month and fill it to its end; each is counted."""
    settings.REPORTING_ZONE = "Europe/Madrid"
    indicator = make_indicator(organisation)
    more = slices + 288
    lay(make_series(indicator), spread(newest - (more - 1) * timedelta(minutes=5), more, 300, 0, more))
    objective = make_objective(
        organisation, indicator, method="time_slices", slice_target="0.95", window={"calendar": "month"}
    )
    evaluate(objective, at=newest + timedelta(minutes=7))
    status = status_of(objective)
    assert [status.elapsed, status.counted, status.basis, status.seen] == [slices] * 4


def test_facts__of_every_service_go_in_one_call_each_connected_from_its_own_first(
    organisation: Organisation, objective: Objective, indicator: Indicator, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []
    record = services.record_facts

    def noted(**said: Any) -> Any:
        called.append(said["source"].key)
        return record(**said)

    monkeypatch.setattr(services, "record_facts", noted)
    other = make_indicator(organisation, "search", service=organisation.checkout_web, slice_seconds=3600)
    another = make_objective(organisation, other, "search-works")
    for one in (indicator, other):
        lay(make_series(one), spread(NEWEST - 671 * HOUR, 672, 3600, 100, 1_284_500))
    evaluate(objective, another)
    assert called == ["budget_days"]
    first = local_midnight(clock.local_day(NOW) - DAY, clock.reporting_zone())
    rows = FactConnection.objects.filter(source="budget_days", until_seq=None)
    assert [row.connected_from for row in rows] == [first, first]


@pytest.mark.parametrize(
    ("newest", "stands"),
    [
        (datetime(2026, 8, 24, 7, tzinfo=UTC), ["at_risk", "pace"]),  # 140 h at this pace, 182 h to go
        (datetime(2026, 8, 28, 7, tzinfo=UTC), ["ok", "within"]),  # 164 h at this pace, 86 h to go
    ],
)
def test_calendar__a_pace_is_a_risk_where_it_does_not_last_to_the_end(
    organisation: Organisation, indicator: Indicator, newest: datetime, stands: list[str]
) -> None:
    """In a rolling window of that length only a pace of less than 72 h would be one."""
    said = {"window": {"calendar": "month"}, "at_risk_below": "0.05"}
    objective = make_objective(organisation, indicator, **said)
    begins = datetime(2026, 7, 31, 22, tzinfo=UTC)
    hours = int((newest - begins) / HOUR) + 1
    lay(make_series(indicator), spread(begins, hours, 3600, hours * 24, hours * 10_000))
    evaluate(objective, at=newest + HOUR + timedelta(minutes=5))
    status = status_of(objective)
    assert [status.state, status.reason] == stands
