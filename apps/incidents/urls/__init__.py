"""Routes of the pages, by matter."""

from django.urls import include, path

app_name = "incidents"
urlpatterns = [
    path("", include("apps.incidents.urls.incidents")),
    path("", include("apps.incidents.urls.learning")),
    path("", include("apps.incidents.urls.follow_up")),
    path("", include("apps.incidents.urls.oncall")),
]
