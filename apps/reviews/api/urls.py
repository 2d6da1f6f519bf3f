"""Routes of the REST API."""

from rest_framework.routers import SimpleRouter

from apps.reviews.api import views, weekly_views

router = SimpleRouter()
router.register("target-reviews", views.TargetReviewViewSet, basename="target-review")
router.register("snapshots", views.SnapshotViewSet, basename="snapshot")
router.register("reviews", weekly_views.WeeklyReviewViewSet, basename="review")
router.register("decisions", weekly_views.DecisionViewSet, basename="decision")
urlpatterns = router.urls
