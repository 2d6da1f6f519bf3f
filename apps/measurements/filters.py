"""Filters of the measurement list."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from apps.core.filtering import InstantFilter, StrictFilterSet
from apps.core.periods import Grain, UnknownPeriod, parse_period
from apps.core.problems import Unreadable
from apps.measurements import naming
from apps.measurements.domain.subjects import SubjectKind
from apps.measurements.models import MetricValue
from apps.metrics import queries as metrics


class MeasurementFilter(StrictFilterSet):
    """Measurements of a definition, version, subject, grain, period or part; never by value."""

    definition = filters.CharFilter(method="of_definition", max_length=50)
    version = filters.NumberFilter(field_name="version__number", min_value=1, max_value=10**9)
    subject = filters.CharFilter(method="of_subject", max_length=80)
    subject_kind = filters.ChoiceFilter(choices=[(k.value, k.value) for k in SubjectKind])
    grain = filters.ChoiceFilter(choices=[(g.value, g.value) for g in Grain])
    period = filters.CharFilter(method="of_period", max_length=12)
    part = filters.CharFilter(max_length=40)
    ends_on__gte = filters.DateFilter(field_name="end_on", lookup_expr="gte")
    ends_on__lt = filters.DateFilter(field_name="end_on", lookup_expr="lt")
    computed_since = InstantFilter(field_name="run__computed_at", lookup_expr="gte")

    class Meta:
        model = MetricValue
        fields: list[str] = []

    def of_definition(self, rows: QuerySet[MetricValue], name: str, value: str) -> QuerySet[MetricValue]:
        """Rows of the definition that has this short name or had it once; none where there is no such definition."""
        return rows.filter(version__definition__slug=metrics.renamed_slugs([value]).get(value, value))

    def of_subject(self, rows: QuerySet[MetricValue], name: str, value: str) -> QuerySet[MetricValue]:
        """Rows of one subject, such as `team:checkout`; raises `Absent` for one that is not here."""
        subject = naming.find_subject(value)
        return rows.filter(subject_kind=subject.kind.value, subject_id=subject.id)

    def of_period(self, rows: QuerySet[MetricValue], name: str, value: str) -> QuerySet[MetricValue]:
        """Rows of one period; raises `Unreadable` with the forms that exist."""
        try:
            period = parse_period(value)
        except UnknownPeriod as error:
            raise Unreadable("parameter_invalid", f"{name}: {error}") from None
        return rows.filter(grain=period.grain.value, end_on=period.end_on)
