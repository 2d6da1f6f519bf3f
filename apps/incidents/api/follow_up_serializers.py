"""Actions as the API reads and shows them; the person who was chosen is shown on the action's page alone."""

from typing import Any

from rest_framework import serializers

from apps.core.inputs import Input
from apps.incidents.domain.action_drafts import ActionDraft, EvidenceDraft
from apps.incidents.domain.action_words import ActionKind, ActionOrigin, ActionState, EvidenceKind
from apps.incidents.models import Action, ActionDate, ActionEvidence
from apps.services.models import Service
from apps.teams.models import Team

KINDS = [(k.value, k.name) for k in ActionKind]
EVIDENCE = [(k.value, k.name) for k in EvidenceKind]
SLUG, LINE, ADDRESS = 50, 500, 500


class DueDayOutput(serializers.ModelSerializer[ActionDate]):
    """A due day it was given, and why; the first comes with the commitment."""

    class Meta:
        model = ActionDate
        fields = ("due_on", "reason", "set_at")
        read_only_fields = fields


class ActionEvidenceOutput(serializers.ModelSerializer[ActionEvidence]):
    """What shows that an action is done."""

    kind = serializers.ChoiceField(choices=EVIDENCE)
    service = serializers.SlugRelatedField[Service](slug_field="slug", read_only=True, allow_null=True)

    class Meta:
        model = ActionEvidence
        fields = ("kind", "url", "service", "fact_key", "note", "added_at")
        read_only_fields = fields


class ActionOutput(serializers.ModelSerializer[Action]):
    """An action of a team; `drop_asked` says that somebody wishes to drop it and nobody confirmed."""

    id = serializers.CharField(source="__str__", read_only=True)
    kind = serializers.ChoiceField(choices=KINDS)
    origin = serializers.ChoiceField(choices=[(o.value, o.name) for o in ActionOrigin])
    state = serializers.ChoiceField(choices=[(s.value, s.name) for s in ActionState])
    team = serializers.SlugRelatedField[Team](slug_field="slug", source="owner_team", read_only=True)
    incident = serializers.SerializerMethodField()
    review = serializers.CharField(source="review_key", read_only=True)
    metric = serializers.CharField(source="metric_slug", read_only=True)
    known_cause = serializers.SerializerMethodField()
    drop_asked = serializers.SerializerMethodField()

    class Meta:
        model = Action
        fields = (
            "id", "number", "revision", "origin", "incident", "review", "team", "text", "done_when", "kind", "state",
            "opened_at", "first_due_on", "due_on", "done_at", "verified_at", "drop_asked", "dropped_at", "metric",
            "metric_subject", "known_cause", "external_url", "external_key", "is_imported",
        )  # fmt: skip
        read_only_fields = fields

    number = serializers.IntegerField(source="pk", read_only=True)

    def get_incident(self, action: Action) -> str | None:
        """The incident whose retro it came from."""
        return f"I-{action.retro.incident_id}" if action.retro else None

    def get_known_cause(self, action: Action) -> str | None:
        """The known cause it works on, where the reader may know of it."""
        return str(action.known_cause) if getattr(action, "sees_cause", False) else None

    def get_drop_asked(self, action: Action) -> bool:
        """Whether it is asked to drop it."""
        return action.drop_asked_at is not None and action.dropped_at is None


class OneActionOutput(ActionOutput):
    """One action with every due day it was given and what shows that it is done."""

    dates = DueDayOutput(many=True, read_only=True)
    evidence = ActionEvidenceOutput(many=True, read_only=True)

    class Meta(ActionOutput.Meta):
        fields = (*ActionOutput.Meta.fields, "dates", "evidence")  # type: ignore[assignment]  # two more
        read_only_fields = fields  # type: ignore[assignment]


class ActionInput(Input):
    """A new action of a team; `team` is its short name, `known_cause` written as in C-3."""

    team = serializers.CharField(max_length=SLUG)
    text = serializers.CharField(max_length=LINE)
    done_when = serializers.CharField(max_length=LINE)
    kind = serializers.ChoiceField(choices=KINDS)
    due_on = serializers.DateField()
    metric = serializers.CharField(max_length=60, required=False, allow_blank=True)
    metric_subject = serializers.CharField(max_length=80, required=False, allow_blank=True)
    known_cause = serializers.CharField(max_length=20, required=False, allow_blank=True)
    external_url = serializers.URLField(max_length=ADDRESS, required=False, allow_blank=True)
    external_key = serializers.CharField(max_length=200, required=False)

    @staticmethod
    def asked(values: dict[str, Any]) -> dict[str, Any]:
        """The input of `open_action`."""
        draft = ActionDraft(
            text=values["text"], kind=ActionKind(values["kind"]), done_when=values["done_when"],
            due_on=values["due_on"], metric_slug=values.get("metric", ""),
            metric_subject=values.get("metric_subject", ""), external_url=values.get("external_url", ""),
        )  # fmt: skip
        named = {name: values.get(name, "") for name in ("known_cause", "external_key")}
        return {"draft": draft, "team": values["team"], **named}


class NewDateInput(Input):
    """Another due day, and why."""

    due_on = serializers.DateField()
    reason = serializers.CharField(max_length=LINE)


class ActionEvidenceInput(Input):
    """What shows it: of a deployment the service and the key it was reported under, else an address or a note."""

    kind = serializers.ChoiceField(choices=EVIDENCE)
    url = serializers.URLField(max_length=ADDRESS, required=False, allow_blank=True)
    service = serializers.CharField(max_length=SLUG, required=False, allow_blank=True)
    fact_key = serializers.CharField(max_length=200, required=False, allow_blank=True)
    note = serializers.CharField(max_length=LINE, required=False, allow_blank=True)


class DoneInput(Input):
    """What shows that the action is done, if there is something to show."""

    evidence = ActionEvidenceInput(required=False, allow_null=True)


def evidence_of(values: dict[str, Any], service_id: int | None) -> EvidenceDraft:
    """Evidence as the operations take it."""
    texts = {name: values.get(name, "") for name in ("url", "fact_key", "note")}
    return EvidenceDraft(kind=values["kind"], service_id=service_id, **texts)
