"""Teams, groups, memberships, agreements and tokens over REST; they are changed on pages."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.domain.responsibilities import DATED, printed_rows
from apps.core.access import Access
from apps.core.filtering import require_known
from apps.teams import operations, queries
from apps.teams.api.serializers import (
    AgreementOutput,
    GroupOutput,
    MembershipOutput,
    ResponsibilitiesOutput,
    SelfOutput,
    TeamOutput,
    TokenOutput,
)
from apps.teams.filters import AgreementFilter, MembershipFilter, TeamFilter, TokenFilter
from apps.teams.models import ApiToken, Group, Membership, Team, WorkingAgreement


class SelfView(APIView):
    """The asker."""

    access = Access.SIGNED_IN

    @extend_schema(responses=SelfOutput)
    def get(self, request: Request) -> Response:
        """Who the credentials belong to, with roles, teams and scopes."""
        require_known(request)
        principal = request.principal  # type: ignore[attr-defined]
        return Response(SelfOutput(queries.describe_principal(principal)).data)


class TeamViewSet(viewsets.ReadOnlyModelViewSet[Team]):
    """Teams; the list leaves closed ones out."""

    access = Access.SHARED_READ
    serializer_class = TeamOutput
    filterset_class = TeamFilter
    ordering_fields = ("name",)
    lookup_field = "slug"
    lookup_value_regex = r"[-a-zA-Z0-9_]{1,50}"

    def get_queryset(self) -> QuerySet[Team]:
        """Open teams; a single closed one can still be opened."""
        return queries.list_teams() if self.action == "list" else queries.list_all_teams()


class GroupViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Group]):
    """Groups with their teams."""

    access = Access.SHARED_READ
    serializer_class = GroupOutput
    ordering_fields = ("name",)

    def get_queryset(self) -> QuerySet[Group]:
        """All groups."""
        return queries.list_groups_with_teams()


class MembershipViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Membership]):
    """Memberships of the teams the asker reads."""

    access = Access.TEAM_READ
    serializer_class = MembershipOutput
    filterset_class = MembershipFilter

    def get_queryset(self) -> QuerySet[Membership]:
        """What the asker may see."""
        return queries.list_memberships(self.request.principal)  # type: ignore[attr-defined]


class TokenViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[ApiToken]):
    """Tokens of the teams the asker reads, without secrets."""

    access = Access.TEAM_READ
    serializer_class = TokenOutput
    filterset_class = TokenFilter
    ordering_fields = ("name",)

    def get_queryset(self) -> QuerySet[ApiToken]:
        """What the asker may see."""
        return queries.list_tokens(self.request.principal)  # type: ignore[attr-defined]


class OwnTokenView(APIView):
    """The token the request came with."""

    access = Access.SIGNED_IN

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """End the token; it is refused on the next request."""
        require_known(request)
        operations.delete_own_token(by=request.principal)  # type: ignore[attr-defined]
        return Response(status=204)


class AgreementViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[WorkingAgreement]):
    """Working agreements that hold: the newest of each team and matter."""

    access = Access.SHARED_READ
    serializer_class = AgreementOutput
    filterset_class = AgreementFilter

    def get_queryset(self) -> QuerySet[WorkingAgreement]:
        """One row of each team and matter."""
        return queries.list_standing_agreements()


class ResponsibilitiesView(APIView):
    """The responsibility matrix, from the rows that enforcement reads."""

    access = Access.SHARED_READ

    @extend_schema(responses=ResponsibilitiesOutput)
    def get(self, request: Request) -> Response:
        """Both tables; L leads, S shares, A agrees, C contributes, I is told."""
        require_known(request)
        return Response(ResponsibilitiesOutput({"governed": printed_rows(), "dated": DATED}).data)
