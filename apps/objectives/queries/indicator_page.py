"""Everything the page of one SLI shows: what it measures, how the counts come, what stands on it."""

from dataclasses import dataclass, field
from datetime import datetime

from apps.accounts.domain import Principal
from apps.core import clock
from apps.objectives.domain.indicator_specs import IndicatorSpec
from apps.objectives.models import (
    Indicator,
    IndicatorRead,
    IndicatorVersion,
    Objective,
    Series,
)
from apps.objectives.queries.agreements import agreed_on, can_read, indicator_version_on, spec_of
from apps.objectives.queries.held_samples import count_waiting
from apps.objectives.queries.kept_statuses import statuses_in_sum
from apps.objectives.queries.pages import ListRow
from apps.objectives.queries.reading_duties import find_read, get_indicator

MOST_KEYS = 40


@dataclass(frozen=True)
class IndicatorPage:
    """One SLI; `version` is None before its first day."""

    indicator: Indicator
    versions: list[IndicatorVersion]
    version: IndicatorVersion | None
    spec: IndicatorSpec | None
    rows: list[ListRow] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    key_count: int = 0
    newest_start: datetime | None = None
    read: IndicatorRead | None = None
    held_count: int = 0


def get_indicator_page(slug: str, by: Principal) -> IndicatorPage:
    """The page of an SLI; raises `Absent`. What waits is told of to whom it waits for."""
    indicator, today = get_indicator(slug), clock.today()
    versions = list(indicator.versions.all())
    version = indicator_version_on(versions, today)
    rows = list(
        Objective.objects.filter(indicator=indicator, retired_on=None).prefetch_related("versions").order_by("slug")
    )
    for one in rows:
        one.indicator = indicator  # which was read with its versions
    statuses = statuses_in_sum([one.pk for one in rows])
    series = list(Series.objects.filter(indicator=indicator).order_by("key").values_list("key", "newest_start"))
    newest = max((at for _, at in series if at is not None), default=None)
    keys = [key for key, _ in series if key]
    return IndicatorPage(
        indicator, versions, version, spec_of(version) if version and can_read(version) else None,
        [ListRow(one, agreed_on(one, today), statuses.get(one.pk), []) for one in rows],
        keys[:MOST_KEYS], len(keys), newest, read=find_read(indicator),
        held_count=count_waiting(slug, by),
    )  # fmt: skip
