"""REST routes of actions."""

from rest_framework.routers import SimpleRouter

from apps.incidents.api import follow_up_views

router = SimpleRouter(use_regex_path=False)
router.register("actions", follow_up_views.ActionViewSet, basename="action")

urlpatterns = router.urls
