"""What the demonstration prints last: address, sign-ins, and the newest scorecards with their words."""

from collections.abc import Iterator, Sequence

from apps.accounts.domain import SYSTEM
from apps.core.numbers import format_interval
from apps.measurements.domain.wording import WORDS
from apps.portal.demo import organisation as plan
from apps.scorecards import queries as scorecards
from apps.scorecards.domain.cells import NO_DEFINITION
from apps.scorecards.models import Scorecard, ScorecardCell
from apps.teams import queries as teams

SHOWN = ("deployment-frequency", "change-lead-time", "change-failure-rate")


def summary_lines(address: str) -> Iterator[str]:
    """Address, sign-ins and the table of the newest quarterly cards, line by line."""
    yield f"Plumbline, demonstration: {address}"
    yield ""
    yield f"Sign in as (password for all: {plan.PASSWORD})"
    yield from laid_out([(f"  {kind}", name, plan.mail_of(name)) for kind, name in plan.SIGN_INS])
    yield ""
    yield from card_lines()


def card_lines() -> Iterator[str]:
    """One line for each team: its type, and value, trend and target of the slots with a definition."""
    found = {team.pk: team for team in teams.list_teams()}
    cards = scorecards.newest_cards(found, "quarter", by=SYSTEM)
    if not cards:
        yield "No scorecards yet."
        return
    ordered = sorted(cards.values(), key=lambda card: card.team_name)
    labels = {cell.definition: cell.label for card in ordered for cell in _cells(card)}
    yield f"Scorecards of {ordered[0].period} (value, 95 % interval, trend; target)"
    header = ("  Team", "Type", *(labels.get(slug, slug) for slug in SHOWN), "To decide")
    yield from laid_out([header, *(_line(card) for card in ordered)])
    slots = [cell.status for card in ordered for cell in _cells(card)]
    yield f"  {slots.count(NO_DEFINITION)} of {len(slots)} slots have no definition in force yet, and say so."


def _line(card: Scorecard) -> tuple[str, ...]:
    by_slug = {cell.definition: cell for cell in _cells(card)}
    asks = sum(cell.needs_decision for cell in by_slug.values())
    words = [cell_words(by_slug[slug]) if slug in by_slug else "" for slug in SHOWN]
    return (f"  {card.team_name}", card.team_type, *words, str(asks))


def cell_words(cell: ScorecardCell) -> str:
    """Value with interval, the trend's word, and the target's: `21 h (16–27 h), No signal; Met`."""
    value = "no value" if cell.value is None else format_interval(cell.value, cell.lower, cell.upper, cell.unit)
    trend = WORDS[cell.trend_code]
    target = f"; {WORDS[cell.target_code]}" if cell.target_code else ""
    return f"{value}, {trend}{target}"


def _cells(card: Scorecard) -> list[ScorecardCell]:
    return sorted(card.cells.all(), key=lambda cell: cell.rank)


def laid_out(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of text in columns, two spaces apart."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
