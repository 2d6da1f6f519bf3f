"""Admin pages of objectives, budgets, policies and what was decided, to read."""

from django.contrib import admin

from apps.core.readonly_admin import GovernedAdmin, ReadOnlyAdmin
from apps.objectives.models import (
    BudgetDay,
    BudgetDecision,
    BudgetEvaluation,
    BudgetPolicy,
    BudgetPolicyVersion,
    BudgetStatus,
    BurnAlert,
    DecisionSignature,
    EvaluationDue,
    Objective,
    ObjectiveVersion,
    PolicyTrigger,
    TargetSuggestion,
)


@admin.register(Objective)
class ObjectiveAdmin(GovernedAdmin):
    """Objectives by name."""

    list_display = ("slug", "indicator", "owner_team", "retired_on")
    list_select_related = ("indicator", "owner_team")
    ordering = ("slug",)


@admin.register(ObjectiveVersion)
class ObjectiveVersionAdmin(GovernedAdmin):
    """What objectives promise through time."""

    list_display = ("objective", "number", "target", "effective_from", "revisit_on")
    list_select_related = ("objective",)
    ordering = ("objective__slug", "-number")


@admin.register(EvaluationDue)
class EvaluationDueAdmin(ReadOnlyAdmin):
    """When each objective is evaluated next, and what went wrong."""

    list_display = ("objective", "due_at", "changed_from", "attempts", "done_at", "last_error")
    list_select_related = ("objective",)
    ordering = ("due_at",)


@admin.register(BudgetStatus)
class BudgetStatusAdmin(ReadOnlyAdmin):
    """Where budgets stand."""

    list_display = ("objective", "series", "state", "reason", "bad", "counted", "window_end", "computed_at")
    list_filter = ("state", "reason")
    list_select_related = ("objective", "series")
    ordering = ("objective__slug", "series__key")


@admin.register(BudgetDay)
class BudgetDayAdmin(ReadOnlyAdmin):
    """Units per version, key and local day."""

    list_display = ("version", "series", "day", "bad", "counted", "raw_bad", "raw_counted", "seen", "unusable")
    list_select_related = ("version__objective", "series")
    ordering = ("-day", "version", "series")


@admin.register(BudgetEvaluation)
class BudgetEvaluationAdmin(ReadOnlyAdmin):
    """Results that were kept for good."""

    list_display = ("objective", "as_of", "cause", "state", "bad", "counted", "document_sha256")
    list_filter = ("cause", "state")
    list_select_related = ("objective",)
    ordering = ("-as_of",)


@admin.register(BurnAlert)
class BurnAlertAdmin(ReadOnlyAdmin):
    """Openings of burn alerts."""

    list_display = ("objective", "tier", "kind", "from_at", "until_at", "acknowledged_at")
    list_filter = ("tier", "kind")
    list_select_related = ("objective",)
    ordering = ("-from_at",)


@admin.register(TargetSuggestion)
class TargetSuggestionAdmin(ReadOnlyAdmin):
    """What past windows suggest about targets."""

    list_display = ("objective", "month", "kind", "target")
    list_filter = ("kind",)
    list_select_related = ("objective",)
    ordering = ("-month", "objective__slug")


@admin.register(BudgetPolicy)
class BudgetPolicyAdmin(GovernedAdmin):
    """Budget policies by name."""

    list_display = ("slug", "owner_team", "retired_on")
    list_select_related = ("owner_team",)
    ordering = ("slug",)


@admin.register(BudgetPolicyVersion)
class BudgetPolicyVersionAdmin(GovernedAdmin):
    """What policies say through time."""

    list_display = ("policy", "number", "effective_from", "revisit_on")
    list_select_related = ("policy",)
    ordering = ("policy__slug", "-number")


@admin.register(PolicyTrigger)
class PolicyTriggerAdmin(ReadOnlyAdmin):
    """Firings of rules."""

    list_display = ("__str__", "objective", "rule", "from_at", "met_since", "closed_at")
    list_filter = ("rule",)
    list_select_related = ("objective",)
    ordering = ("-from_at",)


@admin.register(BudgetDecision)
class BudgetDecisionAdmin(ReadOnlyAdmin):
    """What people decided; nothing of it changes."""

    list_display = ("trigger", "number", "verb", "revisit_on", "written_at")
    list_filter = ("verb",)
    list_select_related = ("trigger",)
    ordering = ("-written_at",)


@admin.register(DecisionSignature)
class DecisionSignatureAdmin(ReadOnlyAdmin):
    """Signatures under decisions."""

    list_display = ("decision", "role", "stands_in", "signed_at")
    list_filter = ("role", "stands_in")
    list_select_related = ("decision__trigger",)
    ordering = ("-signed_at",)
