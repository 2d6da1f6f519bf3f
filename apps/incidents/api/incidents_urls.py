"""REST routes of incidents and severities."""

from rest_framework.routers import SimpleRouter

from apps.incidents.api import incidents_views

router = SimpleRouter(use_regex_path=False)
router.register("incidents", incidents_views.IncidentViewSet, basename="incident")
router.register("severity-policies", incidents_views.SeverityPolicyViewSet, basename="severity-policy")

urlpatterns = router.urls
