"""REST routes, by matter."""

from django.urls import include, path

urlpatterns = [
    path("", include("apps.objectives.api.budget_urls")),
    path("", include("apps.objectives.api.indicators_urls")),
    path("", include("apps.objectives.api.export_urls")),
]
