"""Chart marks over REST: read, write, take back."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.annotations import operations, queries
from apps.annotations.api.serializers import AnnotationInput, AnnotationOutput, RetractInput
from apps.annotations.filters import AnnotationFilter
from apps.annotations.models import Annotation
from apps.core.access import Access
from apps.core.filtering import require_known


class AnnotationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Annotation]):
    """Marks that give charts their context."""

    access = Access.SHARED_READ
    access_of = {"create": Access.TEAM_WRITE}
    serializer_class = AnnotationOutput
    filterset_class = AnnotationFilter
    ordering_fields = ("starts_at",)
    lookup_field, lookup_url_kwarg, lookup_value_converter = "public_id", "id", "uuid"

    def get_queryset(self) -> QuerySet[Annotation]:
        """All marks."""
        return queries.list_annotations()

    @extend_schema(request=AnnotationInput, responses={201: AnnotationOutput, 200: AnnotationOutput})
    def create(self, request: Request) -> Response:
        """Write a mark; 200 answers the first one again when an `external_key` is repeated."""
        require_known(request)
        values = AnnotationInput.read(request)
        by = request.principal  # type: ignore[attr-defined]
        mark, is_new = operations.create_annotation_at(**values, by=by)
        return Response(AnnotationOutput(mark).data, status=201 if is_new else 200)

    @extend_schema(request=RetractInput, responses=AnnotationOutput)
    @action(detail=True, methods=["post"], access=Access.TEAM_WRITE)
    def retract(self, request: Request, id: object) -> Response:  # noqa: A002  the name in the path
        """Take a mark off the charts; it stays readable with its reason."""
        mark = self.get_object()
        reason = RetractInput.read(request)["reason"]
        by = request.principal  # type: ignore[attr-defined]
        mark = operations.retract_annotation(annotation=mark, reason=reason, by=by)
        return Response(AnnotationOutput(mark).data)
