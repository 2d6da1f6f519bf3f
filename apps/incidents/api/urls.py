"""REST routes, by matter."""

from django.urls import include, path

urlpatterns = [
    path("", include("apps.incidents.api.incidents_urls")),
    path("", include("apps.incidents.api.learning_urls")),
    path("", include("apps.incidents.api.follow_up_urls")),
    path("", include("apps.incidents.api.oncall_urls")),
]
