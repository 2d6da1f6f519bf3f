"""What tools are told of a definition that leaves: fields, headers, problems, and addresses that lead on."""

import json
from datetime import UTC, datetime

import pytest

from apps.core import clock
from apps.governance.domain.kinds import Item, Op
from apps.metrics import queries
from tests.agreeing import agree
from tests.leaving import LEAVING, REASON, SUNSET, define, deprecate, retire

URL = "/api/v1/metric-definitions/"
ONE = f"{URL}{LEAVING}/"
LATER = datetime(2026, 8, 20, 12, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("catalogue")


@pytest.fixture
def leaving(organisation, ana):
    """A deprecated definition with a successor."""
    define(organisation.checkout, ana)
    return deprecate(ana, successor="deployment-rework-rate")


def test_fields__say_where_its_life_stands(leaving, api_client_as):
    body = api_client_as("read").get(ONE).json()
    assert {key: body[key] for key in ("lifecycle", "deprecated_on", "sunset_on", "retired_on", "replaced_by")} == {
        "lifecycle": "deprecated", "deprecated_on": "2026-07-08", "sunset_on": SUNSET.isoformat(), "retired_on": None,
        "replaced_by": "deployment-rework-rate",
    }  # fmt: skip
    other = api_client_as("read").get(f"{URL}change-lead-time/").json()
    assert (other["lifecycle"], other["replaced_by"], other["former_slugs"]) == ("active", None, [])


@pytest.mark.parametrize("path", ["", "versions/", "versions/1/", "governing/?period=2026-W27"])
def test_headers__stand_on_every_answer_about_it(leaving, api_client_as, path):
    answer = api_client_as("read").get(ONE + path)
    assert answer.status_code == 200
    assert answer["Deprecation"] == f"@{int(datetime(2026, 7, 7, 22, tzinfo=UTC).timestamp())}"
    assert answer["Sunset"] == "Tue, 04 Aug 2026 22:00:00 GMT"
    assert f'</metrics/{LEAVING}/>; rel="deprecation"; type="text/html"' in answer["Link"]
    assert '</api/v1/metric-definitions/deployment-rework-rate/>; rel="successor-version"' in answer["Link"]


@pytest.mark.parametrize("path", ["", "change-lead-time/", "change-lead-time/versions/"])
def test_headers__nothing_is_said_of_what_stays(leaving, api_client_as, path):
    answer = api_client_as("read").get(URL + path)
    assert not {"Deprecation", "Sunset"} & set(answer.headers)


def test_retired__stays_readable_and_has_no_version_in_force(leaving, api_client_as, ana):
    retire(ana)
    with clock.playing(LATER):
        client = api_client_as("read")
        answer = client.get(ONE)
        assert (answer.json()["lifecycle"], answer.json()["in_force"]) == ("retired", None)
        assert answer["Sunset"] == "Sun, 09 Aug 2026 22:00:00 GMT"
        assert client.get(f"{ONE}governing/?period=2026-W30").status_code == 200
        assert client.get(f"{ONE}governing/?period=2026-W40").status_code == 404
        assert [row["slug"] for row in client.get(f"{URL}?lifecycle=retired").json()["results"]] == [LEAVING]


def test_filter__takes_known_states_alone(api_client_as):
    answer = api_client_as("read").get(f"{URL}?lifecycle=gone")
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")


def rename(ana, slug):
    newest = queries.newest_version(LEAVING)
    content = {"name": newest.name, "spec": json.loads(newest.spec_text), "contract": newest.contract, "slug": slug}
    agree(Item("metric_definition", Op.CHANGE, LEAVING, content), author=ana)


@pytest.mark.parametrize("path", ["", "versions/", "versions/1/", "governing/?period=2026-W27"])
def test_renamed__addresses_lead_on_and_keep_their_query(organisation, api_client_as, ana, path):
    define(organisation.checkout, ana)
    rename(ana, "hurried")
    client = api_client_as("read")
    answer = client.get(ONE + path)
    assert (answer.status_code, answer["Location"]) == (308, f"{URL}hurried/{path}")
    assert answer.json()["code"] == "renamed"
    assert client.get(answer["Location"]).status_code == 200
    assert client.get(f"{URL}hurried/").json()["former_slugs"] == [LEAVING]
    assert client.get(f"{URL}never-here/{path}").status_code == 404


def post(client, item, **more):
    body = {"items": [item.as_dict()], "reason": REASON, "category": "clean_up", **more}
    return client.post("/api/v1/proposals/", body, format="json")


def test_proposals__refusals_name_what_blocks(organisation, api_client_as, ana):
    client = api_client_as("proposing")
    early = Item("metric_definition", Op.RETIRE, "change-failure-rate", {})
    answer = post(client, early)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_deprecated")
    soon = {"successor": None, "sunset_on": "2026-07-20"}
    answer = post(client, Item("metric_definition", Op.DEPRECATE, "change-failure-rate", soon))
    assert answer.status_code == 422
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [
        ("/items/0/content/sunset_on", "too_soon")
    ]
    deprecate(ana, "change-failure-rate")
    answer = post(client, early)
    assert (answer.status_code, answer.json()["code"]) == (409, "still_used")
    assert "1 team aims at it in 2026-Q3." in answer.json()["detail"]


def test_proposals__a_tool_drafts_a_retirement_and_a_steward_submits_it(leaving, api_client_as):
    with clock.playing(LATER):
        client = api_client_as("proposing")
        drafted = post(client, Item("metric_definition", Op.RETIRE, LEAVING, {}))
        assert drafted.status_code == 201
        number = drafted.json()["number"]
        sent = client.post(f"/api/v1/proposals/{number}/submit/", {}, format="json", HTTP_IF_MATCH=drafted["ETag"])
        assert sent.status_code == 403
