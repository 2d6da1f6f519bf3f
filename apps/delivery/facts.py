"""What delivery offers to be measured."""

from datetime import timedelta

from apps.core.fact_sources import FactField, FactSource, FieldType, Via, sources
from apps.delivery.domain import Environment, Intent, Status
from apps.delivery.models import Change, Deployment, Remediation

T = FieldType

_SHARED = (
    FactField("labels", T.LABELS, "Free labels.", example=["api"]),
    FactField("kind", T.CODE, "What sort of row the sender calls it.", example="merge"),
    FactField("size", T.INT, "How much it brought, in the sender's unit (for releases: changes).", example=12),
    FactField("automated", T.BOOL, "Made without a person pressing a button.", example=True),
    FactField("part", T.CODE, "Which part of the version moved: major, minor, patch.", example="minor"),
    FactField("line", T.CODE, "The maintained line it belongs to.", example="3.20"),
)

DEPLOYMENTS = FactSource(
    key="deployments",
    label="Deployments",
    description="Releases that reached an environment.",
    model=Deployment,
    clocks=("started_at", "finished_at"),
    main_clock="finished_at",
    ordered_pairs=(("started_at", "finished_at"),),
    silent_after=timedelta(days=14),
    timeline=lambda row: f"Deployment {row.key} to {row.environment}: {row.status}.",
    fields=(
        FactField("started_at", T.TIME, "When the deployment began.", example="2026-08-24T09:31:00+02:00"),
        FactField("finished_at", T.TIME, "When it was done.", required=True, example="2026-08-24T09:40:00+02:00"),
        FactField("environment", T.ENUM, "Where it went.", choices=tuple(Environment), default=Environment.PRODUCTION),
        FactField("status", T.ENUM, "How it ended.", choices=tuple(Status), default=Status.SUCCEEDED),
        FactField("intent", T.ENUM, "Why it was made.", choices=tuple(Intent), default=Intent.PLANNED),
        FactField("commit", T.CODE, "The commit that was deployed.", example="9f2c1e0a77b4"),
        *_SHARED,
        FactField(
            "remediated_by", T.REF, "The earliest fix that finished after this deployment.", ref="deployments",
            via=Via("remediations", match="failed", pick="fixed_by", clock="finished_at"),
        ),
        FactField(
            "remediates", T.REF, "The earliest deployment before this one that it mended.", ref="deployments",
            via=Via("remediations", match="fixed_by", pick="failed", clock="finished_at", partner_is="before"),
        ),
    ),
)  # fmt: skip

CHANGES = FactSource(
    key="changes",
    label="Changes",
    description="Changes merged into the main line, with the times of their stages.",
    model=Change,
    clocks=("merged_at",),
    main_clock="merged_at",
    fields=(
        FactField("first_commit_at", T.TIME, "The first commit of the branch.", example="2026-08-20T11:02:00+02:00"),
        FactField("opened_at", T.TIME, "When review was asked for.", example="2026-08-21T08:00:00+02:00"),
        FactField("first_review_at", T.TIME, "When the first review came.", example="2026-08-21T10:30:00+02:00"),
        FactField("merged_at", T.TIME, "When it was merged.", required=True, example="2026-08-22T16:45:00+02:00"),
        FactField(
            "deployment", T.REF, "Key of the deployment that first carried it.", ref="deployments", example="v2.31"
        ),
        *_SHARED,
    ),
)

REMEDIATIONS = FactSource(
    key="remediations",
    label="Remediations",
    description="Which later deployment mended which failed one.",
    model=Remediation,
    clocks=("at",),
    main_clock="at",
    silent_after=timedelta(days=36500),
    fields=(
        FactField("at", T.TIME, "When the repair was recorded.", example="2026-08-24T10:05:00+02:00"),
        FactField("failed", T.REF, "Key of the failed deployment.", required=True, ref="deployments", example="v2.31"),
        FactField(
            "fixed_by", T.REF, "Key of the mending deployment.", required=True, ref="deployments", example="v2.32"
        ),
    ),
)

ALL = tuple(sources.register(source) for source in (DEPLOYMENTS, CHANGES, REMEDIATIONS))
