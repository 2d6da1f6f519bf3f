"""What incidents, retros, actions, pages and tickets offer to be measured."""

from datetime import timedelta
from typing import Any

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from apps.accounts.domain import Principal
from apps.core.fact_sources import Declared, FactField, FactSource, FieldType, sources
from apps.incidents.domain.action_words import ActionKind, ActionState, RepeatState
from apps.incidents.domain.incident_words import DetectedBy, IncidentKind, ServiceRole
from apps.incidents.domain.page_words import Bucket, EndReason, Label, Urgency
from apps.incidents.domain.retro_words import Cause
from apps.incidents.models import Action, Incident
from apps.incidents.models_facts import ActionFact, IncidentFact, PageFact, RetroFact, TicketFact

T = FieldType


def _of_hidden_incidents(by: Principal) -> Q:
    """Facts of incidents, and of their retros, that a reader may not know of."""
    return Q(key__in=_keys("I-", Incident.objects.hidden_from(by)))


def _of_hidden_actions(by: Principal) -> Q:
    """Facts of actions out of the retro of such an incident."""
    hidden = Action.objects.filter(retro__incident__in=Incident.objects.hidden_from(by))
    return Q(key__in=_keys("A-", hidden))


def _keys(letter: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    """The keys under which rows are facts, read by the database."""
    keys: QuerySet[Any] = rows.annotate(of=Concat(Value(letter), Cast("pk", CharField()))).values("of")
    return keys


QUIET = timedelta(days=36500)  # no incident, retro or action for however long is no sign of a broken feed

INCIDENTS = FactSource(
    key="incidents",
    label="Incidents",
    description="What users or tenants felt, once for each service it touched.",
    model=IncidentFact,
    clocks=("started_at", "detected_at", "resolved_at"),
    main_clock="started_at",
    hides=_of_hidden_incidents,
    silent_after=QUIET,
    counted_once_by="incident",
    counted_first=("role", ServiceRole.ORIGIN.value),
    declared=Declared("deployments", named="deployment", ruled_out="ruled_out", elsewhere="cause_elsewhere"),
    reported_at="/api/v1/incidents/",
    own_channel="incidents",
    fields=(
        FactField("incident", T.CODE, "The incident that all its services share.", required=True, example="I-12"),
        FactField("started_at", T.TIME, "When users began to feel it.", example="2026-08-24T10:05:00+02:00"),
        FactField("detected_at", T.TIME, "When it was first noticed.", example="2026-08-24T10:17:00+02:00"),
        FactField("acknowledged_at", T.TIME, "When somebody took it up.", example="2026-08-24T10:21:00+02:00"),
        FactField("mitigated_at", T.TIME, "When users were no longer hurt.", example="2026-08-24T10:58:00+02:00"),
        FactField("first_resolved_at", T.TIME, "End of the first stretch.", example="2026-08-24T11:30:00+02:00"),
        FactField(
            "resolved_at",
            T.TIME,
            "End of the last stretch; empty while it goes on.",
            example="2026-08-24T13:52:00+02:00",
        ),
        FactField("fixed_at", T.TIME, "When the first deployment that fixes it was done."),
        FactField("hurt_seconds", T.INT, "From impact to mitigation, summed over reopenings.", example=5700),
        FactField("severity_worst", T.INT, "The worst level it had; 1 is the worst.", example=2),
        FactField("severity_final", T.INT, "The level it had last.", example=3),
        FactField("kind", T.ENUM, "Incident, drill, or written from memory.", choices=tuple(IncidentKind)),
        FactField("role", T.ENUM, "Whether it began in this service or touched it.", choices=tuple(ServiceRole)),
        FactField("cause", T.ENUM, "What triggered it, folded.", choices=tuple(Cause)),
        FactField("known_cause", T.CODE, "The known cause it came from.", example="C-3"),
        FactField("repeat_state", T.ENUM, "How a known cause stood when it returned.", choices=tuple(RepeatState)),
        FactField("detected_by", T.ENUM, "Who or what noticed it first.", choices=tuple(DetectedBy)),
        FactField("retro_required", T.BOOL, "Its severity asks for a retro.", example=True),
        FactField("start_assumed", T.BOOL, "Nobody said when the impact began; the detection stands for it."),
        FactField("is_over", T.BOOL, "Nothing is left to do."),
        FactField("flow", T.CODE, "The flow it touched.", example="checkout"),
        FactField("tenant", T.CODE, "The tenant it touched.", example="north"),
        FactField("deployment", T.REF, "Key of the deployment that caused it.", ref="deployments", example="v2.31"),
        FactField("change", T.REF, "Key of the change that caused it.", ref="changes", example="4711"),
        FactField("ruled_out", T.LABELS, "Keys of deployments that a person ruled out.", example=["v2.30"]),
        FactField("cause_elsewhere", T.BOOL, "A deployment of another of its services caused it."),
        FactField("retro", T.CODE, "Its retro.", example="I-12"),
    ),
)

RETROS = FactSource(
    key="retros",
    label="Retros",
    description="Retros of incidents: when they were due and when they were published.",
    model=RetroFact,
    clocks=("due_at", "published_at"),
    main_clock="due_at",
    hides=_of_hidden_incidents,
    silent_after=QUIET,
    names_team=True,
    reported_at="/api/v1/retros/",
    own_channel="incidents",
    fields=(
        FactField(
            "due_at", T.TIME, "Resolution and the hours its severity gives.", example="2026-08-27T13:52:00+02:00"
        ),
        FactField("published_at", T.TIME, "When it was first published.", example="2026-08-26T16:00:00+02:00"),
        FactField("required", T.BOOL, "The severity of the incident asks for it.", example=True),
        FactField("waived", T.BOOL, "A second person agreed that there is none."),
        FactField("severity_worst", T.INT, "The worst level of its incident.", example=2),
    ),
)

ACTIONS = FactSource(
    key="actions",
    label="Actions",
    description="What teams committed to change after retros and reviews.",
    model=ActionFact,
    clocks=("created_at", "first_due_at", "due_at", "done_at", "verified_at", "dropped_at"),
    main_clock="first_due_at",
    hides=_of_hidden_actions,
    silent_after=QUIET,
    names_team=True,
    reported_at="/api/v1/actions/",
    own_channel="incidents",
    fields=(
        FactField("created_at", T.TIME, "When the team committed to it.", required=True),
        FactField("first_due_at", T.TIME, "Last second of the first due day; no later date moves it.", required=True),
        FactField("due_at", T.TIME, "Last second of the present due day.", required=True),
        FactField("done_at", T.TIME, "When it was done."),
        FactField("verified_at", T.TIME, "When a second person saw that it is done."),
        FactField("dropped_at", T.TIME, "When it was dropped."),
        FactField("state", T.ENUM, "Where it stands.", choices=tuple(ActionState)),
        FactField("kind", T.ENUM, "What it is for.", choices=tuple(ActionKind)),
        FactField("known_cause", T.CODE, "The known cause it works on.", example="C-3"),
        FactField("imported", T.BOOL, "Taken over from elsewhere."),
    ),
)

PAGES = FactSource(
    key="pages",
    label="Pages",
    description="Calls on a team for attention, without who answered.",
    model=PageFact,
    clocks=("fired_at",),
    main_clock="fired_at",
    silent_after=timedelta(days=14),
    names_team=True,
    reported_at="/api/v1/pages/",
    own_channel="pages",
    timeline=lambda row: f"Page: {row.rule or 'a rule without a name'} ({row.urgency or 'urgency not known'}).",
    fields=(
        FactField("fired_at", T.TIME, "When it fired.", required=True, example="2026-08-24T02:05:00+02:00"),
        FactField("acknowledged_at", T.TIME, "When a person took it up.", example="2026-08-24T02:09:00+02:00"),
        FactField("ended_at", T.TIME, "When it ended."),
        FactField("end_reason", T.ENUM, "How it ended.", choices=tuple(EndReason)),
        FactField("urgency", T.ENUM, "Whether it may wake somebody.", choices=tuple(Urgency)),
        FactField("label", T.ENUM, "What it was good for.", choices=tuple(Label)),
        FactField("actionable", T.BOOL, "Somebody acted on it; empty without a label."),
        FactField("bucket", T.ENUM, "The part of the week on the team's wall clock.", choices=tuple(Bucket)),
        FactField("out_of_hours", T.BOOL, "In the evening, at a weekend or at night."),
        FactField("repeat", T.BOOL, "Its rule paged in the seven days before."),
        FactField("woke", T.BOOL, "The first urgent page of its team's night."),
        FactField("rule", T.CODE, "The rule that fired.", example="error-rate"),
    ),
)

TICKETS = FactSource(
    key="tickets",
    label="Tickets",
    description="Support asked of the team that owns a service.",
    model=TicketFact,
    clocks=("opened_at", "resolved_at"),
    main_clock="opened_at",
    silent_after=timedelta(days=30),
    ordered_pairs=(("opened_at", "first_response_at"), ("opened_at", "resolved_at")),
    fields=(
        FactField(
            "opened_at", T.TIME, "When support was asked for.", required=True, example="2026-08-24T09:00:00+02:00"
        ),
        FactField("first_response_at", T.TIME, "The first answer.", example="2026-08-24T09:25:00+02:00"),
        FactField("resolved_at", T.TIME, "When it was settled.", example="2026-08-24T11:00:00+02:00"),
        FactField("kind", T.CODE, "What sort of request it was.", example="access"),
        FactField("tenant", T.CODE, "Who asked, as a tenant.", example="north"),
        FactField("deflected", T.BOOL, "Answered by documentation or self-service, without the team."),
    ),
)

ALL = tuple(sources.register(source) for source in (INCIDENTS, RETROS, ACTIONS, PAGES, TICKETS))
