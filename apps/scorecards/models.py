"""Scorecards: measurements read against targets in four lenses, frozen as they were."""

from django.db import models
from django.db.models import Q

from apps.accounts.domain import Principal
from apps.accounts.models import User
from apps.core.due import DueRow
from apps.core.immutable import ImmutableModel, ImmutableQuerySet
from apps.governance.models import Proposal
from apps.metrics.domain.lenses import Lens
from apps.scorecards.domain.cells import CellState
from apps.teams.domain import TeamType
from apps.teams.models import Team

CARD_GRAINS = ("week", "month", "quarter")


class TemplateVersion(ImmutableModel):
    """Which slots a team type's card shows; a newer number replaces an older one."""

    team_type = models.CharField(max_length=10, choices=[(t.value, t.label) for t in TeamType])
    number = models.PositiveIntegerField()
    slots = models.JSONField(help_text="[{lens, rank, label, definition (slug or '')}], 4 to 9 of them.")
    reason = models.TextField()
    effective_from = models.DateField()
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField(help_text="When the proposal came into force.")
    adopted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", help_text="Who signed last.")

    class Meta:
        verbose_name = "scorecard template"
        constraints = [
            models.UniqueConstraint(
                name="scorecards_templateversion_number_once",
                fields=["team_type", "number"],
                violation_error_message="This template number is taken.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.team_type} v{self.number}"


class CardDue(DueRow):
    """A card that has to be frozen for a team and a closed period."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    period = models.CharField(max_length=12)
    asked_at = models.DateTimeField(help_text="Waiting for computations is counted from here.")

    class Meta:
        verbose_name = "due scorecard"
        constraints = [
            models.UniqueConstraint(
                name="scorecards_carddue_once",
                fields=["team", "period"],
                violation_error_message="This card is asked for already.",
            )
        ]
        indexes = [models.Index(fields=["due_at"], name="scorecards_due", condition=Q(done_at=None))]  # the drain

    def __str__(self) -> str:
        return f"{self.team_id} {self.period}"


class ScorecardQuerySet(ImmutableQuerySet):
    """Cards by reader."""

    def visible_to(self, principal: Principal) -> "ScorecardQuerySet":
        """Cards of teams whose judgements the principal reads."""
        return self if principal.sees_all_teams else self.filter(team_id__in=principal.visible_team_ids)


class Scorecard(ImmutableModel):  # type: ignore[django-manager-missing]
    """A team's card of one period, frozen: later facts, names and definitions change no word of it."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    team_name = models.CharField(max_length=120)
    team_type = models.CharField(max_length=10)
    grain = models.CharField(max_length=8, choices=[(g, g) for g in CARD_GRAINS])
    period = models.CharField(max_length=12)
    end_on = models.DateField()
    revision = models.PositiveIntegerField(default=1)
    template_number = models.PositiveIntegerField()
    # None: no source was ever heard.
    data_up_to = models.DateTimeField(null=True, blank=True)
    watermark = models.JSONField(help_text="Counters of the fact sources at freezing: {source: seq}.")
    computed_late = models.BooleanField(default=False)
    sha256 = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()

    objects = ScorecardQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "scorecard"
        constraints = [
            models.UniqueConstraint(
                name="scorecards_scorecard_once",
                fields=["team", "period", "revision"],
                violation_error_message="This card is frozen already.",
            )
        ]
        indexes = [models.Index(fields=["team", "grain", "end_on"], name="scorecards_by_team")]  # newest card of a team

    def __str__(self) -> str:
        return f"{self.team_name} {self.period}"


class ScorecardCell(ImmutableModel):  # type: ignore[django-manager-missing]
    """One slot of a card: the value, its interval, and two words with their sentences."""

    card = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="cells")
    rank = models.PositiveSmallIntegerField()
    lens = models.CharField(max_length=12, choices=[(lens.value, lens.value) for lens in Lens])
    label = models.CharField(max_length=120)
    definition = models.CharField(max_length=50, blank=True, default="")
    version_number = models.PositiveIntegerField(null=True, blank=True)
    period = models.CharField(max_length=12)
    unit = models.CharField(max_length=20, blank=True, default="")
    status = models.CharField(max_length=20)
    n = models.PositiveIntegerField(null=True, blank=True)
    clusters = models.PositiveIntegerField(null=True, blank=True)
    value = models.FloatField(null=True, blank=True)
    lower = models.FloatField(null=True, blank=True)
    upper = models.FloatField(null=True, blank=True)
    judged = models.JSONField(
        null=True,
        blank=True,
        help_text="What the words are read from, where it is not the value: {per, value, lower, upper, n, run_id}.",
    )
    run_id = models.BigIntegerField(
        null=True, blank=True, help_text="The pass that computed the value; at its watermark it can be computed again."
    )
    trend_code = models.CharField(max_length=30)
    trend_sentence = models.CharField(max_length=300)
    target_code = models.CharField(max_length=30, blank=True, default="")
    target_sentence = models.CharField(max_length=300, blank=True, default="")
    target_comparison = models.CharField(max_length=8, blank=True, default="")
    target_value = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    weeks = models.JSONField(
        default=list, help_text="13 weeks of {period, value, n, version, run_id} for the small line."
    )
    needs_decision = models.BooleanField(default=False)

    class Meta:
        verbose_name = "scorecard cell"
        constraints = [
            models.UniqueConstraint(
                name="scorecards_scorecardcell_rank_once",
                fields=["card", "rank"],
                violation_error_message="A card has one cell for each slot.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.card_id} {self.label}"

    @property
    def state(self) -> CellState:
        """What decides how pressing the cell is, apart from the card before."""
        return CellState(trend=self.trend_code, target=self.target_code, status=self.status)


class CellNote(ImmutableModel):
    """What a team adds to a cell of its card in its own words; a newer note replaces an older one."""

    cell = models.ForeignKey(ScorecardCell, on_delete=models.PROTECT, related_name="notes")
    text = models.CharField(max_length=500, blank=True)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "cell note"

    def __str__(self) -> str:
        return self.text[:60]
