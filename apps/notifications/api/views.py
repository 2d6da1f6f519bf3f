"""Notifications over REST: a person's own."""

from django.db.models import QuerySet
from rest_framework import mixins, viewsets

from apps.core.access import Access
from apps.notifications import queries
from apps.notifications.api.serializers import NotificationOutput
from apps.notifications.filters import NotificationFilter
from apps.notifications.models import Notification


class NotificationViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Notification]):
    """What the asker was told, newest first; a token is nobody who could be told."""

    access = Access.PERSON
    serializer_class = NotificationOutput
    filterset_class = NotificationFilter
    queryset = Notification.objects.none()

    def get_queryset(self) -> QuerySet[Notification]:
        """The asker's own."""
        return queries.list_notifications(self.request.principal)  # type: ignore[attr-defined]
