"""Exemptions and freeze windows over REST: read only, as they change by proposals alone."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import mixins, serializers, viewsets

from apps.core.access import Access
from apps.core.filtering import InstantFilter, StrictFilterSet
from apps.governance import exclusion_queries as queries
from apps.governance.domain.exemptions import ExemptionKind
from apps.governance.models import Exemption, FreezeWindow, Proposal
from apps.services.models import Service
from apps.teams.models import Team

KINDS = [(kind.value, kind.value) for kind in ExemptionKind]


class ExemptionOutput(serializers.ModelSerializer[Exemption]):
    """A documented exception as it was agreed on; `ended_at` is set once where it was ended before it expired."""

    kind = serializers.ChoiceField(choices=KINDS)
    team = serializers.SlugRelatedField[Team](slug_field="slug", read_only=True)
    service = serializers.SlugRelatedField[Service](slug_field="slug", read_only=True, allow_null=True)
    definitions = serializers.ListField(child=serializers.CharField())
    objectives = serializers.ListField(child=serializers.CharField())
    keys = serializers.ListField(child=serializers.CharField())
    facts = serializers.ListField(child=serializers.DictField(child=serializers.CharField()))
    slice = serializers.DictField()
    renews = serializers.SlugRelatedField[Exemption](slug_field="number", read_only=True, allow_null=True)
    proposal = serializers.SlugRelatedField[Proposal](slug_field="number", read_only=True)

    class Meta:
        model = Exemption
        fields = (
            "number", "kind", "team", "service", "definitions", "objectives", "keys", "category", "facts", "slice",
            "reason", "starts_at", "expires_at", "ended_at", "renews", "proposal", "approved_at",
        )  # fmt: skip
        read_only_fields = fields


class FreezeWindowOutput(serializers.ModelSerializer[FreezeWindow]):
    """A planned pause of delivery by whole days, the last one included; without a team it is the organisation's."""

    team = serializers.SlugRelatedField[Team](slug_field="slug", read_only=True, allow_null=True)
    proposal = serializers.SlugRelatedField[Proposal](slug_field="number", read_only=True)

    class Meta:
        model = FreezeWindow
        fields = ("number", "name", "team", "reason", "starts_on", "last_on", "ended_at", "proposal", "approved_at")
        read_only_fields = fields


class ExemptionFilter(StrictFilterSet):
    """Exemptions of a kind, a team, a service, or about a definition; those that hold at an instant."""

    kind = filters.ChoiceFilter(choices=KINDS, help_text="What it does.")
    team = filters.CharFilter(field_name="team__slug", help_text="Slug of the team.")
    service = filters.CharFilter(field_name="service__slug", help_text="Slug of the service.")
    expires_after = InstantFilter(field_name="expires_at", lookup_expr="gt", help_text="Expires later than this.")

    class Meta:
        model = Exemption
        fields = ["kind", "team", "service", "expires_after"]


class FreezeWindowFilter(StrictFilterSet):
    """Freezes of a team; those whose last day is not before a day."""

    team = filters.CharFilter(field_name="team__slug", help_text="Slug of the team.")
    last_on_after = filters.DateFilter(field_name="last_on", lookup_expr="gte", help_text="Lasts at least to this day.")

    class Meta:
        model = FreezeWindow
        fields = ["team", "last_on_after"]


class ExemptionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Exemption]):
    """Documented exceptions, expired ones included; a proposal writes and ends them."""

    access = Access.SHARED_READ
    queryset = Exemption.objects.none()
    serializer_class = ExemptionOutput
    filterset_class = ExemptionFilter
    ordering_fields = ("number",)
    lookup_field = lookup_url_kwarg = "number"
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Exemption]:
        """All of them, newest first."""
        return queries.list_exemptions()


class FreezeWindowViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[FreezeWindow]):
    """Planned pauses of delivery, past ones included; a proposal writes and ends them."""

    access = Access.SHARED_READ
    queryset = FreezeWindow.objects.none()
    serializer_class = FreezeWindowOutput
    filterset_class = FreezeWindowFilter
    ordering_fields = ("number",)
    lookup_field = lookup_url_kwarg = "number"
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[FreezeWindow]:
        """All of them, newest first."""
        return queries.list_freezes()
