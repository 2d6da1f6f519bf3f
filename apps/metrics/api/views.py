"""Read-only endpoints of definitions, versions and targets, and the check of a spec that stores nothing."""

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.access import Access
from apps.core.fact_sources import sources
from apps.core.filtering import require_known
from apps.core.periods import Period, UnknownPeriod, parse_period
from apps.core.problems import Unreadable
from apps.metrics import queries
from apps.metrics.api.serializers import DefinitionOutput, ReadSpecOutput, TargetOutput, VersionOutput
from apps.metrics.domain.parsing import parse_spec
from apps.metrics.filters import DefinitionFilter, TargetFilter
from apps.metrics.models import DefinitionVersion, MetricDefinition, Target

OK = 200
PERIOD = OpenApiParameter("period", str, required=True, description="2026-W34, 2026-W34/13, 2026-08 or 2026-Q3.")


class DefinitionViewSet(viewsets.ReadOnlyModelViewSet[MetricDefinition]):
    """Metric definitions, by short name."""

    access = Access.SHARED_READ
    queryset = MetricDefinition.objects.none()
    serializer_class = DefinitionOutput
    filterset_class = DefinitionFilter
    ordering_fields = ("slug", "lens")
    lookup_field = "slug"
    lookup_value_regex = r"[-a-zA-Z0-9_]{1,50}"

    def get_queryset(self) -> QuerySet[MetricDefinition]:
        """All definitions with their versions."""
        return queries.list_definitions().prefetch_related("versions")

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One definition; an address with a former short name leads on, and one that leaves says so in headers."""
        require_known(request)
        definition = self.get_queryset().filter(slug=self.kwargs["slug"]).first()
        if definition is None:
            raise queries.missing(self.kwargs["slug"])
        return Response(DefinitionOutput(definition).data, headers=queries.notice_headers(definition))

    @extend_schema(parameters=[PERIOD], responses=VersionOutput)
    @action(detail=True)
    def governing(self, request: Request, slug: str) -> Response:
        """The version by which a period is read."""
        require_known(request, {"period"})
        definition = queries.get_definition(slug)
        found = VersionOutput(queries.get_governing(definition, read_period(request))).data
        return Response(found, headers=queries.notice_headers(definition))


class VersionViewSet(viewsets.ReadOnlyModelViewSet[DefinitionVersion]):
    """The versions of a definition, newest first; none of them ever changes."""

    access = Access.SHARED_READ
    queryset = DefinitionVersion.objects.none()
    serializer_class = VersionOutput
    lookup_field = "number"
    lookup_value_regex = r"\d{1,9}"

    def get_queryset(self) -> QuerySet[DefinitionVersion]:
        """The versions of the definition named in the address."""
        if "slug" not in self.kwargs:
            return DefinitionVersion.objects.none()
        return queries.list_versions(self.definition)

    @cached_property
    def definition(self) -> MetricDefinition:
        """The definition named in the address."""
        return queries.get_definition(self.kwargs["slug"])

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Answers about a definition that leaves say so in their headers."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        if answer.status_code == OK:
            for name, value in queries.notice_headers(self.definition).items():
                answer[name] = value
        return answer


class TargetViewSet(viewsets.ReadOnlyModelViewSet[Target]):
    """Targets of the teams the reader may judge, newest first; replaced ones stay listed."""

    access = Access.TEAM_READ
    queryset = Target.objects.none()
    serializer_class = TargetOutput
    filterset_class = TargetFilter
    lookup_value_regex = r"\d{1,18}"

    def get_queryset(self) -> QuerySet[Target]:
        """Targets the principal may read."""
        return queries.list_target_rows(self.request.principal)  # type: ignore[attr-defined]


class ValidateSpec(APIView):
    """Reads a spec and says it in words, or locates every fault; nothing is stored."""

    access = Access.SHARED_READ

    @extend_schema(request=OpenApiTypes.OBJECT, responses=ReadSpecOutput)
    def post(self, request: Request) -> Response:
        """Read the body as a spec."""
        require_known(request)
        return Response(ReadSpecOutput.of(parse_spec(request.data, sources)).data)


def read_period(request: Request) -> Period:
    """The period named in the address; raises `Unreadable` with the forms that exist."""
    try:
        return parse_period(request.query_params.get("period", ""))
    except UnknownPeriod as error:
        raise Unreadable("parameter_invalid", f"period: {error}") from None
