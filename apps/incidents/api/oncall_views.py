"""Pages over REST: tools report them, everybody reads; labels, rules and profiles are written by people on pages."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.access import Access
from apps.core.api import PROBLEM_TYPE
from apps.core.filtering import require_known
from apps.core.paging import KeysetPagination
from apps.core.problems import FieldProblem, Invalid
from apps.core.strict_json import MAX_BATCH_BODY
from apps.incidents.api.oncall_serializers import (
    AlertRuleOutput,
    OnCallProfileOutput,
    PageBatchOutput,
    PageOutput,
    PagesInput,
)
from apps.incidents.filters.oncall import AlertRuleFilter, OnCallProfileFilter, PageFilter
from apps.incidents.models import AlertRule, OnCallProfile, Page
from apps.incidents.operations import oncall_recording
from apps.incidents.queries import oncall_pages as queries


class PageViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Page]):
    """Calls on teams for attention."""

    access = Access.SHARED_READ
    access_of = {"create": Access.TOKEN_PUSH}
    queryset = Page.objects.none()
    serializer_class = PageOutput
    filterset_class = PageFilter
    pagination_class = KeysetPagination
    keyset = ("pk",)
    max_body = MAX_BATCH_BODY
    lookup_field, lookup_url_kwarg, lookup_value_converter = "pk", "number", "int"

    def get_queryset(self) -> QuerySet[Page]:
        """All pages."""
        return queries.list_pages()

    def list(self, request: Request) -> Response:
        """Pages in the order in which they were recorded."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response(PageOutput(rows, many=True, context=self._seen(rows)).data)

    def retrieve(self, request: Request, number: int) -> Response:
        """One page."""
        require_known(request)
        page = self.get_object()
        return Response(PageOutput(page, context=self._seen([page])).data)

    def _seen(self, rows: Any) -> dict[str, Any]:
        """The incidents of some pages that the reader may see."""
        by = self.request.principal  # type: ignore[attr-defined]
        return {"incidents": queries.seen_incidents(rows, by)}

    @extend_schema(request=PagesInput, responses={200: PageBatchOutput, 207: PageBatchOutput, 422: PageBatchOutput})
    def create(self, request: Request) -> Response:
        """Report 1 to 1,000 pages: 200 when all are stored, 207 when some are rejected, 422 when none is stored.

        A page told again under its key and time changes nothing; told better, it learns.
        """
        require_known(request)
        items = _items_of(request.data)
        answer = oncall_recording.receive_pages(items=items, by=request.principal)  # type: ignore[attr-defined]
        return _batch_response(answer)


def _items_of(body: Any) -> Any:
    if not isinstance(body, dict) or set(body) != {"pages"}:
        sentence = 'Send one object {"pages": […]} and nothing beside it.'
        raise Invalid("validation_failed", sentence, [FieldProblem("", "wrong_type", sentence)])
    return body["pages"]


def _batch_response(answer: dict[str, Any]) -> Response:
    """The status says how much was stored; when nothing was, the answer is a problem as well."""
    if answer["stored"]:
        return Response(answer, status=207 if answer["rejected"] else 200)
    errors = [FieldProblem(**error) for result in answer["results"] for error in result["errors"]]
    problem = Invalid("validation_failed", "No item could be stored.", errors)
    return Response({**problem.as_dict(), **answer}, status=422, content_type=PROBLEM_TYPE)


class AlertRuleViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[AlertRule]):
    """Rules that page; their tech leads say on a page what they watch."""

    access = Access.SHARED_READ
    queryset = AlertRule.objects.none()
    serializer_class = AlertRuleOutput
    filterset_class = AlertRuleFilter
    ordering_fields = ("name", "first_seen_at")
    lookup_field, lookup_url_kwarg, lookup_value_converter = "pk", "number", "int"

    def get_queryset(self) -> QuerySet[AlertRule]:
        """All rules."""
        return queries.list_rules()


class OnCallProfileViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[OnCallProfile]):
    """How teams are on call, from when on; engineering managers write it on a page."""

    access = Access.SHARED_READ
    queryset = OnCallProfile.objects.none()
    serializer_class = OnCallProfileOutput
    filterset_class = OnCallProfileFilter

    def get_queryset(self) -> QuerySet[Any]:
        """All profiles by team, the newest first."""
        return queries.list_all_profiles()
