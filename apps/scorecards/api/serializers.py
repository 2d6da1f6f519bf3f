"""What the API says about cards, templates and kits."""

from typing import Any

from rest_framework import serializers

from apps.scorecards.models import Scorecard, ScorecardCell, TemplateVersion


class CellOutput(serializers.ModelSerializer[ScorecardCell]):
    """One slot: two words with their sentences before the numbers."""

    note = serializers.SerializerMethodField()

    class Meta:
        model = ScorecardCell
        fields = [
            "rank", "lens", "label", "definition", "version_number", "period", "trend_code", "trend_sentence",
            "target_code", "target_sentence", "target_comparison", "target_value", "unit", "status", "value", "lower",
            "upper", "n", "clusters", "judged", "weeks", "needs_decision", "note",
        ]  # fmt: skip

    def get_note(self, cell: ScorecardCell) -> str:
        """The team's newest words beside the cell."""
        notes: list[Any] = list(cell.notes.all())
        return notes[0].text if notes else ""


class CardRowOutput(serializers.ModelSerializer[Scorecard]):
    """A card in a list."""

    team = serializers.SlugRelatedField(slug_field="slug", read_only=True)  # type: ignore[var-annotated]
    name = serializers.CharField(source="team_name", read_only=True)

    class Meta:
        model = Scorecard
        fields = [
            "id", "team", "name", "team_type", "grain", "period", "end_on", "revision", "template_number", "data_up_to",
            "computed_late", "frozen_at", "sha256",
        ]  # fmt: skip


class CardOutput(CardRowOutput):
    """A card with its cells in slot order."""

    cells = CellOutput(many=True, read_only=True)

    class Meta(CardRowOutput.Meta):
        fields = [*CardRowOutput.Meta.fields, "watermark", "cells"]


class SlotOutput(serializers.Serializer[Any]):
    """One slot of a template."""

    rank = serializers.IntegerField()
    lens = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    definition = serializers.CharField(allow_blank=True)


class TemplateOutput(serializers.ModelSerializer[TemplateVersion]):
    """A template version."""

    slots = SlotOutput(many=True)

    class Meta:
        model = TemplateVersion
        fields = ["id", "team_type", "number", "slots", "reason", "effective_from", "adopted_at"]


class BesideOutput(serializers.Serializer[Any]):
    """A measure that stands on the team page, not on the card."""

    label = serializers.CharField()  # type: ignore[assignment]
    definition = serializers.CharField()


class KitOutput(serializers.Serializer[Any]):
    """A starter kit: slots to begin with."""

    kit = serializers.CharField()
    version = serializers.IntegerField()
    team_type = serializers.CharField()
    purpose = serializers.CharField()
    slots = SlotOutput(many=True)
    beside = BesideOutput(many=True)
