"""Addresses of teams, groups, memberships, agreements and tokens."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.teams.api import views

router = SimpleRouter()
router.register("teams", views.TeamViewSet, basename="team")
router.register("groups", views.GroupViewSet, basename="group")
router.register("memberships", views.MembershipViewSet, basename="membership")
router.register("agreements", views.AgreementViewSet, basename="agreement")
router.register("tokens", views.TokenViewSet, basename="token")

urlpatterns = [
    path("me/", views.SelfView.as_view(), name="me"),
    path("responsibilities/", views.ResponsibilitiesView.as_view(), name="responsibilities"),
    path("tokens/self/", views.OwnTokenView.as_view(), name="token-self"),
    *router.urls,
]
