"""Rows of actions name a team instead of a service: found here, with the last second of the due day in its zone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from apps.core import clock
from apps.incidents.domain.action_dates import end_of_day
from apps.incidents.domain.action_words import ActionState
from apps.incidents.queries.team_zones import zones_of
from apps.integrations.domain.csv_reading import CsvRow, RowError, shown_value
from apps.teams import queries as teams
from apps.teams.models import Team


def resolve_actions(rows: Iterable[CsvRow], team: Team | None) -> Iterator[CsvRow]:
    """Each row with `team` as the primary key and `first_due_at`, or with what keeps it from being an action."""
    known = {team.slug: team} if team else {one.slug: one for one in teams.list_all_teams()}
    zones = zones_of([one.pk for one in known.values()], clock.as_of())
    return (_resolved(row, known, zones) for row in rows)


def _resolved(row: CsvRow, known: Mapping[str, Team], zones: Mapping[int, ZoneInfo]) -> CsvRow:
    if row.fact is None:
        return row
    slug, fact = row.fact["team"], row.fact
    team = known.get(slug.lower())
    if team is None:
        return _refused(row, "team", slug, "unknown_team", "No team of this name is known to you here.")
    if fact["state"] != ActionState.OPEN and fact["done_at"] is None:
        sentence = f"An action that is {fact['state']} says when: fill in done_at, also for one that was dropped."
        return _refused(row, "done_at", "", "required", sentence)
    if fact["state"] == ActionState.OPEN and fact["done_at"] is not None:
        return _refused(row, "done_at", "", "out_of_range", "An open action has no done_at. Leave it empty.")
    return replace(row, fact={**fact, "team": team.pk, "first_due_at": end_of_day(fact["due_on"], zones[team.pk])})


def _refused(row: CsvRow, column: str, value: str, code: str, sentence: str) -> CsvRow:
    return replace(row, fact=None, errors=(RowError(row.line, column, shown_value(value), code, sentence),))
