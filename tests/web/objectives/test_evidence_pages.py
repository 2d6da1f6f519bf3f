"""What stands behind a budget's numbers: days, slices with the reason why they do not count, an SLI, the calculator."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.objectives.models import Indicator
from tests.budgets import lay, make_objective, spread
from tests.personas import Organisation
from tests.sampling import make_batch, make_indicator, make_series, one, put
from tests.spending import DAY, HOUR, NEWEST, NOW, evaluate, spent, tenants
from tests.web.portal.pages import words_of

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
ClientAs = Callable[..., Client]


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.playing(NOW):
        yield


def test_days__say_what_counts_and_what_does_not(organisation: Organisation, client_as: ClientAs) -> None:
    spent(organisation, 5_000, 1_344_000, policy=False)
    text = words_of(client_as("eli").get("/objectives/checkout-works/days/"))
    assert "23 Aug 2026" in text
    assert "178 of 48,000" in text or "179 of 48,000" in text
    assert "Units by version 1." in text


def test_days__that_the_version_did_not_keep_show_no_units(organisation: Organisation, client_as: ClientAs) -> None:
    """An event is no slice of time: what came before the first kept day is not said under the version."""
    indicator = make_indicator(organisation, slice_seconds=3600)
    series = make_series(indicator)
    lay(series, spread(NEWEST - 60 * DAY, 1, 3600, 70, 7_000))
    lay(series, spread(NEWEST - 671 * HOUR, 672, 3600, 100, 67_200))
    said = {"method": "time_slices", "slice_target": "0.9", "target": "0.9"}
    evaluate(make_objective(organisation, indicator, **said))
    text = words_of(client_as("eli").get("/objectives/checkout-works/days/"))
    assert "23 Aug 2026 0 of 24" in text
    assert "25 Jun 2026 – – –" in text
    assert "70 of 7,000" not in text


def test_days__are_summed_for_one_page_alone(organisation: Organisation, client_as: ClientAs) -> None:
    indicator = make_indicator(organisation, slice_seconds=3600)
    objective = make_objective(organisation, indicator)
    series = make_series(indicator)
    lay(series, spread(NEWEST - 70 * DAY, 70 * 24, 3600, 0, 70 * 240))
    evaluate(objective)
    with CaptureQueriesContext(connection) as queries:
        text = words_of(client_as("eli").get("/objectives/checkout-works/days/?page=2"))
    assert "51 to 71 of 71" in text
    [summed] = [one["sql"] for one in queries if 'SUM("objectives_sampleday"' in one["sql"]]
    assert '"objectives_sampleday"."day" IN (' in summed


def test_days__of_one_tenant_are_its_own(organisation: Organisation, client_as: ClientAs) -> None:
    tenants(organisation)
    text = words_of(client_as("dee").get("/objectives/clusters-answer/days/?key=cobalt"))
    assert "Days of cobalt" in text
    assert "112 99" not in text
    assert client_as("dee").get("/objectives/clusters-answer/days/?key=nobody").status_code == 404


def test_slices__name_the_reason_and_both_batches(organisation: Organisation, client_as: ClientAs) -> None:
    indicator = make_indicator(organisation)
    objective = make_objective(organisation, indicator)
    series, ten = make_series(indicator), NEWEST + 2 * HOUR
    with clock.playing(ten + timedelta(minutes=21)):
        put(series, [one(0, 90, 100, start=ten), one(5, 0, 0, start=ten), one(10, 12, 10, start=ten)], at=clock.now())
        put(series, [one(0, 95, 100, start=ten)], at=clock.now(), batch=make_batch(channel="csv"))
        evaluate(objective, at=clock.now())
        text = words_of(client_as("eli").get("/objectives/checkout-works/days/2026-08-24/?page=2"))
    assert "11:00 95 100 5 Counted first batch" in text
    assert "corrected batch" in text
    assert "by csv" in text
    assert "11:05 0 0 0 Without traffic: nobody came" in text
    assert "11:10 12 10 −2" in text or "11:10 12 10 -2" in text
    assert "Unusable: more good than valid" in text
    assert "11:15 – – – Missing: no sample came" in text
    assert "1 counted" in text


def test_slices__of_many_keys_are_summed_by_the_database(organisation: Organisation, client_as: ClientAs) -> None:
    indicator = make_indicator(organisation, dimension="tenant")
    objective = make_objective(organisation, indicator)
    ten = NEWEST + 2 * HOUR
    with clock.playing(ten + timedelta(minutes=16)):
        for key, second in (("acme", (12, 10)), ("birch", (-3, 0)), ("cobalt", (40, 30))):
            put(make_series(indicator, key), [one(0, 90, 100, start=ten)], at=clock.now())
            put(make_series(indicator, key), [one(5, *second, start=ten)], at=clock.now())
        put(make_series(indicator, "dune"), [one(10, 12, 10, start=ten), one(0, 12, 10, start=ten)], at=clock.now())
        evaluate(objective, at=clock.now())
        with CaptureQueriesContext(connection) as queries:
            text = words_of(client_as("eli").get("/objectives/checkout-works/days/2026-08-24/?page=2"))
    assert "11:00 270 300 30 Counted" in text
    assert "11:05 12 10" in text
    assert "11:10 12 10" in text
    assert text.count("Unusable: more good than valid") == 2
    assert "1 counted" in text
    read = [one["sql"] for one in queries if 'FROM "objectives_sample"' in one["sql"]]
    assert [("GROUP BY" in sql or '"objectives_sample"."id" IN (' in sql) for sql in read] == [True, True]


def test_slices__are_kept_for_a_hundred_days(organisation: Organisation, client_as: ClientAs) -> None:
    spent(organisation, 10, policy=False)
    old = (NOW - 150 * DAY).date().isoformat()
    text = words_of(client_as("eli").get(f"/objectives/checkout-works/days/{old}/"))
    assert "Slices are kept for 100 days" in text
    for wrong in ("2026-13-01", "soon", "2027-01-01"):
        assert client_as("eli").get(f"/objectives/checkout-works/days/{wrong}/").status_code == 404


def test_keys_and_log__have_pages_of_their_own(organisation: Organisation, client_as: ClientAs) -> None:
    tenants(organisation)
    text = words_of(client_as("eli").get("/objectives/clusters-answer/keys/"))
    assert "Tenants of Checkout works" in text
    assert "cobalt Exhausted" in text
    assert "Version v1 in force: For a test." in words_of(client_as("eli").get("/objectives/clusters-answer/log/"))
    spent(organisation, 10, policy=False)
    assert "measured as one sum" in words_of(client_as("eli").get("/objectives/checkout-works/keys/"))


def test_indicator__says_what_counts_who_is_hurt_and_how_counts_come(
    organisation: Organisation, client_as: ClientAs
) -> None:
    spent(organisation, 10, policy=False)
    text = words_of(client_as("eli").get("/objectives/indicators/checkout-availability/"))
    assert "Availability: of requests, good are those answered without fault." in text
    assert "Payments that never reach us." in text
    assert "Counts are pushed" in text
    assert "The newest slice ended 5 min ago." in text
    assert "Checkout works 99.7 % over 28 days Within" in text
    assert "Propose an SLO on it" in words_of(client_as("ana").get("/objectives/indicators/checkout-availability/"))
    assert client_as("eli").get("/objectives/indicators/nowhere/").status_code == 404


def test_indicator__without_counts_is_not_connected(organisation: Organisation, client_as: ClientAs) -> None:
    make_indicator(organisation)
    text = words_of(client_as("eli").get("/objectives/indicators/checkout-availability/"))
    assert "No data: not connected. Nothing has come yet." in text
    assert Indicator.objects.count() == 1


def test_calculator__answers_the_first_example_and_stores_nothing(client_as: ClientAs) -> None:
    query = "target=0.997&days=28&counted=1284500&bad=2911&recent_bad=412&recent_counted=46100"
    text = words_of(client_as("eli").get(f"/objectives/calculator/?{query}"))
    for part in ("24.4 %", "3853.5", "942", "75.6 %", "2.98", "54 h", "29 min", "99.77 %", "13.44"):
        assert part in text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("target=99.7&days=28&counted=10&bad=1", "0.997"),
        ("target=0&days=28&counted=10&bad=1", "There is a problem"),
        ("target=0.99&days=91&counted=10&bad=1", "90"),
        ("target=0.99&days=28&counted=10&bad=11", "More failed than there were valid events."),
        ("target=NaN&days=28&counted=10&bad=1", "There is a problem"),
    ],
)
def test_calculator__says_what_is_wrong_and_the_likely_fix(client_as: ClientAs, query: str, sentence: str) -> None:
    answer = client_as("eli").get(f"/objectives/calculator/?{query}")
    assert answer.status_code == 422
    assert sentence in words_of(answer)


def test_evidence__of_a_sum_reads_every_key_together(organisation: Organisation, client_as: ClientAs) -> None:
    indicator = make_indicator(organisation, dimension="tenant", slice_seconds=3600)
    objective = make_objective(organisation, indicator)
    for key in ("acme", "birch"):
        lay(make_series(indicator, key), spread(NEWEST - 5 * HOUR, 6, 3600, 6, 600))
    evaluate(objective)
    text = words_of(client_as("eli").get("/objectives/checkout-works/days/2026-08-24/"))
    assert "Keys that report together are one slice." in text
    assert "198 200 2 Counted" in text
