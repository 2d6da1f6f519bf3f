"""Addresses of the service catalogue."""

from rest_framework.routers import SimpleRouter

from apps.services.api import views

router = SimpleRouter()
router.register("services", views.ServiceViewSet, basename="service")
router.register("ownerships", views.OwnershipViewSet, basename="ownership")

urlpatterns = router.urls
