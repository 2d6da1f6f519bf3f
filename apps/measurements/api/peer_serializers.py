"""What the API says about another tool's number beside the house's."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.measurements.api.serializers import ExactField
from apps.measurements.queries import Comparison, PeerFact
from apps.metrics import queries as metrics


class PeerFactOutput(serializers.Serializer[Any]):
    """One fact that only one of the two counts."""

    fact_source = serializers.CharField(source="source")
    service = serializers.SerializerMethodField()
    key = serializers.SerializerMethodField(help_text="Empty for what this reader may not know of; it counts.")
    at = serializers.DateTimeField(help_text="The instant that decides its period.")
    reason = serializers.CharField(source="words", help_text="Why the house does not count it, in words; else empty.")

    def get_service(self, fact: PeerFact) -> str:
        """Short name of the service."""
        return str(self.context["services"][fact.service_id])

    def get_key(self, fact: PeerFact) -> str:
        """Key of the fact."""
        return "" if (fact.source, fact.key) in self.context["hidden"] else fact.key


class SideOutput(serializers.Serializer[Any]):
    """What one of the two counts alone."""

    count = serializers.IntegerField()
    facts = PeerFactOutput(source="rows", many=True, help_text="The newest 50.")


class LayerOutput(serializers.Serializer[Any]):
    """Facts set side by side."""

    counted_as = serializers.ChoiceField(source="key", choices=[("numerator", "numerator"), ("counted", "counted")])
    both = serializers.IntegerField(help_text="How many facts both count.")
    only_house = SideOutput()
    only_peer = SideOutput()


class NumberOutput(serializers.Serializer[Any]):
    """A value with what it is made of."""

    value = ExactField()
    unit = serializers.CharField()
    numerator = serializers.IntegerField()
    n = serializers.IntegerField()


class PeerOutput(serializers.Serializer[Any]):
    """A cell by another tool's rule beside the house's own."""

    peer = serializers.CharField(source="peer.key")
    name = serializers.CharField(source="peer.name")
    written_in = serializers.CharField(source="peer.written_in", help_text="Where the tool's rules are documented.")
    rule = serializers.CharField(source="rule.says")
    differs = serializers.ListField(source="rule.differs", child=serializers.CharField())
    house_number = serializers.SerializerMethodField()
    peer_number = serializers.SerializerMethodField()
    layers = LayerOutput(many=True, help_text="Facts of the numerator where the value is a share, then all counted.")
    as_of = serializers.DateTimeField()
    watermark = serializers.DictField(child=serializers.IntegerField())
    read_as_of_now = serializers.ListField(
        source="fresh", child=serializers.CharField(), help_text="Sources that the house's value does not read."
    )

    @extend_schema_field(NumberOutput)
    def get_house_number(self, comparison: Comparison) -> dict[str, Any]:
        """The stored value."""
        row = self.context["row"]
        unit = metrics.spec_of(row.version).unit
        return NumberOutput({"value": row.value, "unit": unit, "numerator": row.numerator, "n": row.n}).data

    @extend_schema_field(NumberOutput)
    def get_peer_number(self, comparison: Comparison) -> dict[str, Any]:
        """The value by the other tool's rule."""
        count, unit = comparison.count, comparison.rule.unit
        return NumberOutput({"value": count.value, "unit": unit, "numerator": count.top, "n": count.n}).data
