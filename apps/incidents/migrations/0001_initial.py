"""The tables of incidents, retros, actions, known causes, pages and on-call."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("services", "0001_initial"),
        ("teams", "0002_written_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="AlertRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                (
                    "signal",
                    models.CharField(
                        choices=[("symptom", "symptom"), ("cause", "cause"), ("unknown", "unknown")],
                        default="unknown",
                        max_length=10,
                    ),
                ),
                ("runbook_url", models.URLField(blank=True, default="", max_length=500)),
                ("first_seen_at", models.DateTimeField()),
                ("revision", models.PositiveIntegerField(default=1)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="services.service"
                    ),
                ),
            ],
            options={
                "verbose_name": "alert rule",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("service", "name"),
                        name="incidents_alertrule_once",
                        violation_error_message="This rule of the service is known already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Incident",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200)),
                ("summary", models.CharField(blank=True, default="", max_length=2000)),
                (
                    "kind",
                    models.CharField(
                        choices=[("incident", "incident"), ("drill", "drill"), ("backfill", "backfill")], max_length=10
                    ),
                ),
                ("source", models.CharField(help_text="The channel it came by.", max_length=40)),
                ("external_key", models.CharField(blank=True, default="", max_length=200)),
                ("dedup_key", models.CharField(blank=True, default="", max_length=200)),
                ("external_url", models.URLField(blank=True, default="", max_length=500)),
                (
                    "detected_by",
                    models.CharField(
                        choices=[
                            ("alert", "alert"),
                            ("person", "person"),
                            ("customer", "customer"),
                            ("partner", "partner"),
                            ("unknown", "unknown"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reported_at", models.DateTimeField()),
                ("revision", models.PositiveIntegerField(default=1, help_text="Of title and summary.")),
                (
                    "visibility",
                    models.CharField(
                        choices=[("open", "open"), ("restricted", "restricted")], default="open", max_length=10
                    ),
                ),
                ("lift_asked_at", models.DateTimeField(blank=True, null=True)),
                ("lift_reason", models.CharField(blank=True, default="", max_length=500)),
                (
                    "exclusion",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("cancelled", "cancelled"),
                            ("false_alarm", "false_alarm"),
                            ("duplicate", "duplicate"),
                        ],
                        default="",
                        max_length=12,
                    ),
                ),
                ("exclusion_reason", models.CharField(blank=True, default="", max_length=500)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("acknowledged", "acknowledged"),
                            ("mitigated", "mitigated"),
                            ("resolved", "resolved"),
                            ("excluded", "excluded"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("severity_worst", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("severity_final", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("detected_at", models.DateTimeField(blank=True, null=True)),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                ("mitigated_at", models.DateTimeField(blank=True, null=True)),
                ("first_resolved_at", models.DateTimeField(blank=True, null=True)),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                ("hurt_seconds", models.PositiveIntegerField(blank=True, null=True)),
                ("start_assumed", models.BooleanField(default=False)),
                ("is_over", models.BooleanField(default=False)),
                ("intervals", models.PositiveSmallIntegerField(default=1)),
                ("flags", models.JSONField(default=list)),
                (
                    "duplicate_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="duplicates",
                        to="incidents.incident",
                    ),
                ),
                (
                    "lift_asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner_team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
            ],
            options={
                "verbose_name": "incident",
                "indexes": [
                    models.Index(fields=["is_over", "started_at"], name="incidents_by_standing"),
                    models.Index(fields=["owner_team", "started_at"], name="incidents_by_owner"),
                    models.Index(fields=["started_at"], name="incidents_by_start"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("external_key", ""), _negated=True),
                        fields=("source", "external_key"),
                        name="incidents_incident_one_per_external_key",
                        violation_error_message="This source reported an incident under this key already.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("dedup_key", ""), _negated=True), ("exclusion", ""), ("is_over", False)
                        ),
                        fields=("source", "dedup_key"),
                        name="incidents_incident_one_open_per_dedup_key",
                        violation_error_message="An incident of this deduplication key is open already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("duplicate_of__isnull", False), ("exclusion", "duplicate")),
                            models.Q(models.Q(("exclusion", "duplicate"), _negated=True), ("duplicate_of", None)),
                            _connector="OR",
                        ),
                        name="incidents_incident_duplicate_names_its_root",
                        violation_error_message="A duplicate names the incident it repeats, and nothing else does.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("exclusion", ""), models.Q(("exclusion_reason", ""), _negated=True), _connector="OR"
                        ),
                        name="incidents_incident_exclusion_has_a_reason",
                        violation_error_message="Leaving an incident out names its reason.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lift_asked_at", None), ("lift_asked_by", None)),
                            models.Q(("lift_asked_at__isnull", False), ("lift_asked_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="incidents_incident_lift_asked_pair",
                        violation_error_message="Asking to lift a restriction names its time and its person.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("duplicate_of", None),
                            models.Q(("duplicate_of", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="incidents_incident_not_its_own_duplicate",
                        violation_error_message="An incident does not repeat itself.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChangeLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("caused_by", "caused_by"),
                            ("mitigated_by", "mitigated_by"),
                            ("fixed_by", "fixed_by"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "fact_source",
                    models.CharField(choices=[("deployments", "deployments"), ("changes", "changes")], max_length=40),
                ),
                ("fact_key", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(choices=[("declared", "declared"), ("rejected", "rejected")], max_length=10),
                ),
                (
                    "origin",
                    models.CharField(
                        choices=[("human", "human"), ("source", "source"), ("assumed", "assumed")], max_length=8
                    ),
                ),
                ("source", models.CharField(max_length=40)),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
                ("recorded_at", models.DateTimeField()),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="services.service"
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="change_links",
                        to="incidents.incident",
                    ),
                ),
            ],
            options={
                "verbose_name": "link to a change",
                "indexes": [
                    models.Index(fields=["incident", "id"], name="incidents_link_in_order"),
                    models.Index(fields=["service", "fact_key"], name="incidents_link_by_fact"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "rejected"), _negated=True),
                            models.Q(("origin", "human"), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="incidents_changelink_rejection_by_a_person",
                        violation_error_message="A person rules a link out, with a reason.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IncidentAccess",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("added_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="access", to="incidents.incident"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="teams.team",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "access to an incident",
                "verbose_name_plural": "access to incidents",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("team__isnull", False), ("user", None)),
                            models.Q(("team", None), ("user__isnull", False)),
                            _connector="OR",
                        ),
                        name="incidents_incidentaccess_of_one",
                        violation_error_message="Access is given to a person or to a team.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at", None), ("user__isnull", False)),
                        fields=("incident", "user"),
                        name="incidents_incidentaccess_person_once",
                        violation_error_message="This person has access already.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at", None), ("team__isnull", False)),
                        fields=("incident", "team"),
                        name="incidents_incidentaccess_team_once",
                        violation_error_message="This team has access already.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IncidentFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fact", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("channel", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=200)),
                ("seq", models.BigIntegerField()),
                ("until_seq", models.BigIntegerField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField()),
                ("incident", models.CharField(max_length=20)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("detected_at", models.DateTimeField(blank=True, null=True)),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                ("mitigated_at", models.DateTimeField(blank=True, null=True)),
                ("first_resolved_at", models.DateTimeField(blank=True, null=True)),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                ("fixed_at", models.DateTimeField(blank=True, null=True)),
                ("hurt_seconds", models.IntegerField(blank=True, null=True)),
                ("severity_worst", models.IntegerField(blank=True, null=True)),
                ("severity_final", models.IntegerField(blank=True, null=True)),
                ("kind", models.CharField(blank=True, default="", max_length=10)),
                ("role", models.CharField(blank=True, default="", max_length=10)),
                ("cause", models.CharField(blank=True, default="", max_length=12)),
                ("known_cause", models.CharField(blank=True, default="", max_length=20)),
                ("repeat_state", models.CharField(blank=True, default="", max_length=12)),
                ("detected_by", models.CharField(blank=True, default="", max_length=10)),
                ("retro_required", models.BooleanField(blank=True, null=True)),
                ("start_assumed", models.BooleanField(blank=True, null=True)),
                ("is_over", models.BooleanField(blank=True, null=True)),
                ("flow", models.CharField(blank=True, default="", max_length=60)),
                ("tenant", models.CharField(blank=True, default="", max_length=60)),
                ("deployment", models.CharField(blank=True, default="", max_length=200)),
                ("change", models.CharField(blank=True, default="", max_length=200)),
                ("ruled_out", models.JSONField(blank=True, default=list)),
                ("cause_elsewhere", models.BooleanField(blank=True, null=True)),
                ("retro", models.CharField(blank=True, default="", max_length=20)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="services.service"
                    ),
                ),
            ],
            options={
                "verbose_name": "incident as a fact",
                "verbose_name_plural": "incidents as facts",
                "indexes": [
                    models.Index(fields=["recorded_at", "id"], name="incidents_ifact_by_record"),
                    models.Index(fields=["started_at"], name="incidents_ifact_by_start"),
                    models.Index(fields=["service", "started_at"], name="incidents_ifact_by_service"),
                    models.Index(fields=["service", "deployment"], name="incidents_ifact_by_deployment"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until_seq", None)),
                        fields=("service", "channel", "key"),
                        name="incidents_incidentfact_one_current",
                        violation_error_message="This fact is already current.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IncidentService",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(choices=[("origin", "origin"), ("affected", "affected")], max_length=10)),
                ("flow", models.CharField(blank=True, default="", max_length=60)),
                ("tenant", models.CharField(blank=True, default="", max_length=60)),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="services", to="incidents.incident"
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="services.service"
                    ),
                ),
            ],
            options={
                "verbose_name": "affected service",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("incident", "service"),
                        name="incidents_incidentservice_once",
                        violation_error_message="This service stands with the incident already.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("role", "origin")),
                        fields=("incident",),
                        name="incidents_incidentservice_one_origin",
                        violation_error_message="An incident begins in one service.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KnownCause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200)),
                ("text", models.CharField(blank=True, default="", max_length=2000)),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "open"), ("fixing", "fixing"), ("fixed", "fixed"), ("accepted", "accepted")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("known_since", models.DateTimeField(blank=True, null=True)),
                ("revision", models.PositiveIntegerField(default=1)),
                (
                    "owner_team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
                ("services", models.ManyToManyField(blank=True, related_name="+", to="services.service")),
            ],
            options={
                "verbose_name": "known cause",
            },
        ),
        migrations.CreateModel(
            name="IncidentCause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_confirmed", models.BooleanField()),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
                ("said_at", models.DateTimeField()),
                (
                    "repeat_state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("after_done", "after_done"),
                            ("while_open", "while_open"),
                            ("accepted", "accepted"),
                            ("no_action", "no_action"),
                        ],
                        default="",
                        max_length=12,
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cause_links", to="incidents.incident"
                    ),
                ),
                (
                    "cause",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="incident_links",
                        to="incidents.knowncause",
                    ),
                ),
            ],
            options={
                "verbose_name": "cause of an incident",
                "verbose_name_plural": "causes of incidents",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("incident", "cause"),
                        name="incidents_incidentcause_once",
                        violation_error_message="This cause stands with the incident already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CauseStatusChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "open"), ("fixing", "fixing"), ("fixed", "fixed"), ("accepted", "accepted")],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("reason", models.CharField(max_length=500)),
                (
                    "cause",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="status_changes",
                        to="incidents.knowncause",
                    ),
                ),
            ],
            options={
                "verbose_name": "status of a known cause",
                "verbose_name_plural": "statuses of known causes",
            },
        ),
        migrations.CreateModel(
            name="MaturityThresholds",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_at", models.DateTimeField()),
                ("actionable_percent", models.PositiveSmallIntegerField(default=70)),
                ("on_time_percent", models.PositiveSmallIntegerField(default=80)),
                ("most_after_done", models.PositiveSmallIntegerField(default=0)),
                ("reason", models.CharField(max_length=500)),
                ("written_at", models.DateTimeField()),
                (
                    "written_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "maturity thresholds",
                "verbose_name_plural": "maturity thresholds",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("actionable_percent__lte", 100), ("on_time_percent__lte", 100)),
                        name="incidents_maturitythresholds_in_percent",
                        violation_error_message="Shares lie between 0 and 100 %.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Milestone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("impact_started", "impact_started"),
                            ("detected", "detected"),
                            ("acknowledged", "acknowledged"),
                            ("mitigated", "mitigated"),
                            ("resolved", "resolved"),
                            ("reopened", "reopened"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "interval",
                    models.PositiveSmallIntegerField(default=0, help_text="From 1; 0: it follows from the time."),
                ),
                ("at", models.DateTimeField(blank=True, null=True)),
                (
                    "origin",
                    models.CharField(
                        choices=[("human", "human"), ("source", "source"), ("assumed", "assumed")], max_length=8
                    ),
                ),
                ("source", models.CharField(max_length=40)),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
                ("recorded_at", models.DateTimeField()),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="milestones", to="incidents.incident"
                    ),
                ),
            ],
            options={
                "verbose_name": "milestone",
                "indexes": [models.Index(fields=["incident", "id"], name="incidents_milestone_in_order")],
            },
        ),
        migrations.CreateModel(
            name="OnCallProfile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_at", models.DateTimeField()),
                ("zone", models.CharField(max_length=60)),
                ("starts_minute", models.PositiveSmallIntegerField(default=480, help_text="Minutes after midnight.")),
                (
                    "ends_minute",
                    models.PositiveSmallIntegerField(default=1080, help_text="Minutes after midnight, not included."),
                ),
                ("cover", models.CharField(blank=True, default="", max_length=200)),
                (
                    "acknowledgement_seconds",
                    models.PositiveIntegerField(help_text="Nine in ten urgent pages within this time."),
                ),
                ("escalation", models.CharField(blank=True, default="", max_length=500)),
                ("reason", models.CharField(max_length=500)),
                ("written_at", models.DateTimeField()),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "on-call profile",
                "indexes": [models.Index(fields=["team", "from_at", "id"], name="incidents_profile_in_order")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_minute__gt", models.F("starts_minute")), ("ends_minute__lte", 1440)),
                        name="incidents_oncallprofile_ends_after_start",
                        violation_error_message="Working hours end after they begin, on the same day.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Page",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel", models.CharField(max_length=40)),
                ("external_key", models.CharField(max_length=200)),
                ("fired_at", models.DateTimeField()),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "end_reason",
                    models.CharField(
                        choices=[
                            ("acknowledged", "acknowledged"),
                            ("by_itself", "by_itself"),
                            ("escalated", "escalated"),
                            ("unknown", "unknown"),
                        ],
                        default="unknown",
                        max_length=12,
                    ),
                ),
                ("urgency", models.CharField(choices=[("high", "high"), ("low", "low")], max_length=4)),
                ("recorded_at", models.DateTimeField()),
                (
                    "bucket",
                    models.CharField(
                        choices=[("business", "business"), ("evening", "evening"), ("night", "night")], max_length=8
                    ),
                ),
                (
                    "night",
                    models.DateField(
                        blank=True, help_text="The night it fell in, by the day on which that begins.", null=True
                    ),
                ),
                ("repeat", models.BooleanField(default=False)),
                ("woke", models.BooleanField(default=False, help_text="The first urgent page of its team's night.")),
                (
                    "label",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("acted", "acted"),
                            ("looked_only", "looked_only"),
                            ("already_known", "already_known"),
                            ("could_wait", "could_wait"),
                            ("threshold_wrong", "threshold_wrong"),
                            ("check_broken", "check_broken"),
                        ],
                        default="",
                        max_length=16,
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pages",
                        to="incidents.incident",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pages", to="incidents.alertrule"
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="services.service"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
            ],
            options={
                "verbose_name": "page",
                "indexes": [
                    models.Index(fields=["team", "fired_at"], name="incidents_page_by_team"),
                    models.Index(fields=["rule", "fired_at"], name="incidents_page_by_rule"),
                    models.Index(fields=["service", "fired_at"], name="incidents_page_by_service"),
                    models.Index(
                        condition=models.Q(("incident__isnull", False)),
                        fields=["incident"],
                        name="incidents_page_by_incident",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("channel", "external_key", "fired_at"),
                        name="incidents_page_once",
                        violation_error_message="This page is known already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PageFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fact", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("channel", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=200)),
                ("seq", models.BigIntegerField()),
                ("until_seq", models.BigIntegerField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField()),
                ("fired_at", models.DateTimeField()),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("end_reason", models.CharField(blank=True, default="", max_length=12)),
                ("urgency", models.CharField(blank=True, default="", max_length=4)),
                ("label", models.CharField(blank=True, default="", max_length=16)),
                ("actionable", models.BooleanField(blank=True, null=True)),
                ("bucket", models.CharField(blank=True, default="", max_length=8)),
                ("out_of_hours", models.BooleanField(blank=True, null=True)),
                ("repeat", models.BooleanField(blank=True, null=True)),
                ("woke", models.BooleanField(blank=True, null=True)),
                ("rule", models.CharField(blank=True, default="", max_length=200)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="services.service"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
            ],
            options={
                "verbose_name": "page as a fact",
                "verbose_name_plural": "pages as facts",
                "indexes": [
                    models.Index(fields=["recorded_at", "id"], name="incidents_pfact_by_record"),
                    models.Index(fields=["fired_at"], name="incidents_pfact_by_fire"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until_seq", None)),
                        fields=("service", "channel", "key"),
                        name="incidents_pagefact_one_current",
                        violation_error_message="This fact is already current.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PageLabel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "label",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("acted", "acted"),
                            ("looked_only", "looked_only"),
                            ("already_known", "already_known"),
                            ("could_wait", "could_wait"),
                            ("threshold_wrong", "threshold_wrong"),
                            ("check_broken", "check_broken"),
                        ],
                        default="",
                        max_length=16,
                    ),
                ),
                ("given_at", models.DateTimeField()),
                (
                    "page",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="labels", to="incidents.page"
                    ),
                ),
            ],
            options={
                "verbose_name": "label of a page",
                "verbose_name_plural": "labels of pages",
                "indexes": [models.Index(fields=["page", "id"], name="incidents_pagelabel_newest")],
            },
        ),
        migrations.CreateModel(
            name="Retro",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("form", models.CharField(choices=[("full", "full"), ("short", "short")], max_length=6)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in_review", "in_review"),
                            ("published", "published"),
                            ("amended", "amended"),
                            ("waived", "waived"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                (
                    "is_required",
                    models.BooleanField(help_text="A level the incident reached asks for it; a waiver ends that."),
                ),
                ("opened_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("first_published_at", models.DateTimeField(blank=True, null=True)),
                ("amend_reason", models.CharField(blank=True, default="", max_length=500)),
                ("waiver_asked_at", models.DateTimeField(blank=True, null=True)),
                ("waiver_reason", models.CharField(blank=True, default="", max_length=500)),
                ("waived_at", models.DateTimeField(blank=True, null=True)),
                (
                    "facilitator",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "incident",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="retro", to="incidents.incident"
                    ),
                ),
                (
                    "waiver_asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "retro",
                "indexes": [models.Index(fields=["state", "due_at"], name="incidents_retro_by_due")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("waiver_asked_at", None), ("waiver_asked_by", None)),
                            models.Q(("waiver_asked_at__isnull", False), ("waiver_asked_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="incidents_retro_waiver_asked_pair",
                        violation_error_message="Asking for a waiver names its time and its person.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("waived_at", None),
                            models.Q(
                                ("waiver_asked_at__isnull", False), models.Q(("waiver_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="incidents_retro_waived_on_request",
                        violation_error_message="A waiver answers a request with a reason.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["published", "amended"]), _negated=True),
                            ("first_published_at__isnull", False),
                            _connector="OR",
                        ),
                        name="incidents_retro_published_once_out",
                        violation_error_message="A published retro knows when it was first published.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PublishedSafeguard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("prevent", "prevent"),
                            ("detect", "detect"),
                            ("contain", "contain"),
                            ("recover", "recover"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[("absent", "absent"), ("present_failed", "present_failed"), ("worked", "worked")],
                        max_length=16,
                    ),
                ),
                ("sentence", models.CharField(max_length=300)),
                (
                    "retro",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="safeguards", to="incidents.retro"
                    ),
                ),
            ],
            options={
                "verbose_name": "published safeguard",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("retro", "position"),
                        name="incidents_publishedsafeguard_once",
                        violation_error_message="This safeguard is kept already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PublishedFactor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("code_change", "code_change"),
                            ("schema_or_data", "schema_or_data"),
                            ("infrastructure", "infrastructure"),
                            ("deployment_process", "deployment_process"),
                            ("config_drift", "config_drift"),
                            ("dependency", "dependency"),
                            ("capacity", "capacity"),
                            ("external", "external"),
                            ("hidden_coupling", "hidden_coupling"),
                            ("detection_gap", "detection_gap"),
                            ("runbook_gap", "runbook_gap"),
                            ("tooling", "tooling"),
                            ("coordination", "coordination"),
                            ("time_pressure", "time_pressure"),
                            ("accepted_risk", "accepted_risk"),
                            ("unknown", "unknown"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("triggered", "triggered"),
                            ("propagated", "propagated"),
                            ("delayed_detection", "delayed_detection"),
                            ("delayed_recovery", "delayed_recovery"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "boundary_from",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="services.service",
                    ),
                ),
                (
                    "boundary_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="services.service",
                    ),
                ),
                (
                    "known_cause",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="incidents.knowncause",
                    ),
                ),
                (
                    "retro",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="factors", to="incidents.retro"
                    ),
                ),
            ],
            options={
                "verbose_name": "published factor",
                "indexes": [models.Index(fields=["kind"], name="incidents_factor_by_kind")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("retro", "position"),
                        name="incidents_publishedfactor_once",
                        violation_error_message="This factor is kept already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Action",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "origin",
                    models.CharField(
                        choices=[("retro", "retro"), ("review", "review"), ("tool", "tool")], max_length=8
                    ),
                ),
                (
                    "retro_row",
                    models.CharField(blank=True, default="", help_text="Key of the row it came from.", max_length=36),
                ),
                (
                    "review_key",
                    models.CharField(blank=True, default="", help_text="The review it came from.", max_length=60),
                ),
                ("source", models.CharField(max_length=40)),
                ("external_key", models.CharField(blank=True, default="", max_length=200)),
                (
                    "is_imported",
                    models.BooleanField(default=False, help_text="Taken over from elsewhere: it reminds nobody."),
                ),
                ("text", models.CharField(max_length=500)),
                ("done_when", models.CharField(max_length=500)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("prevent", "prevent"),
                            ("detect", "detect"),
                            ("contain", "contain"),
                            ("recover", "recover"),
                            ("investigate", "investigate"),
                        ],
                        max_length=12,
                    ),
                ),
                ("metric_slug", models.CharField(blank=True, default="", max_length=60)),
                ("metric_subject", models.CharField(blank=True, default="", max_length=80)),
                ("external_url", models.URLField(blank=True, default="", max_length=500)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("done", "done"), ("verified", "verified"), ("dropped", "dropped")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("first_due_on", models.DateField()),
                (
                    "first_due_at",
                    models.DateTimeField(help_text="Last second of the first due day in the team's zone."),
                ),
                ("due_on", models.DateField()),
                ("due_at", models.DateTimeField(help_text="Last second of the present due day in the team's zone.")),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
                ("drop_asked_at", models.DateTimeField(blank=True, null=True)),
                ("drop_reason", models.CharField(blank=True, default="", max_length=500)),
                ("dropped_at", models.DateTimeField(blank=True, null=True)),
                ("revision", models.PositiveIntegerField(default=1)),
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "drop_asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner_team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
                (
                    "known_cause",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="actions",
                        to="incidents.knowncause",
                    ),
                ),
                (
                    "retro",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="actions",
                        to="incidents.retro",
                    ),
                ),
            ],
            options={
                "verbose_name": "action",
                "indexes": [
                    models.Index(fields=["owner_team", "state", "due_on"], name="incidents_action_by_team"),
                    models.Index(fields=["state", "due_on"], name="incidents_action_by_due"),
                    models.Index(fields=["assignee", "state"], name="incidents_action_by_assignee"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("external_key", ""), _negated=True),
                        fields=("source", "external_key"),
                        name="incidents_action_one_per_external_key",
                        violation_error_message="This source opened an action under this key already.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("retro__isnull", False)),
                        fields=("retro", "retro_row"),
                        name="incidents_action_one_per_retro_row",
                        violation_error_message="This row of the retro is an action already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("drop_asked_at", None), ("drop_asked_by", None)),
                            models.Q(("drop_asked_at__isnull", False), ("drop_asked_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="incidents_action_drop_asked_pair",
                        violation_error_message="Asking to drop an action names its time and its person.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("origin", "retro"), _negated=True), ("retro__isnull", False), _connector="OR"
                        ),
                        name="incidents_action_of_a_retro_names_it",
                        violation_error_message="An action out of a retro names it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at", None), ("dropped_at", None), ("state", "open"), ("verified_at", None)),
                            models.Q(
                                ("done_at__isnull", False),
                                ("dropped_at", None),
                                ("state", "done"),
                                ("verified_at", None),
                            ),
                            models.Q(
                                ("done_at__isnull", False),
                                ("dropped_at", None),
                                ("state", "verified"),
                                ("verified_at__isnull", False),
                            ),
                            models.Q(
                                ("done_at", None),
                                ("dropped_at__isnull", False),
                                ("state", "dropped"),
                                models.Q(("drop_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="incidents_action_times_fit_its_state",
                        violation_error_message="The times of an action say its state.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RetroFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fact", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("channel", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=200)),
                ("seq", models.BigIntegerField()),
                ("until_seq", models.BigIntegerField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("required", models.BooleanField(blank=True, null=True)),
                ("waived", models.BooleanField(blank=True, null=True)),
                ("severity_worst", models.IntegerField(blank=True, null=True)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="services.service"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
            ],
            options={
                "verbose_name": "retro as a fact",
                "verbose_name_plural": "retros as facts",
                "indexes": [
                    models.Index(fields=["recorded_at", "id"], name="incidents_rfact_by_record"),
                    models.Index(fields=["due_at"], name="incidents_rfact_by_due"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until_seq", None)),
                        fields=("service", "channel", "key"),
                        name="incidents_retrofact_one_current",
                        violation_error_message="This fact is already current.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RetroRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("part", models.CharField(help_text="Key of the section or row.", max_length=36)),
                ("revision", models.PositiveIntegerField()),
                ("texts", models.JSONField()),
                ("is_removed", models.BooleanField(default=False)),
                ("saved_at", models.DateTimeField()),
                (
                    "retro",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="revisions", to="incidents.retro"
                    ),
                ),
            ],
            options={
                "verbose_name": "revision in a retro",
                "verbose_name_plural": "revisions in retros",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("retro", "part", "revision"),
                        name="incidents_retrorevision_once",
                        violation_error_message="This revision is kept already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RetroRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=36)),
                (
                    "kind",
                    models.CharField(
                        choices=[("factor", "factor"), ("safeguard", "safeguard"), ("action", "action")], max_length=10
                    ),
                ),
                ("values", models.JSONField(default=dict)),
                ("position", models.PositiveIntegerField()),
                ("is_removed", models.BooleanField(default=False)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("saved_at", models.DateTimeField()),
                (
                    "retro",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="incidents.retro"
                    ),
                ),
            ],
            options={
                "verbose_name": "row of a retro",
                "verbose_name_plural": "rows of retros",
                "indexes": [models.Index(fields=["retro", "kind", "position"], name="incidents_retrorow_in_order")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("retro", "key"),
                        name="incidents_retrorow_once",
                        violation_error_message="A retro has a row of this key already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RetroSection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(
                        choices=[
                            ("summary", "summary"),
                            ("timeline", "timeline"),
                            ("factors", "factors"),
                            ("learned", "learned"),
                            ("actions", "actions"),
                        ],
                        max_length=10,
                    ),
                ),
                ("texts", models.JSONField(default=dict)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("saved_at", models.DateTimeField()),
                (
                    "retro",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sections", to="incidents.retro"
                    ),
                ),
            ],
            options={
                "verbose_name": "section of a retro",
                "verbose_name_plural": "sections of retros",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("retro", "key"),
                        name="incidents_retrosection_once",
                        violation_error_message="A retro has each section once.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RetroSnapshot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("text", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("reason", models.CharField(blank=True, default="", help_text="Of the amendment.", max_length=500)),
                ("published_at", models.DateTimeField()),
                (
                    "retro",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="snapshots", to="incidents.retro"
                    ),
                ),
            ],
            options={
                "verbose_name": "published retro",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("retro", "number"),
                        name="incidents_retrosnapshot_once",
                        violation_error_message="This snapshot is published already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SeverityChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("reported_as", models.CharField(blank=True, default="", max_length=60)),
                ("at", models.DateTimeField()),
                (
                    "origin",
                    models.CharField(
                        choices=[("human", "human"), ("source", "source"), ("assumed", "assumed")], max_length=8
                    ),
                ),
                ("source", models.CharField(max_length=40)),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
                ("recorded_at", models.DateTimeField()),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="severity_changes",
                        to="incidents.incident",
                    ),
                ),
            ],
            options={
                "verbose_name": "severity change",
                "indexes": [models.Index(fields=["incident", "id"], name="incidents_severity_in_order")],
            },
        ),
        migrations.CreateModel(
            name="SeverityPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_at", models.DateTimeField()),
                ("levels", models.JSONField(help_text="As `domain.severity.as_document` writes them.")),
                ("reason", models.CharField(max_length=500)),
                ("written_at", models.DateTimeField()),
                (
                    "written_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "severity policy",
                "verbose_name_plural": "severity policies",
            },
        ),
        migrations.AddField(
            model_name="incident",
            name="policy",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="incidents.severitypolicy"
            ),
        ),
        migrations.CreateModel(
            name="TicketFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fact", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("channel", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=200)),
                ("seq", models.BigIntegerField()),
                ("until_seq", models.BigIntegerField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField()),
                ("first_response_at", models.DateTimeField(blank=True, null=True)),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                ("kind", models.CharField(blank=True, default="", max_length=40)),
                ("tenant", models.CharField(blank=True, default="", max_length=60)),
                ("deflected", models.BooleanField(blank=True, null=True)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="services.service"
                    ),
                ),
            ],
            options={
                "verbose_name": "ticket",
                "indexes": [
                    models.Index(fields=["recorded_at", "id"], name="incidents_tfact_by_record"),
                    models.Index(fields=["opened_at"], name="incidents_tfact_by_open"),
                    models.Index(fields=["service", "opened_at"], name="incidents_tfact_by_service"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until_seq", None)),
                        fields=("service", "channel", "key"),
                        name="incidents_ticketfact_one_current",
                        violation_error_message="This fact is already current.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TimelineEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("text", models.CharField(max_length=2000)),
                ("evidence_url", models.URLField(blank=True, default="", max_length=500)),
                ("fact_source", models.CharField(blank=True, default="", max_length=40)),
                ("fact_key", models.CharField(blank=True, default="", max_length=200)),
                ("source", models.CharField(max_length=40)),
                ("external_key", models.CharField(blank=True, default="", max_length=200)),
                ("is_hidden", models.BooleanField(default=False)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("recorded_at", models.DateTimeField()),
                (
                    "fact_service",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="services.service",
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="timeline", to="incidents.incident"
                    ),
                ),
            ],
            options={
                "verbose_name": "timeline entry",
                "verbose_name_plural": "timeline entries",
                "indexes": [models.Index(fields=["incident", "at", "id"], name="incidents_timeline_in_order")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ended_at", None), ("ended_at__gte", models.F("at")), _connector="OR"),
                        name="incidents_timelineentry_ends_after_start",
                        violation_error_message="An entry ends after it begins.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("external_key", ""), _negated=True),
                        fields=("incident", "source", "external_key"),
                        name="incidents_timelineentry_one_per_external_key",
                        violation_error_message="This source wrote an entry under this key already.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("fact_key", ""), _negated=True),
                        fields=("incident", "fact_source", "fact_service", "fact_key"),
                        name="incidents_timelineentry_one_per_fact",
                        violation_error_message="This fact stands in the timeline already.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ActionDate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_on", models.DateField()),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
                ("set_at", models.DateTimeField()),
                (
                    "action",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="dates", to="incidents.action"
                    ),
                ),
            ],
            options={
                "verbose_name": "due day",
                "indexes": [models.Index(fields=["action", "id"], name="incidents_actiondate_in_order")],
            },
        ),
        migrations.CreateModel(
            name="ActionEvidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("deployment", "deployment"),
                            ("test", "test"),
                            ("runbook", "runbook"),
                            ("dashboard", "dashboard"),
                            ("document", "document"),
                        ],
                        max_length=10,
                    ),
                ),
                ("url", models.URLField(blank=True, default="", max_length=500)),
                ("fact_key", models.CharField(blank=True, default="", max_length=200)),
                ("note", models.CharField(blank=True, default="", max_length=500)),
                ("added_at", models.DateTimeField()),
                (
                    "action",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="evidence", to="incidents.action"
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="services.service",
                    ),
                ),
            ],
            options={
                "verbose_name": "evidence of an action",
                "verbose_name_plural": "evidence of actions",
                "indexes": [models.Index(fields=["action", "id"], name="incidents_evidence_in_order")],
            },
        ),
        migrations.CreateModel(
            name="ActionFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fact", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("channel", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=200)),
                ("seq", models.BigIntegerField()),
                ("until_seq", models.BigIntegerField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("first_due_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
                ("dropped_at", models.DateTimeField(blank=True, null=True)),
                ("state", models.CharField(blank=True, default="", max_length=10)),
                ("kind", models.CharField(blank=True, default="", max_length=12)),
                ("known_cause", models.CharField(blank=True, default="", max_length=20)),
                ("imported", models.BooleanField(blank=True, null=True)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="services.service"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
            ],
            options={
                "verbose_name": "action as a fact",
                "verbose_name_plural": "actions as facts",
                "indexes": [
                    models.Index(fields=["recorded_at", "id"], name="incidents_afact_by_record"),
                    models.Index(fields=["first_due_at"], name="incidents_afact_by_due"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until_seq", None)),
                        fields=("service", "channel", "key"),
                        name="incidents_actionfact_one_current",
                        violation_error_message="This fact is already current.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ActionReminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("last_error", models.TextField(blank=True, default="")),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("recipient", models.CharField(help_text="team:<id> or person:<id>.", max_length=30)),
                ("step", models.SmallIntegerField(help_text="Days after the due day; before it, negative.")),
                ("due_on", models.DateField()),
                (
                    "action",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reminders", to="incidents.action"
                    ),
                ),
            ],
            options={
                "verbose_name": "reminder",
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at", None)), fields=["due_at"], name="incidents_reminder_due"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("action", "recipient", "step", "due_on"),
                        name="incidents_actionreminder_once",
                        violation_error_message="This reminder is asked for already.",
                    )
                ],
            },
        ),
    ]
