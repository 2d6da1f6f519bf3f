"""Teams, groups, memberships, tokens and the asker, as the API shows them."""

from typing import Any

from rest_framework import serializers

from apps.accounts.domain import TeamRole
from apps.accounts.domain.responsibilities import AGREEMENTS, Letter
from apps.teams.domain import TeamType
from apps.teams.models import ApiToken, Group, Membership, Team, WorkingAgreement


class TeamOutput(serializers.ModelSerializer[Team]):
    """A team."""

    team_type = serializers.ChoiceField(choices=[t.value for t in TeamType])
    group = serializers.SlugRelatedField[Group](slug_field="slug", read_only=True, allow_null=True)

    class Meta:
        model = Team
        fields = ("slug", "name", "team_type", "group", "purpose", "began_on", "closed_on")
        read_only_fields = fields


class GroupOutput(serializers.ModelSerializer[Group]):
    """A group and its open teams."""

    teams = serializers.SerializerMethodField()

    class Meta:
        model = Group
        fields = ("slug", "name", "teams")
        read_only_fields = fields

    def get_teams(self, group: Group) -> list[str]:
        """Slugs of the group's teams."""
        return [team.slug for team in group.teams.all()]


class MembershipOutput(serializers.ModelSerializer[Membership]):
    """A role of a person in a team or a group."""

    person = serializers.CharField(source="user.full_name", read_only=True)
    team = serializers.SlugRelatedField[Team](slug_field="slug", read_only=True, allow_null=True)
    group = serializers.SlugRelatedField[Group](slug_field="slug", read_only=True, allow_null=True)
    role = serializers.ChoiceField(choices=[r.value for r in TeamRole])

    class Meta:
        model = Membership
        fields = ("person", "team", "group", "role", "from_at", "until_at")
        read_only_fields = fields


class TokenOutput(serializers.ModelSerializer[ApiToken]):
    """A token without its secret; the prefix tells which one it is. `team` is null for the organisation's."""

    team = serializers.SlugRelatedField[Team](slug_field="slug", read_only=True, allow_null=True)
    scopes = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = ApiToken
        fields = ("name", "prefix", "team", "scopes", "created_at", "expires_at", "last_used_at")
        read_only_fields = fields


class TeamRolesOutput(serializers.Serializer[Any]):
    """A team of the asker and the roles held there."""

    slug = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    roles = serializers.ListField(child=serializers.CharField(), read_only=True)


class SelfOutput(serializers.Serializer[Any]):
    """Who is asking."""

    kind = serializers.ChoiceField(choices=["person", "token"], read_only=True)
    name = serializers.CharField(read_only=True)
    email = serializers.CharField(read_only=True, help_text="Empty for a token.")
    organisation_roles = serializers.ListField(child=serializers.CharField(), read_only=True)
    teams = TeamRolesOutput(many=True, read_only=True)
    scopes = serializers.ListField(child=serializers.CharField(), read_only=True)
    expires_at = serializers.DateTimeField(read_only=True, allow_null=True)


class AgreementOutput(serializers.ModelSerializer[WorkingAgreement]):
    """What a team agrees on in words; the newest of a matter holds."""

    team = serializers.SlugRelatedField[Team](slug_field="slug", read_only=True)
    matter = serializers.ChoiceField(choices=[(row.key, row.label) for row in AGREEMENTS.values()])
    links = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = WorkingAgreement
        fields = ("id", "team", "matter", "text", "links", "review_by", "reason", "written_at")
        read_only_fields = fields


class ResponsibilityOutput(serializers.Serializer[Any]):
    """One row of the responsibility matrix: the letter of each role."""

    key = serializers.CharField(read_only=True)
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]
    letters = serializers.DictField(
        child=serializers.ChoiceField(choices=[(letter.value, letter.value) for letter in Letter]), read_only=True
    )
    note = serializers.CharField(read_only=True)


class ResponsibilitiesOutput(serializers.Serializer[Any]):
    """The matrix: what is governed by proposals, and what is written as dated rows."""

    governed = ResponsibilityOutput(many=True, read_only=True)
    dated = ResponsibilityOutput(many=True, read_only=True)
