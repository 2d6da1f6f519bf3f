"""POST facts/{source}/heartbeat/: nothing is missing up to a time, even where nothing happened."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.core import clock
from apps.core.periods import parse_period
from apps.measurements import operations as measurements
from apps.measurements import queries as cells
from apps.measurements.domain.readings import Status
from apps.metrics import operations as metrics
from apps.services.models import FactConnection
from tests.measuring import deployment, publish, subject_of
from tests.personas import BEGAN_AT, principal_of

URL = "/api/v1/facts/remediations/heartbeat/"
NOW = datetime(2025, 7, 16, 12, tzinfo=UTC)
BODY = {"service": "checkout-api", "complete_until": "2025-07-16T10:00:00+02:00"}
pytestmark = pytest.mark.usefixtures("touched")


@pytest.fixture(autouse=True)
def _on_that_day(organisation):
    with clock.playing(NOW):
        yield


def test_heartbeat__connects_the_service_from_its_begin(api_client_as):
    response = api_client_as("push").post(URL, BODY, format="json")
    assert response.status_code == 200
    assert response.json() == {
        "source": "remediations", "service": "checkout-api", "channel": "api",
        "connected_from": "2023-12-31T23:00:00Z", "complete_until": "2025-07-16T08:00:00Z",
    }  # fmt: skip


def test_heartbeat__makes_nothing_read_zero_instead_of_not_connected(api_client_as, organisation):
    metrics.adopt_starter(owner_team=organisation.checkout, by=principal_of(organisation.people["gus"], NOW))
    weekly = [BEGAN_AT + timedelta(days=7 * n) for n in range(75)]
    publish("deployments", [deployment(organisation.checkout_api, f"v{n}", at) for n, at in enumerate(weekly)])
    assert _reading(organisation).status is Status.NOT_CONNECTED
    api_client_as("push").post(URL, BODY, format="json")
    reading = _reading(organisation)
    assert (reading.status, reading.value) == (Status.OK, 0.0)


def _reading(organisation):
    measurements.rebuild()
    subject, period = subject_of(organisation.checkout_api), parse_period("2025-Q1")
    (cell,) = cells.get_cells([subject], ["change-failure-rate"], [period]).values()
    return cell.reading


def test_heartbeat__without_a_time_means_now_and_never_moves_back(api_client_as):
    client = api_client_as("push")
    assert (
        client.post(URL, {"service": "checkout-api"}, format="json").json()["complete_until"] == "2025-07-16T12:00:00Z"
    )
    assert client.post(URL, BODY, format="json").json()["complete_until"] == "2025-07-16T12:00:00Z"
    assert FactConnection.objects.get().heard_at == NOW


def test_heartbeat__of_a_team_member_and_of_an_organisation_token_count(api_client_as):
    for persona in ("dee", "organisation_push"):
        assert api_client_as(persona).post(URL, BODY, format="json").status_code == 200


def test_heartbeat__a_foreign_service_answers_like_an_absent_one(api_client_as):
    client = api_client_as("harbour_push")
    foreign = client.post(URL, BODY, format="json")
    absent = client.post(URL, BODY | {"service": "nobody-api"}, format="json")
    assert foreign.status_code == absent.status_code == 422
    assert foreign.json()["errors"][0]["code"] == absent.json()["errors"][0]["code"] == "unknown_service"
    assert not FactConnection.objects.exists()


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"complete_until": "2025-07-16T12:06:00Z"}, "/complete_until", "in_future"),
        ({"complete_until": "2023-06-01T00:00:00Z"}, "/complete_until", "before_service"),
        ({"complete_until": "2025-07-16T12:00:00"}, "/complete_until", "zone_required"),
        ({"complete_until": 5}, "/complete_until", "wrong_type"),
        ({"complete_til": "2025-07-16T10:00:00Z"}, "/complete_til", "unknown_field"),
        ({"service": ""}, "/service", None),
    ],
)
def test_heartbeat__bad_input_is_located(api_client_as, change, pointer, code):
    response = api_client_as("push").post(URL, BODY | change, format="json")
    error = response.json()["errors"][0]
    assert (response.status_code, error["pointer"]) == (422, pointer)
    assert code in (None, error["code"])
    assert not FactConnection.objects.exists()


@pytest.mark.parametrize(("persona", "code"), [("fay", "role_missing"), ("read", "scope_missing")])
def test_heartbeat__who_may_not_report_is_refused(api_client_as, persona, code):
    response = api_client_as(persona).post(URL, BODY, format="json")
    assert (response.status_code, response.json()["code"]) == (403, code)


def test_heartbeat__an_unknown_source_and_another_method(api_client_as):
    client = api_client_as("push")
    assert client.post("/api/v1/facts/releases/heartbeat/", BODY, format="json").status_code == 404
    assert client.get(URL).status_code == 405
    assert api_client_as(None).post(URL, BODY, format="json").status_code == 401
