"""What drafts of indicators, objectives and policies share: names, owners, places of faults; nothing is stored."""

from collections.abc import Iterable, Mapping
from typing import Any

from apps.core import clock
from apps.core.calendar_words import day_words
from apps.core.faults import Faults
from apps.core.problems import Absent, Conflict, FieldProblem, Invalid
from apps.governance.domain.kinds import Item, Op
from apps.objectives.domain.agreed_words import find_slug_problem
from apps.objectives.models import BudgetPolicy, Indicator, Objective
from apps.teams import queries as teams
from apps.teams.models import Team

ATTENTION = "Some fields need attention."
Standing = Indicator | Objective | BudgetPolicy


def placed(found: Iterable[FieldProblem], pointer: str) -> list[FieldProblem]:
    """Faults of a document with their places in the item."""
    return [FieldProblem(f"{pointer}{one.pointer}", one.code, one.detail) for one in found]


def require_standing(item: Item, standing: Standing | None, noun: str) -> None:
    """Raise where the object of an item is there already, is missing, or has left."""
    if item.op is Op.CREATE and standing is not None:
        raise Conflict("slug_taken", f"The {noun} {item.key} exists already. Propose a next version of it.")
    if standing is None and item.op is not Op.CREATE:
        words = f"There is no {noun} {item.key[:60]!r}; propose it as a new one."
        raise Invalid("validation_failed", words, [FieldProblem("/key", "unknown_value", words)])
    if standing is not None and standing.retired_on is not None:
        since = day_words(standing.retired_on)
        raise Conflict("retired", f"{standing.slug} is retired since {since}; nothing more is agreed on it.")


def key_problems(item: Item) -> list[FieldProblem]:
    """Why a new object cannot have this short name."""
    words = find_slug_problem(item.key) if item.op is Op.CREATE else ""
    return [FieldProblem("/key", "not_a_slug", words)] if words else []


def read_owner(
    content: Mapping[str, Any], standing: Standing | None, faults: Faults, default: Team | None = None
) -> Any:
    """The team that is to own it: as named, as it stands, or the default; None after a fault."""
    slug = faults.text(content["owner_team"], "/content/owner_team", longest=50) if content.get("owner_team") else None
    if standing is not None and slug in (None, standing.owner_team.slug):
        return standing.owner_team
    if slug is None:
        if default is None:
            faults.add("/content/owner_team", "required", "Name the team that owns it.")
        return default
    try:
        team = teams.get_team(slug)
    except Absent:
        faults.add("/content/owner_team", "unknown_team", "There is no such team. Name it by its short name.")
        return None
    if team.closed_on is not None and team.closed_on <= clock.today():
        faults.add("/content/owner_team", "unknown_team", f"{team.name} is closed and owns nothing new.")
    return team


def left_team(standing: Standing | None, owner: Team | None) -> Team | None:
    """The team that something leaves for another one; None where it stays, and before it stands."""
    moves = standing is not None and owner is not None and standing.owner_team_id != owner.pk
    return standing.owner_team if standing is not None and moves else None


def refuse(problems: Iterable[FieldProblem]) -> None:
    """Raise `Invalid` with every fault, if there is any."""
    listed = list(problems)
    if listed:
        raise Invalid("validation_failed", ATTENTION, listed)


def refuse_repetition(number: int, before: str, after: str) -> None:
    """Raise `Conflict` where a next version would say exactly what holds."""
    if before == after:
        raise Conflict("already_current", f"Version {number} says exactly this.")
