"""Which indicators samples name, as they stand on the day of a slice; a few queries for any number of samples."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Prefetch

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.periods import local_midnight
from apps.objectives.domain.indicator_words import Dimension
from apps.objectives.domain.sample_items import Taker, held_reason
from apps.objectives.models import Indicator, IndicatorVersion
from apps.objectives.policies.samples import can_report
from apps.objectives.queries import series as series_queries
from apps.objectives.queries.agreements import indicator_version_on, spec_of
from apps.services import queries as services
from apps.services.models import Service, Tenant


@dataclass
class Takers:
    """The indicators that samples name, the keys each knows, and the tenants of the catalogue."""

    by_slug: dict[str, Indicator]
    reportable: frozenset[int]
    series: dict[tuple[int, str], int]
    tenants: frozenset[str] = frozenset()
    _days: dict[tuple[str, date], Taker | None] = field(default_factory=dict)
    _of_service: dict[tuple[int, date], list[str]] = field(default_factory=dict)
    _keys: dict[int, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for indicator_id, key in self.series:
            self._keys.setdefault(indicator_id, set()).add(key)

    def on(self, slug: str, day: date) -> Taker | None:
        """The indicator as it stands on a local day; None where there is none, or none yet."""
        place = (slug, day)
        if place not in self._days:
            self._days[place] = self._find(slug, day)
        return self._days[place]

    def _find(self, slug: str, day: date) -> Taker | None:
        indicator = self.by_slug.get(slug.lower())
        version = indicator_version_on(indicator.versions.all(), day) if indicator else None
        if indicator is None or version is None:
            return None
        began_at = local_midnight(indicator.service.began_on, clock.reporting_zone())
        flow = indicator.flow.slug if indicator.flow else ""
        is_theirs = indicator.pk in self.reportable
        return Taker(spec_of(version), indicator.service.slug, flow, began_at, indicator.retired_on, is_theirs)

    def of_service(self, service_id: int, day: date) -> list[str]:
        """Names of the indicators of a service that stand on a day and take what is pushed."""
        if (service_id, day) not in self._of_service:
            slugs = [slug for slug, one in self.by_slug.items() if one.service_id == service_id]
            taking = [slug for slug in slugs if held_reason(self.on(slug, day), day) is None]
            self._of_service[service_id, day] = taking
        return self._of_service[service_id, day]

    def keys_of(self, indicator: Indicator) -> set[str]:
        """The keys that are known of an indicator; whoever brings another one adds it."""
        return self._keys.setdefault(indicator.pk, set())


def find_takers(slugs: Iterable[str] | None, *, by: Principal, at: datetime) -> Takers:
    """The indicators of these names (None: all) with their versions; whose samples `by` may report is said beside."""
    versions = Prefetch("versions", IndicatorVersion.objects.order_by("number"))
    rows = Indicator.objects.select_related("service", "flow").prefetch_related(versions).order_by("slug")
    rows = rows if slugs is None else rows.filter(slug__in={slug.lower() for slug in slugs})
    found = {row.slug.lower(): row for row in rows}
    owners = dict(
        services.with_owner(Service.objects.filter(pk__in={row.service_id for row in found.values()}), at).values_list(
            "pk", "owner_id"
        )
    )
    reportable = frozenset(
        row.pk for row in found.values()
        if can_report(by, row.owner_team_id) or can_report(by, owners.get(row.service_id))
    )  # fmt: skip
    has_tenants = any(v.dimension == Dimension.TENANT for row in found.values() for v in row.versions.all())
    return Takers(
        found, reportable, series_queries.ids_by_key([row.pk for row in found.values()]),
        _standing_tenants() if has_tenants else frozenset(),
    )  # fmt: skip


def _standing_tenants() -> frozenset[str]:
    return frozenset(Tenant.objects.filter(closed_on=None).values_list("slug", flat=True))
