"""Words and codes that the pages of several apps share about budgets and what fired. Pure."""

from types import MappingProxyType

from apps.objectives.domain.objective_words import BudgetState
from apps.objectives.domain.policy_words import RuleKey

# The codes under which pages show a state: its word, icon and tone.
STATE_CODES = MappingProxyType(
    {
        BudgetState.OK: "within",
        BudgetState.AT_RISK: "at_risk",
        BudgetState.EXHAUSTED: "exhausted",
        BudgetState.INSUFFICIENT: "not_judged",
        BudgetState.NO_DATA: "no_data",
        BudgetState.STALE: "no_data",
    }
)
NOT_CONNECTED = "No data: not connected"


def fired_words(rule: RuleKey, incident: str) -> str:
    """What fired: `the budget turned Exhausted`; an incident that the reader may not know of is not named."""
    return {
        RuleKey.AT_RISK: "the budget turned At risk",
        RuleKey.EXHAUSTED: "the budget turned Exhausted",
        RuleKey.INCIDENT_SHARE: f"{incident or 'an incident'} took a large part of the budget",
    }[rule]
