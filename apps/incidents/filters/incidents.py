"""Filters of incidents."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from apps.core.filtering import InstantFilter, StrictFilterSet
from apps.incidents.domain.incident_words import DetectedBy, IncidentKind, IncidentStatus
from apps.incidents.models import Incident


class IncidentFilter(StrictFilterSet):
    """Incidents by team, service, state, kind, worst severity, source and times."""

    team = filters.CharFilter(field_name="owner_team__slug")
    service = filters.CharFilter(method="of_service")
    status = filters.ChoiceFilter(choices=[(s.value, s.name) for s in IncidentStatus])
    kind = filters.ChoiceFilter(choices=[(k.value, k.name) for k in IncidentKind])
    detected_by = filters.ChoiceFilter(choices=[(d.value, d.name) for d in DetectedBy])
    severity = filters.NumberFilter(field_name="severity_worst", min_value=1, max_value=9)
    external_key = filters.CharFilter(field_name="external_key")
    started_at__gte = InstantFilter(field_name="started_at", lookup_expr="gte")
    started_at__lt = InstantFilter(field_name="started_at", lookup_expr="lt")
    resolved_at__gte = InstantFilter(field_name="resolved_at", lookup_expr="gte")
    resolved_at__lt = InstantFilter(field_name="resolved_at", lookup_expr="lt")

    def of_service(self, rows: QuerySet[Incident], name: str, value: str) -> QuerySet[Incident]:
        """Incidents that began in a service or touched it."""
        return rows.filter(services__service__slug=value)
