"""Routes of the REST API."""

from rest_framework.routers import SimpleRouter

from apps.reviews.api import views

router = SimpleRouter()
router.register("target-reviews", views.TargetReviewViewSet, basename="target-review")
router.register("snapshots", views.SnapshotViewSet, basename="snapshot")
urlpatterns = router.urls
