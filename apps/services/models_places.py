"""Flows that product teams promise to their users, and tenants that platform teams promise to."""

from django.db import models
from django.db.models import Q

from apps.services.domain import TenantKind
from apps.teams.models import Team


class CriticalFlow(models.Model):
    """A journey of users that a product team promises: search, checkout, publish. It runs over one service or more."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=300, blank=True, default="", help_text="What a user does, start to end.")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = "critical flow"

    def __str__(self) -> str:
        return self.name


class Tenant(models.Model):
    """Somebody a platform serves apart from others: a customer, a cluster, a partition, or a team that consumes it."""

    slug = models.SlugField(unique=True, max_length=60)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in TenantKind])
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = "tenant"
        constraints = [
            models.CheckConstraint(
                name="services_tenant_team_names_it",
                condition=Q(kind=TenantKind.TEAM.value, team__isnull=False)
                | (~Q(kind=TenantKind.TEAM.value) & Q(team=None)),
                violation_error_message="A consuming team is named, and nothing else names a team.",
            )
        ]

    def __str__(self) -> str:
        return self.name
