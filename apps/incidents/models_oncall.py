"""Pages and what surrounds them: alert rules, labels, the hours of a team, thresholds of maturity. No responder."""

from django.db import models
from django.db.models import Q

from apps.accounts.models import User
from apps.core.immutable import ImmutableModel
from apps.incidents.domain.page_words import Bucket, EndReason, Label, Signal, Urgency
from apps.services.models import Service
from apps.teams.models import Team


class AlertRule(models.Model):
    """A rule that pages, made on first sight; its team says what it watches and where the runbook is."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    signal = models.CharField(max_length=10, choices=[(s.value, s.value) for s in Signal], default=Signal.UNKNOWN.value)
    runbook_url = models.URLField(max_length=500, blank=True, default="")
    first_seen_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "alert rule"
        constraints = [
            models.UniqueConstraint(
                name="incidents_alertrule_once",
                fields=["service", "name"],
                violation_error_message="This rule of the service is known already.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Page(models.Model):
    """A call on a team for attention. Bucket, night, repeat, `woke` and label are written by settling alone."""

    channel = models.CharField(max_length=40)
    external_key = models.CharField(max_length=200)
    fired_at = models.DateTimeField()
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(AlertRule, on_delete=models.PROTECT, related_name="pages")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(
        max_length=12, choices=[(e.value, e.value) for e in EndReason], default=EndReason.UNKNOWN.value
    )
    urgency = models.CharField(max_length=4, choices=[(u.value, u.value) for u in Urgency])
    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="pages", null=True, blank=True
    )
    recorded_at = models.DateTimeField()
    bucket = models.CharField(max_length=8, choices=[(b.value, b.value) for b in Bucket])
    night = models.DateField(null=True, blank=True, help_text="The night it fell in, by the day on which that begins.")
    repeat = models.BooleanField(default=False)
    woke = models.BooleanField(default=False, help_text="The first urgent page of its team's night.")
    label = models.CharField(max_length=16, choices=[(x.value, x.value) for x in Label], blank=True, default="")

    class Meta:
        verbose_name = "page"
        constraints = [
            models.UniqueConstraint(
                name="incidents_page_once",
                fields=["channel", "external_key", "fired_at"],
                violation_error_message="This page is known already.",
            )
        ]
        indexes = [
            models.Index(fields=["team", "fired_at"], name="incidents_page_by_team"),  # week, load, nights
            models.Index(fields=["rule", "fired_at"], name="incidents_page_by_rule"),  # repeats, noise
            models.Index(fields=["service", "fired_at"], name="incidents_page_by_service"),  # timeline candidates
            models.Index(fields=["incident"], name="incidents_page_by_incident", condition=Q(incident__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} at {self.fired_at:%Y-%m-%d %H:%M}"


class PageLabel(ImmutableModel):
    """What a page was good for; the newest holds. Who gave it stands in the audit log alone."""

    page = models.ForeignKey(Page, on_delete=models.PROTECT, related_name="labels")
    label = models.CharField(max_length=16, choices=[(x.value, x.value) for x in Label], blank=True, default="")
    given_at = models.DateTimeField()

    class Meta:
        verbose_name = "label of a page"
        verbose_name_plural = "labels of pages"
        indexes = [models.Index(fields=["page", "id"], name="incidents_pagelabel_newest")]  # the newest

    def __str__(self) -> str:
        return f"{self.label} for {self.page_id}"


class OnCallProfile(ImmutableModel):
    """How a team is on call, from a time on: zone, working hours, cover, target, escalation."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    from_at = models.DateTimeField()
    zone = models.CharField(max_length=60)
    starts_minute = models.PositiveSmallIntegerField(default=8 * 60, help_text="Minutes after midnight.")
    ends_minute = models.PositiveSmallIntegerField(default=18 * 60, help_text="Minutes after midnight, not included.")
    cover = models.CharField(max_length=200, blank=True, default="")
    acknowledgement_seconds = models.PositiveIntegerField(help_text="Nine in ten urgent pages within this time.")
    escalation = models.CharField(max_length=500, blank=True, default="")
    reason = models.CharField(max_length=500)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        verbose_name = "on-call profile"
        constraints = [
            models.CheckConstraint(
                name="incidents_oncallprofile_ends_after_start",
                condition=Q(ends_minute__gt=models.F("starts_minute"), ends_minute__lte=24 * 60),
                violation_error_message="Working hours end after they begin, on the same day.",
            )
        ]
        indexes = [models.Index(fields=["team", "from_at", "id"], name="incidents_profile_in_order")]  # hours at a time

    def __str__(self) -> str:
        return f"{self.team_id} from {self.from_at:%Y-%m-%d}"


class MaturityThresholds(ImmutableModel):
    """What each stage of on-call maturity asks for, from a time on."""

    from_at = models.DateTimeField()
    actionable_percent = models.PositiveSmallIntegerField(default=70)
    on_time_percent = models.PositiveSmallIntegerField(default=80)
    most_after_done = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=500)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        verbose_name = "maturity thresholds"
        verbose_name_plural = "maturity thresholds"
        constraints = [
            models.CheckConstraint(
                name="incidents_maturitythresholds_in_percent",
                condition=Q(actionable_percent__lte=100, on_time_percent__lte=100),
                violation_error_message="Shares lie between 0 and 100 %.",
            )
        ]

    def __str__(self) -> str:
        return f"from {self.from_at:%Y-%m-%d}"
