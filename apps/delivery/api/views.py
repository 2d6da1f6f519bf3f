"""Facts over REST: what can be sent, what is stored, batches in, wrong ones taken back."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.domain import ANONYMOUS
from apps.core.access import Access
from apps.core.api import PROBLEM_TYPE
from apps.core.fact_sources import FactSource
from apps.core.filtering import require_known
from apps.core.paging import KeysetPagination, NumberedPagination
from apps.core.problems import FieldProblem, Invalid, Unreadable
from apps.core.strict_json import MAX_BATCH_BODY
from apps.delivery import operations, queries
from apps.delivery.api.serializers import (
    BatchOutput,
    FactsInput,
    FactSourceOutput,
    HeartbeatInput,
    HeartbeatOutput,
    RetractFactInput,
    RetractFactOutput,
    any_fact,
)
from apps.delivery.filters import FactFilter

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Kept 24 h: a repeat with the same body hears the same.",
)


class FactSourceList(generics.GenericAPIView[Any]):
    """What can be reported and measured."""

    access = Access.SHARED_READ
    filter_backends = ()

    @extend_schema(responses=FactSourceOutput(many=True))
    def get(self, request: Request) -> Response:
        """Fields, types and examples of all sources."""
        require_known(request, NumberedPagination.parameters)
        page: Any = self.paginate_queryset(queries.list_sources())
        return self.get_paginated_response(FactSourceOutput(page, many=True).data)


class FactSourceDetail(APIView):
    """One source."""

    access = Access.SHARED_READ

    @extend_schema(responses=FactSourceOutput)
    def get(self, request: Request, source: str) -> Response:
        """Fields, types and an example of one source."""
        require_known(request)
        return Response(FactSourceOutput(queries.get_source(source)).data)


class FactList(generics.GenericAPIView[Any]):
    """Current facts of one source."""

    access = Access.SHARED_READ
    filterset_class = FactFilter
    pagination_class = KeysetPagination
    keyset = ("recorded_at", "id")

    @property
    def source(self) -> FactSource:
        """The source in the path; while the API is described there is none, and any will do."""
        key = self.kwargs.get("source")
        return queries.get_source(key) if key else queries.list_sources()[0]

    def get_queryset(self) -> QuerySet[Any]:
        """All versions; `standing_at` leaves the ones that count."""
        return queries.list_facts(self.source, getattr(self.request, "principal", ANONYMOUS))

    def watermark(self) -> int:
        """The counter a walk starts at."""
        return queries.watermark_of(self.source)

    def standing_at(self, facts: QuerySet[Any], watermark: int) -> QuerySet[Any]:
        """The facts as they stood when the walk began."""
        return queries.standing_at(facts, watermark)

    @extend_schema(responses=any_fact())
    def get(self, request: Request, source: str) -> Response:
        """Facts in the order in which they were recorded; a walk sees them as they stood at its first page."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([_shown(row) for row in rows or []])


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """The row for readers: the service by its slug, no primary key."""
    return {"service" if name == "service_slug" else name: value for name, value in row.items() if name != "id"}


class FactBatch(APIView):
    """Many facts at once."""

    access = Access.TOKEN_PUSH
    max_body = MAX_BATCH_BODY

    @extend_schema(
        request=FactsInput,
        parameters=[IDEMPOTENCY_KEY],
        responses={200: BatchOutput, 207: BatchOutput, 422: BatchOutput},
    )
    def post(self, request: Request) -> Response:
        """Store 1 to 1,000 facts: 200 when all are stored, 207 when some are rejected, 422 when none is stored."""
        require_known(request)
        items = _items_of(request.data)
        by = request.principal  # type: ignore[attr-defined]
        answer = operations.receive_batch(items=items, idempotency_key=_key_of(request), by=by)
        return _batch_response(answer)


def _items_of(body: Any) -> Any:
    if not isinstance(body, dict) or set(body) != {"facts"}:
        sentence = 'Send one object {"facts": […]} and nothing beside it.'
        raise Invalid("validation_failed", sentence, [FieldProblem("", "wrong_type", sentence)])
    return body["facts"]


def _key_of(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > 200 or not key.isascii() or not key.isprintable():
        raise Unreadable("parameter_invalid", "Idempotency-Key is at most 200 printable ASCII characters.")
    return key


def _batch_response(answer: dict[str, Any]) -> Response:
    """The status says how much was stored; when nothing was, the answer is a problem as well."""
    if answer["stored"]:
        return Response(answer, status=207 if answer["rejected"] else 200)
    errors = [FieldProblem(**error) for result in answer["results"] for error in result["errors"]]
    problem = Invalid("validation_failed", "No item could be stored.", errors)
    return Response({**problem.as_dict(), **answer}, status=422, content_type=PROBLEM_TYPE)


class FactRetract(APIView):
    """Wrong facts."""

    access = Access.TOKEN_PUSH

    @extend_schema(request=RetractFactInput, responses=RetractFactOutput)
    def post(self, request: Request, source: str) -> Response:
        """Take one fact out of the count, with a reason; it is never deleted."""
        require_known(request)
        values = RetractFactInput.read(request)
        kind = queries.get_source(source)
        operations.retract_fact(source=kind, **values, by=request.principal)  # type: ignore[attr-defined]
        return Response(RetractFactOutput({**values, "source": source, "outcome": "retracted"}).data)


class FactHeartbeat(APIView):
    """Signs of life where nothing happened."""

    access = Access.TOKEN_PUSH

    @extend_schema(request=HeartbeatInput, responses=HeartbeatOutput)
    def post(self, request: Request, source: str) -> Response:
        """Say that nothing of a source is missing up to a time; a service without any such fact then reads 0."""
        require_known(request)
        values = HeartbeatInput.read(request)
        kind = queries.get_source(source)
        standing = operations.note_heartbeat(source=kind, **values, by=request.principal)  # type: ignore[attr-defined]
        answer = {
            "source": source, "service": values["service"], "channel": standing.channel,
            "connected_from": standing.connected_from, "complete_until": standing.heard_at,
        }  # fmt: skip
        return Response(HeartbeatOutput(answer).data)
