"""Everything the page of one SLI shows: what it measures, how the counts come, what stands on it."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Max

from apps.core import clock
from apps.objectives.domain.indicator_specs import IndicatorSpec
from apps.objectives.models import (
    HeldSample,
    Indicator,
    IndicatorRead,
    IndicatorVersion,
    Objective,
    Series,
)
from apps.objectives.queries.agreements import indicator_version_on, spec_of, with_versions
from apps.objectives.queries.pages import ListRow, list_rows
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


def get_indicator_page(slug: str) -> IndicatorPage:
    """The page of an SLI; raises `Absent`."""
    indicator, today = get_indicator(slug), clock.today()
    versions = list(indicator.versions.all())
    version = indicator_version_on(versions, today)
    standing = with_versions(Objective.objects.filter(indicator=indicator, retired_on=None).order_by("slug"))
    series = Series.objects.filter(indicator=indicator)
    newest = series.aggregate(newest=Max("newest_start"))["newest"]
    keys = list(series.exclude(key="").order_by("key").values_list("key", flat=True))
    return IndicatorPage(
        indicator, versions, version, spec_of(version) if version else None, list_rows(list(standing)),
        keys[:MOST_KEYS], len(keys), newest, read=find_read(indicator),
        held_count=HeldSample.objects.filter(indicator_slug=slug, settled_at=None).count(),
    )  # fmt: skip
