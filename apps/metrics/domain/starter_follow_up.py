"""Starter definitions of actions: done by the first day, verified, and how soon incidents are fixed. Pure."""

from typing import Any

from apps.metrics.domain.starter import StarterVersion
from apps.metrics.domain.starter_incidents import REAL

# A due day ends with its last second; what is done up to a second later was done within the day.
LAST_SECOND = "1s"
FIRST_REASON = "First agreement on actions: the starter definition, read as it stands until the teams improve it."
COMMITTED = "What teams commit to after retros and reviews, by team; never by person."
SYNTHESIS = "Monthly, in the team's synthesis."


def _prompts(worsened: str, improved: str) -> list[dict[str, str]]:
    return [{"movement": "worsened", "text": worsened}, {"movement": "improved", "text": improved}]


ACTIONS_ON_TIME = StarterVersion(
    slug="actions-on-time",
    lens="learning",
    name="Actions on time",
    spec={
        "measure": "ratio",
        "of": {"facts": "actions", "clock": "first_due_at"},
        "numerator": {"where": [{"from": "first_due_at", "to": "done_at", "at_most": LAST_SECOND}]},
        "exclude": [
            {
                "where": [{"from": "first_due_at", "to": "dropped_at", "at_most": LAST_SECOND}],
                "reason": "Dropped by its first due day: nobody was let wait.",
            },
        ],
        "reading": "commitment",
        "direction": "higher_is_better",
        "unit": "share",
    },
    contract={
        "purpose": "Shows whether what was learned becomes a change by the day the team chose.",
        "decision": "Engineering manager and tech lead decide how much of the next weeks goes to what was promised.",
        "data_source": COMMITTED + " The first due day counts, whatever dates were set later.",
        "cadence": SYNTHESIS,
        "escalation": "Below its target for a quarter: fewer actions are opened, and each is given time.",
        "pitfall": "Small and easy actions raise it; read it beside what the actions moved.",
        "pair": "actions-verified",
        "prompts": _prompts("Which promise had no time of its own?", "What made room for this work?"),
    },
    reason=FIRST_REASON,
)

ACTIONS_VERIFIED = StarterVersion(
    slug="actions-verified",
    lens="learning",
    name="Actions verified",
    spec={
        "measure": "ratio",
        "of": {"facts": "actions", "clock": "done_at"},
        "numerator": {"where": [{"from": "done_at", "to": "verified_at", "at_most": "30d"}]},
        "reading": "commitment",
        "settle_days": 30,
        "direction": "higher_is_better",
        "unit": "share",
    },
    contract={
        "purpose": "Shows whether somebody else looked at what was done, within 30 days.",
        "decision": "The team decides who looks at which evidence, and when.",
        "data_source": COMMITTED + " A second person verifies, with evidence linked.",
        "cadence": SYNTHESIS,
        "escalation": "Below its target for a quarter: verifying gets a fixed place in the weekly review.",
        "pitfall": "The newest month fills up for 30 days; a link to anything counts as evidence.",
        "pair": "actions-on-time",
        "prompts": _prompts("What would show that it is done, and where is it seen?", "What made looking easy?"),
    },
    reason=FIRST_REASON,
)

TIME_TO_FIX = StarterVersion(
    slug="time-to-fix",
    lens="reliability",
    name="Time to fix",
    spec={
        "measure": "quantile",
        "of": {"facts": "incidents", "clock": "started_at", "where": REAL},
        "value": {"from": "started_at", "to": "fixed_at", "missing": "at_least"},
        "direction": "lower_is_better",
        "unit": "seconds",
    },
    contract={
        "purpose": "Shows how long it takes from the first hurt until the deployment that fixes it for good.",
        "decision": "The team decides whether fixes wait for priority, for a release, or for somebody to look.",
        "data_source": "Incidents, and the deployments that people and verified actions link to them as fixes.",
        "cadence": SYNTHESIS,
        "escalation": "Longer than its target for a quarter: fixes come before features in the next capacity split.",
        "pitfall": "An incident whose fix nobody links counts as open, with its length so far.",
        "pair": "time-to-restore",
        "prompts": _prompts("What do known fixes wait for?", "Which wait became shorter?"),
    },
    reason=FIRST_REASON,
)

OPEN: dict[str, Any] = {"facts": "actions", "clock": "created_at", "until": {"earliest": ["done_at", "dropped_at"]}}

RELIABILITY_BACKLOG = StarterVersion(
    slug="reliability-backlog",
    lens="learning",
    name="Reliability backlog",
    spec={"measure": "count", "of": OPEN, "direction": "lower_is_better", "unit": "count"},
    contract={
        "purpose": "Shows how much of what was promised after incidents is still to be done.",
        "decision": "Leadership and team decide how much capacity of the next quarter goes to it.",
        "data_source": COMMITTED + " Open at the end of a period: neither done nor dropped by then.",
        "cadence": "Quarterly, in the target review.",
        "escalation": "Growing for two quarters: fewer actions are opened, or others make room for them.",
        "pitfall": "A short backlog may mean that little is learned; read it beside the incidents.",
        "pair": "reliability-backlog-overdue",
        "prompts": _prompts("Which of these would we open again today?", "What made the backlog shrink?"),
    },
    reason=FIRST_REASON,
)

RELIABILITY_BACKLOG_OVERDUE = StarterVersion(
    slug="reliability-backlog-overdue",
    lens="learning",
    name="Overdue part of the reliability backlog",
    spec={
        "measure": "ratio",
        "of": OPEN,
        "numerator": OPEN | {"clock": "first_due_at"},
        "direction": "lower_is_better",
        "unit": "quotient",
        "reading": "commitment",
    },
    contract={
        "purpose": "Shows how much of the backlog has passed the day it was promised for.",
        "decision": "Leadership and team decide which promises are dropped with a reason and which get time.",
        "data_source": COMMITTED + " The first due day counts, whatever dates were set later.",
        "cadence": "Quarterly, in the target review.",
        "escalation": "Above a third for two quarters: the review goes through the oldest ones, one by one.",
        "pitfall": "Of a small backlog one action is a large part; read it beside the count.",
        "pair": "reliability-backlog",
        "prompts": _prompts("Which promise is still worth keeping?", "What was finished or let go?"),
    },
    reason=FIRST_REASON,
)

FOLLOW_UP_STARTER = (
    ACTIONS_ON_TIME, ACTIONS_VERIFIED, TIME_TO_FIX, RELIABILITY_BACKLOG, RELIABILITY_BACKLOG_OVERDUE,
)  # fmt: skip
