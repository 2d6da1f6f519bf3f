"""Where weeks are too sparse to be read, pages show months and say so."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.core.fact_sources import sources
from apps.measurements import operations as measurements
from apps.services import operations as services
from tests.personas import Organisation
from tests.web.portal.conftest import LEAD_HOURS, MONDAY
from tests.web.portal.pages import main_of, words_of

MOST_QUERIES = 12
NOTE = "Weeks are too sparse to read: 9 of the last 26 have a value. Months are shown."
RECOVERY = "failed-deployment-recovery-time"
TREND = "/metrics/change-lead-time/trend/?subject=team:harbour"


@pytest.fixture(scope="module")
def _released(world: Organisation, django_db_blocker: Any) -> Iterator[None]:
    """What Harbour released, once for all tests of this file: a savepoint in the world's transaction."""
    with django_db_blocker.unblock(), transaction.atomic(), clock.playing(MONDAY):
        _release(world.harbour_cluster.pk)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def rare(_released: None, organisation: Organisation) -> Organisation:
    """Harbour releases each third week for two years: six failures, then what mends them, with six changes."""
    return organisation


def _release(service: int) -> None:
    rows: dict[str, list[dict[str, Any]]] = {"deployments": [], "changes": [], "remediations": []}
    for n in range(0, 110, 3):
        at = MONDAY - timedelta(weeks=n, days=5)
        for i in range(6):
            first, merged = at - timedelta(hours=LEAD_HOURS[(n + i) % 7]), at - timedelta(hours=2)
            failed = {"key": f"h{n}-{i}", "service": service, "finished_at": at - timedelta(minutes=10 + n % 5 + i)}
            change = {"key": f"c{n}-{i}", "deployment": f"h{n}", "first_commit_at": first, "merged_at": merged}
            rows["deployments"].append(failed)
            rows["changes"].append({**change, "service": service})
            rows["remediations"].append(
                {"key": f"m{n}-{i}", "service": service, "failed": f"h{n}-{i}", "fixed_by": f"h{n}"}
            )
        rows["deployments"].append({"key": f"h{n}", "service": service, "finished_at": at})
    for source, facts in rows.items():
        services.record_facts(
            source=sources.get(source), channel="ci", rows=facts, connected_from=MONDAY - timedelta(weeks=120),
            complete_until=MONDAY,
        )  # fmt: skip
    measurements.rebuild()


def rows_of(client: Client, query: str) -> list[dict[str, str]]:
    """The file of the trend."""
    text = client.get(TREND.replace("trend/", "trend.csv") + query).content.decode()
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("page", ["/teams/harbour/", TREND, f"/metrics/{RECOVERY}/"])
def test_months__stand_on_the_page_with_the_reason(
    rare: Organisation, client_as: Callable[..., Client], page: str
) -> None:
    client = client_as("eli")
    client.get(page)
    with CaptureQueriesContext(connection) as queries:
        words = words_of(client.get(page))
    assert NOTE in words
    assert "median by month" in words
    assert "No signal: inside normal range" in words
    assert len(queries) <= MOST_QUERIES


def test_months__weeks_without_a_release_are_zeros_and_stay(
    rare: Organisation, client_as: Callable[..., Client]
) -> None:
    words = words_of(client_as("eli").get("/services/harbour-cluster/"))
    assert "too sparse" not in words
    assert "by week" in words


def test_months__dense_weeks_stay(rare: Organisation, client_as: Callable[..., Client]) -> None:
    for page in ("/teams/checkout/", "/metrics/change-lead-time/", "/metrics/change-lead-time/trend/"):
        words = words_of(client_as("eli").get(page))
        assert "too sparse" not in words
        assert "median by week" in words


def test_months__whoever_asks_for_weeks_sees_weeks(rare: Organisation, client_as: Callable[..., Client]) -> None:
    client = client_as("eli")
    words = words_of(client.get(TREND + "&grain=week"))
    assert "median by week" in words
    assert "Not judged: too few, a value in 9 of the last 26 weeks" in words
    chosen = client.get(TREND).content.decode()
    assert chosen.count('aria-current="true">Month') == 1
    assert {row["period"][:6] for row in rows_of(client, "&grain=week")} >= {"2026-W"}
    assert [row["period"] for row in rows_of(client, "")][-2:] == ["2026-07", "2026-08"]


def test_definition__draws_teams_by_name(rare: Organisation, client_as: Callable[..., Client]) -> None:
    text = main_of(client_as("dee").get("/metrics/deployment-frequency/"))
    assert text.index('id="team-checkout"') < text.index('id="team-harbour"')
