"""Input shapes of the API: fields nobody knows are refused, times carry their offset."""

from datetime import datetime
from difflib import get_close_matches
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from apps.core.fact_parsing import Fault, parse_instant, pointer_to, printable
from apps.core.problems import FieldProblem, Invalid


@extend_schema_field(OpenApiTypes.DATETIME)
class InstantField(serializers.Field[datetime, str, str, Any]):
    """An RFC 3339 time with offset, not before 2000."""

    def to_internal_value(self, data: Any) -> datetime:
        """The instant; faults carry the codes of the registry."""
        try:
            return parse_instant(data, None)
        except Fault as fault:
            raise serializers.ValidationError(fault.sentence, code=fault.code) from None

    def to_representation(self, value: datetime) -> str:
        """The instant as text in UTC."""
        return value.isoformat().replace("+00:00", "Z")


class Input(serializers.Serializer[Any]):
    """Base of all bodies that the API reads."""

    @classmethod
    def read(cls, request: Request) -> dict[str, Any]:
        """The validated body; raises a problem that locates every fault."""
        shape = cls(data=request.data)
        shape.require_known_fields()
        shape.is_valid(raise_exception=True)
        return dict(shape.validated_data)

    def require_known_fields(self) -> None:
        """Raise `Invalid` for names that are not read, with the nearest known one."""
        if not isinstance(self.initial_data, dict):
            raise Invalid(
                "validation_failed", "The body is one object.", [FieldProblem("", "wrong_type", "No object.")]
            )
        problems = [self._unknown(name) for name in self.initial_data if name not in self.fields]
        if problems:
            raise Invalid("validation_failed", "Some fields need attention.", problems)

    def _unknown(self, name: str) -> FieldProblem:
        near = get_close_matches(name[:80], self.fields, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(self.fields)}."
        return FieldProblem(pointer_to(name), "unknown_field", f"There is no field {printable(name)}. {hint}")
