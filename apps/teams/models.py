"""Teams, groups, memberships over time, working agreements, and the tokens that tools use."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from apps.accounts.domain import TeamRole
from apps.accounts.domain.responsibilities import AGREEMENTS
from apps.accounts.models import User
from apps.core.immutable import ImmutableModel
from apps.teams.domain import MAX_AGREEMENT_REASON, MAX_AGREEMENT_TEXT, TeamType


class Group(models.Model):
    """Several teams under one leadership."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)

    class Meta:
        verbose_name = "group"

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """A team with its centre of gravity: platform, product or mixed."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    team_type = models.CharField(max_length=10, choices=[(t.value, t.label) for t in TeamType])
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="teams", null=True, blank=True)
    purpose = models.CharField(max_length=300, blank=True, default="")
    began_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = "team"
        constraints = [
            models.CheckConstraint(
                name="teams_team_closes_after_start",
                condition=Q(closed_on=None) | Q(closed_on__gte=models.F("began_on")),
                violation_error_message="A team closes after it begins.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships by time."""

    def standing(self, at: datetime) -> "MembershipQuerySet":
        """Those that hold at an instant."""
        return self.filter(Q(until_at=None) | Q(until_at__gt=at), from_at__lte=at)


class Membership(models.Model):
    """A person's role in a team or a group, from a time until a time."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships", null=True, blank=True)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="memberships", null=True, blank=True)
    role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in TeamRole])
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "membership"
        constraints = [
            models.CheckConstraint(
                name="teams_membership_of_one_place",
                condition=Q(team=None, group__isnull=False) | Q(team__isnull=False, group=None),
                violation_error_message="A membership is of a team or of a group.",
            ),
            models.CheckConstraint(
                name="teams_membership_ends_after_start",
                condition=Q(until_at=None) | Q(until_at__gt=models.F("from_at")),
                violation_error_message="A membership ends after it begins.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role} of {self.team or self.group}"


class ApiToken(models.Model):
    """A tool's key, owned by a team (or the organisation), never by its maker."""

    name = models.CharField(max_length=120)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    scopes = models.JSONField(default=list)
    digest = models.CharField(max_length=64, unique=True)
    prefix = models.CharField(max_length=10)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API token"
        constraints = [
            models.CheckConstraint(
                name="teams_apitoken_expires_after_creation",
                condition=Q(expires_at__gt=models.F("created_at")),
                violation_error_message="A token expires after it is made.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class WorkingAgreement(ImmutableModel):
    """What a team agrees on in words about one matter; the newest row of a matter holds, earlier ones stay."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="agreements")
    matter = models.CharField(max_length=30, choices=[(row.key, row.label) for row in AGREEMENTS.values()])
    text = models.CharField(max_length=MAX_AGREEMENT_TEXT)
    links = models.JSONField(default=list)
    review_by = models.DateField()
    reason = models.CharField(max_length=MAX_AGREEMENT_REASON)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "working agreement"
        indexes = [models.Index(fields=["team", "matter", "id"], name="teams_agreement_newest")]  # the newest of each

    def __str__(self) -> str:
        return f"{self.team}: {self.get_matter_display()}"
