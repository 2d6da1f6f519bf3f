"""What is agreed: versions of indicators, objectives and policies on a day, and the spans that are left out."""

import json
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Protocol, TypeVar

from django.db.models import Prefetch, Q, QuerySet

from apps.core import clock
from apps.core.faults import Faults
from apps.core.periods import local_midnight
from apps.governance import queries as governance
from apps.objectives.domain.budget_policies import Policy, Rule, read_policy
from apps.objectives.domain.exempting import ExemptSpan
from apps.objectives.domain.indicator_specs import IndicatorSpec, read_indicator
from apps.objectives.domain.indicator_words import SLICE_SECONDS
from apps.objectives.domain.objective_words import ExemptionCategory
from apps.objectives.domain.policy_words import RuleKey
from apps.objectives.domain.promises import Promise, read_promise
from apps.objectives.domain.windows import Span
from apps.objectives.models import (
    BudgetPolicy,
    BudgetPolicyVersion,
    Indicator,
    IndicatorVersion,
    Objective,
    ObjectiveVersion,
)

log = logging.getLogger(__name__)


class Effective(Protocol):
    """What holds from a day on; None: from the beginning."""

    @property
    def number(self) -> int:
        """The highest that holds is the one that counts."""

    @property
    def effective_from(self) -> date | None:
        """The first day."""


V = TypeVar("V", bound=Effective)


@dataclass(frozen=True)
class Agreed:
    """An objective as it is agreed on one day, with what measures it."""

    objective: Objective
    version: ObjectiveVersion
    promise: Promise
    indicator: Indicator
    indicator_version: IndicatorVersion
    spec: IndicatorSpec
    # The local midnight at which the newest measurement begins; windows do not reach behind it. None: the first.
    readable_from: datetime | None


class Unreadable(ValueError):
    """A stored version reads no more: whoever changed the rules of reading broke what was agreed."""


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as fault:
        raise Unreadable(f"A stored version is no JSON: {fault}") from fault


@lru_cache(maxsize=2048)
def _spec(text: str) -> IndicatorSpec:
    faults = Faults()
    spec = read_indicator(_document(text), faults)
    if spec is None:
        raise Unreadable(f"A stored indicator reads no more: {faults.found}")
    return spec


@lru_cache(maxsize=4096)
def _promise(text: str) -> Promise:
    faults = Faults()
    # Every default is written out; the shortest slice refuses nothing that was agreed under a longer one.
    promise = read_promise(_document(text), faults, slice_seconds=min(SLICE_SECONDS))
    if promise is None:
        raise Unreadable(f"A stored promise reads no more: {faults.found}")
    return promise


@lru_cache(maxsize=512)
def _policy(text: str) -> Policy:
    faults = Faults()
    policy = read_policy(_document(text), faults)
    if policy is None:
        raise Unreadable(f"A stored policy reads no more: {faults.found}")
    return policy


def can_read(version: IndicatorVersion | ObjectiveVersion | BudgetPolicyVersion) -> bool:
    """Whether a stored version still reads; one that does not is told to the log and left out, alone."""
    try:
        if isinstance(version, IndicatorVersion):
            spec_of(version)
        elif isinstance(version, ObjectiveVersion):
            promise_of(version)
        else:
            policy_of(version)
    except Unreadable as fault:
        log.error("left out: %s %s: %s", version._meta.label_lower, version.pk, fault)  # noqa: TRY400  said in words
        return False
    return True


def spec_of(version: IndicatorVersion) -> IndicatorSpec:
    """The statement of an indicator's version."""
    return spec_in(version.spec_text)


def spec_in(text: str) -> IndicatorSpec:
    """The statement that a version's text is."""
    return _spec(text)


def promise_of(version: ObjectiveVersion) -> Promise:
    """The promise of an objective's version."""
    return _promise(version.promise_text)


def policy_of(version: BudgetPolicyVersion) -> Policy:
    """The statement of a policy's version."""
    return _policy(version.policy_text)


def find_rule(version: BudgetPolicyVersion, key: RuleKey) -> Rule | None:
    """The rule of that key in a policy's version; None where the version reads no more, or has none."""
    return policy_of(version).rule(key) if can_read(version) else None


def version_on(versions: Iterable[V], day: date) -> V | None:
    """The highest version that holds on a day, or None before the first."""
    held = [one for one in versions if one.effective_from is None or one.effective_from <= day]
    return max(held, key=lambda one: one.number, default=None)


def indicator_version_on(versions: Iterable[IndicatorVersion], day: date) -> IndicatorVersion | None:
    """The version of an indicator that holds on a day, or None before the first."""
    return version_on(versions, day)


def readable_from(versions: Iterable[IndicatorVersion], day: date | None = None) -> datetime | None:
    """The local midnight at which the measurement of the newest version begins; None for the first.

    `day`: of the version that holds on that day.
    """
    listed = list(versions)
    newest = version_on(listed, day or date.max)
    first = next((one for one in listed if newest is not None and one.number == newest.meaning_number), None)
    if first is None or first.number == 1 or first.effective_from is None:
        return None
    return local_midnight(first.effective_from, clock.reporting_zone())


def list_agreed(objective_ids: Collection[int] | None, day: date) -> list[Agreed]:
    """Objectives (None: all) as they are agreed on a day, by short name; retired ones and those to come are absent.

    Three queries for any number of objectives.
    """
    rows = standing_objectives(day)
    rows = rows if objective_ids is None else rows.filter(pk__in=list(objective_ids))
    found = (agreed_on(one, day) for one in with_versions(rows).order_by("slug"))
    return [one for one in found if one is not None]


def with_versions(rows: QuerySet[Objective]) -> QuerySet[Objective]:
    """Objectives with everything that says what is agreed about them; three queries."""
    versions = Prefetch("versions", ObjectiveVersion.objects.order_by("number"))
    of_indicator = Prefetch("indicator__versions", IndicatorVersion.objects.order_by("number"))
    rows = rows.select_related("indicator__service", "indicator__flow", "owner_team")
    return rows.prefetch_related(versions, of_indicator)


def standing_objectives(day: date) -> QuerySet[Objective]:
    """Objectives that are not retired on a day."""
    return Objective.objects.filter(Q(retired_on=None) | Q(retired_on__gt=day))


def agreed_on(objective: Objective, day: date) -> Agreed | None:
    """What is agreed about an objective that was read `with_versions`.

    None before its first version, and where what was agreed reads no more.
    """
    indicator = objective.indicator
    measured = list(indicator.versions.all())
    version, measure = version_on(objective.versions.all(), day), version_on(measured, day)
    if version is None or measure is None or not (can_read(version) and can_read(measure)):
        return None
    return Agreed(
        objective, version, promise_of(version), indicator, measure, spec_of(measure), readable_from(measured, day)
    )


def policies_for(objectives: Iterable[Objective], day: date) -> dict[int, list[BudgetPolicyVersion]]:
    """The policies of each objective on a day, by its key: those of its team that cover it; two queries."""
    listed = list(objectives)
    rows = BudgetPolicy.objects.filter(owner_team_id__in={one.owner_team_id for one in listed})
    rows = rows.filter(Q(retired_on=None) | Q(retired_on__gt=day)).order_by("slug")
    by_team: dict[int, list[BudgetPolicyVersion]] = defaultdict(list)
    for policy in rows.prefetch_related(Prefetch("versions", BudgetPolicyVersion.objects.select_related("policy"))):
        version = version_on(policy.versions.all(), day)
        if version is not None and can_read(version):
            by_team[policy.owner_team_id].append(version)
    return {
        one.pk: [version for version in by_team[one.owner_team_id] if policy_of(version).covers(one.slug)]
        for one in listed
    }


def exempt_spans(objectives: Iterable[Objective], span: Span) -> dict[int, list[ExemptSpan]]:
    """What is left out of each objective inside a span, by its key; one query.

    What has expired still takes out the slices inside its own span; what was withdrawn takes out none.
    """
    rows = governance.list_slice_exemptions(span.start, span.end)
    by_slug: dict[str, list[ExemptSpan]] = defaultdict(list)
    for row in rows:
        bounds = row.validity.bounds
        if bounds is not None:
            out = ExemptSpan(row.number, Span(*bounds), ExemptionCategory(row.category), frozenset(row.keys))
            for slug in row.objectives:
                by_slug[slug].append(out)
    return {one.pk: by_slug.get(one.slug, []) for one in objectives}
