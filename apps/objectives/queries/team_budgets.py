"""Budgets of a team or a service for a page with one query to spare: rows packed as text, to stand in a union."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import CharField, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, JSONObject

from apps.core import clock
from apps.core.periods import local_midnight
from apps.objectives.domain.counts import Tally
from apps.objectives.domain.evaluating import Evaluation
from apps.objectives.domain.kept_results import Kept, Measuring, evaluation_of
from apps.objectives.domain.months import DayCount
from apps.objectives.domain.objective_words import BudgetState, StateReason
from apps.objectives.domain.promises import Promise
from apps.objectives.domain.states import Judged
from apps.objectives.domain.windows import DAY, MOST_DAYS
from apps.objectives.models import BudgetDay, IndicatorVersion, ObjectiveVersion, PolicyTrigger
from apps.objectives.queries.agreements import can_read, promise_of, standing_objectives
from apps.objectives.queries.fired_rules import COLUMNS as FIRED
from apps.objectives.queries.fired_rules import Fired, fold
from apps.objectives.queries.owning import with_team_then

OBJECTIVE, TRIGGER, BUDGET_DAY = "objective", "trigger", "budget_day"
WHAT = frozenset({OBJECTIVE, TRIGGER, BUDGET_DAY})
STATUS = (
    "state", "reason", "judged_state", "window_end", "bad", "counted", "basis", "recent_bad", "recent_counted",
    "keys_within", "keys_judged", "version_id", "version__promise_text",
)  # fmt: skip
INSTANTS = frozenset(name for name in FIRED if name.endswith(("_at", "_since"))) | {"window_end"}
DAYS = frozenset({"decisions__revisit_on", "day", "readable_on"})


@dataclass
class TeamBudget:
    """One objective of a team: its promise, how it stands (None: nothing ever came), its triggers and days."""

    slug: str
    promise: Promise
    evaluation: Evaluation | None
    was: BudgetState | None = None
    version_id: int | None = None
    fired: list[Fired] = field(default_factory=list)
    days: list[DayCount] = field(default_factory=list)

    @property
    def is_judged(self) -> bool:
        """Something can be said about it now."""
        return self.evaluation is not None and self.evaluation.judged.state.is_judged


def packed_rows(where: Mapping[str, Any], today: date, *, with_days: bool = False) -> list[QuerySet[Any]]:
    """What is promised today where objectives meet a condition, open triggers, and days of the windows.

    Each row has `what`, `pk` and its values as `packed` text.
    """
    rows = [_objectives(where, today), _triggers(where)]
    return [*rows, _days(where, today)] if with_days else rows


def _through(relation: str, where: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{relation}__{name}": value for name, value in where.items()}


def _pack(rows: QuerySet[Any], what: str, names: Mapping[str, str]) -> QuerySet[Any]:
    packed = Cast(JSONObject(**{key: F(name) for key, name in names.items()}), TextField())
    found: QuerySet[Any] = rows.annotate(what=Value(what, CharField()), packed=packed)
    return found


def _objectives(where: Mapping[str, Any], today: date) -> QuerySet[Any]:
    held = Q(effective_from=None) | Q(effective_from__lte=today)
    promised = ObjectiveVersion.objects.filter(held, objective=OuterRef("pk")).order_by("-number")
    measured = IndicatorVersion.objects.filter(held, indicator=OuterRef("indicator")).order_by("-number")
    rows = standing_objectives(today).filter(**where).annotate(
        sum=FilteredRelation("statuses", condition=Q(statuses__series=None)),
        promise_text=Subquery(promised.values("promise_text")[:1]),
        slice_seconds=Subquery(measured.values("slice_seconds")[:1]),
        meaning_number=Subquery(measured.values("meaning_number")[:1]),
    )  # fmt: skip
    begun = IndicatorVersion.objects.filter(indicator=OuterRef("indicator"), number=OuterRef("meaning_number"))
    rows = rows.annotate(readable_on=Subquery(begun.filter(number__gt=1).values("effective_from")[:1]))
    names = {name: name for name in ("slug", "promise_text", "slice_seconds", "readable_on")}
    return _pack(rows, OBJECTIVE, names | {name: f"sum__{name}" for name in STATUS})


def _triggers(where: Mapping[str, Any]) -> QuerySet[Any]:
    rows = PolicyTrigger.objects.filter(closed_at=None, **_through("objective", where))
    rows = with_team_then(rows, objective="objective", at="from_at")
    return _pack(rows, TRIGGER, {name: name for name in FIRED})


def _days(where: Mapping[str, Any], today: date) -> QuerySet[Any]:
    rows = BudgetDay.objects.filter(
        series=None, day__gte=today - (MOST_DAYS + 2) * DAY, **_through("version__objective", where)
    )
    return _pack(rows, BUDGET_DAY, {name: name for name in ("version_id", "day", "bad", "counted")})


def list_budgets(where: Mapping[str, Any], today: date) -> list[TeamBudget]:
    """Budgets without their days; one query."""
    first, *others = (part.values_list("what", "packed") for part in packed_rows(where, today))
    return unpack(first.union(*others, all=True))


def unpack(rows: Iterable[tuple[str, str]]) -> list[TeamBudget]:
    """The budgets of packed rows (`what` and text), by the name of their promise."""
    read: dict[str, list[dict[str, Any]]] = {what: [] for what in WHAT}
    for what, text in rows:
        read[what].append(_values(json.loads(text)))
    found = [one for row in read[OBJECTIVE] if (one := _budget(row)) is not None]
    by_slug = {one.slug: one for one in found}
    for fired in fold(_in_order(read[TRIGGER])):
        if fired.slug in by_slug:
            by_slug[fired.slug].fired.append(fired)
    by_version = {one.version_id: one for one in found}
    for row in sorted(read[BUDGET_DAY], key=lambda row: row["day"]):
        if (one := by_version.get(row["version_id"])) is not None:
            tally = Tally(row["bad"], row["counted"])
            one.days.append(DayCount(row["day"], tally, tally))
    return sorted(found, key=lambda one: (one.promise.name, one.slug))


def _in_order(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Decisions of a trigger by number, signatures in the order in which they were given."""
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(
        rows,
        key=lambda row: (
            row["pk"], row["decisions__number"] or 0, row["decisions__signatures__signed_at"] or oldest,
        ),
    )  # fmt: skip


def instant(text: str) -> datetime:
    """An instant out of packed text; a database that has no zones keeps it in UTC."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _values(row: dict[str, Any]) -> dict[str, Any]:
    """Instants and days out of their text."""
    for name, value in row.items():
        if value is None:
            continue
        if name in INSTANTS:
            row[name] = instant(value)
        elif name in DAYS:
            row[name] = date.fromisoformat(value)
    return row


def _budget(row: Mapping[str, Any]) -> TeamBudget | None:
    """An objective; None before its first version, and where what was agreed reads no more."""
    text = row["version__promise_text"] or row["promise_text"]
    version = ObjectiveVersion(pk=row["version_id"], promise_text=text or "")
    if text is None or row["slice_seconds"] is None or not can_read(version):
        return None
    promise = promise_of(version)
    kept, version_id, zone = _kept(row), row["version_id"], clock.reporting_zone()
    readable_from = local_midnight(row["readable_on"], zone) if row["readable_on"] else None
    measuring = Measuring(row["slice_seconds"], readable_from)
    evaluation = evaluation_of(promise, measuring, kept, (), zone, clock.as_of())
    return TeamBudget(row["slug"], promise, evaluation, kept.was, version_id)


def _kept(row: Mapping[str, Any]) -> Kept:
    if row["state"] is None:
        return Kept(Judged(BudgetState.NO_DATA, StateReason.NOT_CONNECTED))
    return Kept(
        Judged(BudgetState(row["state"]), StateReason(row["reason"])), row["window_end"],
        Tally(row["bad"], row["counted"]), row["basis"], recent=Tally(row["recent_bad"], row["recent_counted"]),
        was=BudgetState(row["judged_state"]) if row["judged_state"] else None,
        keys_within=row["keys_within"], keys_judged=row["keys_judged"],
    )  # fmt: skip
