"""Notifications as the API shows them."""

from rest_framework import serializers

from apps.notifications.models import Notification


class NotificationOutput(serializers.ModelSerializer[Notification]):
    """One thing told to the asker: about what, why to the asker, by when."""

    id = serializers.UUIDField(source="public_id", read_only=True)

    class Meta:
        model = Notification
        fields = ("id", "kind", "about", "title", "text", "link", "reason", "due_on", "told_at", "read_at")
        read_only_fields = fields
