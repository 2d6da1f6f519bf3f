"""The API description as plain rows for a page."""

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")


@cache
def description() -> dict[str, Any]:
    """The OpenAPI document; made once per process, as it follows from the code alone."""
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return document


def list_parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Operations by the first step of their path, in the order of the paths."""
    parts: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document["paths"].items():
        part = path.removeprefix("/api/v1/").split("/")[0]
        rows = [_operation(document, path, method, operations[method]) for method in METHODS if method in operations]
        parts.setdefault(part, []).extend(rows)
    return [{"name": name, "operations": rows} for name, rows in parts.items()]


def _operation(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    body = _schema_of(operation.get("requestBody", {}))
    return {
        "anchor": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "description": _words(operation),
        "parameters": [_parameter(parameter) for parameter in operation.get("parameters", [])],
        "body": _properties(document, body),
        "responses": [_response(document, *pair) for pair in operation["responses"].items()],
    }


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": parameter["name"],
        "place": parameter["in"],
        "type": type_words(parameter.get("schema", {})),
        "is_required": parameter.get("required", False),
        "description": _words(parameter),
    }


def _words(described: dict[str, Any]) -> str:
    """What the description says, without the marks of Markdown: the page shows plain text."""
    return str(described.get("description", "")).replace("`", "")


def _response(document: dict[str, Any], status: str, response: dict[str, Any]) -> dict[str, Any]:
    schema = _schema_of(response)
    shown = schema if status != "default" else {}
    return {
        "status": "others" if status == "default" else status,
        "type": type_words(schema) if schema else _words(response) or "no body",
        "fields": _properties(document, shown),
    }


def _schema_of(holder: dict[str, Any]) -> dict[str, Any]:
    """The schema of the first media type of a body or an answer."""
    content = holder.get("content", {})
    return next((media.get("schema", {}) for media in content.values()), {})


def _properties(document: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Fields of an object, of the rows of a list, or of each alternative."""
    schema = _resolve(document, schema)
    if "oneOf" in schema:
        return [row for choice in schema["oneOf"] for row in _properties(document, choice)]
    results = schema.get("properties", {}).get("results")
    if results:
        return _properties(document, results)
    if schema.get("type") == "array":
        return _properties(document, schema.get("items", {}))
    required = schema.get("required", [])
    return [_field(name, field, name in required) for name, field in schema.get("properties", {}).items()]


def _field(name: str, schema: dict[str, Any], is_required: bool) -> dict[str, Any]:
    return {"name": name, "type": type_words(schema), "is_required": is_required, "description": _words(schema)}


def _resolve(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref", "")
    if not reference:
        return schema
    found: dict[str, Any] = document["components"]["schemas"][reference.rsplit("/", 1)[-1]]
    return found


def type_words(schema: dict[str, Any]) -> str:
    """A schema's type in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "enum" in schema:
        return " | ".join("null" if value is None else str(value) for value in schema["enum"])
    for kind in ("oneOf", "allOf", "anyOf"):
        if kind in schema:
            return " | ".join(type_words(choice) for choice in schema[kind])
    kinds = schema.get("type", "any")
    words = " | ".join(kinds) if isinstance(kinds, list) else str(kinds)
    if words == "array":
        return f"list of {type_words(schema.get('items', {}))}"
    return f"{words}, {schema['format']}" if "format" in schema else words
