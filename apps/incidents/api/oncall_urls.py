"""REST routes of pages, alert rules and on-call profiles."""

from rest_framework.routers import SimpleRouter

from apps.incidents.api import oncall_views as views

router = SimpleRouter(use_regex_path=False)
router.register("pages", views.PageViewSet, basename="page")
router.register("alert-rules", views.AlertRuleViewSet, basename="alert-rule")
router.register("on-call-profiles", views.OnCallProfileViewSet, basename="on-call-profile")

urlpatterns = router.urls
