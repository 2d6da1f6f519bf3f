"""Read-only endpoints of weekly reviews and decisions: answering and deciding are pages."""

from typing import Any

from django.db.models import F, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.access import Access
from apps.core.filtering import require_known
from apps.reviews import queries
from apps.reviews.api.weekly_serializers import (
    DecisionOutput,
    ReviewItemOutput,
    WeeklyReviewOutput,
    WholeDecisionOutput,
)
from apps.reviews.filters import DecisionFilter, WeeklyReviewFilter
from apps.reviews.models import Decision, Review


class WeeklyReviewViewSet(viewsets.ReadOnlyModelViewSet[Review]):
    """Weekly reviews of the teams the reader may judge, newest week first; never ordered by a value."""

    access = Access.TEAM_READ
    queryset = Review.objects.none()
    serializer_class = WeeklyReviewOutput
    filterset_class = WeeklyReviewFilter
    ordering_fields = ("name", "due_on")
    lookup_value_regex = r"\d{1,18}"

    def get_queryset(self) -> QuerySet[Any]:
        """Reviews the principal may read."""
        return queries.list_weekly(self.request.principal).annotate(name=F("team__name"))  # type: ignore[attr-defined]

    @extend_schema(responses=ReviewItemOutput(many=True))
    @action(detail=True, pagination_class=None, filterset_class=None)
    def items(self, request: Request, pk: str) -> Response:
        """Every item in the order of the meeting, with its answer as it stands."""
        require_known(request)
        agenda = queries.agenda_of(self.get_object(), by=request.principal)  # type: ignore[attr-defined]
        return Response(ReviewItemOutput(agenda.listed, many=True).data)


class DecisionViewSet(viewsets.ReadOnlyModelViewSet[Decision]):
    """Decisions of the teams the reader may judge, newest first, with what became of each."""

    access = Access.TEAM_READ
    queryset = Decision.objects.none()
    filterset_class = DecisionFilter
    lookup_value_regex = r"\d{1,18}"

    def get_queryset(self) -> QuerySet[Any]:
        """Decisions the principal may read; one by one with how they turned out."""
        rows = queries.list_decisions(self.request.principal)  # type: ignore[attr-defined]
        return rows.prefetch_related("follow_ups") if self.detail else rows

    def get_serializer_class(self) -> type[Any]:
        """Rows in the register, whole decisions one by one."""
        return WholeDecisionOutput if self.detail else DecisionOutput
