"""Addresses of chart marks."""

from rest_framework.routers import SimpleRouter

from apps.annotations.api import views

router = SimpleRouter(use_regex_path=False)
router.register("annotations", views.AnnotationViewSet, basename="annotation")

urlpatterns = router.urls
