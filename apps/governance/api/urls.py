"""Addresses of proposals."""

from rest_framework.routers import SimpleRouter

from apps.governance.api import exclusions, views

router = SimpleRouter(use_regex_path=False)
router.register("proposals", views.ProposalViewSet, basename="proposal")
router.register("exemptions", exclusions.ExemptionViewSet, basename="exemption")
router.register("freeze-windows", exclusions.FreezeWindowViewSet, basename="freeze-window")

urlpatterns = router.urls
