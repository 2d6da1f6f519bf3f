"""Proposals and all that is written about them: revisions, signatures, comments, previews, quarters under review."""

from django.db import models
from django.db.models import F, Q

from apps.accounts.models import User
from apps.core.due import DueRow
from apps.core.immutable import ImmutableModel
from apps.governance.domain.acts import CommentAct, SignatureAct
from apps.governance.domain.notices import Reminding
from apps.governance.domain.origins import Origin
from apps.governance.domain.states import ProposalState
from apps.governance.models_exclusions import Exemption, FreezeWindow
from apps.teams.models import Team

__all__ = [
    "Comment",
    "Exemption",
    "FreezeWindow",
    "PreviewRun",
    "Proposal",
    "ProposalItem",
    "ProposalRevision",
    "QuarterUnderReview",
    "Reminder",
    "Signature",
]

STATES = [(state.value, state.label) for state in ProposalState]
DECIDED = [state.value for state in ProposalState if not state.is_open]


class Proposal(DueRow):  # type: ignore[django-manager-missing]
    """A change that is agreed on as a whole; what it says stands in its revisions, each of which never changes."""

    number = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=12, choices=STATES, default=ProposalState.DRAFT.value)
    origin = models.CharField(max_length=8, choices=[(origin.value, origin.value) for origin in Origin])
    title = models.CharField(max_length=300)
    owner_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    is_private = models.BooleanField(default=False, help_text="It speaks of one team's judgement: its targets.")
    revision_number = models.PositiveIntegerField(default=1)
    revision_sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    created_key = models.CharField(max_length=60, help_text="Key of the person, token or system that drafted it.")
    submitted_at = models.DateTimeField(null=True, blank=True)
    # The last act of anybody; two weeks later an idle proposal expires.
    moved_at = models.DateTimeField()
    # The comment window of affected teams that do not own what changes; None: there is none.
    window_until = models.DateTimeField(null=True, blank=True)
    effective_from = models.DateField(null=True, blank=True, help_text="The date it was scheduled for.")
    governs_from = models.DateField(null=True, blank=True)
    blocked_cause = models.CharField(max_length=500, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=2000, blank=True, default="", help_text="Why it was rejected or withdrawn.")

    class Meta:
        verbose_name = "proposal"
        constraints = [
            models.CheckConstraint(
                name="governance_proposal_decided_pair",
                condition=Q(state__in=DECIDED, decided_at__isnull=False) | (~Q(state__in=DECIDED) & Q(decided_at=None)),
                violation_error_message="A decided proposal names its time; an open one has none.",
            ),
            models.CheckConstraint(
                name="governance_proposal_blocked_with_cause",
                condition=~Q(state=ProposalState.BLOCKED.value) | ~Q(blocked_cause=""),
                violation_error_message="A blocked proposal says what blocks it.",
            ),
            models.CheckConstraint(
                name="governance_proposal_author",
                condition=~Q(origin=Origin.PERSON.value) | Q(created_by__isnull=False),
                violation_error_message="A proposal that a person drafted names that person.",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="governance_proposal_due", condition=Q(done_at=None)),  # the timer
            models.Index(fields=["state", "moved_at"], name="governance_proposal_open"),  # what needs me
        ]

    def __str__(self) -> str:
        return f"P-{self.number}"


class ProposalItem(models.Model):
    """One changed object of a proposal's present revision, so that open changes of one object find each other."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(max_length=30)
    op = models.CharField(max_length=10)
    key = models.CharField(max_length=200)
    base_number = models.PositiveIntegerField(default=0)
    # As it read when the revision was written, so that lists and decided proposals are shown without reading it again.
    name = models.CharField(max_length=200, blank=True, default="")
    owner_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    is_meaning = models.BooleanField(default=True, help_text="It changes what is computed, not only words.")
    needs = models.JSONField(default=list, help_text="Signatures it needs: [{roles, team}], team null: organisation.")
    shown = models.JSONField(default=dict, help_text="{before, after}: each {sentence, document} or null.")

    class Meta:
        verbose_name = "proposal item"
        constraints = [
            models.UniqueConstraint(
                name="governance_proposalitem_object_once",
                fields=["proposal", "kind", "key"],
                condition=~Q(key=""),  # what is new and takes its number later has none yet
                violation_error_message="A proposal changes each object once.",
            )
        ]
        indexes = [models.Index(fields=["kind", "key"], name="governance_item_by_object")]  # the other open changes

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class ProposalRevision(ImmutableModel):
    """What a proposal said at one time, with its author; signatures are of its hash."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    text = models.TextField(help_text="Canonical JSON: items, reason, category, date asked, history mode.")
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    made_key = models.CharField(max_length=60)

    class Meta:
        verbose_name = "proposal revision"
        constraints = [
            models.UniqueConstraint(
                name="governance_proposalrevision_number_once",
                fields=["proposal", "number"],
                violation_error_message="This revision number is taken.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.proposal} r{self.number}"


class Signature(ImmutableModel):
    """One person's agreement to one revision, in one role."""

    revision = models.ForeignKey(ProposalRevision, on_delete=models.PROTECT, related_name="signatures")
    role = models.CharField(max_length=20)
    act = models.CharField(max_length=8, choices=[(act.value, act.value) for act in SignatureAct])
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "signature"
        constraints = [
            models.UniqueConstraint(
                name="governance_signature_person_once",
                fields=["revision", "signed_by"],
                violation_error_message="One person signs a revision once.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.revision} {self.act} as {self.role}"


class Comment(ImmutableModel):
    """What a person wrote about a revision; a request for changes blocks until it is answered."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="comments")
    revision = models.ForeignKey(ProposalRevision, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=16, choices=[(act.value, act.value) for act in CommentAct])
    # The request that this one takes back or dismisses.
    answers = models.ForeignKey("self", on_delete=models.PROTECT, related_name="answered", null=True, blank=True)
    text = models.CharField(max_length=2000)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "proposal comment"
        constraints = [
            models.CheckConstraint(
                name="governance_comment_answers",
                condition=Q(act__in=["dismiss", "take_back"], answers__isnull=False)
                | (~Q(act__in=["dismiss", "take_back"]) & Q(answers=None)),
                violation_error_message="A request is dismissed or taken back by naming it.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.proposal}: {self.act}"


class PreviewRun(DueRow):
    """One computation of what a revision would change; fixed once it is finished."""

    revision = models.ForeignKey(ProposalRevision, on_delete=models.PROTECT, related_name="previews")
    base_numbers = models.JSONField(help_text="Numbers of the versions it was compared with: {kind key: number}.")
    engine_version = models.CharField(max_length=20)
    asked_at = models.DateTimeField()
    step = models.CharField(max_length=200, blank=True, default="", help_text="What is being computed now.")
    finished_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(null=True, blank=True, help_text="Sections with sentences and rows by team.")

    class Meta:
        verbose_name = "impact preview"
        constraints = [
            models.CheckConstraint(
                name="governance_previewrun_finished_pair",
                condition=Q(finished_at=None, result=None) | Q(finished_at__isnull=False, result__isnull=False),
                violation_error_message="A finished preview has a result.",
            ),
            models.UniqueConstraint(
                name="governance_previewrun_one_open",
                fields=["revision"],
                condition=Q(finished_at=None),
                violation_error_message="The preview of this revision is being computed.",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="governance_preview_due", condition=Q(done_at=None))]  # drain

    def __str__(self) -> str:
        return f"preview of {self.revision}"


class QuarterUnderReview(models.Model):
    """A team's quarter while its review is open: nothing may restate it meanwhile."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    quarter = models.CharField(max_length=7)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "quarter under review"
        constraints = [
            models.UniqueConstraint(
                name="governance_quarterunderreview_once",
                fields=["team", "quarter"],
                violation_error_message="This quarter is under review already.",
            ),
            models.CheckConstraint(
                name="governance_quarterunderreview_order",
                condition=Q(until_at=None) | Q(until_at__gte=F("from_at")),
                violation_error_message="A review closes after it opens.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team_id} {self.quarter}"


class Reminder(DueRow):
    """The duty of telling people that a moment of a proposal, an exemption or a freeze has come."""

    what = models.CharField(max_length=20, choices=[(what.value, what.value) for what in Reminding])
    number = models.PositiveIntegerField(help_text="Of the proposal, the exemption or the freeze.")

    class Meta:
        verbose_name = "reminder"
        constraints = [
            models.UniqueConstraint(
                name="governance_reminder_once",
                fields=["what", "number"],
                violation_error_message="This reminder is asked for already.",
            )
        ]
        indexes = [models.Index(fields=["due_at"], name="governance_reminder_due", condition=Q(done_at=None))]  # drain

    def __str__(self) -> str:
        return f"{self.what} {self.number}"
