"""GET fact-sources/: what tools can send, with examples that are accepted as they stand."""

import pytest

from apps.core.fact_sources import sources

URL = "/api/v1/fact-sources/"
pytestmark = pytest.mark.sql


def test_fact_sources__lists_every_source_with_fields_and_types(api_client_as):
    body = api_client_as("read").get(URL).json()
    found = {source["key"]: source for source in body["results"]}
    assert {"deployments", "changes", "remediations"} <= set(found)
    fields = {field["name"]: field for field in found["deployments"]["fields"]}
    assert fields["finished_at"]["is_required"]
    assert fields["status"]["choices"] == ["succeeded", "failed", "cancelled"]
    assert fields["status"]["default"] == "succeeded"
    assert fields["remediates"]["is_derived"]
    assert found["deployments"]["silent_after_seconds"] == 14 * 86400


def test_fact_sources__every_example_is_stored_when_sent(api_client_as, touched):
    client = api_client_as("push")
    examples = [source["example"] for source in client.get(URL).json()["results"]]
    elsewhere = {source.key for source in sources if source.reported_at}
    examples = [example for example in examples if example["source"] not in elsewhere]
    assert len(examples) > 3
    response = client.post("/api/v1/facts/batch/", {"facts": examples}, format="json")
    assert (response.status_code, response.json()["rejected"]) == (200, 0), response.json()


def test_fact_sources__one_source_is_found_by_its_key(api_client_as):
    assert api_client_as("dee").get(f"{URL}changes/").json()["main_clock"] == "merged_at"
    assert api_client_as("dee").get(f"{URL}releases/").status_code == 404


def test_fact_sources__refuses_parameters_other_methods_and_nobody(api_client_as):
    client = api_client_as("read")
    assert client.get(URL, {"key": "changes"}).json()["code"] == "unknown_parameter"
    assert client.get(f"{URL}changes/", {"page": "1"}).json()["code"] == "unknown_parameter"
    assert client.post(URL).status_code == 405
    assert api_client_as(None).get(URL).status_code == 401
