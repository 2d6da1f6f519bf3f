"""The API description: tokens and sessions, and the one shape of every refusal."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

__all__ = ["AutoSchema", "PrincipalScheme", "add_problems"]

PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details; `type` opens a page that says what to do.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {"type": "array", "maxItems": 100, "items": {"$ref": "#/components/schemas/FieldProblem"}},
    },
}
FIELD_PROBLEM = {
    "type": "object",
    "required": ["pointer", "code", "detail"],
    "properties": {
        "pointer": {"type": "string", "description": "JSON Pointer into the body."},
        "code": {"type": "string"},
        "detail": {"type": "string"},
    },
}
REFUSAL = {
    "description": "Refused; the code says why.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


class PrincipalScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """A bearer token for tools; a session cookie for people."""

    target_class = "apps.teams.authentication.PrincipalAuthentication"
    name = ["token", "session"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        """Both ways of saying who asks."""
        return [
            {"type": "http", "scheme": "bearer", "description": "An API token of a team: `Bearer plumb_…`."},
            {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "A signed-in person."},
        ]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[str]]]:
        """Either of them is enough."""
        return [{name: []} for name in self.name]


def add_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Post-processing: every operation may answer with problem details."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"], schemas["FieldProblem"] = PROBLEM, FIELD_PROBLEM
    for path in result.get("paths", {}).values():
        for operation in path.values():
            if isinstance(operation, dict):
                operation["responses"].setdefault("default", REFUSAL)
    return result
