"""Starter definitions of incidents, and second versions of failed deployments for when incidents are known. Pure."""

from typing import Any

from apps.metrics.domain.starter import CHANGE_FAILURE_RATE, RECOVERY_TIME, StarterVersion

REAL: list[Any] = [["kind", "in", ["incident"]]]
INCIDENTS: dict[str, Any] = {"facts": "incidents", "clock": "started_at", "where": REAL}
WITHOUT_END = {
    "where": [["is_over", "is", "true"], ["resolved_at", "is", "unset"]],
    "reason": "It is over, and it is not known since when.",
}
FIRST_REASON = "First agreement on incidents: the starter definition, read as it stands until the teams improve it."
REPORTED = "Incidents as teams and tools report them, once for each team however many of its services they touched."
MONTHLY = "Monthly, in the team's synthesis."


def _prompts(worsened: str, improved: str) -> list[dict[str, str]]:
    return [{"movement": "worsened", "text": worsened}, {"movement": "improved", "text": improved}]


SEVERE_INCIDENTS = StarterVersion(
    slug="severe-incidents",
    lens="reliability",
    name="Severe incidents",
    spec={
        "measure": "count",
        "of": INCIDENTS | {"where": [*REAL, ["severity_worst", "at_most", 2]]},
        "direction": "lower_is_better",
        "unit": "count",
    },
    contract={
        "purpose": "Shows how often a flow was impaired or down for the people who rely on it.",
        "decision": "The team decides which safeguard comes before the next feature.",
        "data_source": REPORTED,
        "cadence": MONTHLY,
        "escalation": "Above its target for a quarter: reliability work gets a share of the next capacity split.",
        "pitfall": "A level is a judgement: read it beside the lesser ones, or severe incidents become lesser by name.",
        "pair": "lesser-incidents",
        "prompts": _prompts("What do the severe ones of this period share?", "Which safeguard held this time?"),
    },
    reason=FIRST_REASON,
)

LESSER_INCIDENTS = StarterVersion(
    slug="lesser-incidents",
    lens="reliability",
    name="Lesser incidents",
    spec={
        "measure": "count",
        "of": INCIDENTS | {"where": [*REAL, ["severity_worst", "at_least", 3]]},
        "direction": "neither",
        "unit": "count",
    },
    contract={
        "purpose": "Shows how many incidents had a workaround or were seen before any user was.",
        "decision": "The team decides whether small faults are worth a common look before they grow.",
        "data_source": REPORTED,
        "cadence": MONTHLY,
        "escalation": "None: many lesser incidents are often a sign that people report what they see.",
        "pitfall": "Fewer is not better: a team that stops reporting small ones loses its early warnings.",
        "pair": "severe-incidents",
        "prompts": [
            {"movement": "changed", "text": "Did faults change, or how readily they are reported?"},
            {"movement": "no_signal", "text": "Which of the small ones could have become a severe one?"},
        ],
    },
    reason=FIRST_REASON,
)

TIME_TO_DETECT = StarterVersion(
    slug="time-to-detect",
    lens="reliability",
    name="Time to detect",
    spec={
        "measure": "quantile",
        "of": INCIDENTS,
        "value": {"from": "started_at", "to": "detected_at"},
        "exclude": [
            {"where": [["start_assumed", "is", "true"]], "reason": "Its start is assumed to be its detection."},
        ],
        "direction": "lower_is_better",
        "unit": "seconds",
    },
    contract={
        "purpose": "Shows how long users are hurt before anybody who can help knows.",
        "decision": "The team decides which signal to add or to make trustworthy.",
        "data_source": REPORTED + " Incidents whose start nobody dated are left out, and so is what was caught before.",
        "cadence": MONTHLY,
        "escalation": "Longer than its target for a quarter: detection becomes a subject of the target review.",
        "pitfall": "Only incidents with a known start count; those are often the well watched ones.",
        "pair": "incidents-detected-by-alert",
        "prompts": _prompts("Which signal was there and not seen?", "What let us notice sooner?"),
    },
    reason=FIRST_REASON,
)

TIME_TO_RESTORE = StarterVersion(
    slug="time-to-restore",
    lens="reliability",
    name="Time to restore",
    spec={
        "measure": "quantile",
        "of": INCIDENTS,
        "value": {"from": "started_at", "to": "resolved_at", "missing": "at_least"},
        "exclude": [WITHOUT_END],
        "direction": "lower_is_better",
        "unit": "seconds",
    },
    contract={
        "purpose": "Shows how long it takes from the first hurt until nothing is left to do, reopenings included.",
        "decision": "The team decides whether a trusted way back, a runbook or fewer dependencies return more time.",
        "data_source": REPORTED + " Those that go on count with their length so far.",
        "cadence": MONTHLY,
        "escalation": "Longer than its target for a quarter: recovery becomes a subject of the target review.",
        "pitfall": "Closing an incident early shortens it until it is reopened; the span then runs to the last end.",
        "pair": "time-to-detect",
        "prompts": _prompts("Where did the time go: noticing, deciding or mending?", "Which step became shorter?"),
    },
    reason=FIRST_REASON,
)

DETECTED_BY_ALERT = StarterVersion(
    slug="incidents-detected-by-alert",
    lens="reliability",
    name="Incidents detected by an alert",
    spec={
        "measure": "ratio",
        "of": INCIDENTS,
        "numerator": {"where": [["detected_by", "in", ["alert"]]]},
        "exclude": [
            {"where": [["detected_by", "in", ["unknown"]]], "reason": "Nobody said who or what noticed it first."},
        ],
        "direction": "higher_is_better",
        "unit": "share",
    },
    contract={
        "purpose": "Shows how often monitoring tells before a person or a customer does.",
        "decision": "The team decides which user journey gets an alert of its own.",
        "data_source": REPORTED + " Who noticed is a kind of witness, never a person.",
        "cadence": MONTHLY,
        "escalation": "Below its target for a quarter: the alerts of the owning team are gone through together.",
        "pitfall": "More alerts raise it and wake more people; read it beside the load of being on call.",
        "pair": "time-to-detect",
        "prompts": _prompts("Who told us, and which signal could have?", "Which alert proved its worth?"),
    },
    reason=FIRST_REASON,
)

INCIDENT_STARTER = (SEVERE_INCIDENTS, LESSER_INCIDENTS, TIME_TO_DETECT, TIME_TO_RESTORE, DETECTED_BY_ALERT)

# An incident counts where it began, or where somebody named the deployment behind it.
BEGAN_HERE = [*REAL, {"any": [["role", "in", ["origin"]], ["deployment", "is", "set"]]}]
TO_LAST_DEPLOYMENT: dict[str, Any] = {
    "from": "incidents", "at": "started_at", "where": BEGAN_HERE, "to": "deployments", "to_clock": "finished_at",
    "to_where": ["production"], "explicit": ["deployment"], "infer": "last_before", "scope": "service",
    "max_gap": "72h",
}  # fmt: skip

CHANGE_FAILURE_RATE_WITH_INCIDENTS = StarterVersion(
    slug=CHANGE_FAILURE_RATE.slug,
    lens=CHANGE_FAILURE_RATE.lens,
    name=CHANGE_FAILURE_RATE.name,
    spec=CHANGE_FAILURE_RATE.spec
    | {
        "link": TO_LAST_DEPLOYMENT,
        "numerator": {
            "where": [
                {
                    "any": [
                        ["linked", "is", "some"],
                        {"from": "finished_at", "to": "remediated_by.finished_at", "at_most": "30d"},
                    ]
                }
            ]
        },
        "settle_days": 30,
    },
    contract=CHANGE_FAILURE_RATE.contract
    | {
        "purpose": "Shows how many releases hurt somebody or had to be mended within 30 days.",
        "data_source": "Deployments, what mended them, and incidents with the deployment that is named or came last.",
        "pitfall": "The last release before an incident need not be its cause: rule it out on the incident's page.",
        "pair": "deployment-rework-rate",
    },
    reason=(
        "Repairs alone miss releases that hurt people and were mended by turning something off. With incidents a "
        "release counts as failed when it is named as the cause, or was the last one in the 72 hours before."
    ),
)

RECOVERY_TIME_WITH_INCIDENTS = StarterVersion(
    slug=RECOVERY_TIME.slug,
    lens=RECOVERY_TIME.lens,
    name=RECOVERY_TIME.name,
    spec={
        "measure": "quantile",
        "of": {"facts": "incidents", "clock": "linked.finished_at", "where": BEGAN_HERE},
        "link": TO_LAST_DEPLOYMENT,
        "value": {"from": "linked.finished_at", "to": "resolved_at", "missing": "at_least"},
        "exclude": [WITHOUT_END],
        "direction": "lower_is_better",
        "unit": "seconds",
    },
    contract=RECOVERY_TIME.contract
    | {
        "purpose": "Shows how long it takes from a release that hurt somebody until nothing is left to do.",
        "data_source": "Incidents, and the deployment that is named as their cause or came last before them.",
        "pitfall": "It begins with the release, not with the hurt; time to restore begins with the hurt.",
    },
    reason=(
        "Until now the span ended with the release that mended the failed one, also where a switch or a rollback had "
        "ended the hurt long before. With incidents it ends when nothing is left to do, and open ones count so far."
    ),
)

WITH_INCIDENTS = (CHANGE_FAILURE_RATE_WITH_INCIDENTS, RECOVERY_TIME_WITH_INCIDENTS)
