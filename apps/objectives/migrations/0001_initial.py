"""The tables of objectives, their slices, budgets, policies and decisions."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("governance", "0003_guards"),
        ("services", "0001_initial"),
        ("teams", "0002_written_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="Indicator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("created_at", models.DateTimeField()),
                (
                    "retired_on",
                    models.DateField(blank=True, help_text="From that day on it takes no samples.", null=True),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "flow",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="services.criticalflow",
                    ),
                ),
                (
                    "owner_team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="services.service"
                    ),
                ),
            ],
            options={
                "verbose_name": "indicator",
            },
        ),
        migrations.CreateModel(
            name="Objective",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("created_at", models.DateTimeField()),
                (
                    "retired_on",
                    models.DateField(blank=True, help_text="From that day on it is no longer evaluated.", null=True),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objectives",
                        to="objectives.indicator",
                    ),
                ),
                (
                    "owner_team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
            ],
            options={
                "verbose_name": "objective",
            },
        ),
        migrations.CreateModel(
            name="ObjectiveVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=120)),
                ("target", models.DecimalField(decimal_places=9, max_digits=10)),
                ("revisit_on", models.DateField()),
                ("promise_text", models.TextField(help_text="Canonical JSON, as `domain.promises` writes it.")),
                ("promise_sha256", models.CharField(max_length=64)),
                ("meaning_number", models.PositiveIntegerField()),
                ("reason", models.TextField()),
                ("effective_from", models.DateField(blank=True, null=True)),
                ("at_once_reason", models.CharField(blank=True, default="", max_length=500)),
                (
                    "notes",
                    models.JSONField(
                        default=list, help_text="Sentences in which a steward dismissed requests for changes."
                    ),
                ),
                ("adopted_at", models.DateTimeField(help_text="When the proposal came into force.")),
                (
                    "adopted_by",
                    models.ForeignKey(
                        help_text="Who signed last.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "objective",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="objectives.objective"
                    ),
                ),
                (
                    "moved_from",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="teams.team",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="governance.proposal"
                    ),
                ),
            ],
            options={
                "verbose_name": "objective version",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("objective", "number"),
                        name="objectives_objectiveversion_number_once",
                        violation_error_message="This version number is taken.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number", 1), ("effective_from__isnull", False), _connector="OR"),
                        name="objectives_objectiveversion_dated_after_first",
                        violation_error_message="Only the first version may hold from the beginning.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("meaning_number__lte", models.F("number"))),
                        name="objectives_objectiveversion_meaning_not_later",
                        violation_error_message="A version shares the meaning of itself or of an earlier one.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("moved_from", None), ("number__gt", 1), _connector="OR"),
                        name="objectives_objectiveversion_first_moves_nothing",
                        violation_error_message="The first version names the team that owns it; only a later one moves it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("target__gt", 0), ("target__lte", 1)),
                        name="objectives_objectiveversion_target_is_a_share",
                        violation_error_message="A target is more than 0 and at most 1.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BudgetEvaluation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("midnight", "midnight"),
                            ("state_change", "state_change"),
                            ("trigger", "trigger"),
                            ("review", "review"),
                            ("exemption", "exemption"),
                        ],
                        max_length=12,
                    ),
                ),
                ("as_of", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("no_data", "No data"),
                            ("stale", "No data"),
                            ("insufficient", "Not judged"),
                            ("exhausted", "Exhausted"),
                            ("at_risk", "At risk"),
                            ("ok", "Within"),
                        ],
                        max_length=12,
                    ),
                ),
                ("bad", models.BigIntegerField()),
                ("counted", models.BigIntegerField()),
                ("basis", models.BigIntegerField()),
                ("raw_bad", models.BigIntegerField()),
                ("raw_counted", models.BigIntegerField()),
                (
                    "document_text",
                    models.TextField(help_text="Canonical JSON of the whole result, keys and exemptions included."),
                ),
                ("document_sha256", models.CharField(max_length=64)),
                ("computed_at", models.DateTimeField()),
                (
                    "objective",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evaluations",
                        to="objectives.objective",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="objectives.objectiveversion"
                    ),
                ),
            ],
            options={
                "verbose_name": "evaluation of a budget",
                "verbose_name_plural": "evaluations of budgets",
                "indexes": [models.Index(fields=["objective", "as_of"], name="objectives_evaluation_by_time")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("cause", "review"), _negated=True),
                        fields=("objective", "cause", "as_of"),
                        name="objectives_budgetevaluation_once",
                        violation_error_message="This evaluation is written.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("cause", "review")),
                        fields=("objective", "as_of", "document_sha256"),
                        name="objectives_budgetevaluation_shown_once",
                        violation_error_message="This evaluation is written.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BudgetPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("created_at", models.DateTimeField()),
                ("retired_on", models.DateField(blank=True, help_text="From that day on it fires nothing.", null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "owner_team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
            ],
            options={
                "verbose_name": "budget policy",
                "verbose_name_plural": "budget policies",
            },
        ),
        migrations.CreateModel(
            name="BudgetPolicyVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=120)),
                ("policy_text", models.TextField(help_text="Canonical JSON, as `domain.budget_policies` writes it.")),
                ("policy_sha256", models.CharField(max_length=64)),
                ("meaning_number", models.PositiveIntegerField()),
                ("revisit_on", models.DateField()),
                ("reason", models.TextField()),
                ("effective_from", models.DateField(blank=True, null=True)),
                ("at_once_reason", models.CharField(blank=True, default="", max_length=500)),
                (
                    "notes",
                    models.JSONField(
                        default=list, help_text="Sentences in which a steward dismissed requests for changes."
                    ),
                ),
                ("adopted_at", models.DateTimeField(help_text="When the proposal came into force.")),
                (
                    "adopted_by",
                    models.ForeignKey(
                        help_text="Who signed last.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="objectives.budgetpolicy",
                    ),
                ),
                (
                    "moved_from",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="teams.team",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="governance.proposal"
                    ),
                ),
            ],
            options={
                "verbose_name": "budget policy version",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("policy", "number"),
                        name="objectives_budgetpolicyversion_number_once",
                        violation_error_message="This version number is taken.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number", 1), ("effective_from__isnull", False), _connector="OR"),
                        name="objectives_budgetpolicyversion_dated_after_first",
                        violation_error_message="Only the first version may hold from the beginning.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("meaning_number__lte", models.F("number"))),
                        name="objectives_budgetpolicyversion_meaning_not_later",
                        violation_error_message="A version shares the meaning of itself or of an earlier one.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("moved_from", None), ("number__gt", 1), _connector="OR"),
                        name="objectives_budgetpolicyversion_first_moves_nothing",
                        violation_error_message="The first version names the team that owns it; only a later one moves it.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PolicyTrigger",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("at_risk", "at_risk"),
                            ("exhausted", "exhausted"),
                            ("incident_share", "incident_share"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "incident",
                    models.CharField(
                        blank=True, default="", help_text="I-12: the incident that spent it.", max_length=20
                    ),
                ),
                ("from_at", models.DateTimeField()),
                (
                    "met_since",
                    models.DateTimeField(blank=True, help_text="Met under its version since then.", null=True),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("closed_reason", models.CharField(blank=True, default="", max_length=500)),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="objectives.budgetevaluation"
                    ),
                ),
                (
                    "objective",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="triggers", to="objectives.objective"
                    ),
                ),
                (
                    "policy_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="objectives.budgetpolicyversion",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="objectives.objectiveversion"
                    ),
                ),
            ],
            options={
                "verbose_name": "policy trigger",
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_at", None)), fields=["from_at"], name="objectives_trigger_open"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None), ("incident", "")),
                        fields=("objective", "rule"),
                        name="objectives_policytrigger_one_open_per_rule",
                        violation_error_message="This rule has fired for the objective and is open.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("incident", ""), _negated=True),
                        fields=("objective", "rule", "incident"),
                        name="objectives_policytrigger_once_per_incident",
                        violation_error_message="This incident fired the rule already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("closed_by", None)),
                            models.Q(("closed_at__isnull", False), ("closed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="objectives_policytrigger_closed_pair",
                        violation_error_message="A closed trigger names its time and its person.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("rule", "incident_share"), models.Q(("incident", ""), _negated=True)),
                            models.Q(models.Q(("rule", "incident_share"), _negated=True), ("incident", "")),
                            _connector="OR",
                        ),
                        name="objectives_policytrigger_incident_of_its_rule",
                        violation_error_message="The rule of an incident's share names its incident, and no other does.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BudgetDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "verb",
                    models.CharField(
                        choices=[("continue", "continue"), ("adjust", "adjust"), ("investigate", "investigate")],
                        max_length=12,
                    ),
                ),
                ("sentence", models.CharField(max_length=1000)),
                ("revisit_on", models.DateField()),
                ("written_at", models.DateTimeField()),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "trigger",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="objectives.policytrigger",
                    ),
                ),
            ],
            options={
                "verbose_name": "budget decision",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("trigger", "number"),
                        name="objectives_budgetdecision_number_once",
                        violation_error_message="Somebody decided at the same time; read theirs first.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BurnAlertFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fact", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("channel", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=200)),
                ("seq", models.BigIntegerField()),
                ("until_seq", models.BigIntegerField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("objective", models.CharField(max_length=60)),
                ("tier", models.CharField(max_length=12)),
                ("kind", models.CharField(blank=True, default="", max_length=6)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="services.service"
                    ),
                ),
            ],
            options={
                "verbose_name": "burn alert as a fact",
                "verbose_name_plural": "burn alerts as facts",
                "indexes": [
                    models.Index(fields=["recorded_at", "id"], name="objectives_afact_by_record"),
                    models.Index(fields=["opened_at"], name="objectives_afact_by_time"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until_seq", None)),
                        fields=("service", "channel", "key"),
                        name="objectives_burnalertfact_one_current",
                        violation_error_message="This fact is already current.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BusinessFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fact", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("channel", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=200)),
                ("seq", models.BigIntegerField()),
                ("until_seq", models.BigIntegerField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
                ("series", models.CharField(max_length=120)),
                ("amount", models.DecimalField(decimal_places=6, max_digits=24)),
                ("unit", models.CharField(blank=True, default="", max_length=20)),
                ("tenant", models.CharField(blank=True, default="", max_length=60)),
                ("flow", models.CharField(blank=True, default="", max_length=60)),
                ("segment", models.CharField(blank=True, default="", max_length=60)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="services.service"
                    ),
                ),
            ],
            options={
                "verbose_name": "business measurement",
                "indexes": [
                    models.Index(fields=["recorded_at", "id"], name="objectives_bfact_by_record"),
                    models.Index(fields=["at"], name="objectives_bfact_by_time"),
                    models.Index(fields=["service", "at"], name="objectives_bfact_by_service"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until_seq", None)),
                        fields=("service", "channel", "key"),
                        name="objectives_businessfact_one_current",
                        violation_error_message="This fact is already current.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DecisionSignature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("tech_lead", "tech_lead"),
                            ("engineering_manager", "engineering_manager"),
                            ("product_manager", "product_manager"),
                        ],
                        max_length=20,
                    ),
                ),
                ("stands_in", models.BooleanField(default=False)),
                ("signed_at", models.DateTimeField()),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="objectives.budgetdecision",
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "signature under a decision",
                "verbose_name_plural": "signatures under decisions",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("decision", "role"),
                        name="objectives_decisionsignature_role_once",
                        violation_error_message="Somebody signed for this role.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("stands_in", False)),
                        fields=("decision", "signed_by"),
                        name="objectives_decisionsignature_person_once",
                        violation_error_message="You signed this decision; another person signs for the other roles.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IndicatorRead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("last_error", models.TextField(blank=True, default="")),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("begins_at", models.DateTimeField(help_text="Nothing before is asked for.")),
                (
                    "tried_number",
                    models.PositiveIntegerField(
                        default=1,
                        help_text="The meaning whose queries a person tried; a later one waits until somebody tries it.",
                    ),
                ),
                (
                    "watermark",
                    models.DateTimeField(blank=True, help_text="End of the newest slice that was covered.", null=True),
                ),
                ("heard_at", models.DateTimeField(blank=True, help_text="The last whole answer.", null=True)),
                (
                    "failures",
                    models.PositiveIntegerField(default=0, help_text="In a row; none since the last whole answer."),
                ),
                (
                    "fault",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_allowed", "not_allowed"),
                            ("unreachable", "unreachable"),
                            ("timed_out", "timed_out"),
                            ("redirected", "redirected"),
                            ("error_status", "error_status"),
                            ("too_large", "too_large"),
                            ("bad_json", "bad_json"),
                            ("server_said", "server_said"),
                            ("partial", "partial"),
                            ("not_a_range", "not_a_range"),
                            ("label_absent", "label_absent"),
                            ("ambiguous", "ambiguous"),
                            ("too_many_series", "too_many_series"),
                            ("key_unfit", "key_unfit"),
                            ("not_tried", "not_tried"),
                        ],
                        default="",
                        max_length=16,
                    ),
                ),
                ("fault_said", models.CharField(blank=True, default="", max_length=300)),
                ("notes", models.JSONField(default=list, help_text="Remarks of the server about the query.")),
                ("others", models.JSONField(default=list, help_text="Keys behind the cap, counted together.")),
                ("started_at", models.DateTimeField()),
                (
                    "indicator",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="read", to="objectives.indicator"
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "reading of an indicator",
                "verbose_name_plural": "readings of indicators",
                "indexes": [
                    models.Index(condition=models.Q(("done_at", None)), fields=["due_at"], name="objectives_read_due")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("failures", 0), ("fault", "")),
                            models.Q(("failures__gt", 0), models.Q(("fault", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="objectives_indicatorread_fault_of_a_failure",
                        violation_error_message="A failure has its fault, and a whole answer has none.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IndicatorVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("availability", "availability"),
                            ("error_rate", "error_rate"),
                            ("latency", "latency"),
                            ("freshness", "freshness"),
                            ("saturation", "saturation"),
                            ("support_response", "support_response"),
                            ("support_resolution", "support_resolution"),
                            ("correctness", "correctness"),
                            ("crash_free", "crash_free"),
                            ("coverage", "coverage"),
                            ("other", "other"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("push", "push"), ("pull", "pull"), ("tickets", "tickets")], max_length=8
                    ),
                ),
                (
                    "dimension",
                    models.CharField(
                        choices=[("none", "none"), ("tenant", "tenant"), ("segment", "segment")], max_length=8
                    ),
                ),
                (
                    "slice_seconds",
                    models.PositiveSmallIntegerField(choices=[(60, "60"), (300, "300"), (900, "900"), (3600, "3600")]),
                ),
                ("spec_text", models.TextField(help_text="Canonical JSON, as `domain.indicator_specs` writes it.")),
                ("spec_sha256", models.CharField(max_length=64)),
                ("meaning_number", models.PositiveIntegerField()),
                ("reason", models.TextField()),
                ("effective_from", models.DateField(blank=True, null=True)),
                ("at_once_reason", models.CharField(blank=True, default="", max_length=500)),
                (
                    "notes",
                    models.JSONField(
                        default=list, help_text="Sentences in which a steward dismissed requests for changes."
                    ),
                ),
                ("adopted_at", models.DateTimeField(help_text="When the proposal came into force.")),
                (
                    "adopted_by",
                    models.ForeignKey(
                        help_text="Who signed last.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="objectives.indicator"
                    ),
                ),
                (
                    "moved_from",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="teams.team",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="governance.proposal"
                    ),
                ),
            ],
            options={
                "verbose_name": "indicator version",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("indicator", "number"),
                        name="objectives_indicatorversion_number_once",
                        violation_error_message="This version number is taken.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number", 1), ("effective_from__isnull", False), _connector="OR"),
                        name="objectives_indicatorversion_dated_after_first",
                        violation_error_message="Only the first version may hold from the beginning.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("meaning_number__lte", models.F("number"))),
                        name="objectives_indicatorversion_meaning_not_later",
                        violation_error_message="A version shares the meaning of itself or of an earlier one.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("moved_from", None), ("number__gt", 1), _connector="OR"),
                        name="objectives_indicatorversion_first_moves_nothing",
                        violation_error_message="The first version names the team that owns it; only a later one moves it.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MonitoringSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("base_url", models.URLField(max_length=300)),
                ("token_variable", models.CharField(blank=True, default="", max_length=80)),
                ("is_active", models.BooleanField(default=True)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("registered_at", models.DateTimeField()),
                (
                    "registered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "monitoring source",
            },
        ),
        migrations.CreateModel(
            name="EvaluationDue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("last_error", models.TextField(blank=True, default="")),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("changed_from", models.DateField(blank=True, null=True)),
                (
                    "objective",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="objectives.objective"
                    ),
                ),
            ],
            options={
                "verbose_name": "due evaluation",
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at", None)), fields=["due_at"], name="objectives_evaluation_due"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BurnAlert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "tier",
                    models.CharField(
                        choices=[
                            ("page_fast", "page_fast"),
                            ("page_slow", "page_slow"),
                            ("ticket_fast", "ticket_fast"),
                            ("ticket_slow", "ticket_slow"),
                        ],
                        max_length=12,
                    ),
                ),
                ("kind", models.CharField(choices=[("page", "page"), ("ticket", "ticket")], max_length=6)),
                ("keys", models.JSONField(default=list, help_text="Keys that burn; an empty key is the sum.")),
                ("from_at", models.DateTimeField()),
                ("until_at", models.DateTimeField(blank=True, null=True)),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                (
                    "acknowledged_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "objective",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alerts",
                        to="objectives.objective",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="objectives.objectiveversion"
                    ),
                ),
            ],
            options={
                "verbose_name": "burn alert",
                "indexes": [models.Index(fields=["objective", "from_at"], name="objectives_alert_by_time")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until_at", None)),
                        fields=("objective", "tier"),
                        name="objectives_burnalert_one_open",
                        violation_error_message="This tier of the objective is open already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("acknowledged_at", None), ("acknowledged_by", None)),
                            models.Q(("acknowledged_at__isnull", False), ("acknowledged_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="objectives_burnalert_acknowledged_pair",
                        violation_error_message="An acknowledgement names its time and its person.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until_at", None), ("until_at__gte", models.F("from_at")), _connector="OR"),
                        name="objectives_burnalert_ends_after_start",
                        violation_error_message="An alert ends after it opens.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SampleBatch",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("channel", models.CharField(max_length=40)),
                ("sender", models.CharField(help_text="Key of the token, person or system.", max_length=80)),
                ("received_at", models.DateTimeField()),
                ("created_count", models.PositiveIntegerField(default=0)),
                ("updated_count", models.PositiveIntegerField(default=0)),
                ("unchanged_count", models.PositiveIntegerField(default=0)),
                ("unusable_count", models.PositiveIntegerField(default=0)),
                ("held_count", models.PositiveIntegerField(default=0)),
                ("rejected_count", models.PositiveIntegerField(default=0)),
                ("problems", models.JSONField(default=list, help_text="The first faults: pointer, code, detail.")),
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
            ],
            options={
                "verbose_name": "batch of samples",
                "verbose_name_plural": "batches of samples",
                "indexes": [models.Index(fields=["team", "received_at"], name="objectives_batch_by_team")],
            },
        ),
        migrations.CreateModel(
            name="HeldSample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("unknown_indicator", "unknown_indicator"),
                            ("unknown_key", "unknown_key"),
                            ("no_room", "no_room"),
                            ("not_yours", "not_yours"),
                            ("not_pushed", "not_pushed"),
                        ],
                        max_length=20,
                    ),
                ),
                ("indicator_slug", models.CharField(max_length=200)),
                ("key", models.CharField(blank=True, default="", max_length=200)),
                ("starts_at", models.DateTimeField()),
                ("good", models.BigIntegerField()),
                ("valid", models.BigIntegerField()),
                ("total", models.BigIntegerField()),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "settled_reason",
                    models.CharField(blank=True, default="", help_text="Empty: it was assigned.", max_length=300),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="held", to="objectives.samplebatch"
                    ),
                ),
            ],
            options={
                "verbose_name": "held sample",
                "indexes": [
                    models.Index(
                        condition=models.Q(("settled_at", None)),
                        fields=["indicator_slug", "key", "starts_at"],
                        name="objectives_held_waiting",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at", None), ("settled_by", None)),
                            models.Q(("settled_at__isnull", False), ("settled_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="objectives_heldsample_settled_pair",
                        violation_error_message="What was settled names its time and its person.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SampleFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fact", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("channel", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=200)),
                ("seq", models.BigIntegerField()),
                ("until_seq", models.BigIntegerField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField()),
                ("slice_start", models.DateTimeField(help_text="The first instant of the local day.")),
                ("indicator", models.CharField(max_length=60)),
                ("good", models.BigIntegerField()),
                ("valid", models.BigIntegerField()),
                ("tenant", models.CharField(blank=True, default="", max_length=200)),
                ("flow", models.CharField(blank=True, default="", max_length=60)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="services.service"
                    ),
                ),
            ],
            options={
                "verbose_name": "counts of a day as a fact",
                "verbose_name_plural": "counts of days as facts",
                "indexes": [
                    models.Index(fields=["recorded_at", "id"], name="objectives_sfact_by_record"),
                    models.Index(fields=["slice_start"], name="objectives_sfact_by_time"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until_seq", None)),
                        fields=("service", "channel", "key"),
                        name="objectives_samplefact_one_current",
                        violation_error_message="This fact is already current.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Series",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(blank=True, default="", max_length=200)),
                ("newest_start", models.DateTimeField(blank=True, help_text="Start of its newest slice.", null=True)),
                (
                    "indicator",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="series",
                        to="objectives.indicator",
                    ),
                ),
            ],
            options={
                "verbose_name": "series",
                "verbose_name_plural": "series",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("indicator", "key"),
                        name="objectives_series_key_once",
                        violation_error_message="This key of the indicator is known already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SampleDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("good", models.BigIntegerField(default=0)),
                ("valid", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("seen", models.PositiveIntegerField(default=0, help_text="Usable slices, idle ones included.")),
                ("idle", models.PositiveIntegerField(default=0)),
                ("unusable", models.PositiveIntegerField(default=0)),
                (
                    "imported_by_batch",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="objectives.samplebatch",
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="objectives.series",
                    ),
                ),
            ],
            options={
                "verbose_name": "day of samples",
                "verbose_name_plural": "days of samples",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("series", "day"),
                        name="objectives_sampleday_once",
                        violation_error_message="This day of the series is summed already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("good__gte", 0),
                            ("good__lte", models.F("valid")),
                            ("idle__lte", models.F("seen")),
                            ("valid__lte", models.F("total")),
                        ),
                        name="objectives_sampleday_adds_up",
                        violation_error_message="A day's good events are among the valid, and those among all.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Sample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField()),
                ("good", models.BigIntegerField()),
                ("valid", models.BigIntegerField()),
                ("total", models.BigIntegerField()),
                (
                    "first_batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="objectives.samplebatch",
                    ),
                ),
                (
                    "last_batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="objectives.samplebatch",
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="objectives.series",
                    ),
                ),
            ],
            options={
                "verbose_name": "sample",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("series", "starts_at"),
                        name="objectives_sample_slice_once",
                        violation_error_message="This slice of the series is stored already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("good__gte", -1000000000000),
                            ("good__lte", 1000000000000),
                            ("total__gte", models.F("valid")),
                            ("total__lte", 1000000000000),
                            ("valid__gte", -1000000000000),
                            ("valid__lte", 1000000000000),
                        ),
                        name="objectives_sample_counts_in_range",
                        violation_error_message="Counts are at most a million millions, and the total is no less than valid.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BudgetStatus",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("no_data", "No data"),
                            ("stale", "No data"),
                            ("insufficient", "Not judged"),
                            ("exhausted", "Exhausted"),
                            ("at_risk", "At risk"),
                            ("ok", "Within"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("not_connected", "not_connected"),
                            ("no_events", "no_events"),
                            ("silent", "silent"),
                            ("too_few_events", "too_few_events"),
                            ("low_coverage", "low_coverage"),
                            ("unusable", "unusable"),
                            ("new_definition", "new_definition"),
                            ("slices_gone", "slices_gone"),
                            ("no_key_judged", "no_key_judged"),
                            ("missed", "missed"),
                            ("keys_missed", "keys_missed"),
                            ("key_at_risk", "key_at_risk"),
                            ("little_left", "little_left"),
                            ("alert_open", "alert_open"),
                            ("pace", "pace"),
                            ("within", "within"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "judged_state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_data", "No data"),
                            ("stale", "No data"),
                            ("insufficient", "Not judged"),
                            ("exhausted", "Exhausted"),
                            ("at_risk", "At risk"),
                            ("ok", "Within"),
                        ],
                        default="",
                        max_length=12,
                    ),
                ),
                ("window_start", models.DateTimeField(blank=True, null=True)),
                ("window_end", models.DateTimeField(blank=True, help_text="Data up to here.", null=True)),
                ("bad", models.BigIntegerField(default=0)),
                ("counted", models.BigIntegerField(default=0)),
                ("basis", models.BigIntegerField(default=0)),
                ("raw_bad", models.BigIntegerField(default=0)),
                ("raw_counted", models.BigIntegerField(default=0)),
                ("raw_basis", models.BigIntegerField(default=0)),
                ("recent_bad", models.BigIntegerField(default=0)),
                ("recent_counted", models.BigIntegerField(default=0)),
                ("seen", models.PositiveIntegerField(default=0)),
                ("elapsed", models.PositiveIntegerField(default=0)),
                ("unusable", models.PositiveIntegerField(default=0)),
                ("keys_within", models.PositiveIntegerField(default=0)),
                ("keys_judged", models.PositiveIntegerField(default=0)),
                ("keys_unjudged", models.PositiveIntegerField(default=0)),
                ("met_since", models.DateTimeField(blank=True, help_text="Met without a break since then.", null=True)),
                ("computed_at", models.DateTimeField()),
                (
                    "policy",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="objectives.budgetpolicy",
                    ),
                ),
                (
                    "objective",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statuses",
                        to="objectives.objective",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="objectives.objectiveversion",
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="objectives.series",
                    ),
                ),
            ],
            options={
                "verbose_name": "status of a budget",
                "verbose_name_plural": "statuses of budgets",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("series", None)),
                        fields=("objective",),
                        name="objectives_budgetstatus_of_the_objective_once",
                        violation_error_message="The objective has its status.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("series__isnull", False)),
                        fields=("objective", "series"),
                        name="objectives_budgetstatus_of_a_key_once",
                        violation_error_message="The key has its status.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FormerStatus",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("no_data", "No data"),
                            ("stale", "No data"),
                            ("insufficient", "Not judged"),
                            ("exhausted", "Exhausted"),
                            ("at_risk", "At risk"),
                            ("ok", "Within"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("not_connected", "not_connected"),
                            ("no_events", "no_events"),
                            ("silent", "silent"),
                            ("too_few_events", "too_few_events"),
                            ("low_coverage", "low_coverage"),
                            ("unusable", "unusable"),
                            ("new_definition", "new_definition"),
                            ("slices_gone", "slices_gone"),
                            ("no_key_judged", "no_key_judged"),
                            ("missed", "missed"),
                            ("keys_missed", "keys_missed"),
                            ("key_at_risk", "key_at_risk"),
                            ("little_left", "little_left"),
                            ("alert_open", "alert_open"),
                            ("pace", "pace"),
                            ("within", "within"),
                        ],
                        max_length=16,
                    ),
                ),
                ("window_start", models.DateTimeField(blank=True, null=True)),
                ("window_end", models.DateTimeField(blank=True, help_text="Data up to here.", null=True)),
                ("bad", models.BigIntegerField(default=0)),
                ("counted", models.BigIntegerField(default=0)),
                ("basis", models.BigIntegerField(default=0)),
                ("raw_bad", models.BigIntegerField(default=0)),
                ("raw_counted", models.BigIntegerField(default=0)),
                ("raw_basis", models.BigIntegerField(default=0)),
                ("recent_bad", models.BigIntegerField(default=0)),
                ("recent_counted", models.BigIntegerField(default=0)),
                ("seen", models.PositiveIntegerField(default=0)),
                ("elapsed", models.PositiveIntegerField(default=0)),
                ("unusable", models.PositiveIntegerField(default=0)),
                ("keys_within", models.PositiveIntegerField(default=0)),
                ("keys_judged", models.PositiveIntegerField(default=0)),
                ("keys_unjudged", models.PositiveIntegerField(default=0)),
                ("computed_at", models.DateTimeField()),
                ("until_at", models.DateTimeField(help_text="From then on it stands nowhere.")),
                (
                    "objective",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="former_status",
                        to="objectives.objective",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="objectives.objectiveversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "status under the version before",
                "verbose_name_plural": "statuses under the version before",
            },
        ),
        migrations.CreateModel(
            name="IncidentSpend",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("incident", models.CharField(help_text="I-12.", max_length=20)),
                (
                    "bad",
                    models.BigIntegerField(blank=True, help_text="Empty: nothing was measured inside it.", null=True),
                ),
                ("basis", models.BigIntegerField(default=0)),
                (
                    "objective",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="objectives.objective",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="objectives.objectiveversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "spend of an incident",
                "verbose_name_plural": "spends of incidents",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("objective", "incident"),
                        name="objectives_incidentspend_once",
                        violation_error_message="What this incident spent is written.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BudgetDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("bad", models.BigIntegerField()),
                ("counted", models.BigIntegerField()),
                ("raw_bad", models.BigIntegerField()),
                ("raw_counted", models.BigIntegerField()),
                ("seen", models.PositiveIntegerField(default=0)),
                ("unusable", models.PositiveIntegerField(default=0)),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="objectives.objectiveversion",
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="objectives.series",
                    ),
                ),
            ],
            options={
                "verbose_name": "day of a budget",
                "verbose_name_plural": "days of budgets",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("series__isnull", False)),
                        fields=("version", "series", "day"),
                        name="objectives_budgetday_of_a_key_once",
                        violation_error_message="This day is written for the key.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("series", None)),
                        fields=("version", "day"),
                        name="objectives_budgetday_of_the_sum_once",
                        violation_error_message="This day is written for the sum.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("bad__gte", 0),
                            ("bad__lte", models.F("counted")),
                            ("raw_bad__lte", models.F("raw_counted")),
                            ("counted__lte", models.F("raw_counted")),
                        ),
                        name="objectives_budgetday_within_raw",
                        violation_error_message="An exemption only takes out, and bad units are among the counted.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TargetSuggestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.CharField(max_length=7)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("tighten", "tighten"),
                            ("loosen", "loosen"),
                            ("too_little_traffic", "too_little_traffic"),
                        ],
                        max_length=20,
                    ),
                ),
                ("target", models.DecimalField(blank=True, decimal_places=9, max_digits=10, null=True)),
                ("windows", models.JSONField(help_text="The three windows: start, end, bad, counted, remaining.")),
                ("computed_at", models.DateTimeField()),
                (
                    "objective",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suggestions",
                        to="objectives.objective",
                    ),
                ),
            ],
            options={
                "verbose_name": "suggestion of a target",
                "verbose_name_plural": "suggestions of targets",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("objective", "month"),
                        name="objectives_targetsuggestion_month_once",
                        violation_error_message="This month's suggestion is written.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BudgetDayFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fact", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("channel", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=200)),
                ("seq", models.BigIntegerField()),
                ("until_seq", models.BigIntegerField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField()),
                ("day", models.DateTimeField(help_text="The first instant of the local day.")),
                ("objective", models.CharField(max_length=60)),
                ("bad", models.BigIntegerField()),
                ("counted", models.BigIntegerField()),
                ("allowed", models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True)),
                ("state", models.CharField(blank=True, default="", max_length=12)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="services.service"
                    ),
                ),
            ],
            options={
                "verbose_name": "budget day as a fact",
                "verbose_name_plural": "budget days as facts",
                "indexes": [
                    models.Index(fields=["recorded_at", "id"], name="objectives_dfact_by_record"),
                    models.Index(fields=["day"], name="objectives_dfact_by_time"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until_seq", None)),
                        fields=("service", "channel", "key"),
                        name="objectives_budgetdayfact_one_current",
                        violation_error_message="This fact is already current.",
                    )
                ],
            },
        ),
    ]
