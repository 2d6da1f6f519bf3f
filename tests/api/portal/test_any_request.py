"""Whatever is sent to any address that the API describes: it answers, and never with a fault of ours."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from apps.core import throttling
from config.wsgi import application
from tests.services import examples

pytestmark = [pytest.mark.sql, pytest.mark.nightly]


@cache
def operations() -> list[Any]:
    """Every method of every address in the API's own description."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    schema = schemathesis.openapi.from_dict(json.loads(json.dumps(document, default=str)))
    schema.app = application
    return [operation.ok() for operation in schema.get_all_operations()]


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The application under test shares the test's connection, and a token is not slowed down."""
    monkeypatch.setattr(throttling, "READS_A_MINUTE", 10**9)
    monkeypatch.setattr(throttling, "WRITES_A_MINUTE", 10**9)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@settings(max_examples=examples(500), suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(data=st.data())
def test_any_request__is_answered(data, organisation, touched):
    operation = data.draw(st.sampled_from(operations()))
    case = data.draw(operation.as_strategy())
    with transaction.atomic():
        response = case.call(headers={"Authorization": f"Bearer {organisation.secrets['organisation_push']}"})
    assert response.status_code < 500, response.text[:300]
