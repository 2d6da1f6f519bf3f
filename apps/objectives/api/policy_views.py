"""Budget policies, triggers, decisions and the advice before a release over REST; people decide on pages."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.access import Access
from apps.core.filtering import require_known
from apps.core.paging import KeysetPagination
from apps.objectives.api.policy_serializers import (
    BudgetDecisionOutput,
    BudgetPolicyOutput,
    ReleaseAdviceOutput,
    TriggerOutput,
)
from apps.objectives.domain.budget_notices import page_of
from apps.objectives.filters.budgets import DecisionFilter, PolicyFilter, TriggerFilter
from apps.objectives.models import BudgetDecision, BudgetPolicy, PolicyTrigger
from apps.objectives.queries import budget_documents as queries
from apps.objectives.queries.fired_rules import Fired, list_named
from apps.objectives.queries.incident_spans import hidden_incidents
from apps.objectives.queries.release_advice import advice_for


def seen(fired: Sequence[Fired], by: Any) -> dict[str, Any]:
    """The incidents of some triggers that a reader may not know of."""
    return {"hidden": hidden_incidents([one.incident for one in fired if one.incident], by)}


class BudgetPolicyViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[BudgetPolicy]):
    """Budget policies by short name."""

    access = Access.SHARED_READ
    queryset = BudgetPolicy.objects.none()
    serializer_class = BudgetPolicyOutput
    filterset_class = PolicyFilter
    lookup_field, lookup_url_kwarg, lookup_value_converter = "slug", "slug", "slug"

    def get_queryset(self) -> QuerySet[BudgetPolicy]:
        """All policies with their versions."""
        return queries.list_policies()


class PolicyTriggerViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[PolicyTrigger]):
    """Firings of rules."""

    access = Access.SHARED_READ
    queryset = PolicyTrigger.objects.none()
    serializer_class = TriggerOutput
    filterset_class = TriggerFilter
    pagination_class = KeysetPagination
    keyset: ClassVar[tuple[str, ...]] = ("from_at", "pk")
    lookup_field, lookup_url_kwarg, lookup_value_converter = "pk", "number", "int"

    def get_queryset(self) -> QuerySet[PolicyTrigger]:
        """All firings."""
        return queries.list_triggers()

    def list(self, request: Request) -> Response:
        """Firings in the order in which they happened."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response(self._shown([row.pk for row in page]))

    def retrieve(self, request: Request, number: int) -> Response:
        """One firing."""
        require_known(request)
        return Response(self._shown([self.get_object().pk])[0])

    def _shown(self, pks: Sequence[int]) -> Any:
        rows = {one.pk: one for one in list_named(pks)}
        fired = [rows[pk] for pk in pks]
        context = seen(fired, self.request.principal)  # type: ignore[attr-defined]
        return TriggerOutput(fired, many=True, context=context).data


class BudgetDecisionViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[BudgetDecision]
):  # fmt: skip
    """What people decided; none of it ever changes."""

    access = Access.SHARED_READ
    queryset = BudgetDecision.objects.none()
    serializer_class = BudgetDecisionOutput
    filterset_class = DecisionFilter
    pagination_class = KeysetPagination
    keyset: ClassVar[tuple[str, ...]] = ("written_at", "pk")
    lookup_field, lookup_url_kwarg, lookup_value_converter = "pk", "number", "int"

    def get_queryset(self) -> QuerySet[BudgetDecision]:
        """All decisions."""
        return queries.list_decisions()


class ReleaseAdvice(APIView):
    """What a release of a service should know: open, careful, undecided or frozen."""

    access = Access.SHARED_READ

    @extend_schema(responses=ReleaseAdviceOutput)
    def get(self, request: Request, slug: str) -> Response:
        """The strictest of what its objectives say, with sentence and link; nothing is blocked."""
        require_known(request)
        found = advice_for(slug)
        url = request.build_absolute_uri(page_of(found.fired[0].slug)) if found.fired else None
        context = seen(found.fired, request.principal)  # type: ignore[attr-defined]
        shown = {"service": found.service, "advice": found.advice, "sentence": found.sentence, "url": url,
                 "fired": found.fired}  # fmt: skip
        return Response(ReleaseAdviceOutput(shown, context=context).data)
