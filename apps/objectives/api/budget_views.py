"""Objectives and budgets over REST: reads from what was evaluated, and a calculator that keeps nothing."""

from typing import ClassVar

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core import clock
from apps.core.access import Access
from apps.core.faults import Faults
from apps.core.filtering import require_known
from apps.core.paging import KeysetPagination
from apps.core.problems import Invalid
from apps.objectives.api.budget_serializers import (
    BudgetDayOutput,
    BudgetKeyOutput,
    BurnAlertOutput,
    CalculationOutput,
    EvaluationOutput,
    ObjectiveOutput,
    StatusOutput,
    WholeBudgetOutput,
    WholeEvaluationOutput,
)
from apps.objectives.domain.calculating import calculate
from apps.objectives.filters.budgets import BudgetDayFilter, BurnAlertFilter, EvaluationFilter, ObjectiveFilter
from apps.objectives.models import BudgetDay, BudgetEvaluation, BurnAlert, Objective
from apps.objectives.queries import budget_documents as queries
from apps.objectives.queries.agreements import standing_objectives


class ObjectiveViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Objective]):
    """Promises by short name; never ordered by a value."""

    access = Access.SHARED_READ
    queryset = Objective.objects.none()
    serializer_class = ObjectiveOutput
    filterset_class = ObjectiveFilter
    lookup_field, lookup_url_kwarg, lookup_value_converter = "slug", "slug", "slug"

    def get_queryset(self) -> QuerySet[Objective]:
        """Objectives that stand today."""
        return standing_objectives(clock.today()).order_by("slug")

    def list(self, request: Request) -> Response:
        """Objectives as they are agreed today, each with where it stands."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        rows = queries.stands_of_many(list(page))
        return self.get_paginated_response(ObjectiveOutput(rows, many=True).data)

    def retrieve(self, request: Request, slug: str) -> Response:
        """One objective."""
        require_known(request)
        return Response(ObjectiveOutput(queries.stands_of(slug)).data)

    @extend_schema(responses=StatusOutput)
    @action(detail=True)
    def status(self, request: Request, slug: str) -> Response:
        """Where it stands, in a few words and figures."""
        require_known(request)
        return Response(StatusOutput(queries.status_document(queries.stands_of(slug))).data)

    @extend_schema(responses=WholeBudgetOutput)
    @action(detail=True)
    def budget(self, request: Request, slug: str) -> Response:
        """The whole result as it stands."""
        require_known(request)
        return Response(WholeBudgetOutput(queries.budget_document(queries.stands_of(slug, keys=True))).data)

    @extend_schema(responses=BudgetKeyOutput(many=True))
    @action(detail=True, pagination_class=None, filterset_class=None)
    def keys(self, request: Request, slug: str) -> Response:
        """Each tenant or segment by name, with its own budget."""
        require_known(request)
        return Response(BudgetKeyOutput(queries.key_documents(queries.stands_of(slug, keys=True)), many=True).data)


class BudgetDayViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[BudgetDay]):
    """Units per local day, newest first, under the version that judges now."""

    access = Access.SHARED_READ
    queryset = BudgetDay.objects.none()
    serializer_class = BudgetDayOutput
    filterset_class = BudgetDayFilter

    def get_queryset(self) -> QuerySet[BudgetDay]:
        """Days of the objective named in the address."""
        return queries.list_days(self.kwargs["slug"]) if "slug" in self.kwargs else BudgetDay.objects.none()


class EvaluationViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[BudgetEvaluation]
):  # fmt: skip
    """Results that were kept for good; none of them ever changes."""

    access = Access.SHARED_READ
    queryset = BudgetEvaluation.objects.none()
    serializer_class = EvaluationOutput
    filterset_class = EvaluationFilter
    pagination_class = KeysetPagination
    keyset: ClassVar[tuple[str, ...]] = ("as_of", "pk")
    lookup_field, lookup_url_kwarg, lookup_value_converter = "pk", "number", "int"

    def get_queryset(self) -> QuerySet[BudgetEvaluation]:
        """Results of the objective named in the address."""
        return queries.list_evaluations(self.kwargs["slug"]) if "slug" in self.kwargs else self.queryset.all()

    @extend_schema(responses=WholeEvaluationOutput)
    def retrieve(self, request: Request, slug: str, number: int) -> Response:
        """One result with everything it kept: the snapshot to cite."""
        require_known(request)
        return Response(WholeEvaluationOutput(self.get_object()).data)


class BurnAlertViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[BurnAlert]):
    """Openings of burn alerts."""

    access = Access.SHARED_READ
    queryset = BurnAlert.objects.none()
    serializer_class = BurnAlertOutput
    filterset_class = BurnAlertFilter
    pagination_class = KeysetPagination
    keyset: ClassVar[tuple[str, ...]] = ("from_at", "pk")
    lookup_field, lookup_url_kwarg, lookup_value_converter = "pk", "number", "int"

    def get_queryset(self) -> QuerySet[BurnAlert]:
        """All openings."""
        return queries.list_alerts()


class Calculate(APIView):
    """The calculator of budgets: version fields and counts in, the evaluation out."""

    access = Access.SHARED_READ

    @extend_schema(request=OpenApiTypes.OBJECT, responses=CalculationOutput)
    def post(self, request: Request) -> Response:
        """Evaluate the body; nothing of it is kept."""
        require_known(request)
        faults = Faults()
        found = calculate(request.data, clock.reporting_zone(), faults)
        if found is None:
            raise Invalid("validation_failed", "Some fields need attention.", faults.found)
        return Response(CalculationOutput(found).data)
