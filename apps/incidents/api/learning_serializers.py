"""Retros and known causes as the API reads and shows them."""

from typing import Any

from rest_framework import serializers

from apps.core.inputs import Input
from apps.core.problems import FieldProblem, Invalid
from apps.incidents.domain.action_words import CauseStatus
from apps.incidents.domain.retro_words import RetroForm, RetroState, RowKind
from apps.incidents.models import KnownCause, Retro, RetroRow, RetroSection, RetroSnapshot
from apps.services.models import Service
from apps.teams.models import Team

KINDS = [(k.value, k.name) for k in RowKind]
FORMS = [(f.value, f.name) for f in RetroForm if f is not RetroForm.NONE]
INCIDENT_LENGTH = 20
CAUSE_FIELDS: tuple[str, ...] = (
    "id", "number", "title", "text", "team", "status", "opened_at", "known_since", "revision",
)  # fmt: skip


class RetroOutput(serializers.ModelSerializer[Retro]):
    """A retro: whose, how it stands, by when; `is_amending` while a published one is being written again."""

    id = serializers.SerializerMethodField()
    number = serializers.IntegerField(source="incident_id", read_only=True)
    team = serializers.SlugRelatedField[Team](slug_field="slug", source="incident.owner_team", read_only=True)
    form = serializers.ChoiceField(choices=FORMS)
    state = serializers.ChoiceField(choices=[(s.value, s.name) for s in RetroState])
    is_waived = serializers.SerializerMethodField()
    is_amending = serializers.SerializerMethodField()

    class Meta:
        model = Retro
        fields = (
            "id", "number", "team", "form", "state", "is_required", "is_waived", "is_amending", "opened_at", "due_at",
            "first_published_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_id(self, row: Retro) -> str:
        """The incident it is about."""
        return f"I-{row.incident_id}"

    def get_is_waived(self, row: Retro) -> bool:
        """A second person agreed that there is none."""
        return row.waived_at is not None

    def get_is_amending(self, row: Retro) -> bool:
        """A published one is being written again."""
        return bool(row.amend_reason)


class RetroSectionOutput(serializers.ModelSerializer[RetroSection]):
    """The texts of one page as they stand; the ETag names its revision."""

    texts = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = RetroSection
        fields = ("key", "revision", "texts", "saved_at")
        read_only_fields = fields


class RetroRowOutput(serializers.ModelSerializer[RetroRow]):
    """A factor, a safeguard or an action of a draft; the ETag names its revision."""

    kind = serializers.ChoiceField(choices=KINDS)
    values = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = RetroRow
        fields = ("key", "kind", "position", "revision", "values", "is_removed", "saved_at")
        read_only_fields = fields


class RetroSnapshotOutput(serializers.ModelSerializer[RetroSnapshot]):
    """A publication; its text is read under its own address."""

    class Meta:
        model = RetroSnapshot
        fields = ("number", "sha256", "reason", "published_at")
        read_only_fields = fields


class CauseOutput(serializers.ModelSerializer[KnownCause]):
    """Something that makes incidents return."""

    id = serializers.CharField(source="__str__", read_only=True)
    number = serializers.IntegerField(source="pk", read_only=True)
    team = serializers.SlugRelatedField[Team](slug_field="slug", source="owner_team", read_only=True)
    status = serializers.ChoiceField(choices=[(s.value, s.name) for s in CauseStatus])

    class Meta:
        model = KnownCause
        fields = CAUSE_FIELDS
        read_only_fields = fields


class StruckOutput(serializers.Serializer[Any]):
    """An incident that a cause struck in, and how the cause stood then."""

    incident = serializers.SerializerMethodField()
    repeat_state = serializers.CharField()

    def get_incident(self, link: Any) -> str:
        """The incident's name."""
        return f"I-{link.incident_id}"


class OneCauseOutput(CauseOutput):
    """The same with its services and the incidents that the reader may see."""

    services = serializers.SlugRelatedField[Service](slug_field="slug", many=True, read_only=True)
    incidents = StruckOutput(many=True)

    class Meta(CauseOutput.Meta):
        fields = (*CAUSE_FIELDS, "services", "incidents")
        read_only_fields = fields


class OpenInput(Input):
    """The incident whose retro begins, as `I-12`."""

    incident = serializers.CharField(max_length=INCIDENT_LENGTH)


class RowInput(Input):
    """A new row: its kind, its values as texts, and the sender's key, so that a repeat answers the first one."""

    kind = serializers.ChoiceField(choices=KINDS)
    key = serializers.RegexField(r"^[a-z0-9-]+$", max_length=36, required=False)
    values = serializers.DictField(required=False)


class TextsInput(serializers.Serializer[Any]):
    """Texts by name; `null` clears one, an absent one stays."""

    def to_representation(self, instance: Any) -> Any:
        """For the description alone."""
        return instance


def read_texts(data: Any) -> dict[str, object]:
    """The texts of a body: an object, `null` for an empty text. What each may hold is for the operation to say."""
    if not isinstance(data, dict):
        errors = [FieldProblem("", "wrong_type", "Send one object of texts by name.")]
        raise Invalid("validation_failed", "The body is one object.", errors)
    return {name: "" if value is None else value for name, value in data.items()}
