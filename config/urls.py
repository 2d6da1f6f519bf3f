"""All routes: pages by app, the REST API, Django's admin."""

from django.contrib import admin
from django.urls import include, path

from apps.portal.api.urls import docs

handler400 = "apps.core.problem_pages.unreadable_page"

urlpatterns = [
    path("", include("apps.accounts.urls")),
    path("", include("apps.notifications.urls")),
    path("", include("apps.services.urls")),
    path("", include("apps.metrics.urls")),
    path("", include("apps.objectives.urls")),
    path("", include("apps.governance.urls")),
    path("", include("apps.incidents.urls")),
    path("", include("apps.scorecards.urls")),
    path("", include("apps.reviews.urls")),
    path("", include("apps.portal.urls")),
    *docs,
    path("api/v1/", include("config.api_router")),
    path("admin/", admin.site.urls),
]
