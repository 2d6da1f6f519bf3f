"""How counts of indicators come in: readings that fail, slices that cannot be counted, samples that wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, Sum

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.due import RESTS_AFTER
from apps.objectives.models import IndicatorRead, SampleDay, Series
from apps.objectives.queries.held_samples import list_groups

LOOKED_BACK = timedelta(days=7)
MOST_ROWS = 50


@dataclass(frozen=True)
class Unusable:
    """An indicator of which some slices of the last days are unusable."""

    slug: str
    count: int


@dataclass(frozen=True)
class CountHealth:
    """What of the wiring of counts asks for somebody."""

    failing: list[IndicatorRead]
    unusable: list[Unusable]
    held_count: int


def get_count_health(by: Principal, at: datetime) -> CountHealth:
    """What asks for somebody, by the names of indicators; what waits is counted for those who may settle it."""
    is_failing = Q(failures__gt=0) | Q(attempts__gte=RESTS_AFTER)
    failing = IndicatorRead.objects.filter(is_failing, done_at=None).select_related("indicator")
    # A series that never had a usable slice ends nowhere.
    alive = Series.objects.filter(Q(newest_start=None) | Q(newest_start__gte=at - LOOKED_BACK)).values("pk")
    days = SampleDay.objects.filter(series__in=alive, day__gte=clock.local_day(at - LOOKED_BACK), unusable__gt=0)
    by_name = days.values_list("series__indicator__slug").annotate(count=Sum("unusable")).order_by()
    found = [Unusable(slug, count) for slug, count in sorted(by_name)]
    held = sum(group.count for group in list_groups(by)) if by.is_person else 0
    return CountHealth(list(failing.order_by("indicator__slug")[:MOST_ROWS]), found[:MOST_ROWS], held)
