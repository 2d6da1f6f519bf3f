"""The service catalogue, ownership over time, and what every fact row has in common."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q

from apps.services.domain import Lifecycle, Tier
from apps.services.models_places import CriticalFlow, Tenant
from apps.teams.models import Team

__all__ = [
    "CATALOGUE",
    "CriticalFlow",
    "FactClock",
    "FactConnection",
    "FactRow",
    "Ownership",
    "OwnershipQuerySet",
    "Service",
    "Tenant",
    "VersionedRow",
]

CATALOGUE = "catalogue"


class Service(models.Model):
    """Something that is deployed and owned."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=300, blank=True, default="")
    tier = models.CharField(max_length=12, choices=[(t.value, t.value) for t in Tier], default=Tier.IMPORTANT)
    lifecycle = models.CharField(
        max_length=12, choices=[(c.value, c.value) for c in Lifecycle], default=Lifecycle.IN_FORCE
    )
    began_on = models.DateField(help_text="Facts dated before this day are refused.")
    closed_on = models.DateField(null=True, blank=True)
    runbook_url = models.URLField(blank=True, default="")

    class Meta:
        verbose_name = "service"

    def __str__(self) -> str:
        return self.name


class FactClock(models.Model):
    """A source's counter: all rows up to a value of it are a well-defined set."""

    source = models.CharField(max_length=40, primary_key=True)
    seq = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "fact clock"

    def __str__(self) -> str:
        return f"{self.source}: {self.seq}"

    @classmethod
    def advance(cls, source: str) -> int:
        """Lock the source's counter until the transaction ends, add one and return it."""
        cls.objects.get_or_create(source=source)
        row = cls.objects.select_for_update().get(source=source)
        row.seq += 1
        row.save(update_fields=["seq"])
        return row.seq


class VersionedRow(models.Model):
    """A catalogue row that is closed and replaced, never edited, so that a past watermark can be read again."""

    seq = models.BigIntegerField()
    until_seq = models.BigIntegerField(null=True, blank=True)

    class Meta:
        abstract = True


class OwnershipQuerySet(models.QuerySet["Ownership"]):
    """Ownership rows by version and time."""

    def current(self) -> "OwnershipQuerySet":
        """The rows that count today."""
        return self.filter(until_seq=None)

    def standing(self, at: datetime) -> "OwnershipQuerySet":
        """The current rows that hold at an instant."""
        return self.current().filter(Q(until_at=None) | Q(until_at__gt=at), from_at__lte=at)


class Ownership(VersionedRow):
    """A team owns a service during a half-open interval; results stay with the owner of their instant."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="ownerships")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True, default="")

    objects = OwnershipQuerySet.as_manager()

    class Meta:
        verbose_name = "ownership"
        constraints = [
            models.CheckConstraint(
                name="services_ownership_ends_after_start",
                condition=Q(until_at=None) | Q(until_at__gt=models.F("from_at")),
                violation_error_message="An ownership ends after it begins.",
            ),
            models.UniqueConstraint(
                name="services_ownership_one_open_owner",
                fields=["service"],
                condition=Q(until_seq=None, until_at=None),
                violation_error_message="A service has one owner at a time.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} of {self.team}"


class FactConnection(VersionedRow):
    """Who reports which service since when, and when they were last heard."""

    source = models.CharField(max_length=40)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=40)
    connected_from = models.DateTimeField()
    # Kept through all versions of a connection: the channel that connected first is the one that counts.
    first_seq = models.BigIntegerField()
    heard_at = models.DateTimeField()

    class Meta:
        verbose_name = "fact connection"
        constraints = [
            models.UniqueConstraint(
                name="services_factconnection_one_per_channel",
                fields=["source", "service", "channel"],
                condition=Q(until_seq=None),
                violation_error_message="This channel already reports this service.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} of {self.service} by {self.channel}"


class FactRow(models.Model):
    """What every fact has: identity through all edits, channel, key, service, and the versions it stands in."""

    fact = models.UUIDField(default=uuid.uuid4, editable=False)
    channel = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    seq = models.BigIntegerField()
    until_seq = models.BigIntegerField(null=True, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        abstract = True

    @staticmethod
    def lock_clock(source: str) -> int:
        """Advance the source's counter under its lock; used by `core.facts.publish`."""
        return FactClock.advance(source)
