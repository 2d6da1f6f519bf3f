"""Pages for tests: the worked week of Madrid, a profile of Checkout, items as a pager's tool sends them."""

from datetime import UTC, date, datetime
from typing import Any

from apps.accounts.domain import SYSTEM, Principal, PrincipalKind, Scope
from apps.incidents.models import OnCallProfile
from apps.incidents.operations.oncall_agreeing import write_profile
from apps.teams.models import Team

MONDAY = datetime(2026, 8, 24, 12, tzinfo=UTC)
# Madrid, 2026-W34: when it fired on the team's wall clock, and which rule.
MADRID = (
    ("2026-08-17T09:10:00+02:00", "A"),
    ("2026-08-17T09:18:00+02:00", "B"),
    ("2026-08-17T09:40:00+02:00", "A"),
    ("2026-08-17T15:00:00+02:00", "C"),
    ("2026-08-18T21:30:00+02:00", "A"),
    ("2026-08-20T02:05:00+02:00", "C"),
    ("2026-08-20T02:12:00+02:00", "D"),
    ("2026-08-22T11:00:00+02:00", "E"),
)


def item(fired_at: str, rule: str, **more: Any) -> dict[str, Any]:
    """A page of Checkout's API as a tool sends it."""
    return {"external_key": f"{rule}/{fired_at}", "service": "checkout-api", "rule": rule, "fired_at": fired_at} | more


def madrid_items() -> list[dict[str, Any]]:
    """The eight pages of the worked week."""
    return [item(at, rule) for at, rule in MADRID]


def in_madrid(team: Team, from_on: date = date(2026, 1, 1), **more: Any) -> OnCallProfile:
    """Let a team work in Madrid from eight to six, with ten minutes to acknowledge."""
    said = {
        "zone": "Europe/Madrid", "starts_minute": 480, "ends_minute": 1080, "acknowledgement_seconds": 600,
        "reason": "The team works from Madrid.",
    }  # fmt: skip
    return write_profile(team=team, from_on=from_on, by=SYSTEM, **(said | more))


def push_token(team: Team) -> Principal:
    """The principal of a tool of the team."""
    return Principal(
        kind=PrincipalKind.TOKEN, key="token:1", token_id=1, scopes=frozenset({Scope.PUSH}), token_team_id=team.pk
    )
