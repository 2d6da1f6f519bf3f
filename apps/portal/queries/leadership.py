"""Reads of the leadership view: teams by lens, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, OuterRef, Subquery

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.periods import Grain, Period
from apps.metrics.domain.lenses import Lens
from apps.metrics.models import DefinitionVersion
from apps.scorecards import queries as scorecards
from apps.scorecards.domain.schedule import due_periods
from apps.scorecards.models import CellNote, Scorecard, ScorecardCell
from apps.teams import queries as teams
from apps.teams.models import Team

CHANGED_FOR = timedelta(weeks=4)


@dataclass(frozen=True)
class LensWords:
    """One lens of a team's card: its most pressing cell, how many cells need a decision, the team's notes."""

    cell: ScorecardCell | None
    decisions: int
    notes: list[str]


@dataclass(frozen=True)
class TeamLine:
    """A team with its card (None: none is frozen yet) by lens."""

    team: Team
    card: Scorecard | None
    lenses: dict[Lens, LensWords]


def newest_period() -> Period:
    """The last week whose cards are due."""
    return due_periods(clock.as_of(), clock.reporting_zone(), Grain.WEEK)[-1]


def list_visible_teams(principal: Principal) -> list[Team]:
    """Teams whose scorecards the principal reads, by name; one query."""
    rows = teams.list_teams()
    return list(rows if principal.sees_all_teams else rows.filter(pk__in=principal.visible_team_ids))


def ids_needing_decision(period: Period, principal: Principal) -> set[int]:
    """Teams with at least one cell of the period's newest cards that needs a decision; one query."""
    newest = Scorecard.objects.filter(team=OuterRef("team"), period=period.key).order_by("-revision").values("pk")[:1]
    cards = scorecards.list_cards(principal).filter(period=period.key, pk=Subquery(newest)).order_by()
    cells = ScorecardCell.objects.filter(card__in=cards.values("pk"), needs_decision=True)
    return set(cells.values_list("card__team_id", flat=True))


def list_lines(rows: Sequence[Team], period: Period, principal: Principal) -> list[TeamLine]:
    """The given teams with the words of their newest card of the period; three queries whatever their number."""
    found = scorecards.list_cards(principal).filter(team__in=[team.pk for team in rows], period=period.key)
    cards = {card.team_id: card for card in scorecards.with_cells(found.order_by("team_id", "revision"))}
    return [_line(team, cards.get(team.pk)) for team in rows]


def _line(team: Team, card: Scorecard | None) -> TeamLine:
    if card is None:
        return TeamLine(team, None, {})
    pressing, cells = scorecards.pressing_by_lens(card), scorecards.cells_by_lens(card)
    lenses = {lens: _lens(pressing[lens], cells[lens]) for lens in Lens}
    return TeamLine(team, card, lenses)


def _lens(cell: ScorecardCell | None, cells: Sequence[ScorecardCell]) -> LensWords:
    notes = [note.text for one in cells for note in list[CellNote](one.notes.all())[:1]]
    return LensWords(cell, sum(one.needs_decision for one in cells), notes)


def list_changed_definitions(day: date) -> list[DefinitionVersion]:
    """Versions of another meaning that came into force within four weeks before a day, newest first; one query."""
    inside = {"effective_from__lte": day, "effective_from__gt": day - CHANGED_FOR}
    rows = DefinitionVersion.objects.filter(number__gt=1, meaning_number=F("number"), **inside).select_related(
        "definition"
    )
    return list(rows.order_by("-effective_from", "definition__slug"))
