"""Reads of samples that wait for a person, grouped by what they were sent for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, F, Max, Min, Q, QuerySet, Value, When

from apps.accounts.domain import OrganisationRole, Principal
from apps.core.bulk import batched
from apps.objectives.domain.samples import HeldReason
from apps.objectives.models import HeldSample


@dataclass(frozen=True)
class HeldGroup:
    """What waits under one name and key, for one reason (as it is told), sent by one team."""

    reason: str
    indicator_slug: str
    key: str
    team_id: int | None
    team: str
    count: int
    first_at: datetime
    last_at: datetime


def waiting() -> QuerySet[HeldSample]:
    """Samples that nobody settled."""
    return HeldSample.objects.filter(settled_at=None)


def _as_told() -> Case:
    """The reason as `HeldReason.as_told` gives it."""
    return Case(*(When(reason=one, then=Value(one.as_told)) for one in HeldReason), default=F("reason"))


def _sent_by(team_id: int | None) -> Q:
    return Q(batch__team=None) if team_id is None else Q(batch__team=team_id)


def _waiting_for(by: Principal) -> QuerySet[HeldSample]:
    """What a person may settle: all of it for administrators, else what the person's own teams sent."""
    return waiting() if by.holds(OrganisationRole.ADMIN) else waiting().filter(batch__team__in=by.working_team_ids)


def count_waiting(indicator_slug: str, by: Principal) -> int:
    """How many samples wait under a name for a person to settle them."""
    return _waiting_for(by).filter(indicator_slug=indicator_slug).count()


def list_groups(by: Principal) -> list[HeldGroup]:
    """What waits for a person, by name."""
    rows: Any = _waiting_for(by)
    grouped = (
        rows.annotate(told=_as_told())
        .values("told", "indicator_slug", "key", "batch__team_id", "batch__team__name")
        .annotate(count=Count("pk"), first_at=Min("starts_at"), last_at=Max("starts_at"))
    )
    return [
        HeldGroup(
            row["told"], row["indicator_slug"], row["key"], row["batch__team_id"], row["batch__team__name"] or "",
            row["count"], row["first_at"], row["last_at"],
        )
        for row in grouped.order_by("indicator_slug", "key", "batch__team__name", "told")
    ]  # fmt: skip


def lock_group(indicator_slug: str, key: str, team_id: int | None, reason: HeldReason) -> list[HeldSample]:
    """The samples of a group that still wait, locked in the order of their keys until the transaction ends."""
    rows = waiting().select_for_update(of=("self",)).filter(indicator_slug=indicator_slug, key=key)
    return list(rows.annotate(told=_as_told()).filter(_sent_by(team_id), told=reason.as_told).order_by("pk"))


Held = tuple[str, str, datetime]


def find_waiting(places: Collection[Held], team_id: int | None) -> dict[Held, HeldSample]:
    """What waits already at these places (name, key, start), from the same team."""
    found: dict[Held, HeldSample] = {}
    names = {(slug, key) for slug, key, _ in places}
    for some in batched(sorted({start for _, _, start in places})):
        for slug, key in sorted(names):
            rows = waiting().filter(_sent_by(team_id), indicator_slug=slug, key=key, starts_at__in=some)
            found.update(((slug, key, row.starts_at), row) for row in rows)
    return found
