"""The starter catalogue: the five DORA metrics as far as delivery facts carry them, and two improvements. Pure."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class StarterVersion:
    """A version ready to be adopted by a person: identity, spec, contract, and the reason for it."""

    slug: str
    lens: str
    name: str
    spec: dict[str, Any]
    contract: dict[str, Any]
    reason: str = field(default="")


DEPLOYED = {"facts": "deployments", "clock": "finished_at", "where": ["production"]}
SHARE_OF_DEPLOYED = {"measure": "ratio", "of": DEPLOYED, "direction": "lower_is_better", "unit": "share"}
TO_PRODUCTION = {
    "from": "changes", "at": "merged_at", "to": "deployments", "to_clock": "finished_at", "to_where": ["production"],
    "explicit": ["deployment"], "infer": "first_after", "scope": "service", "max_gap": "90d",
}  # fmt: skip
FIRST_REASON = "First agreement on this metric: the starter definition, read as it stands until the teams improve it."

DEPLOYMENT_FREQUENCY = StarterVersion(
    slug="deployment-frequency",
    lens="flow",
    name="Deployment frequency",
    spec={
        "measure": "rate",
        "of": DEPLOYED,
        "direction": "higher_is_better",
        "unit": "per_week",
        "paused_by_freeze": True,
    },
    contract={
        "purpose": "Shows how often finished work reaches the people it is for.",
        "decision": "Tech lead and engineering manager decide whether to cut releases smaller or to automate a step.",
        "data_source": "Deployments reported by the delivery pipeline or read from release tags.",
        "cadence": "Weekly, in the team's review.",
        "escalation": "Two quarters of decline go to the group's leadership as a question about the release path.",
        "pitfall": "Rewarding it breeds tiny releases; several maintained lines multiply one release.",
        "pair": "deployment-rework-rate",
        "prompts": [
            {"movement": "worsened", "text": "Which release step is still manual?"},
            {"movement": "improved", "text": "Do changes arrive sooner, or is the same work cut smaller?"},
        ],
    },
    reason=FIRST_REASON,
)

CHANGE_LEAD_TIME = StarterVersion(
    slug="change-lead-time",
    lens="flow",
    name="Change lead time",
    spec={
        "measure": "quantile",
        "of": {"facts": "changes", "clock": "linked.finished_at"},
        "link": TO_PRODUCTION,
        "value": {
            "from": "first_commit_at",
            "to": "linked.finished_at",
            "stages": [
                ["branch", "first_commit_at", "merged_at"],
                ["release", "merged_at", "linked.finished_at"],
            ],
        },
        "direction": "lower_is_better",
        "unit": "seconds",
        "paused_by_freeze": True,
    },
    contract={
        "purpose": "Shows how long a finished thought waits before it helps anybody.",
        "decision": "Tech lead and engineering manager decide which stage of the delivery path to shorten next.",
        "data_source": "Changes merged into the main line, with the deployment that first carried each of them.",
        "cadence": "Weekly, in the team's review.",
        "escalation": "A target missed twice goes to the quarterly review with the slowest stage named.",
        "pitfall": "Squash merging hides branch time: the first commit and the merge become one moment.",
        "pair": "change-failure-rate",
        "prompts": [
            {"movement": "worsened", "text": "Where does a change wait: review, tests, approval, rework?"},
            {"movement": "improved", "text": "What changed in the pipeline, and who else gains from it?"},
        ],
    },
    reason=FIRST_REASON,
)

CHANGE_FAILURE_RATE = StarterVersion(
    slug="change-failure-rate",
    lens="reliability",
    name="Change failure rate",
    spec=SHARE_OF_DEPLOYED | {"numerator": {"where": [["remediated_by", "is", "set"]]}},
    contract={
        "purpose": "Shows how many releases had to be mended by a later one.",
        "decision": "The team decides whether tests, rollout steps or design come before the next feature.",
        "data_source": "Deployments, and remediations: which later deployment mended which failed one.",
        "cadence": "Monthly, in the team's synthesis.",
        "escalation": "Worse than its target for a quarter: reliability work gets a share of the next capacity split.",
        "pitfall": "Only recorded remediations count, so silence about failures looks like quality.",
        "pair": "deployment-frequency",
        "prompts": [
            {"movement": "worsened", "text": "Which test, rollout step or design would have caught it?"},
            {"movement": "improved", "text": "What now catches faults earlier, and where else would it help?"},
            {"movement": "no_signal", "text": "Are failures rare, or are they not recorded?"},
        ],
    },
    reason=FIRST_REASON,
)

RECOVERY_TIME = StarterVersion(
    slug="failed-deployment-recovery-time",
    lens="reliability",
    name="Failed deployment recovery time",
    spec={
        "measure": "quantile",
        "of": {"facts": "deployments", "clock": "finished_at", "where": ["production", ["remediated_by", "is", "set"]]},
        "value": {"from": "finished_at", "to": "remediated_by.finished_at"},
        "direction": "lower_is_better",
        "unit": "seconds",
    },
    contract={
        "purpose": "Shows how long people live with a failed release before the next one mends it.",
        "decision": "The team decides whether a trusted rollback or quicker detection returns more time.",
        "data_source": "Failed deployments and the earliest deployment that mended each of them.",
        "cadence": "Monthly, in the team's synthesis.",
        "escalation": "A recovery longer than a week is looked at in the next weekly review.",
        "pitfall": "It begins with the release, not with the hurt: slow detection and tired alerts hide inside.",
        "pair": "change-failure-rate",
        "prompts": [
            {"movement": "worsened", "text": "Where do we lack a rollback we trust?"},
            {"movement": "improved", "text": "Which step became shorter: noticing, deciding or mending?"},
        ],
    },
    reason=FIRST_REASON,
)

REWORK_RATE = StarterVersion(
    slug="deployment-rework-rate",
    lens="reliability",
    name="Deployment rework rate",
    spec=SHARE_OF_DEPLOYED
    | {"numerator": {"where": [{"any": [["intent", "in", ["hotfix", "rollback"]], ["remediates", "is", "set"]]}]}},
    contract={
        "purpose": "Shows how many releases nobody had planned and that only repair.",
        "decision": "The team decides how much of the next weeks goes into calming the delivery path.",
        "data_source": "Deployments with their intent, and remediations.",
        "cadence": "Monthly, in the team's synthesis.",
        "escalation": "A share above its target for a quarter is named in the quarterly review.",
        "pitfall": "Pipelines that never state an intent report no rework unless a remediation is recorded.",
        "pair": "deployment-frequency",
        "prompts": [
            {"movement": "worsened", "text": "What do the unplanned releases of these weeks have in common?"},
            {"movement": "improved", "text": "Which safeguard made repairs unnecessary?"},
        ],
    },
    reason=FIRST_REASON,
)

STARTER = (DEPLOYMENT_FREQUENCY, CHANGE_LEAD_TIME, CHANGE_FAILURE_RATE, RECOVERY_TIME, REWORK_RATE)

CHANGE_LEAD_TIME_FROM_MERGE = StarterVersion(
    slug=CHANGE_LEAD_TIME.slug,
    lens=CHANGE_LEAD_TIME.lens,
    name="Change lead time",
    spec=CHANGE_LEAD_TIME.spec | {"value": {"from": "merged_at", "to": "linked.finished_at"}},
    contract=CHANGE_LEAD_TIME.contract
    | {
        "purpose": "Shows how long merged work waits before it helps anybody.",
        "data_source": "Merges into the main line, with the deployment that first carried each change.",
        "pitfall": "Time before the merge is no longer in the number; read it in the branch stage of version 1.",
        "prompts": [
            {"movement": "worsened", "text": "What does merged work wait for: a release day, an approval, a freeze?"},
            {"movement": "improved", "text": "What changed in the pipeline, and who else gains from it?"},
        ],
    },
    reason=(
        "In five services squash merging makes the first commit and the merge one moment, in others branches are years "
        "old: the first half of the number told how teams merge, not how they deliver. From the merge on it is the "
        "same stretch in every service, and the one a team can shorten."
    ),
)

CHANGE_FAILURE_RATE_WITHIN_30_DAYS = StarterVersion(
    slug=CHANGE_FAILURE_RATE.slug,
    lens=CHANGE_FAILURE_RATE.lens,
    name="Change failure rate",
    spec=CHANGE_FAILURE_RATE.spec
    | {
        "numerator": {"where": [{"from": "finished_at", "to": "remediated_by.finished_at", "at_most": "30d"}]},
        "settle_days": 30,
    },
    contract=CHANGE_FAILURE_RATE.contract
    | {
        "purpose": "Shows how many releases had to be mended within 30 days.",
        "pitfall": "A fault that is lived with for longer than 30 days is no longer counted here; see the rework rate.",
        "pair": "deployment-rework-rate",
    },
    reason=(
        "A change that is taken back months later with a regular release needed no repair at once; counting it made "
        "old quarters worse for years while the newest looked better than they would stay. With 30 days every release "
        "gets the same time to show a fault, and a quarter is final 30 days after its end."
    ),
)

SECOND_VERSIONS = (CHANGE_LEAD_TIME_FROM_MERGE, CHANGE_FAILURE_RATE_WITHIN_30_DAYS)
