"""Objectives over REST: what was evaluated, to the digit, without reading one slice."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.objectives.models import BudgetEvaluation, Objective
from apps.objectives.operations.keeping_results import keep_for_review
from tests.budgets import add_promise, evaluate_now, lay, make_objective, spread
from tests.personas import Organisation, principal_of
from tests.sampling import make_indicator, make_series

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
NEWEST = datetime(2026, 8, 24, 7, tzinfo=ZoneInfo("UTC"))
NOW = NEWEST + HOUR + timedelta(minutes=5)
PATH = "/api/v1/objectives/checkout-works/"


@pytest.fixture
def objective(organisation: Organisation) -> Objective:
    """Example 1 in hours: 2,911 bad of 1,284,500, in the last day 412 of 46,100."""
    indicator = make_indicator(organisation, slice_seconds=3600)
    objective = make_objective(organisation, indicator)
    start = NEWEST + HOUR - timedelta(days=28)
    lay(make_series(indicator), spread(start, 27 * 24, 3600, 2911 - 412, 1_284_500 - 46_100))
    lay(make_series(indicator), spread(start + timedelta(days=27), 24, 3600, 412, 46_100))
    with clock.playing(NOW):
        evaluate_now([objective.pk])
    return objective


def get(client: Any, path: str, status: int = 200) -> Any:
    with clock.playing(NOW):
        response = client.get(path)
    assert response.status_code == status, response.content
    return response.json()


def test_budget__example_1_to_the_digit(api_client_as, objective: Objective) -> None:
    body = get(api_client_as("read"), f"{PATH}budget/")
    assert [body["budget"][name] for name in ("bad", "counted", "basis", "allowed", "left")] == [
        2911, 1_284_500, 1_284_500, "3853.5", "942.5",
    ]  # fmt: skip
    assert body["budget"]["sli"] == {"value": "0.997733748", "text": "99.77\N{NO-BREAK SPACE}%"}
    assert body["budget"]["consumed"] == {"value": "0.755417154", "text": "75.6\N{NO-BREAK SPACE}%"}
    assert body["budget"]["remaining"] == {"value": "0.244582846", "text": "24.4\N{NO-BREAK SPACE}%"}
    assert [body[name]["text"] for name in ("burn", "hours_left", "outage_left")] == [
        "2.98", "54\N{NO-BREAK SPACE}h", "29\N{NO-BREAK SPACE}min",
    ]  # fmt: skip
    assert [body["state"], body["version"], body["target"]] == ["at_risk", 1, "0.997"]
    assert body["raw"] == body["budget"]


def test_status__says_it_in_words_and_turns_stale_by_the_clock(api_client_as, objective: Objective) -> None:
    body = get(api_client_as("read"), f"{PATH}status/")
    assert [body["state"], body["reason"], body["was"]] == ["at_risk", "little_left", "at_risk"]
    assert body["text"] == "At risk: 24.4\N{NO-BREAK SPACE}% left, about 54\N{NO-BREAK SPACE}h at this pace"
    assert body["data_up_to"] == "2026-08-24T08:00:00Z"
    with clock.playing(NOW + 7 * HOUR):
        later = api_client_as("read").get(f"{PATH}status/").json()
    assert [later["state"], later["was"]] == ["stale", "at_risk"]
    assert later["text"] == "No data: stale since 24 Aug, 10:00; was At risk"


def test_days__add_up_to_what_was_counted(api_client_as, objective: Objective) -> None:
    body = get(api_client_as("read"), f"{PATH}days/?day__gte=2026-08-01&page_size=100")
    assert body["results"][0]["day"] == "2026-08-24"
    assert min(row["day"] for row in body["results"]) == "2026-08-01"
    assert {row["key"] for row in body["results"]} == {""}
    whole = get(api_client_as("read"), f"{PATH}days/?page_size=100")["results"]
    assert (sum(row["bad"] for row in whole), sum(row["counted"] for row in whole)) == (2_911, 1_284_500)


def test_evaluations__the_link_is_the_snapshot_to_cite(
    api_client_as, organisation: Organisation, objective: Objective
) -> None:
    listed = get(api_client_as("read"), f"{PATH}evaluations/")["results"]
    assert [row["cause"] for row in listed] == ["midnight", "state_change"]
    one = get(api_client_as("read"), f"{PATH}evaluations/{listed[1]['number']}/")
    assert one["result"]["budget"]["bad"] == 2911
    assert one["sha256"] == BudgetEvaluation.objects.get(pk=one["number"]).document_sha256
    add_promise(organisation, objective, effective_from=clock.local_day(NOW), target="0.9")
    with clock.playing(NOW):
        evaluate_now([objective.pk])
    assert get(api_client_as("read"), f"{PATH}evaluations/{listed[1]['number']}/") == one


def test_evaluations__those_that_a_review_showed_are_found_by_their_cause(
    api_client_as, organisation: Organisation, objective: Objective
) -> None:
    with clock.playing(NOW):
        kept = keep_for_review(objectives=[objective.pk], at=NOW, by=principal_of(organisation.people["ana"], NOW))
    (found,) = get(api_client_as("read"), f"{PATH}evaluations/?cause=review")["results"]
    assert [found["number"], found["cause"], found["bad"]] == [kept[objective.pk], "review", 2911]


def test_keys__a_failing_tenant_is_named_and_a_small_one_is_not_judged(
    api_client_as, organisation: Organisation
) -> None:
    indicator = make_indicator(organisation, "by-tenant", slice_seconds=3600, dimension="tenant")
    objective = make_objective(
        organisation, indicator, "checkout-works", target="0.99", judge="each", share_target="0.95"
    )
    tenants = {
        "acme": (1180, 210_400), "birch": (402, 96_300), "cobalt": (61, 3150), "dune": (310, 58_200), "elm": (3, 40),
    }  # fmt: skip
    for key, (bad, valid) in tenants.items():
        lay(make_series(indicator, key), spread(NEWEST + HOUR - timedelta(days=28), 672, 3600, bad, valid))
    with clock.playing(NOW):
        evaluate_now([objective.pk])
    found = {row["key"]: row for row in get(api_client_as("read"), f"{PATH}keys/")}
    assert found["cobalt"]["budget"]["remaining"]["text"] == "−93.7\N{NO-BREAK SPACE}%"
    assert {key: row["state"] for key, row in found.items()} == {
        "acme": "ok", "birch": "ok", "cobalt": "exhausted", "dune": "ok", "elm": "insufficient",
    }  # fmt: skip
    budget = get(api_client_as("read"), f"{PATH}budget/")
    assert [budget["state"], budget["keys_outside"], budget["keys_unjudged"]] == ["exhausted", ["cobalt"], ["elm"]]
    assert budget["budget"]["remaining"]["text"] == "46.8\N{NO-BREAK SPACE}%"
    days = get(api_client_as("read"), f"{PATH}days/?key=cobalt")["results"]
    assert {row["key"] for row in days} == {"cobalt"}


def test_objectives__listed_by_name_with_where_they_stand(
    api_client_as, organisation: Organisation, objective: Objective
) -> None:
    make_objective(organisation, make_indicator(organisation, "another"), "another-one")
    body = get(api_client_as("read"), "/api/v1/objectives/")
    assert [(row["slug"], row["status"]["state"]) for row in body["results"]] == [
        ("another-one", "no_data"), ("checkout-works", "at_risk"),
    ]  # fmt: skip
    assert body["results"][1]["window"] == {"rolling_days": 28}
    one = get(api_client_as("read"), PATH)
    assert [one["team"], one["service"], one["target"]] == ["checkout", "checkout-api", "0.997"]
    assert get(api_client_as("read"), "/api/v1/objectives/?state=at_risk")["results"][0]["slug"] == "checkout-works"
    refused = get(api_client_as("read"), "/api/v1/objectives/?ordering=remaining", 400)
    assert refused["code"] == "ordering_not_offered"


@pytest.mark.parametrize("path", ["", "status/", "budget/", "keys/", "days/", "evaluations/"])
def test_objectives__absent_is_404(api_client_as, organisation: Organisation, path: str) -> None:
    get(api_client_as("read"), f"/api/v1/objectives/nothing/{path}", 404)


@pytest.mark.parametrize("path", ["", "status/", "budget/", "keys/", "days/", "evaluations/"])
def test_objectives__few_queries(api_client_as, objective: Objective, path: str) -> None:
    with CaptureQueriesContext(connection) as spent:
        get(api_client_as("read"), f"{PATH}{path}")
    assert len(spent) <= 12
    assert not any('"objectives_sample"' in query["sql"] for query in spent.captured_queries)


def test_objectives__are_filtered_by_the_state_that_their_rows_show(
    api_client_as, organisation: Organisation, objective: Objective
) -> None:
    """Nobody evaluates meanwhile: silence turned one stale, and one was never measured."""
    make_objective(organisation, make_indicator(organisation, "a-new-one"), "imports-arrive")
    client = api_client_as("read")

    def listed(state: str) -> list[tuple[str, str]]:
        with clock.playing(NOW + 7 * HOUR):
            rows = client.get(f"/api/v1/objectives/?state={state}").json()["results"]
        return [(row["slug"], row["status"]["state"]) for row in rows]

    assert listed("at_risk") == []
    assert listed("stale") == [("checkout-works", "stale")]
    assert listed("no_data") == [("imports-arrive", "no_data")]


def test_alerts__listed_with_their_keys(api_client_as, organisation: Organisation) -> None:
    indicator = make_indicator(organisation)
    make = spread(NEWEST - timedelta(days=8), 2304, 300, 0, 230_400)
    lay(make_series(indicator), [*make, *spread(NEWEST, 12, 300, 240, 1200)])
    objective = make_objective(organisation, indicator)
    with clock.playing(NOW):
        evaluate_now([objective.pk])
    rows = get(api_client_as("read"), "/api/v1/burn-alerts/?is_open=true&objective=checkout-works")["results"]
    assert {row["tier"] for row in rows} >= {"page_fast"}
    assert [rows[0]["keys"], rows[0]["until_at"], rows[0]["is_acknowledged"]] == [[""], None, False]
    assert get(api_client_as("read"), f"/api/v1/burn-alerts/{rows[0]['number']}/") == rows[0]
