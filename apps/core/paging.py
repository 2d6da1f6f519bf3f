"""Pages of API lists: signed positions for events, numbered pages for catalogues."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.db.models import Q, QuerySet
from rest_framework import pagination
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.problems import Absent, Unreadable

CURSOR = "cursor"
PAGE = "page"
PAGE_SIZE = "page_size"
SALT = "plumbline.cursor"


@dataclass(frozen=True)
class Position:
    """Where a walk stands: behind (or before) the row with these key values, at a watermark of the facts."""

    key: tuple[Any, ...] | None
    is_backward: bool = False
    watermark: int | None = None

    def sign(self, bound_to: str) -> str:
        """A cursor that holds only for the filters it was made for."""
        key = None if self.key is None else [_plain(value) for value in self.key]
        return signing.dumps([key, self.is_backward, self.watermark, bound_to], salt=SALT)


def read_position(cursor: str, bound_to: str) -> Position:
    """The position a cursor holds; raises `Unreadable`."""
    try:
        key, is_backward, watermark, filters = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError):
        raise Unreadable("cursor_invalid", "The cursor was not made here, or was cut short.") from None
    if filters != bound_to:
        raise Unreadable("cursor_mismatch", "The cursor was made for other filters.")
    return Position(None if key is None else tuple(_rich(value) for value in key), is_backward, watermark)


def _plain(value: Any) -> Any:
    return {"at": value.isoformat()} if isinstance(value, datetime) else value


def _rich(value: Any) -> Any:
    return datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value


def filters_digest(request: Request) -> str:
    """What a cursor is bound to: the path and every parameter but position and size."""
    kept = sorted((k, v) for k, values in request.query_params.lists() for v in values if k not in (CURSOR, PAGE_SIZE))
    return hashlib.sha256(f"{request.path}?{urlencode(kept)}".encode()).hexdigest()[:20]


def read_page_size(request: Request, *, default: int, largest: int) -> int:
    """The size asked for; raises `Unreadable` outside 1 to `largest`."""
    text = request.query_params.get(PAGE_SIZE)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= largest):
        raise Unreadable("parameter_invalid", f"page_size is a whole number from 1 to {largest:,}.")
    return int(text)


class KeysetPagination(pagination.BasePagination):
    """Events in a fixed order; a walk returns each row that stood at its start exactly once.

    A view sets `keyset` (unique together, none null) and may offer `watermark()` and `standing_at(queryset,
    watermark)`, by which the whole walk reads the rows as they stood at its first page.
    """

    parameters = (CURSOR, PAGE_SIZE)
    default_size, largest_size = 100, 1000

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """One page, in order."""
        self.request, self.bound_to = request, filters_digest(request)
        self.size = read_page_size(request, default=self.default_size, largest=self.largest_size)
        self.keyset = tuple(view.keyset)
        self.position = self._position(view)
        if self.position.watermark is not None:
            queryset = view.standing_at(queryset, self.position.watermark)
        rows = list(self._beyond(queryset)[: self.size + 1])
        self.has_more, rows = len(rows) > self.size, rows[: self.size]
        self.rows = rows[::-1] if self.position.is_backward else rows
        return self.rows

    def _position(self, view: Any) -> Position:
        cursor = self.request.query_params.get(CURSOR)
        if cursor is not None:
            return read_position(cursor, self.bound_to)
        return Position(None, watermark=view.watermark() if hasattr(view, "watermark") else None)

    def _beyond(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows after (or before) the position, nearest first."""
        backward = self.position.is_backward
        if self.position.key is not None:
            compare = "lt" if backward else "gt"
            queryset = queryset.filter(_past(self.keyset, self.position.key, compare))
        return queryset.order_by(*(f"-{name}" if backward else name for name in self.keyset))

    def get_paginated_response(self, data: Any) -> Response:
        """`{results, next, previous}`; both links are null at the ends."""
        forward, back = self.has_more, self.position.key is not None
        if self.position.is_backward:
            forward, back = True, self.has_more
        following = self._link(self.rows[-1], backward=False) if forward and self.rows else None
        before = self._link(self.rows[0], backward=True) if back and self.rows else None
        return Response({"results": data, "next": following, "previous": before})

    def _link(self, row: Any, *, backward: bool) -> str:
        position = Position(tuple(_value(row, name) for name in self.keyset), backward, self.position.watermark)
        query = self.request.query_params.copy()
        query[CURSOR] = position.sign(self.bound_to)
        return f"{self.request.build_absolute_uri(self.request.path)}?{query.urlencode()}"

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The answer for the API description."""
        return _list_schema(schema)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameters for the API description."""
        return [
            _parameter(CURSOR, {"type": "string"}, "Position from a `next` or `previous` link."),
            _size_parameter(self.largest_size, self.default_size),
        ]


def _past(keyset: tuple[str, ...], key: tuple[Any, ...], compare: str) -> Q:
    """Rows beyond a key of one or two columns; the first comparison alone is what an index can follow."""
    first, *rest = zip(keyset, key, strict=True)
    if not rest:
        return Q((f"{first[0]}__{compare}", first[1]))
    name, value = rest[0]
    beyond = Q((f"{first[0]}__{compare}", first[1])) | Q((f"{name}__{compare}", value))
    return Q((f"{first[0]}__{compare}e", first[1])) & beyond


def _value(row: Any, name: str) -> Any:
    return row[name] if isinstance(row, dict) else getattr(row, name)


class NumberedPagination(pagination.BasePagination):
    """Catalogues: `page`, `page_size` up to 100, and `count`."""

    parameters = (PAGE, PAGE_SIZE)
    default_size, largest_size = 50, 100

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """One page of a query or a list; raises `Absent` behind the last one."""
        self.request = request
        self.size = read_page_size(request, default=self.default_size, largest=self.largest_size)
        self.number = self._read_number()
        self.count = len(queryset) if isinstance(queryset, list) else queryset.count()
        start = (self.number - 1) * self.size
        if start >= self.count and self.number > 1:
            raise Absent("not_found", f"There is no page {self.number}; {self.count} rows are here.")
        return list(queryset[start : start + self.size])

    def _read_number(self) -> int:
        text = self.request.query_params.get(PAGE, "1")
        if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= 1):
            raise Unreadable("parameter_invalid", "page is a whole number from 1.")
        return int(text)

    def get_paginated_response(self, data: Any) -> Response:
        """`{count, results, next, previous}`."""
        following = self._link(self.number + 1) if self.number * self.size < self.count else None
        before = self._link(self.number - 1) if self.number > 1 else None
        return Response({"count": self.count, "results": data, "next": following, "previous": before})

    def _link(self, number: int) -> str:
        query = self.request.query_params.copy()
        query[PAGE] = str(number)
        return f"{self.request.build_absolute_uri(self.request.path)}?{query.urlencode()}"

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The answer for the API description."""
        return _list_schema(schema, count={"type": "integer"})

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameters for the API description."""
        return [
            _parameter(PAGE, {"type": "integer", "minimum": 1, "default": 1}, "Number of the page."),
            _size_parameter(self.largest_size, self.default_size),
        ]


def _list_schema(rows: dict[str, Any], **more: dict[str, Any]) -> dict[str, Any]:
    link = {"type": ["string", "null"], "format": "uri"}
    properties = {**more, "results": rows, "next": link, "previous": link}
    return {"type": "object", "required": list(properties), "properties": properties}


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _size_parameter(largest: int, default: int) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1, "maximum": largest, "default": default}
    return _parameter(PAGE_SIZE, schema, "Rows per page.")
