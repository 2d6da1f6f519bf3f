"""Read-only endpoints of measurements and of the facts behind them."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.access import Access
from apps.core.filtering import require_known
from apps.core.paging import KeysetPagination
from apps.core.problems import Unreadable
from apps.measurements import naming, queries
from apps.measurements.api.peer_serializers import PeerOutput
from apps.measurements.api.serializers import EvidenceOutput, MeasurementOutput
from apps.measurements.filters import MeasurementFilter
from apps.measurements.models import MetricValue
from apps.metrics import queries as metrics

LIMIT = OpenApiParameter("limit", int, description="Newest facts listed for each reason, 1 to 1,000 (default 200).")


class MeasurementViewSet(viewsets.GenericViewSet[MetricValue]):
    """Measurements, in a fixed order that no value decides."""

    access = Access.SHARED_READ
    queryset = MetricValue.objects.none()
    serializer_class = MeasurementOutput
    filterset_class = MeasurementFilter
    pagination_class = KeysetPagination
    keyset = ("id",)
    lookup_field = "name"
    lookup_value_regex = r"[^/]{5,200}"

    def get_queryset(self) -> QuerySet[MetricValue]:
        """All stored values with version and run."""
        return queries.list_values()

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of measurements."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        answer = self.get_paginated_response(MeasurementOutput(queries.listed(rows), many=True).data)
        if rows and "definition" in request.query_params:
            for name, value in _notice(rows[0]).items():
                answer[name] = value
        return answer

    def retrieve(self, request: Request, name: str) -> Response:
        """One measurement by its id."""
        require_known(request)
        row = naming.find_cell(name)
        return Response(MeasurementOutput(queries.listed([row])[0]).data, headers=_notice(row))

    @extend_schema(parameters=[LIMIT], responses=EvidenceOutput)
    @action(detail=True)
    def evidence(self, request: Request, name: str) -> Response:
        """The facts counted and left out, each with the reason."""
        require_known(request, {"limit"})
        row = naming.find_cell(name)
        evidence = queries.evidence_of(row, limit=_limit(request))
        services = queries.service_slugs({row.service_id for row in evidence.rows})
        hidden = queries.hidden_of(evidence.rows, request.principal)  # type: ignore[attr-defined]
        return Response(
            EvidenceOutput(evidence, context={"services": services, "hidden": hidden}).data, headers=_notice(row)
        )

    @extend_schema(responses=PeerOutput)
    @action(detail=True, url_path=r"peers/(?P<peer>[a-z0-9-]{1,40})")
    def peers(self, request: Request, name: str, peer: str) -> Response:
        """The same cell by another tool's rule, and the facts that only one of the two counts."""
        require_known(request)
        row = naming.find_cell(name)
        comparison = queries.comparison_of(row, peer)
        context = {
            "services": queries.service_slugs({fact.service_id for fact in comparison.rows}),
            "hidden": queries.hidden_of(comparison.rows, request.principal),  # type: ignore[attr-defined]
            "row": row,
        }
        return Response(PeerOutput(comparison, context=context).data, headers=_notice(row))


def _notice(row: MetricValue) -> dict[str, str]:
    """That its definition leaves or has left, as headers."""
    return metrics.notice_headers(row.version.definition)


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", "200")
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= 1000):
        raise Unreadable("parameter_invalid", "limit is a whole number from 1 to 1,000.")
    return int(text)
