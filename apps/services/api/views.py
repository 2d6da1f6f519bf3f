"""The service catalogue over REST; it is changed on pages."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, viewsets

from apps.core import clock
from apps.core.access import Access
from apps.services import queries
from apps.services.api.serializers import OwnershipOutput, ServiceOutput
from apps.services.filters import OwnershipFilter, ServiceFilter
from apps.services.models import Ownership, Service


class ServiceViewSet(viewsets.ReadOnlyModelViewSet[Service]):
    """Services with their present owners."""

    access = Access.SHARED_READ
    serializer_class = ServiceOutput
    filterset_class = ServiceFilter
    ordering_fields = ("name",)
    lookup_field = "slug"
    lookup_value_regex = r"[-a-zA-Z0-9_]{1,50}"

    def get_queryset(self) -> QuerySet[Any]:
        """All services, retired ones included."""
        return queries.with_owner(queries.list_services(), clock.as_of())


class OwnershipViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Ownership]):
    """Who owned which service when."""

    access = Access.SHARED_READ
    serializer_class = OwnershipOutput
    filterset_class = OwnershipFilter
    ordering_fields = ("from_at",)

    def get_queryset(self) -> QuerySet[Ownership]:
        """The current history of all services."""
        return queries.list_all_ownerships()
