"""What each of three people asks at a state: the budget page is a negotiation, not a verdict. Pure."""

from collections.abc import Mapping

from apps.accounts.domain.responsibilities import EM, PM, TL
from apps.objectives.domain.objective_words import BudgetState

_UNKNOWN = {
    PM: "Do we still need this promise?",
    TL: "What would make it measurable?",
    EM: "Whose job is the wiring?",
}
QUESTIONS: Mapping[BudgetState, Mapping[str, str]] = {
    BudgetState.OK: {
        PM: "Which launch is worth spending it on?",
        TL: "Which risky change should go now?",
        EM: "Is the pace sustainable for on-call?",
    },
    BudgetState.AT_RISK: {
        PM: "What can wait, or go to fewer users?",
        TL: "What is burning, and which safeguard is missing?",
        EM: "Who needs time or help?",
    },
    BudgetState.EXHAUSTED: {
        PM: "Whom do we tell, and what moves?",
        TL: "Which fix lowers recurrence?",
        EM: "What does the team stop doing?",
    },
    BudgetState.INSUFFICIENT: _UNKNOWN,
    BudgetState.NO_DATA: _UNKNOWN,
    BudgetState.STALE: _UNKNOWN,
}

WORDS: Mapping[str, str] = {
    "Indicator": "What is counted and what of it is good: an SLI.",
    "Objective": "A promise about an indicator to somebody who can be hurt: an SLO.",
    "Error budget": "The failures that a promise allows: one minus its target.",
    "Burn rate": "How many times faster than evenly a budget is being spent.",
    "Slice": "A few minutes of counts: good events, valid ones, and all that the source saw.",
    "Budget policy": "What was agreed, before the argument, to happen when a budget runs low.",
    "Trigger": "One firing of a rule of a budget policy. It stays open until people decide and it is closed.",
    "Tenant": "Somebody a platform promises to: a customer, a cluster, a consuming team.",
}
