"""Fact sources, facts and batches as the API reads and shows them; shapes of facts follow from their sources."""

from functools import partial
from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from apps.core.fact_sources import FactField, FactSource, FieldType
from apps.core.inputs import Input, InstantField
from apps.delivery import queries

OUTCOMES = ["created", "updated", "unchanged", "unusable", "held", "rejected"]


class FactFieldOutput(serializers.Serializer[FactField]):
    """One field of a fact source."""

    name = serializers.CharField(read_only=True)
    type = serializers.ChoiceField(choices=[t.value for t in FieldType], read_only=True)
    description = serializers.CharField(read_only=True)
    is_required = serializers.BooleanField(source="required", read_only=True)
    is_derived = serializers.SerializerMethodField(help_text="Follows from another source and cannot be sent.")
    choices = serializers.ListField(child=serializers.CharField(), read_only=True)
    default = serializers.CharField(read_only=True, allow_null=True)
    refers_to = serializers.CharField(source="ref", read_only=True, help_text="The source whose keys it names.")
    example = serializers.JSONField(read_only=True)

    def get_is_derived(self, field: FactField) -> bool:
        """True for references that are not stored."""
        return not field.is_stored


class FactSourceOutput(serializers.Serializer[FactSource]):
    """A kind of fact: what can be sent and by which time it is counted."""

    key = serializers.CharField(read_only=True)
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]
    description = serializers.CharField(read_only=True)
    clocks = serializers.ListField(child=serializers.CharField(), read_only=True)
    main_clock = serializers.CharField(read_only=True)
    silent_after_seconds = serializers.SerializerMethodField()
    fields = FactFieldOutput(many=True, read_only=True)  # type: ignore[assignment]
    sent_as = FactFieldOutput(
        many=True, read_only=True, help_text="The fields of an item, where it is no row as it is; else empty."
    )
    example = serializers.SerializerMethodField()

    def get_silent_after_seconds(self, source: FactSource) -> int:
        """How long silence is normal."""
        return int(source.silent_after.total_seconds())

    def get_example(self, source: FactSource) -> dict[str, Any]:
        """An item for `facts/batch/`."""
        sent = {f.name: _example(f) for f in source.sent_as or source.stored_fields}
        named = {"source": source.key}
        if not source.sent_as:
            named |= {"key": "2026-08-24.1", "service": "checkout-api"}
        return named | {name: value for name, value in sent.items() if value is not None}


def _example(field: FactField) -> Any:
    return str(field.default) if field.example is None and field.default else field.example


class FactsInput(Input):
    """A batch: 1 to 1,000 items `{"source", "key", "service", …fields of the source}`."""

    facts = serializers.ListField(child=serializers.DictField(), min_length=1, max_length=1000)


class FieldProblemOutput(serializers.Serializer[Any]):
    """One fault of an item."""

    pointer = serializers.CharField(read_only=True, help_text="JSON Pointer from the root of the batch.")
    code = serializers.CharField(read_only=True)
    detail = serializers.CharField(read_only=True)


class ItemOutput(serializers.Serializer[Any]):
    """What became of one item; `errors` stand at rejected ones only."""

    outcome = serializers.ChoiceField(choices=OUTCOMES, read_only=True)
    detail = serializers.CharField(
        read_only=True, required=False, help_text="What is said of it besides: why it is held, or unusable."
    )
    errors = FieldProblemOutput(many=True, read_only=True, required=False)  # type: ignore[assignment]


class BatchOutput(serializers.Serializer[Any]):
    """Results in the order of the items; with status 422 they stand beside the problem details."""

    stored = serializers.IntegerField(read_only=True)
    rejected = serializers.IntegerField(read_only=True)
    results = ItemOutput(many=True, read_only=True)


class RetractFactInput(Input):
    """Which fact is wrong, and why."""

    service = serializers.CharField(max_length=50)
    key = serializers.CharField(max_length=200)
    reason = serializers.CharField(max_length=300)
    channel = serializers.CharField(max_length=40, default="api", help_text="Who reported it; `api` unless named.")


class RetractFactOutput(serializers.Serializer[Any]):
    """The fact that was taken out of the count."""

    source = serializers.CharField(read_only=True)  # type: ignore[assignment]
    service = serializers.CharField(read_only=True)
    channel = serializers.CharField(read_only=True)
    key = serializers.CharField(read_only=True)
    outcome = serializers.CharField(read_only=True)


class HeartbeatInput(Input):
    """Of which service nothing is missing, and up to when."""

    service = serializers.CharField(max_length=50)
    complete_until = InstantField(required=False, help_text="Nothing is missing before this time; now unless named.")


class HeartbeatOutput(serializers.Serializer[Any]):
    """How the channel stands after the heartbeat."""

    source = serializers.CharField(read_only=True)  # type: ignore[assignment]
    service = serializers.CharField(read_only=True)
    channel = serializers.CharField(read_only=True)
    connected_from = serializers.DateTimeField(read_only=True)
    complete_until = serializers.DateTimeField(read_only=True, help_text="The latest time ever sent; it only grows.")


def _column(field: FactField) -> serializers.Field[Any, Any, Any, Any]:
    """The serializer field that describes a column."""
    text: dict[str, Any] = {"help_text": field.description, "read_only": True}
    if field.type is FieldType.ENUM:
        return serializers.ChoiceField(choices=[str(c) for c in field.choices], **text)
    if field.type is FieldType.LABELS:
        return serializers.ListField(child=serializers.CharField(), **text)
    makers: dict[FieldType, Any] = {
        FieldType.TIME: serializers.DateTimeField,
        FieldType.BOOL: serializers.BooleanField,
        FieldType.INT: serializers.IntegerField,
        FieldType.DECIMAL: partial(serializers.DecimalField, 18, 6),
    }
    if field.type in makers:
        return makers[field.type](allow_null=not field.required, **text)  # type: ignore[no-any-return]
    return serializers.CharField(**text)


def fact_shape(source: FactSource) -> type[serializers.Serializer[Any]]:
    """The output shape of one source's facts."""
    fields: dict[str, Any] = {
        "fact": serializers.UUIDField(read_only=True, help_text="Stays the same through all edits."),
        "channel": serializers.CharField(read_only=True),
        "key": serializers.CharField(read_only=True),
        "service": serializers.CharField(read_only=True),
        "recorded_at": serializers.DateTimeField(read_only=True),
    }
    fields |= {f.name: _column(f) for f in source.stored_fields}
    name = f"{source.key.title().replace('_', '')}Fact"
    return type(name, (serializers.Serializer,), {"__doc__": source.description, **fields})


def any_fact() -> PolymorphicProxySerializer:
    """The shapes of all sources, for the API description."""
    shapes = [fact_shape(source) for source in queries.list_sources()]
    return PolymorphicProxySerializer("Fact", serializers=shapes, resource_type_field_name=None, many=True)
