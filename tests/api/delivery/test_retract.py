"""POST facts/{source}/retract/: a wrong fact leaves the count and says why."""

import pytest

from apps.audit.models import AuditEvent
from apps.delivery.facts import DEPLOYMENTS
from apps.delivery.models import Deployment
from apps.services import operations as services
from tests.api.delivery.test_facts import START

URL = "/api/v1/facts/deployments/retract/"
pytestmark = pytest.mark.usefixtures("touched")


@pytest.fixture
def stored(organisation):
    row = {"key": "v1", "service": organisation.checkout_api.pk, "finished_at": START}
    services.record_facts(source=DEPLOYMENTS, channel="api", rows=[row])
    return {"service": "checkout-api", "key": "v1", "reason": "It never reached production."}


def test_retract__the_fact_leaves_the_count_and_its_row_stays(api_client_as, stored, touched):
    touched.clear()
    response = api_client_as("push").post(URL, stored, format="json")
    assert response.status_code == 200
    assert response.json() == {
        "source": "deployments", "service": "checkout-api", "channel": "api", "key": "v1", "outcome": "retracted",
    }  # fmt: skip
    row = Deployment.objects.get()
    assert row.until_seq is not None
    assert touched[0].keys == {"v1"}
    event = AuditEvent.objects.get(action="fact.retracted")
    assert event.subject == f"fact:{row.fact}"
    assert "It never reached production." in event.payload_text


def test_retract__twice_or_of_another_channel_answers_404(api_client_as, stored):
    client = api_client_as("push")
    assert client.post(URL, stored | {"channel": "csv"}, format="json").status_code == 404
    assert client.post(URL, stored, format="json").status_code == 200
    assert client.post(URL, stored, format="json").status_code == 404


def test_retract__an_unknown_source_answers_404(api_client_as, stored):
    assert api_client_as("push").post("/api/v1/facts/releases/retract/", stored, format="json").status_code == 404


def test_retract__a_foreign_service_answers_like_an_absent_one(api_client_as, stored):
    client = api_client_as("harbour_push")
    foreign = client.post(URL, stored, format="json")
    absent = client.post(URL, stored | {"service": "nobody-api"}, format="json")
    assert foreign.status_code == absent.status_code == 422
    assert foreign.json()["errors"][0]["code"] == absent.json()["errors"][0]["code"] == "unknown_service"
    assert Deployment.objects.get().until_seq is None


@pytest.mark.parametrize(("persona", "code"), [("fay", "role_missing"), ("read", "scope_missing")])
def test_retract__who_may_not_report_may_not_take_back(api_client_as, stored, persona, code):
    response = api_client_as(persona).post(URL, stored, format="json")
    assert (response.status_code, response.json()["code"]) == (403, code)


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"reason": ""}, "/reason", "required"),
        ({"reason": "r" * 301}, "/reason", "too_long"),
        ({"reason": "a\0"}, "/reason", "nul_not_allowed"),
        ({"key": None}, "/key", "required"),
        ({"rason": "x"}, "/rason", "unknown_field"),
    ],
)
def test_retract__a_fault_is_located(api_client_as, stored, changes, pointer, code):
    response = api_client_as("push").post(URL, stored | changes, format="json")
    assert response.status_code == 422
    assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [(pointer, code)]


def test_retract__get_answers_405(api_client_as):
    assert api_client_as("push").get(URL).status_code == 405
