"""REST routes of indicators, servers and slices."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.objectives.api import indicators_views as views

router = SimpleRouter(use_regex_path=False)
router.register("indicators", views.IndicatorViewSet, basename="indicator")
router.register("monitoring-sources", views.MonitoringSourceViewSet, basename="monitoring-source")

urlpatterns = [
    *router.urls,
    path("indicators/<slug:slug>/versions/", views.IndicatorVersionList.as_view(), name="indicator-version-list"),
    path("objectives/<slug:slug>/samples/", views.ObjectiveSampleList.as_view(), name="objective-samples"),
]
