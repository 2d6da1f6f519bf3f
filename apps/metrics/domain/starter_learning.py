"""Starter definitions of learning: retros within the time their severity gives, and incidents that return. Pure."""

from apps.metrics.domain.starter import StarterVersion
from apps.metrics.domain.starter_incidents import REAL

# The shortest length a rule can say: whatever was published within the due second is in time.
DUE_SECOND = "1s"
FIRST_REASON = "First agreement on learning: the starter definition, read as it stands until the teams improve it."
SYNTHESIS = "Monthly, in the team's synthesis."


def _prompts(worsened: str, improved: str) -> list[dict[str, str]]:
    return [{"movement": "worsened", "text": worsened}, {"movement": "improved", "text": improved}]


RETROS_WITHIN_72H = StarterVersion(
    slug="retros-within-72h",
    lens="learning",
    name="Retros within 72 hours",
    spec={
        "measure": "ratio",
        "of": {
            "facts": "retros",
            "clock": "due_at",
            "where": [{"any": [["required", "is", "true"], ["waived", "is", "true"]]}],
        },
        "numerator": {"where": [{"from": "due_at", "to": "published_at", "at_most": DUE_SECOND}]},
        "exclude": [
            {
                "where": [["waived", "is", "true"]],
                "reason": "Waived: a second person agreed that nothing would be learned from it.",
            },
        ],
        "reading": "commitment",
        "direction": "higher_is_better",
        "unit": "share",
    },
    contract={
        "purpose": "Shows whether what was learned is written down while people still remember it.",
        "decision": "Tech lead and engineering manager decide whether writing gets its own time after an incident.",
        "data_source": "Retros that a severity asks for, due 72 hours after the last resolution; waived ones named.",
        "cadence": SYNTHESIS,
        "escalation": "Below its target for a quarter: fewer severities ask for a retro, and each is given time.",
        "pitfall": "A retro written in haste is in time, too; read it beside the actions it led to.",
        "pair": "actions-on-time",
        "prompts": _prompts(
            "What took the time in which it would have been written?", "What made writing possible so soon?"
        ),
    },
    reason=FIRST_REASON,
)

REPEAT_INCIDENTS = StarterVersion(
    slug="repeat-incidents",
    lens="learning",
    name="Repeat incidents",
    spec={
        "measure": "count",
        "of": {"facts": "incidents", "clock": "started_at", "where": [*REAL, ["repeat_state", "is", "set"]]},
        "direction": "lower_is_better",
        "unit": "count",
    },
    contract={
        "purpose": "Shows how often something hurt users again although its cause was known.",
        "decision": "The team decides whether a known cause is mended for good, or accepted in a sentence.",
        "data_source": "Incidents that people confirmed to come from a cause a published retro had named before.",
        "cadence": SYNTHESIS,
        "escalation": "A cause that returns after a done action stands on the next weekly agenda.",
        "pitfall": "Causes nobody writes down never repeat; read it beside the incidents without a known cause.",
        "pair": "retros-within-72h",
        "prompts": _prompts("What did the action on this cause leave open?", "Which cause came back no more, and why?"),
    },
    reason=FIRST_REASON,
)

LEARNING_STARTER = (RETROS_WITHIN_72H, REPEAT_INCIDENTS)
