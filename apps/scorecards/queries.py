"""Reads of templates, starter kits, cards and their cells."""

import json
from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from apps.accounts.domain import Principal
from apps.core import clock, fact_sources
from apps.core.calendar_words import day_words
from apps.core.periods import Period, UnknownPeriod, parse_period
from apps.core.problems import Absent, Conflict
from apps.measurements.models import ClosedPeriod, RecomputeRequest
from apps.metrics import queries as metrics
from apps.metrics.domain.lenses import Lens
from apps.scorecards.domain import schedule
from apps.scorecards.domain.cells import CellState, most_pressing
from apps.scorecards.domain.content import CardContent, CellContent
from apps.scorecards.domain.templates import slots_of
from apps.scorecards.maturity import days_asked as days_asked
from apps.scorecards.maturity import get_maturity as get_maturity
from apps.scorecards.models import CardDue, CellNote, Scorecard, ScorecardCell, TemplateVersion
from apps.scorecards.reading import read_content
from apps.services.models import Ownership
from apps.teams.domain import TeamType
from apps.teams.models import Team

KITS = Path(__file__).parent / "kits"


def list_templates() -> QuerySet[Any]:
    """Template versions by team type, newest first."""
    return TemplateVersion.objects.order_by("team_type", "-number")


def get_template(team_type: str, day: date) -> TemplateVersion | None:
    """The template that holds for a team type on a day; None before the first."""
    found: TemplateVersion | None = (
        TemplateVersion.objects.filter(team_type=team_type, effective_from__lte=day).order_by("-number").first()
    )
    return found


def newest_template(team_type: str) -> TemplateVersion | None:
    """The template of the highest number, whether it holds yet or not."""
    found: TemplateVersion | None = TemplateVersion.objects.filter(team_type=team_type).order_by("-number").first()
    return found


def newest_templates() -> dict[str, TemplateVersion]:
    """By team type, the template of the highest number, with its adopter; one query."""
    rows = TemplateVersion.objects.select_related("adopted_by").order_by("number")
    return {row.team_type: row for row in rows}


def first_days_of_templates() -> dict[str, date]:
    """By team type, the day from which there is a template at all."""
    found: dict[str, date] = {}
    for team_type, day in TemplateVersion.objects.values_list("team_type", "effective_from"):
        found[team_type] = min(day, found.get(team_type, day))
    return found


@cache
def list_kits() -> tuple[dict[str, Any], ...]:
    """The starter kits that ship with the product, in the order of the team types."""
    return tuple(json.loads((KITS / f"{team_type}.json").read_text(encoding="utf-8")) for team_type in TeamType)


def get_kit(name: str) -> dict[str, Any]:
    """One starter kit by its name; raises `Absent`."""
    for kit in list_kits():
        if kit["kit"] == name:
            return kit
    raise Absent("not_found", "Nothing is here for you.")


def list_slots_showing(names: Iterable[str]) -> list[str]:
    """In sentences, the slots in force now or agreed on for later that show a definition by one of its names."""
    wanted, today = set(names), clock.today()
    rows: list[TemplateVersion] = list(list_templates())
    in_force = {row.team_type: row.number for row in reversed(rows) if row.effective_from <= today}
    found = []
    for row in rows:
        if row.number >= in_force.get(row.team_type, 0):
            since = "" if row.effective_from <= today else f" from {day_words(row.effective_from)}"
            slots = [slot.label for slot in slots_of(row.slots) if slot.definition in wanted]
            found += [f"Scorecards of {row.team_type} teams show it as {label}{since}." for label in slots]
    return found


def list_cards(by: Principal, team: Team | None = None) -> QuerySet[Any]:
    """Cards the principal may read, newest first; of one team if named."""
    cards = Scorecard.objects.visible_to(by).select_related("team").order_by("-end_on", "grain", "-revision", "pk")
    return cards.filter(team=team) if team else cards


def get_card(team: Team, period_key: str | None = None, *, by: Principal) -> Scorecard:
    """The card of a period (default: the newest quarter, else the newest card) with its cells; raises `Absent`."""
    cards = with_cells(list_cards(by, team))
    if period_key is None:
        found = cards.filter(grain="quarter").first() or cards.first()
    else:
        found = cards.filter(period=_known_key(period_key)).first()
    if found is None:
        raise Absent("not_found", "Nothing is here for you.")
    return found  # type: ignore[no-any-return]


def with_cells(cards: QuerySet[Any]) -> QuerySet[Any]:
    """Cards with their cells and notes fetched along: three queries whatever their number."""
    notes = Prefetch("notes", CellNote.objects.order_by("-pk"))
    return cards.prefetch_related(Prefetch("cells", ScorecardCell.objects.order_by("rank").prefetch_related(notes)))


def _known_key(period_key: str) -> str:
    try:
        return parse_period(period_key).key
    except UnknownPeriod as error:
        raise Absent("not_found", "Nothing is here for you.") from error


def newest_cards(team_ids: Iterable[int], grain: str, *, by: Principal) -> dict[int, Scorecard]:
    """The newest card of a grain by team, with its cells: constant queries for any number of teams."""
    cards = list_cards(by).filter(team_id__in=list(team_ids), grain=grain)
    newest = dict(cards.order_by("end_on", "revision").values_list("team_id", "pk"))
    return {card.team_id: card for card in with_cells(Scorecard.objects.filter(pk__in=newest.values()))}


def cells_by_lens(card: Scorecard) -> dict[Lens, list[ScorecardCell]]:
    """The cells of a card in the order of the lenses and, in a lens, of the slots."""
    cells = sorted(card.cells.all(), key=lambda cell: cell.rank)
    return {lens: [cell for cell in cells if cell.lens == lens] for lens in Lens}


def pressing_by_lens(card: Scorecard) -> dict[Lens, ScorecardCell | None]:
    """The most pressing cell of each lens."""
    return {lens: most_pressing((_state(cell), cell) for cell in cells) for lens, cells in cells_by_lens(card).items()}


def _state(cell: ScorecardCell) -> CellState:
    """A missing value that already asks for a decision is missing twice running."""
    state = cell.state
    before = state.status if state.is_missing and cell.needs_decision else ""
    return CellState(trend=state.trend, target=state.target, status=state.status, status_before=before)


def statuses_before(team: Team, period: Period) -> dict[str, str]:
    """Status by slug on the card of the period before; empty when there is none."""
    cells = ScorecardCell.objects.filter(card__team=team, card__period=period.previous().key)
    found = dict(cells.order_by("card__revision").values_list("definition", "status"))
    return {**found, **{now: found[former] for former, now in metrics.renamed_slugs(found).items()}}


def read_card(team: Team, period: Period) -> CardContent:
    """The card as it would be frozen now; raises `Conflict` while no template holds for the team's type."""
    template = get_template(team.team_type, schedule.due_on(period))
    if template is None:
        raise Conflict("state_forbids", f"No scorecard template holds for {team.team_type} teams in {period.key} yet.")
    return read_content(team, period, template, statuses_before(team, period))


def content_of(card: Scorecard) -> CardContent:
    """A frozen card as plain values."""
    names = [field.name for field in fields(CellContent)]
    rows = card.cells.order_by("rank")
    return CardContent(
        team_name=card.team_name, team_type=card.team_type, grain=card.grain, period=card.period, end_on=card.end_on,
        template_number=card.template_number, data_up_to=card.data_up_to, watermark=card.watermark,
        cells=tuple(CellContent(**{name: getattr(row, name) for name in names}) for row in rows),
    )  # fmt: skip


def find_card(team: Team, period: Period) -> Scorecard | None:
    """The frozen card of a team and period, the newest revision; None while there is none."""
    found: Scorecard | None = Scorecard.objects.filter(team=team, period=period.key).order_by("-revision").first()
    return found


def service_ids_in(team: Team, period: Period) -> list[int]:
    """Services the team owned during some of the period."""
    zone = clock.reporting_zone()
    owned = Ownership.objects.current().filter(team=team, from_at__lt=period.ends_at(zone))
    owned = owned.filter(Q(until_at=None) | Q(until_at__gt=period.starts_at(zone)))
    return sorted(set(owned.values_list("service_id", flat=True)))


def is_still_computing(team: Team, period: Period) -> bool:
    """True while cells of the team's services, or of a period that closed by then, wait to be computed."""
    closed = ClosedPeriod.objects.filter(done_at=None, end_on__lte=period.end_on).exists()
    waiting = Q(service_id__in=service_ids_in(team, period)) | Q(service=None)
    return closed or RecomputeRequest.objects.filter(waiting, done_at=None).exists()


def count_later_facts(card: Scorecard) -> int:
    """Facts of the card's period and the team's services that arrived after it was frozen."""
    return later_facts(card.team, parse_period(card.period), card.watermark)


def later_facts(team: Team, period: Period, watermark: dict[str, int]) -> int:
    """Current facts of a period and the team's services that are newer than a watermark; two queries."""
    services = service_ids_in(team, period)
    first, *others = [
        _facts_in(source, period).filter(service_id__in=services, seq__gt=watermark.get(source.key, 0)).values("pk")
        for source in fact_sources.sources
    ]
    return int(first.union(*others, all=True).count())


def _facts_in(source: fact_sources.FactSource, period: Period) -> QuerySet[Any]:
    zone = clock.reporting_zone()
    inside = {f"{source.main_clock}__gte": period.starts_at(zone), f"{source.main_clock}__lt": period.ends_at(zone)}
    rows: QuerySet[Any] = source.model._default_manager.filter(until_seq=None, **inside)
    return rows


def asked_periods(keys: Iterable[str]) -> set[tuple[int, str]]:
    """(team, period) of cards that were asked for already, among these periods."""
    return set(CardDue.objects.filter(period__in=list(keys)).values_list("team_id", "period"))


def lock_team(pk: int) -> Team:
    """The team row, locked until the transaction ends: two freezes of one team follow each other."""
    return Team.objects.select_for_update(no_key=True).get(pk=pk)


def get_cell(pk: int, *, by: Principal) -> ScorecardCell:
    """A cell of a card the principal may read; raises `Absent`."""
    cards = Scorecard.objects.visible_to(by)
    cell: ScorecardCell | None = (
        ScorecardCell.objects.filter(pk=pk, card__in=cards).select_related("card__team").first()
    )
    if cell is None:
        raise Absent("not_found", "Nothing is here for you.")
    return cell
