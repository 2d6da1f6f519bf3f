"""Addresses of the audit chain."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.audit.api import views

router = SimpleRouter()
router.register("audit/events", views.EventViewSet, basename="audit-event")

urlpatterns = [
    path("audit/head/", views.HeadView.as_view(), name="audit-head"),
    path("audit/proof/", views.ProofView.as_view(), name="audit-proof"),
    *router.urls,
]
