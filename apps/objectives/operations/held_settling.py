"""What a person does with samples that wait: assign them to an indicator and key, or ignore them with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from apps.accounts.domain import OrganisationRole, Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.core.problems import Conflict, FieldProblem, Forbidden, Invalid
from apps.objectives.domain.counts import Counts, Slice
from apps.objectives.domain.indicator_words import Dimension
from apps.objectives.domain.sample_items import SampleItem, check_item, check_time, has_room, held_reason, takes_key
from apps.objectives.domain.samples import HeldReason
from apps.objectives.models import HeldSample, Indicator, SampleBatch
from apps.objectives.operations.sample_receiving import ensure_series
from apps.objectives.operations.sample_storing import store
from apps.objectives.policies import samples as policies
from apps.objectives.queries import held_samples as queries
from apps.objectives.queries.takers import Takers, find_takers

CHANNEL = "held"


@dataclass(frozen=True)
class Group:
    """Samples that wait under one name and key for one reason, sent by one team (None: by the organisation)."""

    indicator_slug: str
    key: str
    team_id: int | None
    reason: HeldReason


@dataclass(frozen=True)
class Assigned:
    """How many samples were stored, and how many wait on, with the first reason."""

    stored: int
    left: int
    why: str = ""


@transaction.atomic
def assign_held(*, group: Group, indicator: Indicator, key: str, by: Principal) -> Assigned:
    """Store what waits as samples of an indicator and key; what does not fit its slices waits on."""
    policies.require_can_settle(by, group.team_id)
    _require_reportable(by, indicator)
    rows = _lock(group)
    takers = find_takers([indicator.slug], by=by, at=clock.as_of())
    dimension = _require_taking(takers, indicator, rows)
    key = "" if dimension is Dimension.NONE else key or group.key
    _require_key(takers, indicator, dimension, key)
    fitting, why = _fitting(takers, indicator, dimension, key, rows)
    if fitting:
        _store(indicator, key, fitting, group.team_id, by)
        _settle(fitting, "", by)
    assigned = Assigned(len(fitting), len(rows) - len(fitting), why)
    data = {"from": group.indicator_slug, "from_key": group.key, "key": key, "stored": assigned.stored}
    audit.record("held_samples.assigned", subject=indicator, by=by, data=data | {"left": assigned.left})
    return assigned


@transaction.atomic
def ignore_held(*, group: Group, reason: str, by: Principal) -> int:
    """Say that what waits is of no use; it is kept with the reason. Answers how many there were."""
    policies.require_can_settle(by, group.team_id)
    if not reason.strip():
        raise Invalid("validation_failed", "Say why.", [FieldProblem("/reason", "required", "Say why.")])
    rows = _lock(group)
    _settle(rows, reason.strip(), by)
    data = {"key": group.key, "count": len(rows), "reason": reason.strip()}
    audit.record("held_samples.ignored", subject=f"held:{group.indicator_slug}", by=by, data=data)
    return len(rows)


def _lock(group: Group) -> list[HeldSample]:
    rows = queries.lock_group(group.indicator_slug, group.key, group.team_id, group.reason)
    if not rows:
        raise Conflict("state_forbids", "Nothing waits under this name any more; somebody settled it.")
    return rows


def _require_reportable(by: Principal, indicator: Indicator) -> None:
    """Nobody pushes into another team's indicator by this door either."""
    if not by.holds(OrganisationRole.ADMIN) and not by.works_in(indicator.owner_team_id):
        raise Forbidden("role_missing", "Choose an indicator of your own team, or ask an administrator.")


def _require_taking(takers: Takers, indicator: Indicator, rows: Sequence[HeldSample]) -> Dimension:
    """The dimension of the version that holds on the newest day; refused where the indicator takes nothing then."""
    day = clock.local_day(max(row.starts_at for row in rows))
    taker = takers.on(indicator.slug, day)
    if taker is None or held_reason(replace(taker, is_theirs=True), day) is not None:
        raise Conflict("state_forbids", "This indicator takes no pushed samples on these days.")
    return taker.spec.dimension


def _require_key(takers: Takers, indicator: Indicator, dimension: Dimension, key: str) -> None:
    known = takers.keys_of(indicator.pk)
    if dimension is not Dimension.NONE and not key:
        words = f"The indicator counts each {dimension} by itself; name one."
        raise Invalid("validation_failed", words, [FieldProblem("/key", "required", words)])
    if not takes_key(key, known, (), dimension) and not has_room(known, dimension):
        words = f"The indicator has {dimension.most_keys:,} keys already; assign these to other."
        raise Invalid("validation_failed", words, [FieldProblem("/key", "out_of_range", words)])


def _fitting(
    takers: Takers, indicator: Indicator, dimension: Dimension, key: str, rows: Sequence[HeldSample]
) -> tuple[list[HeldSample], str]:
    """Those of the samples that can be stored by now, and why the first other one cannot."""
    found, why = [], ""
    for row in rows:
        taker = takers.on(indicator.slug, clock.local_day(row.starts_at))
        named = {} if dimension is Dimension.NONE else {dimension.value: key}
        item = SampleItem(indicator.slug, row.starts_at, _counts(row), **named)
        problem = (check_item(item, taker) or check_time(item, taker, clock.as_of())) if taker else None
        if taker is not None and problem is None:
            found.append(row)
        elif not why:
            why = problem.detail if problem else "The indicator does not hold on that day."
    return found, why


def _counts(row: HeldSample) -> Counts:
    return Counts(row.good, row.valid, row.total)


def _store(indicator: Indicator, key: str, rows: Sequence[HeldSample], team_id: int | None, by: Principal) -> None:
    batch = SampleBatch.objects.create(channel=CHANNEL, sender=by.sender, team_id=team_id, received_at=clock.now())
    place = (indicator.pk, key)
    series_id = ensure_series({}, [place])[place]
    outcomes = store(
        batch=batch, items=[(series_id, Slice(row.starts_at, _counts(row))) for row in rows], at=clock.as_of()
    )
    for outcome in set(outcomes):
        setattr(batch, f"{outcome}_count", outcomes.count(outcome))
    batch.save()


def _settle(rows: Sequence[HeldSample], reason: str, by: Principal) -> None:
    HeldSample.objects.filter(pk__in=[row.pk for row in rows]).update(
        settled_at=clock.now(), settled_by_id=by.user_id, settled_reason=reason
    )
