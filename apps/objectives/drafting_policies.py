"""A budget policy's version, or the end of an agreement, as somebody proposes it; nothing is stored here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.core.faults import Faults
from apps.core.problems import Absent, Conflict
from apps.governance.domain.kinds import Item, changed_beside, created_beside
from apps.objectives.domain.budget_policies import Policy, read_policy
from apps.objectives.drafting import (
    Standing,
    key_problems,
    left_team,
    placed,
    read_owner,
    refuse,
    refuse_repetition,
    require_standing,
)
from apps.objectives.models import BudgetPolicy, BudgetPolicyVersion, Indicator
from apps.objectives.queries import agreements, standing
from apps.teams.models import Team

OBJECTIVE = "slo"
NOUNS = {"sli": "SLI", "slo": "SLO", "budget_policy": "budget policy"}


@dataclass(frozen=True)
class PolicyDraft:
    """A whole policy that reads without fault, and the newest version it follows (None: the first)."""

    slug: str
    owner_team: Team
    policy: Policy
    current: BudgetPolicyVersion | None
    # The team it leaves; None: it stays where it is.
    moved_from: Team | None = None

    @property
    def number(self) -> int:
        """The number it will get."""
        return self.current.number + 1 if self.current else 1

    @property
    def owner_team_id(self) -> int:
        """The team whose SLOs it speaks of from then on."""
        return self.owner_team.pk

    @property
    def is_same_meaning(self) -> bool:
        """True when scope and rules are those of the version before."""
        before = agreements.policy_of(self.current) if self.current else None
        return before is not None and before.computing_text == self.policy.computing_text

    @property
    def meaning_number(self) -> int:
        """The number of the first version with these rules."""
        return self.current.meaning_number if self.current and self.is_same_meaning else self.number

    @property
    def content(self) -> dict[str, Any]:
        """The item's content with all that was left out filled in."""
        return {"owner_team": self.owner_team.slug, "policy": self.policy.as_document()}


def read_policy_draft(item: Item) -> PolicyDraft:
    """The policy an item proposes; raises `Invalid` with every fault, `Conflict` for what is in force."""
    row = standing.find_policy(item.key)
    require_standing(item, row, NOUNS[item.kind])
    current = standing.newest_policy_version(row) if row else None
    faults, inner, content = Faults(), Faults(), item.content
    faults.keys(content, "/content", known=("owner_team", "policy"), required=("policy",))
    policy = read_policy(content["policy"], inner) if "policy" in content else None
    owner = read_owner(content, row, faults)
    if policy is not None:
        _check_objectives(policy.objectives, owner, inner)
    refuse([*key_problems(item), *faults.found, *placed(inner.found, "/content/policy")])
    if policy is None or owner is None:
        raise Absent("not_found", "Nothing is here for you.")  # no fault was noted, so both were read
    moved_from = left_team(row, owner)
    if current is not None and moved_from is None:
        refuse_repetition(current.number, current.policy_text, policy.canonical_text)
    return PolicyDraft(item.key, owner, policy, current, moved_from)


def _check_objectives(slugs: Sequence[str], owner: Team | None, faults: Faults) -> None:
    """A policy speaks of its own team's objectives, those that the same proposal creates included."""
    known = standing.owners_of(set(slugs))
    for slug in slugs:
        if slug in known and owner is not None and not _belongs_to(owner, slug, known[slug]):
            faults.add("/objectives", "not_yours", f"{slug} belongs to another team, which agrees on its own policy.")
        elif slug not in known and created_beside(OBJECTIVE, slug) is None:
            faults.add("/objectives", "unknown_value", f"There is no SLO {slug[:60]!r}.")


def _belongs_to(owner: Team, slug: str, owner_id: int) -> bool:
    """Whether an objective is the team's once the proposal holds: it may move with the policy."""
    beside = changed_beside(OBJECTIVE, slug)
    named = beside.content.get("owner_team") if beside else None
    return bool(named == owner.slug) if named else owner_id == owner.pk


@dataclass(frozen=True)
class RetirementDraft:
    """An agreement that is to leave."""

    row: Standing
    number: int
    name: str
    flow: str = ""

    @property
    def text(self) -> str:
        """What becomes of it."""
        return "From its date on nothing more is judged by it; its history stays."


def read_retirement(item: Item) -> RetirementDraft:
    """The end of an indicator, objective or policy; raises `Conflict` while something stands on it."""
    find: Any = {"sli": standing.find_indicator, "slo": standing.find_objective}.get(item.kind, standing.find_policy)
    row: Standing | None = find(item.key)
    require_standing(item, row, NOUNS[item.kind])
    faults = Faults()
    faults.keys(item.content, "/content", known=("flow",))
    refuse(faults.found)
    if row is None:
        raise Absent("not_found", "Nothing is here for you.")
    require_unused(row)
    newest = _newest(row)
    return RetirementDraft(row, newest.number if newest else 0, newest.name if newest else row.slug, _flow_of(row))


def require_unused(row: Standing) -> None:
    """Raise `Conflict` while objectives stand on an indicator."""
    names = [one.slug for one in standing.list_promised_by(row)] if isinstance(row, Indicator) else []
    if names:
        raise Conflict("still_used", f"{', '.join(names)} stands on it. Retire that first.")


def _newest(row: Standing) -> Any:
    if isinstance(row, BudgetPolicy):
        return standing.newest_policy_version(row)
    if isinstance(row, Indicator):
        return standing.newest_indicator_version(row)
    return standing.newest_objective_version(row)


def _flow_of(row: Standing) -> str:
    if isinstance(row, BudgetPolicy):
        return ""
    flow = row.flow if isinstance(row, Indicator) else row.indicator.flow
    return flow.slug if flow else ""
