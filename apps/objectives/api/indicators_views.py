"""Indicators over REST: what they say, how their reading stands, the slices that an objective is judged by."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.access import Access
from apps.core.filtering import require_known
from apps.core.paging import KeysetPagination
from apps.objectives.api.indicators_serializers import (
    IndicatorOutput,
    IndicatorVersionOutput,
    MonitoringSourceOutput,
    SampleOutput,
)
from apps.objectives.filters.indicators import IndicatorFilter, SampleFilter
from apps.objectives.models import Indicator, IndicatorVersion, MonitoringSource, Sample
from apps.objectives.queries import indicator_rows as queries
from apps.objectives.queries import reading_duties


class IndicatorViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Indicator]):
    """What is measured of services and flows: good out of valid events."""

    access = Access.SHARED_READ
    queryset = Indicator.objects.none()
    serializer_class = IndicatorOutput
    filterset_class = IndicatorFilter
    ordering_fields = ("slug",)
    lookup_field, lookup_value_converter = "slug", "slug"

    def get_queryset(self) -> QuerySet[Indicator]:
        """All indicators by short name."""
        return queries.list_indicators()

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One indicator."""
        require_known(request)
        return super().retrieve(request, *args, **kwargs)


class IndicatorVersionList(generics.GenericAPIView[IndicatorVersion]):
    """Every version an indicator had; none of them ever changes."""

    access = Access.SHARED_READ
    serializer_class = IndicatorVersionOutput
    filter_backends = ()

    @extend_schema(responses=IndicatorVersionOutput(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """The versions of an indicator, newest first."""
        require_known(request, {"page", "page_size"})
        page: Any = self.paginate_queryset(queries.list_versions(reading_duties.get_indicator(slug)))
        return self.get_paginated_response(IndicatorVersionOutput(page, many=True).data)


class MonitoringSourceViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[MonitoringSource]
):
    """Servers that counts are pulled from."""

    access = Access.SHARED_READ
    queryset = MonitoringSource.objects.none()
    serializer_class = MonitoringSourceOutput
    filter_backends = ()
    lookup_field, lookup_value_converter = "slug", "slug"

    def get_queryset(self) -> QuerySet[MonitoringSource]:
        """All servers by name."""
        return reading_duties.list_sources()

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """All servers by name."""
        require_known(request, {"page", "page_size"})
        return super().list(request, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One server."""
        require_known(request)
        return super().retrieve(request, *args, **kwargs)


class ObjectiveSampleList(generics.GenericAPIView[Sample]):
    """Slices of the last hundred days that an objective is judged by, key by key; older days are sums."""

    access = Access.SHARED_READ
    queryset = Sample.objects.none()
    serializer_class = SampleOutput
    filterset_class = SampleFilter
    pagination_class = KeysetPagination
    keyset = ("series_id", "starts_at")

    def get_queryset(self) -> QuerySet[Sample]:
        """Slices of the objective's indicator."""
        slug = self.kwargs.get("slug")
        return queries.list_samples(slug) if slug else Sample.objects.none()

    @extend_schema(responses=SampleOutput(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """Slices by key and time, unusable ones included and marked."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(SampleOutput(rows or [], many=True).data)
