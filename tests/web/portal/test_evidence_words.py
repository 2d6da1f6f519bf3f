"""Evidence of every kind of number says how it comes about, and what a number was before it was restated."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.core.fact_sources import sources
from apps.core.numbers import format_value
from apps.core.periods import parse_period
from apps.measurements import operations as measurements
from apps.metrics.domain.starter import DEPLOYMENT_FREQUENCY
from apps.services import operations as services
from apps.teams.domain import TeamType
from tests.measuring import adopt, answer
from tests.personas import Organisation, make_team, principal_of
from tests.web.portal.conftest import MONDAY
from tests.web.portal.pages import words_of

RELEASES = {"facts": "deployments", "clock": "finished_at", "where": ["production"]}
BRANCHES: dict[str, Any] = {
    "of": {"facts": "changes", "clock": "merged_at"}, "value": {"from": "first_commit_at", "to": "merged_at"},
    "unit": "seconds",
}  # fmt: skip
SIZES: dict[str, Any] = {"of": RELEASES, "value": {"field": "size"}, "unit": "count"}
SPECS: dict[str, dict[str, Any]] = {
    "mean-branch": {"measure": "mean", **BRANCHES},
    "slow-branch": {"measure": "quantile", "q": "0.85", **BRANCHES},
    "middle-size": {"measure": "quantile", **SIZES},
    "quarterly": {"measure": "rate", "of": RELEASES, "unit": "per_week", "window": {"grains": ["quarter"]}},
}
PERIODS = [parse_period(key) for key in ("2026-W34", "2026-W34/13", "2026-Q2")]
RUN = "values/team:checkout/2026-W34/13/"


@pytest.fixture
def measured(organisation: Organisation) -> Organisation:
    """Four more definitions, computed for a week, for 13 weeks and for a quarter."""
    by = principal_of(organisation.people["gus"])
    versions = [adopt(s, {**v, "direction": "neither"}, owner=organisation.harbour, by=by) for s, v in SPECS.items()]
    measurements.store(measurements.compute(dict.fromkeys(versions, PERIODS), cause="test"))
    return organisation


def test_sum__each_measure_says_what_it_takes(measured: Organisation, client_as: Callable[..., Client]) -> None:
    read = client_as("eli").get
    sums = {slug: words_of(read(f"/metrics/{slug}/{RUN}")) for slug in ("mean-branch", "slow-branch", "middle-size")}
    assert "78 lengths added up and divided by 78 = 24 h." in sums["mean-branch"]
    assert "The 85th percentile of 78 lengths, sorted = 29 h." in sums["slow-branch"]
    assert "The middle of 13 numbers, sorted = 6." in sums["middle-size"]
    assert "Fact Service When Number Deployment r55 Checkout API 19 Aug 2026, 12:00 6 Deployment" in sums["middle-size"]


def test_too_few__an_upper_quantile_says_how_many_it_takes(
    measured: Organisation, client_as: Callable[..., Client]
) -> None:
    text = words_of(client_as("eli").get("/metrics/slow-branch/values/team:checkout/2026-W34/"))
    assert "Not judged : too few (6 of 19)" in text


def test_trend__a_median_of_numbers_is_shown_and_not_judged(
    measured: Organisation, client_as: Callable[..., Client]
) -> None:
    text = words_of(client_as("eli").get("/metrics/middle-size/trend/?subject=team:checkout&grain=quarter"))
    assert "against 26 before" not in text
    assert "too few (0 of 10)" not in text


@pytest.mark.parametrize("period", ["2026-W34", "2026-W34/13", "2026-08"])
def test_evidence__of_a_period_that_is_not_read_is_absent(
    measured: Organisation, client_as: Callable[..., Client], period: str
) -> None:
    client = client_as("eli")
    address = f"/metrics/quarterly/values/team:checkout/{period}/"
    assert client.get(address).status_code == 404
    assert client.post(f"{address}verify/", follow=True).status_code == 404
    assert "13 in 91 days = 1.0 a week." in words_of(client.get("/metrics/quarterly/values/team:checkout/2026-Q2/"))


def test_trend__of_periods_that_are_not_read_draws_no_zeros(
    measured: Organisation, client_as: Callable[..., Client]
) -> None:
    client = client_as("eli")
    text = words_of(client.get("/metrics/quarterly/trend/?subject=team:checkout"))
    assert "is not read by week. It is read by quarter." in text
    assert "No signal" not in text
    assert "Q2 26 1.0 a week" in words_of(client.get("/metrics/quarterly/trend/?subject=team:checkout&grain=quarter"))


def test_number__page_file_and_api_say_the_same(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    client, place = client_as("eli"), "subject=team:checkout"
    asked = f"/api/v1/measurements/?definition=change-lead-time&{place}&period=2026-W34&part=whole"
    (api,) = client.get(asked).json()["results"]
    file = io.StringIO(client.get(f"/metrics/change-lead-time/trend.csv?{place}").content.decode())
    (row,) = (row for row in csv.DictReader(file) if row["period"] == "2026-W34")
    page = words_of(client.get("/metrics/change-lead-time/values/team:checkout/2026-W34/"))
    assert float(api["value"]) == float(row["value"])
    assert (str(api["n"]), api["status"]) == (row["n"], row["status"])
    assert f"{format_value(float(api['value']), 'seconds')} (".replace("\u00a0", " ") in page


def test_restated__old_and_new_stand_on_the_page(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    """A deployment of June is posted in August: the final value keeps what it was."""
    late = {"key": "late", "service": organisation.checkout_api.pk, "finished_at": MONDAY.replace(month=6, day=10)}
    services.record_facts(source=sources.get("deployments"), channel="ci", rows=[late])
    answer()
    page = words_of(client_as("eli").get("/metrics/deployment-frequency/values/team:checkout/2026-W24/"))
    assert "2 in 7 days = 2.0 a week." in page
    assert "Restatements, newest first When Old New Cause 24 Aug 2026, 12:00 1 a week, n = 1 2 a week, n = 2" in page
    assert "late deployments" in page


def test_team_without_services__each_page_says_that_nothing_is_connected(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    make_team("empty", "Empty", TeamType.PRODUCT)
    client, slug = client_as("gus"), DEPLOYMENT_FREQUENCY.slug
    for path in (
        "/teams/empty/",
        f"/metrics/{slug}/trend/?subject=team:empty",
        f"/metrics/{slug}/values/team:empty/2026-W34/",
    ):
        text = words_of(client.get(path))
        assert "No data : not connected" in text, path
        assert "too few" not in text, path


def test_stages__one_without_facts_says_not_recorded(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    client = client_as("eli")
    assert "Branch 92 %" in words_of(client.get("/metrics/change-lead-time/trend/?subject=team:checkout"))
    text = words_of(client.get("/metrics/change-lead-time/trend/?subject=team:harbour"))
    assert "Branch not recorded Release not recorded" in text
