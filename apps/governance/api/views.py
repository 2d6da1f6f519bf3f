"""Proposals over REST: everything is read, tools draft, revise, submit and withdraw; people sign on pages."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.access import Access
from apps.core.filtering import require_known
from apps.core.revisions import etag_of, read_if_match
from apps.governance import operations, queries, reading
from apps.governance.api.presenting import checks_of, diff_of_item, preview_of
from apps.governance.api.serializers import (
    ChecksOutput,
    CommentOutput,
    DiffOutput,
    PreviewOutput,
    ProposalInput,
    ProposalOutput,
    RevisionOutput,
    SignatureOutput,
    WithdrawInput,
)
from apps.governance.checking import Case
from apps.governance.filters import ProposalFilter
from apps.governance.models import Proposal

IF_MATCH = OpenApiParameter(
    "If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, required=True,
    description="The ETag of the revision that was read. Without it 428, when another one was written 412.",
)  # fmt: skip


class ProposalViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Proposal]):
    """Changes on their way; signing, asking for changes and rejecting are acts of people on pages."""

    access = Access.SHARED_READ
    access_of = {"create": Access.PROPOSE, "update": Access.PROPOSE}
    queryset = Proposal.objects.none()
    serializer_class = ProposalOutput
    filterset_class = ProposalFilter
    ordering_fields = ("number",)
    lookup_field = lookup_url_kwarg = "number"
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Proposal]:
        """Proposals the principal may read, newest first."""
        return queries.list_proposals(self.request.principal).prefetch_related("items__owner_team")  # type: ignore[attr-defined]

    def retrieve(self, request: Request, number: int) -> Response:
        """One proposal; its ETag names the present revision."""
        require_known(request)
        return self._answer(self.get_object())

    @extend_schema(request=ProposalInput, responses={201: ProposalOutput})
    def create(self, request: Request) -> Response:
        """Write a draft; its preview is computed at once."""
        require_known(request)
        asked = ProposalInput.asked(ProposalInput.read(request))
        proposal = operations.draft_proposal(asked=asked, by=request.principal)  # type: ignore[attr-defined]
        return self._answer(proposal, status=201)

    @extend_schema(request=ProposalInput, responses=ProposalOutput, parameters=[IF_MATCH])
    def update(self, request: Request, number: int) -> Response:
        """Write another revision; every signature of the one before is void."""
        require_known(request)
        proposal = self._mine(request, number)
        operations.judge_editing(proposal=proposal, by=request.principal)  # type: ignore[attr-defined]
        sha256 = read_if_match(request)
        asked = ProposalInput.asked(ProposalInput.read(request))
        by = request.principal  # type: ignore[attr-defined]
        return self._answer(operations.revise_proposal(proposal=proposal, asked=asked, sha256=sha256, by=by))

    @extend_schema(request=None, responses=ProposalOutput, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"], access=Access.PROPOSE)
    def submit(self, request: Request, number: int) -> Response:
        """Put a draft up for consent; a tool signs nothing by it."""
        require_known(request)
        proposal = self._mine(request, number)
        operations.judge_submitting(proposal=proposal, by=request.principal)  # type: ignore[attr-defined]
        sha256 = read_if_match(request)
        by = request.principal  # type: ignore[attr-defined]
        return self._answer(operations.submit_proposal(proposal=proposal, sha256=sha256, by=by))

    @extend_schema(request=WithdrawInput, responses=ProposalOutput)
    @action(detail=True, methods=["post"], access=Access.PROPOSE)
    def withdraw(self, request: Request, number: int) -> Response:
        """Take a proposal back; a tool its own."""
        require_known(request)
        proposal = self._mine(request, number)
        operations.judge_withdrawing(proposal=proposal, by=request.principal)  # type: ignore[attr-defined]
        reason = WithdrawInput.read(request)["reason"]
        by = request.principal  # type: ignore[attr-defined]
        return self._answer(operations.withdraw_proposal(proposal=proposal, text=reason, by=by))

    @extend_schema(responses=RevisionOutput(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def revisions(self, request: Request, number: int) -> Response:
        """Everything the proposal ever said, newest first."""
        rows = queries.list_revisions(self._read(request))
        return Response(RevisionOutput(rows, many=True).data)

    @extend_schema(responses=SignatureOutput(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def signatures(self, request: Request, number: int) -> Response:
        """Signatures of the present revision in their order."""
        rows = queries.list_signatures(queries.get_revision(self._read(request)))
        return Response(SignatureOutput(rows, many=True).data)

    @extend_schema(responses=CommentOutput(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def comments(self, request: Request, number: int) -> Response:
        """What was said, oldest first; a request for changes is open until it is answered."""
        proposal = self._read(request)
        rows = list(queries.list_comments(proposal))
        waiting = {row.pk for row in reading.open_requests(rows, proposal.revision_number)}
        for row in rows:
            row.is_open = row.pk in waiting  # type: ignore[attr-defined]
        return Response(CommentOutput(rows, many=True).data)

    @extend_schema(responses=PreviewOutput, filters=False)
    @action(detail=True)
    def preview(self, request: Request, number: int) -> Response:
        """What the present revision would change."""
        return Response(PreviewOutput(preview_of(self._case(request, number))).data)

    @extend_schema(responses=ChecksOutput, filters=False)
    @action(detail=True)
    def checks(self, request: Request, number: int) -> Response:
        """Every check behind button, API and timer."""
        return Response(ChecksOutput(checks_of(self._case(request, number))).data)

    @extend_schema(responses=DiffOutput(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def diff(self, request: Request, number: int) -> Response:
        """What differs, item by item: words, fields, documents."""
        items = self._read(request).items.all()
        return Response(DiffOutput([diff_of_item(item) for item in items], many=True).data)

    def _read(self, request: Request) -> Proposal:
        require_known(request)
        return self.get_object()

    def _case(self, request: Request, number: int) -> Case:
        require_known(request)
        return reading.get_page(request.principal, number).case  # type: ignore[attr-defined]

    def _mine(self, request: Request, number: int) -> Proposal:
        return queries.get_proposal(request.principal, number)  # type: ignore[attr-defined]

    def _answer(self, proposal: Proposal, status: int = 200) -> Response:
        body: Any = ProposalOutput(proposal).data
        return Response(body, status=status, headers={"ETag": etag_of(proposal.revision_sha256)})
