"""Burn alerts: one opening of a tier with its keys, told once; silence closes none."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.core import clock
from apps.core.problems import Conflict, Forbidden
from apps.core.timelines import Asked, list_lines
from apps.governance.domain.kinds import Item, Op
from apps.notifications.models import Notification
from apps.objectives.domain.counts import Counts, Slice
from apps.objectives.models import BurnAlert, BurnAlertFact, Indicator, Objective
from apps.objectives.operations import alerting
from tests.agreeing import agree
from tests.budgets import evaluate_now, lay, make_objective, spread, status_of
from tests.personas import Organisation, principal_of
from tests.promising import promised
from tests.sampling import make_indicator, make_series, put

pytestmark = [pytest.mark.django_db, pytest.mark.sql]

HOUR, FIVE = timedelta(hours=1), timedelta(minutes=5)
NEWEST = datetime(2026, 8, 24, 7, 35, tzinfo=ZoneInfo("UTC"))
NOW = NEWEST + FIVE + timedelta(minutes=2)


@pytest.fixture
def indicator(organisation: Organisation) -> Indicator:
    """Thirteen days of a minute's traffic each, so that a page of one hour can ring."""
    indicator = make_indicator(organisation)
    lay(make_series(indicator), spread(NEWEST - 3743 * FIVE, 3744, 300, 0, 374_400))
    return indicator


@pytest.fixture
def objective(organisation: Organisation, indicator: Indicator) -> Objective:
    return make_objective(organisation, indicator)


def fail(indicator: Indicator, slices: int, bad: int, *, after: int = 0, key: str = "") -> datetime:
    """So many slices in which a part of a hundred events failed; answers the instant after the last."""
    start = NEWEST + (after + 1) * FIVE
    found = [Slice(start + number * FIVE, Counts(100 - bad, 100, 100)) for number in range(slices)]
    now = found[-1].starts_at + FIVE + timedelta(minutes=1)
    put(make_series(indicator, key), found, at=now)
    return now


def evaluate(objective: Objective, at: datetime) -> None:
    with clock.playing(at):
        evaluate_now([objective.pk])


def open_tiers() -> set[str]:
    return set(BurnAlert.objects.filter(until_at=None).values_list("tier", flat=True))


def told() -> list[str]:
    rows = Notification.objects.filter(kind="burn_alert", recipient__email="ana@example.org")
    return list(rows.order_by("pk").values_list("text", flat=True))


def test_alert__opens_when_both_windows_burn_and_is_told_once(objective: Objective, indicator: Indicator) -> None:
    evaluate(objective, NOW)
    assert open_tiers() == set()
    now = fail(indicator, 12, 6)  # twenty times the agreed pace for an hour
    evaluate(objective, now)
    assert open_tiers() == {"page_fast"}
    status = status_of(objective)
    assert [status.state, status.reason] == ["at_risk", "alert_open"]
    evaluate(objective, now)
    assert told() == ["At this pace 2.0\N{NO-BREAK SPACE}% of the budget goes in 1 h. Look at it now."]
    fact = BurnAlertFact.objects.get(until_seq=None)
    assert [fact.tier, fact.kind, fact.opened_at, fact.closed_at] == ["page_fast", "page", now, None]


def test_alert__closes_when_the_short_window_calms(objective: Objective, indicator: Indicator) -> None:
    opened = fail(indicator, 12, 6)
    evaluate(objective, opened)
    closed = fail(indicator, 1, 0, after=12)
    evaluate(objective, closed)
    alert = BurnAlert.objects.get()
    assert [alert.from_at, alert.until_at] == [opened, closed]
    fact = BurnAlertFact.objects.get(until_seq=None)
    assert fact.closed_at == closed
    again = fail(indicator, 12, 9, after=13)
    evaluate(objective, again)
    assert BurnAlert.objects.filter(tier="page_fast").count() == 2


def test_alert__silence_closes_none(objective: Objective, indicator: Indicator) -> None:
    now = fail(indicator, 12, 6)
    evaluate(objective, now)
    evaluate(objective, now + 5 * HOUR)
    assert status_of(objective).state == "stale"
    assert open_tiers() == {"page_fast"}


def test_alert__one_failed_request_at_night_is_none(organisation: Organisation) -> None:
    indicator = make_indicator(organisation, "quiet")
    lay(make_series(indicator), spread(NEWEST - 3743 * FIVE, 3744, 300, 0, 3744))
    objective = make_objective(organisation, indicator, "quiet-works")
    at = NEWEST + FIVE
    put(make_series(indicator), [Slice(at, Counts(0, 1, 1))], at=at + FIVE)
    evaluate(objective, at + FIVE)
    assert open_tiers() == set()


def test_alert__saturation_never_pages(organisation: Organisation) -> None:
    indicator = make_indicator(organisation, "full", kind="saturation", limit="0.8")
    lay(make_series(indicator), spread(NEWEST - 3743 * FIVE, 3744, 300, 0, 374_400))
    objective = make_objective(organisation, indicator, "not-full")
    evaluate(objective, fail(indicator, 12, 60))
    assert open_tiers() == {"ticket_fast", "ticket_slow"}


def test_alert__names_the_keys_that_burn_and_tells_of_those_that_join(organisation: Organisation) -> None:
    indicator = make_indicator(organisation, "by-tenant", dimension="tenant")
    for key in ("acme", "birch", "dune"):
        lay(make_series(indicator, key), spread(NEWEST - 3743 * FIVE, 3744, 300, 0, 374_400))
    objective = make_objective(organisation, indicator, "tenants")
    fail(indicator, 12, 0, key="birch")
    now = fail(indicator, 12, 6, key="acme")
    fail(indicator, 12, 0, key="dune")
    evaluate(objective, now)
    alert = BurnAlert.objects.get(tier="page_fast", until_at=None)
    assert alert.keys == ["acme"]
    assert status_of(objective, "acme").reason == "alert_open"
    assert status_of(objective, "birch").state == "ok"
    fail(indicator, 6, 6, after=12, key="acme")
    later = fail(indicator, 6, 30, after=12, key="birch")
    evaluate(objective, later)
    alert.refresh_from_db()
    assert "birch" in alert.keys
    assert told()[0].endswith("It burns for acme.")
    assert any(text.startswith("More of it burns. It burns for birch") for text in told())


def test_acknowledge__by_whoever_works_in_the_team_and_once(
    organisation: Organisation, objective: Objective, indicator: Indicator
) -> None:
    now = fail(indicator, 12, 6)
    evaluate(objective, now)
    alert = BurnAlert.objects.get()
    with pytest.raises(Forbidden, match="member of Checkout"):
        alerting.acknowledge_alert(alert_id=alert.pk, by=principal_of(organisation.people["eli"], now))
    dee = principal_of(organisation.people["dee"], now)
    alerting.acknowledge_alert(alert_id=alert.pk, by=dee)
    with pytest.raises(Conflict):
        alerting.acknowledge_alert(alert_id=alert.pk, by=dee)
    alert.refresh_from_db()
    assert alert.acknowledged_by == organisation.people["dee"]


def test_alert__rings_for_what_an_exemption_takes_out(organisation: Organisation) -> None:
    """The budget leaves it out; whoever is called must hear of it all the same."""
    with clock.playing(NOW):
        objective = promised(organisation)
    series = make_series(objective.indicator)
    lay(series, spread(NEWEST - 3743 * FIVE, 3744, 300, 0, 374_400))
    now = fail(objective.indicator, 12, 6)
    content = {
        "kind": "exclude_slices", "objectives": [objective.slug], "category": "measurement_fault",
        "starts_at": (NEWEST + FIVE).isoformat(), "expires_at": (NEWEST + 13 * FIVE).isoformat(),
    }  # fmt: skip
    agree(Item("exemption", Op.CREATE, "", content), author=organisation.people["ana"], at=now)
    evaluate(objective, now)
    status = status_of(objective)
    assert [status.raw_bad, status.bad] == [72, 0]
    assert open_tiers() == {"page_fast"}


def test_acknowledge__mutes_what_joins_later(organisation: Organisation) -> None:
    indicator = make_indicator(organisation, "by-tenant", dimension="tenant")
    for key in ("acme", "birch"):
        lay(make_series(indicator, key), spread(NEWEST - 3743 * FIVE, 3744, 300, 0, 374_400))
    objective = make_objective(organisation, indicator, "tenants")
    fail(indicator, 12, 0, key="birch")
    now = fail(indicator, 12, 6, key="acme")
    evaluate(objective, now)
    alert = BurnAlert.objects.get(tier="page_fast", until_at=None)
    alerting.acknowledge_alert(alert_id=alert.pk, by=principal_of(organisation.people["dee"], now))
    before = told()
    fail(indicator, 6, 6, after=12, key="acme")
    evaluate(objective, fail(indicator, 6, 30, after=12, key="birch"))
    alert.refresh_from_db()
    assert "birch" in alert.keys
    assert not any("More of it burns" in text for text in told())
    assert told()[: len(before)] == before


def test_timeline__an_opening_stands_beside_what_else_happened(
    organisation: Organisation, objective: Objective, indicator: Indicator
) -> None:
    now = fail(indicator, 12, 6)
    evaluate(objective, now)
    asked = Asked(frozenset({organisation.checkout_api.pk}), None, now - HOUR, now + HOUR, 10)
    assert "Burn alert of checkout-works: page." in [line.text for line in list_lines(asked)]
