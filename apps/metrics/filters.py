"""Filters of the REST lists."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from apps.core.filtering import StrictFilterSet
from apps.core.periods import Grain, UnknownPeriod, parse_period
from apps.core.problems import Unreadable
from apps.metrics.domain.lenses import Lens
from apps.metrics.domain.lifecycle import Lifecycle
from apps.metrics.models import MetricDefinition, Target


class DefinitionFilter(StrictFilterSet):
    """Definitions of a lens or an owner team, or by where their life stands."""

    lens = filters.ChoiceFilter(choices=[(lens.value, lens.value) for lens in Lens])
    owner_team = filters.CharFilter(field_name="owner_team__slug", max_length=50)
    lifecycle = filters.ChoiceFilter(choices=[(one.value, one.value) for one in Lifecycle])

    class Meta:
        model = MetricDefinition
        fields: list[str] = []


class TargetFilter(StrictFilterSet):
    """Targets of a team, a definition or a quarter."""

    team = filters.CharFilter(field_name="team__slug", max_length=50)
    definition = filters.CharFilter(field_name="definition__slug", max_length=50)
    quarter = filters.CharFilter(method="of_quarter", max_length=12)

    class Meta:
        model = Target
        fields: list[str] = []

    def of_quarter(self, rows: QuerySet[Target], name: str, value: str) -> QuerySet[Target]:
        """Rows of one quarter; raises `Unreadable` for what is no quarter."""
        try:
            period = parse_period(value)
        except UnknownPeriod as error:
            raise Unreadable("parameter_invalid", f"{name}: {error}") from None
        if period.grain is not Grain.QUARTER:
            raise Unreadable("parameter_invalid", f"{name}: write a quarter, such as 2026-Q3.")
        return rows.filter(quarter=period.key)
