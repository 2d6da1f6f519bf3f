"""Routes of the REST API."""

from rest_framework.routers import SimpleRouter

from apps.scorecards.api import views

router = SimpleRouter()
router.register("scorecards", views.ScorecardViewSet, basename="scorecard")
router.register("scorecard-templates", views.TemplateViewSet, basename="scorecard-template")
router.register("starter-kits", views.KitViewSet, basename="starter-kit")
urlpatterns = router.urls
