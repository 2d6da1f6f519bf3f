"""The API describes itself: the committed document, the live one, the page, and the refusals named in code."""

import re
from pathlib import Path

import pytest
import yaml
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema

from apps.core.problems import REMEDIES

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def document():
    return SchemaGenerator().get_schema(request=None, public=True)


def test_openapi__the_committed_document_is_the_generated_one(document):
    committed = (ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8")
    generated = OpenApiYamlRenderer().render(document, renderer_context={}).decode()
    assert committed == generated, "Run: python manage.py spectacular --file docs/openapi.yaml"


def test_openapi__is_valid_3_1(document):
    assert document["openapi"].startswith("3.1")
    validate_schema(yaml.safe_load(OpenApiYamlRenderer().render(document, renderer_context={})))


def test_openapi__every_operation_describes_itself_and_its_refusals(document):
    for path, operations in document["paths"].items():
        assert path.endswith("/")
        for method, operation in operations.items():
            place = f"{method} {path}"
            assert operation.get("description"), place
            assert "default" in operation["responses"], place
            assert operation["security"] == [{"token": []}, {"session": []}], place


def test_openapi__is_served_to_whoever_is_signed_in(api_client_as, document):
    response = api_client_as("only_push").get("/api/v1/openapi/")
    assert response.status_code == 200
    assert response.json()["paths"].keys() == document["paths"].keys()
    assert api_client_as(None).get("/api/v1/openapi/").status_code == 401
    assert api_client_as("read").post("/api/v1/openapi/").status_code == 405


def test_api_page__names_every_address_under_the_strict_policy(client_as, document):
    response = client_as("dee").get("/docs/api/")
    html = response.content.decode()
    assert response.status_code == 200
    for path, operations in document["paths"].items():
        for method in operations:
            assert f"{method.upper()} {path.replace('{', '{')}" in html
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=", html)
    assert "{{" not in html
    assert client_as(None).get("/docs/api/").status_code == 302


def test_problems__every_code_in_the_code_is_registered():
    raised = set()
    for path in (ROOT / "apps").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        raised |= set(
            re.findall(
                r'\b(?:Unreadable|NotSignedIn|Forbidden|Absent|Conflict|TooLarge|UnsupportedType|Invalid|TooMany|Fault|WrongMethod)\(\s*"([a-z_0-9]+)"',
                text,
            )
        )
    assert len(raised) > 20
    assert raised - set(REMEDIES) == set()
