"""What the API says about target reviews."""

from typing import Any

from rest_framework import serializers

from apps.reviews import queries
from apps.reviews.models import TargetReview


class ReviewRowOutput(serializers.ModelSerializer[TargetReview]):
    """A review in a list."""

    team = serializers.SlugRelatedField(slug_field="slug", read_only=True)  # type: ignore[var-annotated]
    card = serializers.IntegerField(source="card_id", read_only=True)
    signed_roles = serializers.SerializerMethodField()

    class Meta:
        model = TargetReview
        fields = [
            "id", "team", "quarter", "state", "card", "generated_at", "opened_at", "closed_at", "content_sha256",
            "snapshot_sha256", "signed_roles",
        ]  # fmt: skip

    def get_signed_roles(self, review: TargetReview) -> list[str]:
        """Roles that have signed the present content."""
        return [row.role for row in queries.list_signatures(review)]


class ReviewOutput(ReviewRowOutput):
    """A review with its content."""

    content = serializers.SerializerMethodField()

    class Meta(ReviewRowOutput.Meta):
        fields = [*ReviewRowOutput.Meta.fields, "content"]

    def get_content(self, review: TargetReview) -> dict[str, Any]:
        """What the review shows: once closed, from its snapshot."""
        return dict(queries.shown_content(review))


class SnapshotOutput(serializers.Serializer[Any]):
    """The snapshot of a closed review: the text whose SHA-256 is in the audit chain."""

    text = serializers.CharField()
    sha256 = serializers.CharField()


class SnapshotVersionOutput(serializers.Serializer[Any]):
    """A definition version that gave a number of the snapshot."""

    definition = serializers.CharField()
    number = serializers.IntegerField()


class PublishedOutput(serializers.Serializer[Any]):
    """What was published: the text whose SHA-256 it has, the versions and the watermark of its numbers."""

    id = serializers.CharField(help_text="card-12 or review-7.")
    kind = serializers.ChoiceField(choices=[("card", "card"), ("review", "review")])
    team = serializers.CharField()
    period = serializers.CharField()
    sha256 = serializers.CharField()
    text = serializers.CharField(help_text="Canonical JSON; its UTF-8 bytes give the hash.")
    versions = SnapshotVersionOutput(many=True)
    watermark = serializers.DictField(
        child=serializers.IntegerField(), allow_null=True,
        help_text="Counters of the fact sources; null where facts that came after the card were read, too.",
    )  # fmt: skip
    data_up_to = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField()
