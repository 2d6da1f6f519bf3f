"""What objectives offer to be measured."""

from datetime import timedelta

from apps.core.fact_sources import FactField, FactSource, FieldType, sources
from apps.objectives.domain.burning import TierKey
from apps.objectives.domain.objective_words import AlertKind, BudgetState
from apps.objectives.models_facts import BudgetDayFact, BurnAlertFact, BusinessFact, SampleFact

T = FieldType

_SLICE = "2026-08-24T09:35:00+02:00"

SAMPLES = FactSource(
    key="sli_samples",
    label="SLI samples",
    description="Good out of valid events of an indicator's key, summed over each local day that is over.",
    model=SampleFact,
    clocks=("slice_start",),
    main_clock="slice_start",
    own_channel="samples",
    silent_after=timedelta(days=3),
    fields=(
        FactField("slice_start", T.TIME, "The first instant of the local day.", required=True, example=_SLICE),
        FactField("indicator", T.CODE, "The indicator's short name.", required=True, example="checkout-availability"),
        FactField("good", T.INT, "Good events of the day.", required=True, example=1990),
        FactField("valid", T.INT, "Valid events of the day.", required=True, example=2000),
        FactField("tenant", T.CODE, "The tenant, where the indicator counts each by itself.", example="north"),
        FactField("flow", T.CODE, "The critical flow it is about.", example="checkout"),
    ),
    sent_as=(
        FactField("indicator", T.CODE, "The indicator's short name.", required=True, example="checkout-availability"),
        FactField("slice_start", T.TIME, "When the slice begins.", required=True, example=_SLICE),
        FactField("valid", T.INT, "Valid events in the slice.", required=True, example=2000),
        FactField("good", T.INT, "Good ones among them; or send `bad`.", example=1990),
        FactField("bad", T.INT, "Bad ones among them, instead of `good`."),
        FactField("total", T.INT, "All events seen, those left out included; as many as valid unless named."),
        FactField("tenant", T.CODE, "The tenant, where the indicator counts each by itself.", example="north"),
        FactField("segment", T.CODE, "The segment, where the indicator counts each by itself."),
        FactField("service", T.CODE, "May be left out; the indicator's own service."),
    ),
)

BUSINESS = FactSource(
    key="business",
    label="Business measurements",
    description="Numbers of the business at an instant: sign-ups, revenue, cost.",
    model=BusinessFact,
    clocks=("at",),
    main_clock="at",
    silent_after=timedelta(days=14),
    fields=(
        FactField("at", T.TIME, "The instant the number speaks of.", required=True, example=_SLICE),
        FactField("series", T.CODE, "Which number it is.", required=True, example="sign_ups"),
        FactField("amount", T.DECIMAL, "The number.", required=True, example="412.50"),
        FactField("unit", T.CODE, "Its unit.", example="EUR"),
        FactField("tenant", T.CODE, "The tenant it is about.", example="north"),
        FactField("flow", T.CODE, "The critical flow it is about.", example="checkout"),
        FactField("segment", T.CODE, "The segment it is about.", example="mobile"),
    ),
)

QUIET = timedelta(days=36500)  # no alert for however long is no sign of a broken feed

BUDGET_DAYS = FactSource(
    key="budget_days",
    label="Budget days",
    description="How each objective stood at the end of a local day, over its window.",
    model=BudgetDayFact,
    clocks=("day",),
    main_clock="day",
    reported_at="/api/v1/objectives/",
    own_channel="budgets",
    silent_after=timedelta(days=3),
    fields=(
        FactField("day", T.TIME, "The first instant of the local day.", required=True, example=_SLICE),
        FactField("objective", T.CODE, "The objective's short name.", required=True, example="checkout-works"),
        FactField("bad", T.INT, "Bad units in its window.", required=True, example=2911),
        FactField("counted", T.INT, "Counted units in its window.", required=True, example=1284500),
        FactField("allowed", T.DECIMAL, "Bad units that were agreed to.", example="3853.5"),
        FactField("state", T.ENUM, "Where it stood.", choices=tuple(BudgetState)),
    ),
)

BURN_ALERTS = FactSource(
    key="burn_alerts",
    label="Burn alerts",
    description="Openings of burn alerts: a budget that went many times faster than evenly.",
    model=BurnAlertFact,
    clocks=("opened_at", "closed_at"),
    main_clock="opened_at",
    reported_at="/api/v1/objectives/",
    own_channel="budgets",
    silent_after=QUIET,
    timeline=lambda row: f"Burn alert of {row.objective}: {row.kind}.",
    fields=(
        FactField("opened_at", T.TIME, "When it opened.", required=True, example=_SLICE),
        FactField("closed_at", T.TIME, "When it closed; empty while it is open."),
        FactField("objective", T.CODE, "The objective's short name.", required=True, example="checkout-works"),
        FactField("tier", T.ENUM, "Which share of the budget, over how long.", choices=tuple(TierKey)),
        FactField("kind", T.ENUM, "Whether it asks for somebody now, or soon.", choices=tuple(AlertKind)),
    ),
)

ALL = tuple(sources.register(source) for source in (SAMPLES, BUSINESS, BUDGET_DAYS, BURN_ALERTS))
