"""Everything the page of one budget shows, in nine queries, whatever the number of keys and days."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.periods import Grain, period_on
from apps.core.problems import Absent
from apps.governance import queries as governance
from apps.governance.models import Exemption
from apps.objectives.domain.evaluating import Evaluation
from apps.objectives.domain.kept_results import Kept
from apps.objectives.domain.months import DayCount, last_months
from apps.objectives.domain.promises import Promise
from apps.objectives.domain.suggesting import SuggestionKind
from apps.objectives.domain.windows import DAY, Span
from apps.objectives.models import (
    BudgetPolicyVersion,
    BudgetStatus,
    BurnAlert,
    Objective,
    ObjectiveVersion,
    PolicyTrigger,
    Series,
    TargetSuggestion,
)
from apps.objectives.queries.agreed_around import Versions, find_versions
from apps.objectives.queries.agreements import Agreed, can_read, promise_of, version_on
from apps.objectives.queries.day_counts import Days, find_days
from apps.objectives.queries.fired_rules import Fired, as_seen, list_fired
from apps.objectives.queries.former_results import Beside, beside
from apps.objectives.queries.incident_spans import shares_of
from apps.objectives.queries.kept_statuses import evaluation_in, judged_by, kept_of, with_keys
from apps.objectives.queries.near_facts import Near, find_near
from apps.services.domain import TenantKind
from apps.services.models import Tenant

MOST_ALERTS = 60


@dataclass(frozen=True)
class BudgetPage:
    """One objective: what is agreed (None before its day), how it stands, what spent it, what was decided."""

    objective: Objective
    versions: Versions
    agreed: Agreed | None
    version: ObjectiveVersion | None = None
    promise: Promise | None = None
    policies: list[BudgetPolicyVersion] = field(default_factory=list)
    status: BudgetStatus | None = None
    keys: list[BudgetStatus] = field(default_factory=list)
    evaluation: Evaluation | None = None
    days: Days = field(default_factory=Days)
    fired: list[Fired] = field(default_factory=list)
    alerts: list[BurnAlert] = field(default_factory=list)
    exemptions: list[Exemption] = field(default_factory=list)
    near: Near = field(default_factory=Near)
    # The share of the budget that each incident took, as the rules count it.
    spent: dict[str, Fraction] = field(default_factory=dict)
    former: Beside | None = None

    @property
    def kept(self) -> Kept:
        """What was kept of the sum."""
        return kept_of(self.status)

    @property
    def suggested(self) -> tuple[SuggestionKind, Decimal | None] | None:
        """What was suggested this month, as long as the promise it speaks of is in force."""
        kind: str | None = getattr(self.objective, "suggested_kind", None)
        spoken_of = version_on(self.versions.of_objective, period_on(clock.today(), Grain.MONTH).first_on - DAY)
        is_same = self.agreed and spoken_of and self.agreed.version.meaning_number == spoken_of.meaning_number
        return (SuggestionKind(kind), getattr(self.objective, "suggested_target", None)) if kind and is_same else None

    @property
    def is_suggested_as_judged(self) -> bool:
        """What was suggested rests on older days whose exemptions nobody can count anew."""
        windows: list[dict[str, Any]] = getattr(self.objective, "suggested_windows", None) or []
        return any(one.get("as_judged") for one in windows)

    @property
    def window(self) -> Span | None:
        """The whole window; None where nothing ever came."""
        return self.evaluation.frame.full if self.evaluation else None


def get_objective(slug: str) -> Objective:
    """An objective with its place and this month's suggestion; raises `Absent`."""
    consuming_teams = Tenant.objects.filter(kind=TenantKind.TEAM.value)
    month = period_on(clock.today(), Grain.MONTH).key
    suggested = TargetSuggestion.objects.filter(objective=OuterRef("pk"), month=month)
    rows = Objective.objects.select_related("indicator__service", "indicator__flow", "owner_team", "former_status")
    rows = rows.annotate(
        suggested_kind=Subquery(suggested.values("kind")[:1]),
        suggested_target=Subquery(suggested.values("target")[:1]),
        suggested_windows=Subquery(suggested.values("windows")[:1]),
        keys_are_teams=Exists(
            Series.objects.filter(indicator=OuterRef("indicator"), key__in=consuming_teams.values("slug"))
        ),
    )
    found: Objective | None = rows.filter(slug=slug).first()
    if found is None:
        raise Absent("not_found", "Nothing is here for you.")
    return found


def get_budget_page(slug: str, by: Principal) -> BudgetPage:
    """The page of an objective."""
    objective, today = get_objective(slug), clock.today()
    versions = find_versions(objective, today)
    agreed = versions.agreed(objective, today)
    if agreed is None:
        return BudgetPage(objective, versions, None)
    rows = list(with_keys(objective.pk))
    status = next((row for row in rows if row.series_id is None), None)
    keys = [row for row in rows if row.series_id is not None]
    version, promise = judged_by(status, agreed)
    evaluation = evaluation_in(agreed, status, keys)
    span = evaluation.frame.span if evaluation else None
    days = find_days(agreed, _alike(versions, version, promise), _since(span, today), last_months(today))
    fired = as_seen(list_fired(PolicyTrigger.objects.filter(objective=objective)), by)
    alerts = list(list_alerts(objective))
    exemptions = list_exemptions(objective, days.rows[0].day if days.rows else today)
    near = find_near(agreed.indicator.service_id, span, by) if span else Near()
    spent = shares_of(objective.pk, version) if near.incidents else {}
    return BudgetPage(
        objective, versions, agreed, version, promise, versions.policies(slug, today), status, keys, evaluation, days,
        fired, alerts, exemptions, near, spent,
        beside(agreed, getattr(objective, "former_status", None), versions.of_objective),
    )  # fmt: skip


def list_alerts(objective: Objective) -> QuerySet[BurnAlert]:
    """Burn alerts of an objective, newest first; one query."""
    rows = BurnAlert.objects.filter(objective=objective).select_related("acknowledged_by", "version")
    return rows.order_by("-from_at")[:MOST_ALERTS]


def list_exemptions(objective: Objective, since: date) -> list[Exemption]:
    """Exemptions that take something out of a budget since a day; one query."""
    first = datetime.combine(since, datetime.min.time(), clock.reporting_zone())
    rows = governance.list_slice_exemptions(first, clock.as_of() + timedelta(days=100))
    return [row for row in rows if objective.slug in row.objectives]


def _alike(versions: Versions, version: ObjectiveVersion, promise: Promise) -> list[int]:
    """The versions up to one that count the same units, by number; exemptions are of the objective, so they agree."""
    earlier = [one for one in versions.of_objective if one.number < version.number and can_read(one)]
    promises = [(one.pk, promise_of(one)) for one in earlier]
    units = (promise.method, promise.slice_target)
    return [*(pk for pk, of in promises if (of.method, of.slice_target) == units), version.pk]


def _since(span: Span | None, today: date) -> date:
    first = last_months(today)[0].first_on
    return min(first, clock.local_day(span.start)) if span else first


def in_window(days: Days, span: Span) -> list[DayCount]:
    """The local days that a window meets."""
    return days.between(clock.local_day(span.start), clock.local_day(span.end - timedelta(microseconds=1)) + DAY)
