"""Actions over REST: everything is read; tools open them, set new dates and mark them as done, people do the rest."""

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.access import Access
from apps.core.filtering import require_known
from apps.core.problems import Outdated
from apps.core.revisions import etag_of, read_if_match
from apps.incidents.api.follow_up_serializers import (
    ActionInput,
    ActionOutput,
    DoneInput,
    NewDateInput,
    OneActionOutput,
    evidence_of,
)
from apps.incidents.filters.follow_up import ActionFilter
from apps.incidents.models import Action
from apps.incidents.operations import action_opening, follow_up
from apps.incidents.policies import follow_up as policies
from apps.incidents.queries import actions_shown
from apps.incidents.queries import follow_up as queries

IF_MATCH = OpenApiParameter(
    "If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, required=True,
    description="The ETag of the action that was read. Without it 428, when it was changed meanwhile 412.",
)  # fmt: skip


class ActionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Action]):
    """What teams committed to change; verifying and dropping are acts of people on pages."""

    access = Access.SHARED_READ
    access_of = {"create": Access.TEAM_WRITE}
    queryset = Action.objects.none()
    serializer_class = ActionOutput
    filterset_class = ActionFilter
    ordering_fields = ("due_on", "opened_at")
    lookup_field, lookup_url_kwarg, lookup_value_converter = "pk", "number", "int"

    def get_queryset(self) -> QuerySet[Action]:
        """Actions the principal may read, by due day."""
        return actions_shown.list_shown(self.request.principal)  # type: ignore[attr-defined]

    @extend_schema(responses=OneActionOutput)
    def retrieve(self, request: Request, number: int) -> Response:
        """One action; its ETag names the present revision."""
        require_known(request)
        return self._answer(self._read(request, number))

    @extend_schema(request=ActionInput, responses={201: OneActionOutput, 200: OneActionOutput})
    def create(self, request: Request) -> Response:
        """Open an action; 200 answers the first one again when an `external_key` is repeated."""
        require_known(request)
        asked = ActionInput.asked(ActionInput.read(request))
        opened, is_new = action_opening.open_action(**asked, by=request.principal)  # type: ignore[attr-defined]
        return self._answer(self._read(request, opened.pk), status=201 if is_new else 200)

    @extend_schema(request=NewDateInput, responses=OneActionOutput, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"], url_path="new-date", access=Access.TEAM_WRITE)
    def new_date(self, request: Request, number: int) -> Response:
        """Give an open action another due day, with a reason; the first one stays."""
        found, revision = self._mine(request, number)
        values = NewDateInput.read(request)
        follow_up.set_date(action=found, revision=revision, **values, by=request.principal)  # type: ignore[attr-defined]
        return self._answer(self._read(request, number))

    @extend_schema(request=DoneInput, responses=OneActionOutput, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"], access=Access.TEAM_WRITE)
    def done(self, request: Request, number: int) -> Response:
        """Mark an open action as done, with what shows it; a second person verifies."""
        found, revision = self._mine(request, number)
        shown = DoneInput.read(request).get("evidence")
        draft = evidence_of(shown, queries.find_service_id(shown.get("service", ""))) if shown else None
        follow_up.finish(action=found, evidence=draft, revision=revision, by=request.principal)  # type: ignore[attr-defined]
        return self._answer(self._read(request, number))

    def _read(self, request: Request, number: int) -> Action:
        return actions_shown.get_shown(number, by=request.principal)  # type: ignore[attr-defined]

    def _mine(self, request: Request, number: int) -> tuple[Action, int]:
        """The action, if the principal may change it, and the revision that was read."""
        require_known(request)
        found = self._read(request, number)
        policies.require_can_work(request.principal, found.owner_team)  # type: ignore[attr-defined]
        sent = read_if_match(request)
        if not sent.isdecimal() or len(sent) > 9:
            raise Outdated("revision_changed", "If-Match names no revision of this action. Read it again.")
        return found, int(sent)

    def _answer(self, found: Action, status: int = 200) -> Response:
        return Response(OneActionOutput(found).data, status=status, headers={"ETag": etag_of(str(found.revision))})
