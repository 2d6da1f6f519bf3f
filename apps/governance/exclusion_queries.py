"""Reads of exemptions and freeze windows."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max, Q, QuerySet

from apps.core import clock
from apps.core.periods import local_midnight
from apps.core.problems import Absent
from apps.governance.domain.excluded import Excluded
from apps.governance.domain.exemptions import ExemptionKind, Scope, Standing, Validity, number_of, title_of
from apps.governance.domain.freezes import Days
from apps.governance.domain.freezes import title_of as freeze_title
from apps.governance.models import Exemption, FreezeWindow, Proposal
from apps.services.models import Ownership


def list_exemptions() -> QuerySet[Exemption]:
    """All exemptions, newest first; expired and ended ones stay listed, for everybody who reads values."""
    rows: QuerySet[Exemption] = Exemption.objects.select_related(
        "team", "service", "proposal__created_by", "renews", "approved_by", "ended_by"
    )
    return rows.order_by("-number")


def get_exemption(number: int) -> Exemption:
    """The exemption of that number; raises `Absent`."""
    row = list_exemptions().filter(number=number).first()
    if row is None:
        raise Absent("not_found", "Nothing is here for you.")
    return row


def find_exemption(key: str) -> Exemption | None:
    """The exemption called `E-3`."""
    number = number_of(key)
    rows: QuerySet[Exemption] = Exemption.objects.select_related("team", "service", "proposal__owner_team")
    return rows.filter(number=number).first() if number is not None else None


def lock_exemption(pk: int) -> Exemption:
    """The exemption, locked until the transaction ends: it is ended once."""
    rows: QuerySet[Exemption] = Exemption.objects.select_for_update(of=("self",)).select_related("team", "service")
    return rows.get(pk=pk)


def list_freezes() -> QuerySet[FreezeWindow]:
    """All freezes, newest first; past ones stay listed."""
    rows: QuerySet[FreezeWindow] = FreezeWindow.objects.select_related(
        "team", "proposal__created_by", "approved_by", "ended_by"
    )
    return rows.order_by("-number")


def get_freeze(number: int) -> FreezeWindow:
    """The freeze of that number; raises `Absent`."""
    row = list_freezes().filter(number=number).first()
    if row is None:
        raise Absent("not_found", "Nothing is here for you.")
    return row


def find_freeze(key: str) -> FreezeWindow | None:
    """The freeze called `F-2`."""
    number = number_of(key, "F")
    rows: QuerySet[FreezeWindow] = FreezeWindow.objects.select_related("team", "proposal")
    return rows.filter(number=number).first() if number is not None else None


def lock_freeze(pk: int) -> FreezeWindow:
    """The freeze, locked until the transaction ends: it is ended once."""
    rows: QuerySet[FreezeWindow] = FreezeWindow.objects.select_for_update(of=("self",)).select_related("team")
    return rows.get(pk=pk)


def next_number(model: type[Exemption] | type[FreezeWindow]) -> int:
    """The number of the next row; the caller holds the catalogue's counter, so two never take one."""
    return (model.objects.aggregate(newest=Max("number"))["newest"] or 0) + 1


def list_standing(team_id: int) -> list[Standing]:
    """A team's exemptions as far as renewals look at them."""
    rows = list(Exemption.objects.filter(team_id=team_id).order_by("number"))
    depth: dict[int, int] = {}
    for row in rows:
        depth[row.pk] = depth.get(row.renews_id, 0) + 1 if row.renews_id else 0
    return [Standing(row.number, scope_of(row), row.validity, depth[row.pk]) for row in rows]


def scope_of(row: Exemption) -> Scope:
    """What a stored exemption speaks of."""
    return Scope(row.kind, row.team_id, row.service_id, frozenset(row.definitions), what_of(row.facts, row.slice))


def what_of(facts: Iterable[object], slice_: object) -> str:
    """Single facts and slice as one comparable text; empty: all facts."""
    listed = sorted(str(sorted(fact.items())) for fact in facts if isinstance(fact, dict))
    return "; ".join([*listed, *([str(slice_)] if slice_ else [])])


def list_excluding(mark: int) -> QuerySet[Exemption]:
    """Exemptions that leave facts out as the catalogue stood at a watermark; one ended later counts as not ended."""
    rows: QuerySet[Exemption] = Exemption.objects.filter(kind=ExemptionKind.EXCLUDE_DATA.value, seq__lte=mark)
    return rows.order_by("number")


def list_slice_exemptions(start: datetime, end: datetime) -> list[Exemption]:
    """Exemptions of objectives that take something out of `[start, end)`; one query."""
    rows = Exemption.objects.filter(
        kind=ExemptionKind.EXCLUDE_SLICES.value, starts_at__lt=end, expires_at__gt=start, ended_at=None
    )
    return list(rows.order_by("number"))


EXEMPTION_PARTS = ("number", "kind", "team_id", "service_id", "definitions", "starts_at", "expires_at", "ended_at")
FREEZE_PARTS = ("number", "name", "team_id", "starts_on", "last_on", "ended_at")


def list_excluded() -> list[Excluded]:
    """Every freeze and every exemption by its days; one query, as every page with a value asks it."""
    columns = [f"exemptions__{name}" for name in EXEMPTION_PARTS] + [f"freezes__{name}" for name in FREEZE_PARTS]
    written = Q(exemptions__isnull=False) | Q(freezes__isnull=False)
    found: dict[str, Excluded | None] = {}
    for row in Proposal.objects.filter(written).order_by("exemptions__number", "freezes__number").values_list(*columns):
        exempted, frozen = row[: len(EXEMPTION_PARTS)], row[len(EXEMPTION_PARTS) :]
        if exempted[0] is not None:
            found[title_of(exempted[0])] = _by_exemption(*exempted)
        if frozen[0] is not None:
            found[freeze_title(frozen[0])] = _by_freeze(*frozen)
    return [one for one in found.values() if one is not None]


def _by_exemption(
    number: int, kind: str, team_id: int, service_id: int | None, named: list[str], *times: Any
) -> Excluded | None:
    bounds = Validity(*times).bounds
    if bounds is None or bounds[0] >= bounds[1]:
        return None
    return Excluded(
        key=title_of(number),
        start=clock.local_day(bounds[0]),
        end=_day_after(bounds[1]),
        name=f"exemption {title_of(number)},",
        team_id=None if service_id else team_id,
        service_id=service_id,
        definitions=frozenset(named),
        leaves_out=kind == ExemptionKind.EXCLUDE_DATA,
    )


def _by_freeze(
    number: int, name: str, team_id: int | None, starts_on: date, last_on: date, ended_at: datetime | None
) -> Excluded | None:
    bounds = Days(starts_on, last_on, clock.local_day(ended_at) if ended_at else None).bounds
    return Excluded(freeze_title(number), *bounds, name, team_id) if bounds else None


def _day_after(at: datetime) -> date:
    """The first day that an end leaves wholly free."""
    day = clock.local_day(at)
    return day if at == local_midnight(day, clock.reporting_zone()) else day + timedelta(days=1)


def services_touched(row: Exemption) -> frozenset[int]:
    """The service it names, or all that its team owned at some time in its span."""
    if row.service_id is not None:
        return frozenset({row.service_id})
    owned = Ownership.objects.current().filter(team_id=row.team_id, from_at__lt=row.expires_at)
    inside = owned.filter(Q(until_at=None) | Q(until_at__gt=row.starts_at))
    return frozenset(inside.values_list("service_id", flat=True))
