"""Proposals as the API reads and shows them; people are told by their roles only."""

import json
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.core.inputs import Input
from apps.governance.domain.acts import CommentAct, SignatureAct
from apps.governance.domain.checks import Check
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.origins import Origin
from apps.governance.domain.revisions import Asked, Category
from apps.governance.domain.states import ProposalState
from apps.governance.models import Comment, Proposal, ProposalItem, ProposalRevision, Signature
from apps.teams.models import Team

STATES = [(state.value, state.name) for state in ProposalState]
OPS = [(op.value, op.name) for op in Op]


class ProposalItemInput(Input):
    """One change of one object; `content` has the shape of its kind, `key` names the object."""

    kind = serializers.CharField(max_length=30)
    op = serializers.ChoiceField(choices=OPS)
    key = serializers.CharField(max_length=200, allow_blank=True, required=False, default="")
    content = serializers.DictField(required=False, default=dict)


class ProposalInput(Input):
    """A whole revision: what changes, why, and from when."""

    items = ProposalItemInput(many=True)
    reason = serializers.CharField(max_length=2000, allow_blank=True, required=False, default="")
    category = serializers.ChoiceField(choices=[(c.value, c.label) for c in Category])
    date = serializers.DateField(required=False, allow_null=True, default=None)
    at_once_reason = serializers.CharField(max_length=500, allow_blank=True, required=False, default="")
    restate_from = serializers.DateField(required=False, allow_null=True, default=None)

    @staticmethod
    def asked(values: dict[str, Any]) -> Asked:
        """What the author asks for."""
        items = (Item(row["kind"], Op(row["op"]), row["key"], row["content"]) for row in values["items"])
        return Asked(
            items=tuple(items), reason=values["reason"].strip(), category=Category(values["category"]),
            on=values["date"], at_once_reason=values["at_once_reason"].strip(), restate_from=values["restate_from"],
        )  # fmt: skip


class WithdrawInput(Input):
    """Why a proposal is taken back."""

    reason = serializers.CharField(max_length=2000, allow_blank=True, required=False, default="")


class ProposalItemOutput(serializers.ModelSerializer[ProposalItem]):
    """One changed object as it read when the revision was written."""

    op = serializers.ChoiceField(choices=OPS)
    team = serializers.SlugRelatedField[Team](slug_field="slug", read_only=True, allow_null=True, source="owner_team")

    class Meta:
        model = ProposalItem
        fields = ("kind", "op", "key", "name", "base_number", "is_meaning", "team")
        read_only_fields = fields


class ProposalOutput(serializers.ModelSerializer[Proposal]):
    """A proposal with the items of its present revision; the ETag is its `revision_sha256`."""

    state = serializers.ChoiceField(choices=STATES)
    origin = serializers.ChoiceField(choices=[(origin.value, origin.value) for origin in Origin])
    team = serializers.SlugRelatedField[Team](slug_field="slug", read_only=True, allow_null=True, source="owner_team")
    items = ProposalItemOutput(many=True)

    class Meta:
        model = Proposal
        fields = (
            "number", "state", "origin", "title", "team", "revision_number", "revision_sha256", "created_at",
            "submitted_at", "window_until", "effective_from", "governs_from", "blocked_cause", "decided_at", "items",
        )  # fmt: skip
        read_only_fields = fields


class RevisionOutput(serializers.ModelSerializer[ProposalRevision]):
    """What a proposal said at one time; the hash is of `text`."""

    document = serializers.SerializerMethodField()

    class Meta:
        model = ProposalRevision
        fields = ("number", "sha256", "made_at", "text", "document")
        read_only_fields = fields

    @extend_schema_field(serializers.DictField())
    def get_document(self, revision: ProposalRevision) -> dict[str, Any]:
        """The text as JSON: items, reason, category, date asked, history mode."""
        return dict(json.loads(revision.text))


class SignatureOutput(serializers.ModelSerializer[Signature]):
    """A signature of the present revision: in which role, when, and how."""

    act = serializers.ChoiceField(choices=[(act.value, act.value) for act in SignatureAct])

    class Meta:
        model = Signature
        fields = ("role", "act", "signed_at")
        read_only_fields = fields


class CommentOutput(serializers.ModelSerializer[Comment]):
    """What was said about a revision, without who said it."""

    act = serializers.ChoiceField(choices=[(act.value, act.value) for act in CommentAct])
    revision = serializers.IntegerField(source="revision.number", read_only=True)
    is_open = serializers.BooleanField(read_only=True)

    class Meta:
        model = Comment
        fields = ("act", "revision", "text", "written_at", "is_open")
        read_only_fields = fields


class CheckOutput(serializers.Serializer[Any]):
    """One check with its answer and a sentence."""

    check = serializers.ChoiceField(choices=[(check.value, check.value) for check in Check])
    ok = serializers.BooleanField()
    sentence = serializers.CharField()


class ChecksOutput(serializers.Serializer[Any]):
    """What a proposal waits for; empty once it is decided."""

    checks = CheckOutput(many=True)
    waits_for = serializers.CharField(allow_blank=True)


class PreviewOutput(serializers.Serializer[Any]):
    """What the present revision would change, as far as it is computed."""

    is_needed = serializers.BooleanField()
    is_fresh = serializers.BooleanField()
    sentence = serializers.CharField(allow_blank=True)
    asked_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    engine_version = serializers.CharField(allow_blank=True)
    base_numbers = serializers.DictField()
    sections = serializers.ListField(child=serializers.DictField())


class PartOutput(serializers.Serializer[Any]):
    """A run of words or a line that stays (`same`), goes (`del`) or comes (`ins`)."""

    op = serializers.ChoiceField(choices=[(op, op) for op in ("same", "del", "ins")])
    text = serializers.CharField(allow_blank=True)


class FieldChangeOutput(serializers.Serializer[Any]):
    """A place at which both sides differ."""

    field = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class DiffOutput(serializers.Serializer[Any]):
    """One changed object: both sides as sentence and as document, and what differs."""

    kind = serializers.CharField()
    op = serializers.ChoiceField(choices=OPS)
    key = serializers.CharField(allow_blank=True)
    sentence = PartOutput(many=True)
    fields = FieldChangeOutput(many=True)  # type: ignore[assignment]
    before = serializers.DictField(allow_null=True)
    after = serializers.DictField(allow_null=True)
