"""REST routes of objectives, budgets, policies, triggers and decisions."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.objectives.api import budget_views as views
from apps.objectives.api import policy_views as policies

router = SimpleRouter(use_regex_path=False)
router.register("objectives", views.ObjectiveViewSet, basename="objective")
router.register("objectives/<slug:slug>/days", views.BudgetDayViewSet, basename="budget-day")
router.register("objectives/<slug:slug>/evaluations", views.EvaluationViewSet, basename="budget-evaluation")
router.register("burn-alerts", views.BurnAlertViewSet, basename="burn-alert")
router.register("budget-policies", policies.BudgetPolicyViewSet, basename="budget-policy")
router.register("policy-triggers", policies.PolicyTriggerViewSet, basename="policy-trigger")
router.register("budget-decisions", policies.BudgetDecisionViewSet, basename="budget-decision")

urlpatterns = [
    *router.urls,
    path("slo-calculations/", views.Calculate.as_view(), name="slo-calculation"),
    path("services/<slug:slug>/release-advice/", policies.ReleaseAdvice.as_view(), name="release-advice"),
]
