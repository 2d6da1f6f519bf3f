"""Routes of the REST API."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.metrics.api import views

router = SimpleRouter()
router.register("metric-definitions", views.DefinitionViewSet, basename="metric-definition")
router.register(
    r"metric-definitions/(?P<slug>[-a-zA-Z0-9_]{1,50})/versions", views.VersionViewSet, basename="definition-version"
)
router.register("targets", views.TargetViewSet, basename="target")
urlpatterns = [*router.urls, path("specs/validate/", views.ValidateSpec.as_view(), name="spec-validate")]
