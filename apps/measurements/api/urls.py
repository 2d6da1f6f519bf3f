"""Routes of the REST API."""

from rest_framework.routers import SimpleRouter

from apps.measurements.api import views

router = SimpleRouter()
router.register("measurements", views.MeasurementViewSet, basename="measurement")
urlpatterns = router.urls
