"""Retros and known causes over REST: read by who may; tools write drafts, publishing is for people on pages."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.access import Access
from apps.core.filtering import require_known
from apps.core.problems import Absent, FieldProblem, Invalid, Outdated
from apps.core.revisions import etag_of, read_if_match
from apps.incidents.api.learning_serializers import (
    CauseOutput,
    OneCauseOutput,
    OpenInput,
    RetroOutput,
    RetroRowOutput,
    RetroSectionOutput,
    RetroSnapshotOutput,
    RowInput,
    TextsInput,
    read_texts,
)
from apps.incidents.domain.conflicts import RevisionConflict
from apps.incidents.domain.retro_snapshots import as_markdown, read_text
from apps.incidents.domain.retro_words import RowKind, SectionKey
from apps.incidents.filters.learning import CauseFilter, RetroFilter
from apps.incidents.models import KnownCause, Retro, RetroRow, RetroSection
from apps.incidents.operations import retro_opening, retro_saving
from apps.incidents.policies import learning as policies
from apps.incidents.queries import causes, incidents, retros

IF_MATCH = OpenApiParameter(
    "If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, required=True,
    description="The ETag of the part that was read. Without it 428; when somebody saved meanwhile 412 with the three "
    "texts: base, theirs, yours.",
)  # fmt: skip


class RetroViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Retro]):
    """What was learned from incidents; publishing, amending and waiving are acts of people on pages."""

    access = Access.SHARED_READ
    access_of = {
        "create": Access.TEAM_WRITE, "save_section": Access.TEAM_WRITE, "add_row": Access.TEAM_WRITE,
        "save_row": Access.TEAM_WRITE, "remove_row": Access.TEAM_WRITE,
    }  # fmt: skip
    queryset = Retro.objects.none()
    serializer_class = RetroOutput
    filterset_class = RetroFilter
    lookup_field, lookup_url_kwarg, lookup_value_converter = "incident_id", "number", "int"

    def get_queryset(self) -> QuerySet[Retro]:
        """Retros the principal may know of, the newest incident first."""
        return retros.list_newest_retros(self.request.principal)  # type: ignore[attr-defined]

    @extend_schema(request=OpenInput, responses={201: RetroOutput, 200: RetroOutput})
    def create(self, request: Request) -> Response:
        """Begin the retro of an incident; 200 answers the one that stands already."""
        require_known(request)
        name = OpenInput.read(request)["incident"].removeprefix("I-")
        number = int(name) if name.isascii() and name.isdecimal() and len(name) < 10 else 0
        try:
            incident = incidents.get_incident(number, self._by(request))
        except Absent:
            errors = [FieldProblem("/incident", "unknown_value", "There is no incident of this number.")]
            raise Invalid("validation_failed", "Some fields need attention.", errors) from None
        retro, is_new = retro_opening.open_retro(incident=incident, by=self._by(request))
        return Response(RetroOutput(retro).data, status=201 if is_new else 200)

    @extend_schema(responses=RetroSectionOutput(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def sections(self, request: Request, number: int) -> Response:
        """The pages of a draft with their texts."""
        rows = list(retros.list_sections(self._draft(request, number)).values())
        return Response(RetroSectionOutput(rows, many=True).data)

    @extend_schema(responses=RetroSectionOutput, filters=False)
    @action(detail=True, url_path="sections/<slug:key>", pagination_class=None)
    def section(self, request: Request, number: int, key: str) -> Response:
        """One page; its ETag names the revision that a save is made on."""
        return self._answer_section(retros.get_section(self._draft(request, number), key))

    @extend_schema(request=TextsInput, responses=RetroSectionOutput, parameters=[IF_MATCH])
    @section.mapping.patch
    def save_section(self, request: Request, number: int, key: str) -> Response:
        """Save texts of a page by name; `null` clears one, an absent one stays."""
        retro = self._to_write(request, number)
        retros.get_section(retro, key)
        revision = self._revision(request)
        texts = read_texts(request.data)
        try:
            section = retro_saving.save_section(
                retro=retro, key=SectionKey(key), texts=texts, revision=revision, by=self._by(request)
            )
        except RevisionConflict as conflict:
            raise _with_tag(conflict) from None
        return self._answer_section(section)

    @extend_schema(responses=RetroRowOutput(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def rows(self, request: Request, number: int) -> Response:
        """Factors, safeguards and actions of a draft in order, removed ones included."""
        return Response(RetroRowOutput(retros.list_rows(self._draft(request, number)), many=True).data)

    @extend_schema(request=RowInput, responses={201: RetroRowOutput, 200: RetroRowOutput})
    @rows.mapping.post
    def add_row(self, request: Request, number: int) -> Response:
        """Add a row at the end of its kind; 200 answers the first one again when a `key` is repeated."""
        retro = self._to_write(request, number)
        sent = RowInput.read(request)
        row, is_new = retro_saving.add_row(
            retro=retro, kind=RowKind(sent["kind"]), values=read_texts(sent.get("values", {})),
            key=sent.get("key", ""), by=self._by(request),
        )  # fmt: skip
        return self._answer_row(row, status=201 if is_new else 200)

    @extend_schema(responses=RetroRowOutput, filters=False)
    @action(detail=True, url_path="rows/<slug:key>", pagination_class=None)
    def row(self, request: Request, number: int, key: str) -> Response:
        """One row; its ETag names the revision that a save is made on."""
        return self._answer_row(retros.get_row(self._draft(request, number), key))

    @extend_schema(request=TextsInput, responses=RetroRowOutput, parameters=[IF_MATCH])
    @row.mapping.patch
    def save_row(self, request: Request, number: int, key: str) -> Response:
        """Save values of a row by name; `null` clears one, an absent one stays."""
        retro = self._to_write(request, number)
        retros.get_row(retro, key)
        revision = self._revision(request)
        values = read_texts(request.data)
        try:
            row = retro_saving.save_row(retro=retro, key=key, values=values, revision=revision, by=self._by(request))
        except RevisionConflict as conflict:
            raise _with_tag(conflict) from None
        return self._answer_row(row)

    @extend_schema(responses=RetroRowOutput, parameters=[IF_MATCH])
    @row.mapping.delete
    def remove_row(self, request: Request, number: int, key: str) -> Response:
        """Take a row out of the draft; people can bring it back."""
        retro = self._to_write(request, number)
        retros.get_row(retro, key)
        revision = self._revision(request)
        try:
            row = retro_saving.remove_row(retro=retro, key=key, revision=revision, by=self._by(request))
        except RevisionConflict as conflict:
            raise _with_tag(conflict) from None
        return self._answer_row(row)

    @extend_schema(responses=RetroSnapshotOutput(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def snapshots(self, request: Request, number: int) -> Response:
        """Everything that was published, newest first."""
        require_known(request)
        return Response(RetroSnapshotOutput(retros.list_snapshots(self.get_object()), many=True).data)

    @extend_schema(responses=OpenApiTypes.OBJECT, filters=False)
    @action(detail=True, url_path="snapshots/<int:snapshot>", pagination_class=None)
    def snapshot(self, request: Request, number: int, snapshot: int) -> HttpResponse:
        """A publication as the document that was hashed: its bytes give the SHA-256 of the list."""
        require_known(request)
        found = retros.get_snapshot(self.get_object(), snapshot)
        headers = {"ETag": etag_of(found.sha256)}
        return HttpResponse(found.text.encode(), content_type="application/json", headers=headers)

    @extend_schema(responses={(200, "text/markdown"): OpenApiTypes.STR}, filters=False)
    @action(detail=True, url_path="snapshots/<int:snapshot>/markdown", pagination_class=None)
    def markdown(self, request: Request, number: int, snapshot: int) -> HttpResponse:
        """The same as Markdown."""
        require_known(request)
        text = as_markdown(read_text(retros.get_snapshot(self.get_object(), snapshot).text))
        return HttpResponse(text.encode(), content_type="text/markdown; charset=utf-8")

    def _by(self, request: Request) -> Any:
        return request.principal  # type: ignore[attr-defined]

    def _draft(self, request: Request, number: int) -> Retro:
        """The retro whose draft the principal may read; raises `Absent`."""
        require_known(request)
        retro = retros.get_retro(number, self._by(request))
        if not policies.can_read_draft(self._by(request), retro):
            raise Absent("not_found", "Nothing is here for you.")
        return retro

    def _to_write(self, request: Request, number: int) -> Retro:
        """The retro, if the principal may write its draft."""
        retro = self._draft(request, number)
        policies.require_can_write_retro(self._by(request), retro)
        return retro

    def _revision(self, request: Request) -> int:
        sent = read_if_match(request)
        if not (sent.isascii() and sent.isdecimal() and len(sent) < 10):
            raise Outdated("revision_changed", "If-Match names no revision of this part. Read it again.")
        return int(sent)

    def _answer_section(self, section: RetroSection) -> Response:
        return Response(RetroSectionOutput(section).data, headers={"ETag": etag_of(str(section.revision))})

    def _answer_row(self, row: RetroRow, status: int = 200) -> Response:
        return Response(RetroRowOutput(row).data, status=status, headers={"ETag": etag_of(str(row.revision))})


def _with_tag(conflict: RevisionConflict) -> RevisionConflict:
    """The same refusal with the tag of what stands now."""
    conflict.headers["ETag"] = etag_of(str(conflict.clash.revision))
    return conflict


class KnownCauseViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[KnownCause]):
    """What makes incidents return; people confirm and keep them on pages."""

    access = Access.SHARED_READ
    queryset = KnownCause.objects.none()
    serializer_class = CauseOutput
    filterset_class = CauseFilter
    ordering_fields = ("title",)
    lookup_field, lookup_url_kwarg, lookup_value_converter = "pk", "number", "int"

    def get_queryset(self) -> QuerySet[KnownCause]:
        """Known causes the principal may know of, by title."""
        return causes.list_causes(self.request.principal)  # type: ignore[attr-defined]

    @extend_schema(responses=OneCauseOutput)
    def retrieve(self, request: Request, number: int) -> Response:
        """One cause with the incidents it struck in."""
        require_known(request)
        cause = self.get_object()
        cause.incidents = causes.list_links_of_cause(cause, request.principal)  # type: ignore[attr-defined]
        return Response(OneCauseOutput(cause).data)
