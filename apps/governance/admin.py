"""Proposals in Django's admin: to look at, never to change."""

from django.contrib import admin

from apps.core.readonly_admin import GovernedAdmin
from apps.governance.models import (
    Comment,
    Exemption,
    FreezeWindow,
    PreviewRun,
    Proposal,
    ProposalItem,
    ProposalRevision,
    QuarterUnderReview,
    Reminder,
    Signature,
)


@admin.register(Proposal)
class ProposalAdmin(GovernedAdmin):
    """Proposals, newest first, with what blocks them."""

    list_display = ("number", "title", "state", "owner_team", "effective_from", "blocked_cause", "last_error")
    list_filter = ("state", "origin")
    list_select_related = ("owner_team",)
    ordering = ("-number",)


@admin.register(ProposalItem)
class ProposalItemAdmin(GovernedAdmin):
    """Changed objects."""

    list_display = ("proposal", "kind", "op", "key", "base_number", "is_meaning")
    list_filter = ("kind", "op")
    list_select_related = ("proposal",)
    ordering = ("-pk",)


@admin.register(ProposalRevision)
class ProposalRevisionAdmin(GovernedAdmin):
    """What proposals said."""

    list_display = ("proposal", "number", "sha256", "made_at", "made_key")
    list_select_related = ("proposal",)
    ordering = ("-pk",)


@admin.register(Signature)
class SignatureAdmin(GovernedAdmin):
    """Signatures in order."""

    list_display = ("revision", "role", "act", "signed_at", "signed_by")
    list_select_related = ("revision__proposal", "signed_by")
    ordering = ("-pk",)


@admin.register(Comment)
class CommentAdmin(GovernedAdmin):
    """What was said about proposals."""

    list_display = ("proposal", "act", "written_at", "written_by")
    list_filter = ("act",)
    list_select_related = ("proposal", "written_by")
    ordering = ("-pk",)


@admin.register(PreviewRun)
class PreviewRunAdmin(GovernedAdmin):
    """Previews that are due, were computed, or rest after failing."""

    list_display = ("revision", "asked_at", "finished_at", "step", "attempts", "last_error")
    list_select_related = ("revision__proposal",)
    ordering = ("-pk",)


@admin.register(QuarterUnderReview)
class QuarterUnderReviewAdmin(GovernedAdmin):
    """Quarters that nothing may restate."""

    list_display = ("team", "quarter", "from_at", "until_at")
    list_select_related = ("team",)
    ordering = ("-from_at",)


@admin.register(Exemption)
class ExemptionAdmin(GovernedAdmin):
    """Exemptions, newest first."""

    list_display = ("number", "kind", "team", "service", "starts_at", "expires_at", "ended_at")
    list_filter = ("kind", "team")
    list_select_related = ("team", "service")
    ordering = ("-number",)


@admin.register(FreezeWindow)
class FreezeWindowAdmin(GovernedAdmin):
    """Freezes, newest first."""

    list_display = ("number", "name", "team", "starts_on", "last_on", "ended_at")
    list_filter = ("team",)
    list_select_related = ("team",)
    ordering = ("-number",)


@admin.register(Reminder)
class ReminderAdmin(GovernedAdmin):
    """Moments that people are told of: those to come, told ones, those that rest after failing."""

    list_display = ("what", "number", "due_at", "attempts", "last_error", "done_at")
    list_filter = ("what",)
    ordering = ("-pk",)
