"""What every address of the API does with bodies, paths and too many calls."""

import json
import logging

import pytest
from django.core.cache import cache

from apps.core import clock, throttling
from apps.core.problems import REMEDIES

URL = "/api/v1/facts/batch/"


def send(client, body: bytes, content_type: str = "application/json", **headers: str):
    return client.generic("POST", URL, body, content_type, headers=headers or None)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b" ", "not_json"),
        (b"{", "not_json"),
        (b'{"facts": [}', "not_json"),
        (b'"\\', "not_json"),
        (b'{"facts": "\xff"}', "not_utf8"),
        (b'{"facts": [], "facts": []}', "duplicate_json_key"),
        (b'{"facts": NaN}', "nan_not_allowed"),
        (b'{"facts": -Infinity}', "nan_not_allowed"),
        (b'{"facts": 1e999}', "number_too_large"),
        (b'{"facts": 1234567890123456789}', "number_too_large"),
        (b"[" * 33 + b"]" * 33, "too_deep"),
        (b"[" * 100_000, "too_deep"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "too_deep"),
        (b"[" + b"1," * 100_000 + b"1]", "too_many_values"),
    ],
)
def test_body__what_cannot_be_read_answers_400(api_client_as, body, code):
    response = send(api_client_as("push"), body)
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert response.headers["Content-Type"] == "application/problem+json"


def test_body__brackets_inside_texts_are_no_depth(api_client_as):
    response = send(api_client_as("push"), json.dumps({"facts": ["[" * 500 + '\\"' + "{" * 500]}).encode())
    assert response.status_code == 422


def test_body__32_levels_are_read(api_client_as):
    assert send(api_client_as("push"), b"[" * 32 + b"]" * 32).status_code == 422


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_body__another_type_answers_415(api_client_as, content_type):
    response = send(api_client_as("push"), b"facts=1", content_type)
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_type")


def test_body__a_compressed_one_answers_415(api_client_as):
    response = send(api_client_as("push"), b"{}", **{"Content-Encoding": "gzip"})
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_type")


def test_body__other_addresses_read_at_most_1_mib(api_client_as):
    body = b'{"reason": "' + b"x" * 1024 * 1024 + b'"}'
    response = api_client_as("push").generic("POST", "/api/v1/annotations/", body, "application/json")
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_path__without_its_slash_names_the_right_one(api_client_as, method):
    response = getattr(api_client_as("push"), method)("/api/v1/facts/batch")
    assert (response.status_code, response.json()["code"]) == (404, "path_needs_slash")
    assert "/api/v1/facts/batch/" in response.json()["detail"]


@pytest.mark.parametrize("path", ["nothing", "nothing/", "", "teams/checkout/x"])
def test_path__that_leads_nowhere_answers_404_as_a_problem(api_client_as, path):
    for persona in ("push", None):
        response = api_client_as(persona).get(f"/api/v1/{path}")
        assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_problem__names_its_type_status_and_request(api_client_as):
    body = api_client_as("read").get("/api/v1/teams/nobody/").json()
    assert (body["type"], body["status"], body["title"]) == ("/problems/not_found/", 404, "Nothing is here for you")
    assert body["instance"].startswith("urn:uuid:")


def test_problem__a_fault_of_ours_is_logged_and_says_nothing_of_the_inside(api_client_as, monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise RuntimeError("secret inside")

    monkeypatch.setattr("apps.delivery.operations.receive_batch", fail)
    with caplog.at_level(logging.ERROR):
        response = send(api_client_as("push"), b'{"facts": [{}]}')
    assert (response.status_code, response.json()["code"]) == (500, "server_error")
    assert b"secret inside" not in response.content
    assert response.json()["instance"] in caplog.text


def test_problem__an_answer_in_another_type_is_not_offered(api_client_as):
    response = api_client_as("read").get("/api/v1/me/", headers={"Accept": "text/csv"})
    assert (response.status_code, response.json()["code"]) == (400, "not_acceptable")


def test_throttle__counts_reads_and_writes_of_a_token_apart(api_client_as, monkeypatch):
    monkeypatch.setattr(throttling, "READS_A_MINUTE", 3)
    monkeypatch.setattr(throttling, "WRITES_A_MINUTE", 2)
    client = api_client_as("push")
    with clock.playing(clock.now()):
        assert [client.get("/api/v1/me/").status_code for _ in range(4)] == [200, 200, 200, 429]
        assert [send(client, b'{"facts": 1}').status_code for _ in range(3)] == [422, 422, 429]
        response = client.get("/api/v1/me/")
    assert response.json()["code"] == "slow_down"
    assert 1 <= int(response.headers["Retry-After"]) <= 60
    assert api_client_as("read").get("/api/v1/me/").status_code == 200
    assert [api_client_as("dee").get("/api/v1/me/").status_code for _ in range(5)] == [200] * 5


def test_throttle__lets_calls_pass_when_the_cache_is_down(api_client_as, monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise ConnectionError("no cache")

    monkeypatch.setattr(throttling, "READS_A_MINUTE", 0)
    monkeypatch.setattr(cache, "incr", fail, raising=False)
    assert api_client_as("read").get("/api/v1/me/").status_code == 200
    assert "uncounted" in caplog.text


def test_problem__every_code_has_a_remedy_in_a_sentence():
    assert all(code == code.lower() and remedy.endswith(".") for code, remedy in REMEDIES.items())
