"""Which indicators samples name, as they stand on the day of a slice; a few queries for any number of samples."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.periods import local_midnight
from apps.objectives.domain.indicator_words import Dimension
from apps.objectives.domain.sample_items import Taker, held_reason
from apps.objectives.models import Indicator, IndicatorVersion
from apps.objectives.policies.samples import can_report
from apps.objectives.queries import series as series_queries
from apps.objectives.queries.agreements import spec_in, version_on
from apps.services import queries as services
from apps.services.models import Service, Tenant


@dataclass(frozen=True)
class Stated:
    """What a version says, and from when on."""

    number: int
    effective_from: date | None
    dimension: str
    text: str


@dataclass(frozen=True)
class Known:
    """An indicator that samples name, with its versions in order: plain values, as a push may name a thousand."""

    pk: int
    service_id: int
    service: str
    began_on: date
    flow: str
    owner_team_id: int
    retired_on: date | None
    versions: list[Stated]


@dataclass
class Takers:
    """The indicators that samples name, the keys each knows, and the tenants of the catalogue."""

    by_slug: dict[str, Known]
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
        known = self.by_slug.get(slug.lower())
        version = version_on(known.versions, day) if known else None
        if known is None or version is None:
            return None
        began_at = local_midnight(known.began_on, clock.reporting_zone())
        is_theirs = known.pk in self.reportable
        return Taker(spec_in(version.text), known.service, known.flow, began_at, known.retired_on, is_theirs)

    def of_service(self, service_id: int, day: date) -> list[str]:
        """Names of the indicators of a service that stand on a day and take what is pushed."""
        if (service_id, day) not in self._of_service:
            slugs = [slug for slug, one in self.by_slug.items() if one.service_id == service_id]
            taking = [slug for slug in slugs if held_reason(self.on(slug, day), day) is None]
            self._of_service[service_id, day] = taking
        return self._of_service[service_id, day]

    def keys_of(self, indicator_id: int) -> set[str]:
        """The keys that are known of an indicator; whoever brings another one adds it."""
        return self._keys.setdefault(indicator_id, set())


def find_takers(slugs: Iterable[str] | None, *, by: Principal, at: datetime) -> Takers:
    """The indicators of these names (None: all) with their versions; whose samples `by` may report is said beside."""
    found = _known(None if slugs is None else {slug.lower() for slug in slugs})
    rows = services.with_owner(Service.objects.filter(pk__in={one.service_id for one in found.values()}), at)
    owners = dict(rows.values_list("pk", "owner_id"))
    reportable = frozenset(
        one.pk for one in found.values()
        if can_report(by, one.owner_team_id) or can_report(by, owners.get(one.service_id))
    )  # fmt: skip
    has_tenants = any(v.dimension == Dimension.TENANT for one in found.values() for v in one.versions)
    return Takers(
        found, reportable, series_queries.ids_by_key([one.pk for one in found.values()]),
        _standing_tenants() if has_tenants else frozenset(),
    )  # fmt: skip


def _known(slugs: Collection[str] | None) -> dict[str, Known]:
    rows = Indicator.objects.order_by("slug") if slugs is None else Indicator.objects.filter(slug__in=slugs)
    columns = ("pk", "service_id", "service__slug", "service__began_on", "flow__slug", "owner_team_id", "retired_on")
    versions: dict[int, list[Stated]] = {}
    stated = IndicatorVersion.objects.filter(indicator__in=rows.order_by().values("pk")).order_by("number")
    for pk, *values in stated.values_list(
        "indicator_id", "number", "effective_from", "dimension", "spec_text"
    ):  # fmt: skip
        versions.setdefault(pk, []).append(Stated(*values))
    return {
        slug.lower(): Known(pk, service_id, service, began_on, flow or "", team_id, retired_on, versions.get(pk, []))
        for slug, pk, service_id, service, began_on, flow, team_id, retired_on in rows.values_list("slug", *columns)
    }


def _standing_tenants() -> frozenset[str]:
    return frozenset(Tenant.objects.filter(closed_on=None).values_list("slug", flat=True))
