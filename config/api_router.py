"""Every part of the REST API v1, by app."""

from django.urls import URLPattern, URLResolver, include, path

from apps.portal.api.urls import nowhere

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("apps.audit.api.urls")),
    path("", include("apps.notifications.api.urls")),
    path("", include("apps.teams.api.urls")),
    path("", include("apps.services.api.urls")),
    path("", include("apps.delivery.api.urls")),
    path("", include("apps.incidents.api.urls")),
    path("", include("apps.objectives.api.urls")),
    path("", include("apps.annotations.api.urls")),
    path("", include("apps.governance.api.urls")),
    path("", include("apps.metrics.api.urls")),
    path("", include("apps.measurements.api.urls")),
    path("", include("apps.scorecards.api.urls")),
    path("", include("apps.reviews.api.urls")),
    path("", include("apps.portal.api.urls")),
    *nowhere,  # stays last: it answers whatever no other route takes
]
