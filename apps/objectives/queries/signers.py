"""Who is asked about a budget: those who work in its team, and whoever may sign for a role, as governance says."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from apps.accounts.domain import WORKING_ROLES
from apps.governance import queries as governance
from apps.governance.domain.consent import Holders, Seat, seats_for
from apps.governance.domain.kinds import Need
from apps.objectives.domain.budget_policies import Rule
from apps.objectives.domain.policy_words import RuleKey
from apps.objectives.models import PolicyTrigger
from apps.objectives.queries.agreements import find_rule
from apps.teams.models import Membership


def workers_of(team_ids: Collection[int], at: datetime) -> Mapping[int, list[int]]:
    """The people who do the work of each team; one query."""
    rows = Membership.objects.standing(at).filter(team__in=team_ids, role__in=WORKING_ROLES, user__is_active=True)
    found: dict[int, set[int]] = {}
    for team_id, person in rows.values_list("team_id", "user_id"):
        found.setdefault(team_id, set()).add(person)
    return {team_id: sorted(people) for team_id, people in found.items()}


def rule_of(trigger: PolicyTrigger) -> Rule | None:
    """The rule that fired, as the policy said it then; None where that version's text reads no more."""
    return find_rule(trigger.policy_version, RuleKey(trigger.rule))


def seats(
    holders: Holders, team_id: int, roles: Sequence[str], taken: frozenset[int] = frozenset()
) -> dict[str, Seat]:  # fmt: skip
    """Who may sign for each role of a team: its holders; where it is vacant the group's, else a steward.

    `taken` are people who signed another role: what only they hold is vacant.
    """
    found = seats_for([Need(frozenset({role}), team_id) for role in roles], holders, taken, None)
    return dict(zip(roles, found, strict=True))


def seats_now(
    team_id: int, roles: Sequence[str], at: datetime, taken: frozenset[int] = frozenset()
) -> dict[str, Seat]:  # fmt: skip
    """The same, as people hold roles at an instant; one query."""
    return seats(governance.holders_at(at, [team_id]), team_id, roles, taken)


def people_to_sign(asked: Sequence[tuple[int, Sequence[str]]], at: datetime) -> list[dict[int, str]]:
    """For each team and its roles the people who may sign, with the first role they may sign for; one query."""
    if not asked:
        return []
    holders = governance.holders_at(at, {team_id for team_id, _ in asked})
    found = []
    for team_id, roles in asked:
        people: dict[int, str] = {}
        for role, seat in seats(holders, team_id, roles).items():
            for person in sorted(seat.people):
                people.setdefault(person, role)
        found.append(people)
    return found
