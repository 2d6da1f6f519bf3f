"""Starter definitions of actions: done by the first day, verified, and how soon incidents are fixed. Pure."""

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

FOLLOW_UP_STARTER = (ACTIONS_ON_TIME, ACTIONS_VERIFIED, TIME_TO_FIX)
