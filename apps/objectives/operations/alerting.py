"""Open and close burn alerts: one row for each opening of a tier, with the keys that burn; missing data closes none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from apps.accounts.domain import Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.core.problems import Conflict
from apps.objectives.domain.burning import AlertStep, Tier, TierKey
from apps.objectives.domain.evaluating import alert_steps, tiers_for
from apps.objectives.models import BurnAlert
from apps.objectives.policies import budgets as policies
from apps.objectives.queries import budget_standing as queries
from apps.objectives.queries.agreements import Agreed
from apps.objectives.queries.measuring import Answer


@dataclass
class AlertChanges:
    """What became of the alerts of some objectives: opened, closed, and those to which keys came."""

    open_keys: dict[int, frozenset[str]] = field(default_factory=dict)
    opened: list[BurnAlert] = field(default_factory=list)
    closed: list[BurnAlert] = field(default_factory=list)
    joined: list[tuple[BurnAlert, list[str]]] = field(default_factory=list)

    @property
    def moved(self) -> list[BurnAlert]:
        """Alerts whose facts change."""
        return [*self.opened, *self.closed]


def follow_alerts(agreed: Mapping[int, Agreed], answers: Mapping[int, Answer], at: datetime) -> AlertChanges:
    """Put every tier of these objectives to its windows; three statements for any number of them."""
    standing = queries.open_alerts(list(agreed))
    changes = AlertChanges()
    changed: list[BurnAlert] = []
    for pk, one in agreed.items():
        mine = {TierKey(tier): alert for (objective, tier), alert in standing.items() if objective == pk}
        kept = _follow(one, answers.get(pk), mine, at, changes, changed)
        changes.open_keys[pk] = frozenset(key for alert in kept for key in alert.keys)
    BurnAlert.objects.bulk_create(changes.opened)
    BurnAlert.objects.bulk_update(changed, ["keys", "until_at"], batch_size=500)
    return changes


def _follow(
    one: Agreed, answer: Answer | None, standing: Mapping[TierKey, BurnAlert], at: datetime, changes: AlertChanges,
    changed: list[BurnAlert],
) -> list[BurnAlert]:  # fmt: skip
    """The alerts of one objective that are open from now on."""
    if answer is None:
        return list(standing.values())
    framed = answer.framed
    tiers = tiers_for(one.promise, framed.frame, is_cause=framed.question.is_cause)
    burning = _burning(one, answer, standing)
    kept = []
    for tier in tiers.present:
        keys, alert = burning[tier.key], standing.get(tier.key)
        if alert is None and keys:
            alert = _opened(one, tier, keys, at)
            changes.opened.append(alert)
        elif alert is not None and keys != alert.keys:
            _rekey(alert, keys, at, changes, changed)
        kept += [alert] if alert is not None and alert.until_at is None else []
    for key, alert in standing.items():
        if key not in burning:  # another promise has no such tier
            _rekey(alert, [], at, changes, changed)
    return kept


def _burning(one: Agreed, answer: Answer, standing: Mapping[TierKey, BurnAlert]) -> dict[TierKey, list[str]]:
    """By tier the keys that burn from now on: the empty key is the sum."""
    framed = answer.framed
    tiers = tiers_for(one.promise, framed.frame, is_cause=framed.question.is_cause)
    found: dict[TierKey, list[str]] = {tier.key: [] for tier in tiers.present}
    for key, read in {**answer.keys, "": answer.total}.items():
        mine = [tier for tier, alert in standing.items() if key in alert.keys]
        for tier, step in alert_steps(one.promise, tiers, read.windows, mine).items():
            if step in (AlertStep.OPENS, AlertStep.STAYS):
                found[tier].append(key)
    return found


def _opened(one: Agreed, tier: Tier, keys: Sequence[str], at: datetime) -> BurnAlert:
    return BurnAlert(
        objective=one.objective, version=one.version, tier=tier.key.value, kind=tier.kind.value, keys=list(keys),
        from_at=at,
    )  # fmt: skip


def _rekey(
    alert: BurnAlert, keys: list[str], at: datetime, changes: AlertChanges, changed: list[BurnAlert]
) -> None:  # fmt: skip
    """Keys come and go; the last one that goes closes the alert, which keeps the keys it had."""
    new = [key for key in keys if key not in alert.keys]
    changed.append(alert)
    if not keys:
        alert.until_at = max(at, alert.from_at)
        changes.closed.append(alert)
        return
    alert.keys = keys
    if new:
        changes.joined.append((alert, new))


@transaction.atomic
def acknowledge_alert(*, alert_id: int, by: Principal) -> BurnAlert:
    """Say that somebody looks after it: what comes to it later is told no more."""
    alert = queries.lock_alert(alert_id)
    policies.require_can_acknowledge(by, alert.objective.owner_team)
    if alert.until_at is not None or alert.acknowledged_at is not None:
        raise Conflict("state_forbids", "This alert is over, or somebody looks after it already.")
    alert.acknowledged_at, alert.acknowledged_by_id = clock.now(), by.user_id
    alert.save(update_fields=["acknowledged_at", "acknowledged_by"])
    audit.record("burn_alert.acknowledged", subject=alert, by=by)
    return alert
