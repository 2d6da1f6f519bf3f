"""The audit chain as the API shows it."""

from typing import Any

from rest_framework import serializers

from apps.audit.models import AuditEvent


class EventOutput(serializers.ModelSerializer[AuditEvent]):
    """One act; `hash` is SHA-256 of `prev_hash`, a line feed and `payload_text`."""

    class Meta:
        model = AuditEvent
        fields = ("seq", "at", "actor", "action", "subject", "payload_text", "prev_hash", "hash")
        read_only_fields = fields


class HeadOutput(serializers.Serializer[Any]):
    """Where the chain ends: keep it elsewhere, and a later cut shows."""

    seq = serializers.IntegerField(read_only=True)
    hash = serializers.CharField(read_only=True)


class ProofEventOutput(serializers.Serializer[Any]):
    """One event of a proof: the hash is SHA-256 of the hash before it, a line feed and the text."""

    payload_text = serializers.CharField(read_only=True)
    hash = serializers.CharField(read_only=True)


class ProofOutput(serializers.Serializer[Any]):
    """A stretch of the chain that a stranger checks offline with the script on `/governance/audit/`."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`from` is a word of Python, so the fields are named here."""
        return {
            "format": serializers.CharField(read_only=True),
            "from": serializers.IntegerField(read_only=True),
            "to": serializers.IntegerField(read_only=True),
            "prev_hash": serializers.CharField(read_only=True, help_text="The hash before the first event."),
            "events": ProofEventOutput(many=True, read_only=True),
        }


class ProofInput(serializers.Serializer[Any]):
    """Places of the first and the last event; without them the newest thousand."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Two optional whole numbers."""
        return {
            name: serializers.IntegerField(required=False, min_value=1, max_value=10**15) for name in ("from", "to")
        }
