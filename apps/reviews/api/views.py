"""Read-only endpoints of target reviews: opening, answering and signing are pages."""

from typing import Any

from django.db.models import F, QuerySet
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.access import Access
from apps.core.filtering import require_known
from apps.core.revisions import etag_of, is_known
from apps.reviews import queries
from apps.reviews.api.serializers import PublishedOutput, ReviewOutput, ReviewRowOutput, SnapshotOutput
from apps.reviews.filters import TargetReviewFilter
from apps.reviews.models import TargetReview


class TargetReviewViewSet(viewsets.ReadOnlyModelViewSet[TargetReview]):
    """Target reviews of the teams the reader may judge, newest quarter first; never ordered by a value."""

    access = Access.TEAM_READ
    queryset = TargetReview.objects.none()
    filterset_class = TargetReviewFilter
    ordering_fields = ("name", "quarter")
    lookup_value_regex = r"\d{1,18}"

    def get_queryset(self) -> QuerySet[Any]:
        """Reviews the principal may read."""
        return queries.list_reviews(self.request.principal).annotate(name=F("team__name"))  # type: ignore[attr-defined]

    def get_serializer_class(self) -> type[Any]:
        """Rows in the list, whole reviews one by one."""
        return ReviewOutput if self.detail else ReviewRowOutput

    @extend_schema(responses=SnapshotOutput)
    @action(detail=True)
    def snapshot(self, request: Request, pk: str) -> Response:
        """The stored text of a closed review and its hash."""
        require_known(request)
        review = self.get_object()
        queries.snapshot(review)
        return Response(SnapshotOutput({"text": review.snapshot_text, "sha256": review.snapshot_sha256}).data)


class SnapshotViewSet(viewsets.ViewSet):
    """Published cards and closed reviews by their id; whoever reads their page reads their snapshot."""

    access = Access.TEAM_READ
    serializer_class = PublishedOutput
    lookup_value_regex = "[^/]{1,40}"
    lookup_url_kwarg = "id"

    @extend_schema(
        parameters=[
            OpenApiParameter("id", str, OpenApiParameter.PATH, description="`card-12` or `review-7`."),
            OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="Known ETags."),
        ],
        responses={200: PublishedOutput, 304: OpenApiResponse(description="Nothing has changed; nothing ever does.")},
    )
    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002  the name in the path
        """What was published, with its hash as ETag."""
        require_known(request)
        found = queries.find_snapshot(id, by=request.principal)  # type: ignore[attr-defined]
        etag = etag_of(found.sha256)
        if is_known(request, etag):
            return Response(status=304, headers={"ETag": etag})
        return Response(PublishedOutput(found).data, headers={"ETag": etag})
