"""POST /api/v1/specs/validate/ reads a spec and stores nothing."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.metrics.domain.starter import CHANGE_LEAD_TIME
from apps.metrics.models import DefinitionVersion, MetricDefinition

URL = "/api/v1/specs/validate/"


def test_validate__a_readable_spec_is_said_in_words(api_client_as):
    answer = api_client_as("read").post(URL, CHANGE_LEAD_TIME.spec)
    body = answer.json()
    assert (answer.status_code, body["valid"]) == (200, True)
    assert body["sentence"].startswith("Median time from the first commit of each change to the finish of its")
    assert json.loads(body["canonical"])["link"]["max_gap"] == "90d"
    assert len(body["spec_sha256"]) == 64


def test_validate__stores_nothing(api_client_as):
    before = (MetricDefinition.objects.count(), DefinitionVersion.objects.count())
    api_client_as("dee").post(URL, CHANGE_LEAD_TIME.spec)
    assert (MetricDefinition.objects.count(), DefinitionVersion.objects.count()) == before


def test_validate__every_fault_has_its_pointer(api_client_as):
    where = [["environment", "in", ["prod"]]]
    spec = {
        "measure": "rate",
        "of": {"facts": "deployments", "clock": "finished_at", "where": where},
        "unit": "per_week",
    }
    answer = api_client_as("read").post(URL, spec)
    body = answer.json()
    assert (answer.status_code, body["code"], body["detail"]) == (
        422, "spec_invalid", "The spec needs attention at 2 places.",
    )  # fmt: skip
    assert {
        "pointer": "/of/where/0/2/0",
        "code": "unknown_value",
        "detail": "*prod* is not an environment. Known: production, staging, testing, other.",
    } in body["errors"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", "not_json"),
        ('{"measure": "rate", "measure": "count"}', "duplicate_json_key"),
        ('{"min_n": NaN}', "nan_not_allowed"),
        ("[" * 40 + "]" * 40, "too_deep"),
    ],
)
def test_validate__what_is_no_json_document_is_unreadable(api_client_as, body, code):
    answer = api_client_as("read").post(URL, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.parametrize("body", ["", "null", "[]", r'{"\ud800~/": "\udfff"}', r'{"measure": "\u0000"}'])
def test_validate__what_reads_but_is_no_spec_is_located(api_client_as, body):
    answer = api_client_as("read").post(URL, body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_validate__more_than_16_kib_of_spec_is_said(api_client_as):
    answer = api_client_as("read").post(URL, {"measure": "x" * 17000})
    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == ["too_large"]


def test_validate__nobody_and_push_tokens_are_refused_and_it_is_not_read(api_client_as):
    assert api_client_as(None).post(URL, {}).status_code == 401
    assert api_client_as("only_push").post(URL, {}).json()["code"] == "scope_missing"
    assert api_client_as("read").get(URL).status_code == 405
    assert api_client_as("read").post(f"{URL}?store=yes", {}).json()["code"] == "unknown_parameter"


DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.floats(-9, 9) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(
        ["measure", "of", "facts", "clock", "where", "link", "from", "to", "value", "window", "unit", "other"]
    ), inner, max_size=5),
    max_leaves=15,
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=DOCUMENTS)
def test_validate__any_document_is_answered_without_a_fault_of_our_own(api_client_as, document):
    answer = api_client_as("read").post(URL, json.dumps(document), content_type="application/json")
    assert answer.status_code in (200, 422)
