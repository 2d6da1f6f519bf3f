"""REST routes of retros and known causes."""

from rest_framework.routers import SimpleRouter

from apps.incidents.api import learning_views as views

router = SimpleRouter(use_regex_path=False)
router.register("retros", views.RetroViewSet, basename="retro")
router.register("known-causes", views.KnownCauseViewSet, basename="known-cause")

urlpatterns = router.urls
