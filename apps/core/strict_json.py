"""Reading request bodies: one strict JSON document, bounded in size, depth and number of values."""

import json
import math
import re
from typing import Any

from rest_framework.parsers import BaseParser

from apps.core.problems import TooLarge, Unreadable, UnsupportedType

MEBIBYTE = 1024 * 1024
MAX_BODY = MEBIBYTE
MAX_BATCH_BODY = 5 * MEBIBYTE
MAX_DEPTH = 32
MAX_VALUES = 100_000
MAX_DIGITS = 18

# Whole strings; one that is never closed runs to the end, so that no text makes the search start again and again.
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+\\?(?:"|\Z)', re.DOTALL)
_ONE_KIND = str.maketrans("{}", "[]")
_NOT_BRACKET = re.compile(r"[^\[\]]+")


class StrictJSONParser(BaseParser):
    """One JSON document in UTF-8: no duplicate keys, NaN, endless nesting or numbers no column holds.

    A view that reads more than 1 MiB says so in `max_body`.
    """

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The document; raises `Unreadable`, `TooLarge` or `UnsupportedType`."""
        context = parser_context or {}
        limit = getattr(context.get("view"), "max_body", MAX_BODY)
        encoding = context["request"].META.get("HTTP_CONTENT_ENCODING", "") if "request" in context else ""
        if encoding not in ("", "identity"):
            raise UnsupportedType("unsupported_type", "Send the body uncompressed.")
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge("too_large", f"This address reads at most {limit // MEBIBYTE} MiB at once.")
        return read_json(body)


def read_json(body: bytes) -> Any:
    """Parse strictly; raises `Unreadable` that names what is wrong."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("not_utf8", f"Byte {error.start} is not UTF-8.") from error
    _require_moderate(text)
    try:
        return json.loads(
            text, object_pairs_hook=_unique_pairs, parse_constant=_no_constant, parse_int=_small_int,
            parse_float=_finite,
        )  # fmt: skip
    except json.JSONDecodeError as error:
        raise Unreadable("not_json", f"Line {error.lineno}, column {error.colno}: {error.msg}.") from error


def _require_moderate(text: str) -> None:
    """Refuse before parsing what would exhaust the parser's stack or the memory."""
    bare = _STRING.sub("", text)
    brackets = _NOT_BRACKET.sub("", bare.translate(_ONE_KIND))
    if _depth(brackets) > MAX_DEPTH:
        raise Unreadable("too_deep", f"The document nests deeper than {MAX_DEPTH} levels.")
    if bare.count(",") + brackets.count("[") + 1 > MAX_VALUES:
        raise Unreadable("too_many_values", f"A document holds at most {MAX_VALUES:,} values.")


def _depth(brackets: str) -> int:
    """Nesting of a text of square brackets, or the first depth above the limit: each round takes the innermost off."""
    depth = 0
    while brackets and depth <= MAX_DEPTH:
        left = brackets.replace("[]", "")
        if left == brackets:
            return depth + brackets.count("[")
        brackets, depth = left, depth + 1
    return depth


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Unreadable("duplicate_json_key", f"The key {twice[:80]!r} stands twice in one object.")
    return found


def _no_constant(name: str) -> None:
    raise Unreadable("nan_not_allowed", f"{name} is no JSON number.")


def _small_int(text: str) -> int:
    if len(text.lstrip("-")) > MAX_DIGITS:
        raise Unreadable("number_too_large", f"A whole number has at most {MAX_DIGITS} digits.")
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise Unreadable("number_too_large", f"{text[:20]} is larger than any number kept here.")
    return value
