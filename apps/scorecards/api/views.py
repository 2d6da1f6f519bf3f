"""Read-only endpoints of cards, templates and starter kits."""

from typing import Any

from django.db.models import F, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.access import Access
from apps.core.filtering import require_known
from apps.scorecards import queries
from apps.scorecards.api.serializers import CardOutput, CardRowOutput, KitOutput, TemplateOutput
from apps.scorecards.filters import ScorecardFilter, TemplateFilter
from apps.scorecards.models import Scorecard, TemplateVersion


class ScorecardViewSet(viewsets.ReadOnlyModelViewSet[Scorecard]):
    """Frozen cards of the teams the reader may judge, newest first; never ordered by a value."""

    access = Access.TEAM_READ
    queryset = Scorecard.objects.none()
    filterset_class = ScorecardFilter
    ordering_fields = ("name", "period")
    lookup_value_regex = r"\d{1,18}"

    def get_queryset(self) -> QuerySet[Any]:
        """Cards the principal may read."""
        cards = queries.list_cards(self.request.principal)  # type: ignore[attr-defined]
        return queries.with_cells(cards) if self.detail else cards.annotate(name=F("team_name"))

    def get_serializer_class(self) -> type[Any]:
        """Rows in the list, whole cards one by one."""
        return CardOutput if self.detail else CardRowOutput


class TemplateViewSet(viewsets.ReadOnlyModelViewSet[TemplateVersion]):
    """Template versions, newest first within a team type."""

    access = Access.SHARED_READ
    queryset = TemplateVersion.objects.none()
    serializer_class = TemplateOutput
    filterset_class = TemplateFilter
    lookup_value_regex = r"\d{1,18}"

    def get_queryset(self) -> QuerySet[Any]:
        """All template versions."""
        return queries.list_templates()


class KitViewSet(viewsets.ViewSet):
    """Starter kits: what a team type may begin with; adopting one is an act of its own."""

    access = Access.SHARED_READ
    serializer_class = KitOutput
    lookup_url_kwarg = "kit"

    def list(self, request: Request) -> Response:
        """All kits."""
        require_known(request)
        return Response({"results": KitOutput(queries.list_kits(), many=True).data})

    @extend_schema(parameters=[OpenApiParameter("kit", str, OpenApiParameter.PATH, description="Name of the kit.")])
    def retrieve(self, request: Request, kit: str) -> Response:
        """One kit by its name."""
        require_known(request)
        return Response(KitOutput(queries.get_kit(kit)).data)
