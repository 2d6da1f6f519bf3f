"""Rules that leave out more than a tenth of a team's quarter, read from stored values."""

from datetime import date

import pytest

from apps.core import clock
from apps.core.periods import parse_period
from apps.measurements.queries import list_creeps
from tests.cards import FREEZES_AT, QUARTER, House, house

__all__ = ["house"]
pytestmark = pytest.mark.sql


def texts(slugs: set[str] | None = None) -> list[tuple[str, str]]:
    with clock.playing(FREEZES_AT):
        return [(found.about, found.text) for found in list_creeps(slugs)]


def test_creeps__more_than_a_tenth_is_asked_about(house: House) -> None:
    house.put("deployment-frequency", QUARTER, n=86, left_out=14)
    house.put("change-failure-rate", QUARTER, n=90, left_out=10)
    house.put("change-lead-time", QUARTER, n=60, unattributed=29, left_out=11)
    assert texts() == [
        ("Change lead time, 2026-Q2", "11\u00a0% of Checkout's changes are left out. Is the rule wrong?"),
        ("Deployment frequency, 2026-Q2", "14\u00a0% of Checkout's deployments are left out. Is the rule wrong?"),
    ]
    assert texts({"change-failure-rate"}) == []
    assert [about for about, _ in texts({"deployment-frequency"})] == ["Deployment frequency, 2026-Q2"]


def test_creeps__of_the_last_closed_quarter_alone(house: House) -> None:
    house.put("deployment-frequency", parse_period("2026-Q1"), n=50, left_out=50)
    house.put("deployment-frequency", parse_period("2026-Q3"), n=50, left_out=50)
    house.put("deployment-frequency", parse_period("2026-06"), n=50, left_out=50)
    assert texts() == []


def test_creeps__by_the_version_that_governs(house: House) -> None:
    with clock.playing(FREEZES_AT.replace(month=3)):
        house.adopt_second("deployment-frequency", date(2026, 3, 30))
    house.put("deployment-frequency", QUARTER, n=50, left_out=50)
    assert texts() == []
    house.put("deployment-frequency", QUARTER, version_number=2, n=70, left_out=30)
    assert [text for _, text in texts()] == ["30\u00a0% of Checkout's deployments are left out. Is the rule wrong?"]


def test_creeps__lead_to_the_facts_in_one_query(house: House, django_assert_num_queries) -> None:
    house.put("deployment-frequency", QUARTER, n=80, left_out=20)
    with clock.playing(FREEZES_AT), django_assert_num_queries(1):
        (found,) = list_creeps()
    assert found.url == "/metrics/deployment-frequency/values/team:checkout/2026-Q2/"
