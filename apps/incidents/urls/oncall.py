"""Routes of pages, alert rules, on-call profiles and the stages of maturity."""

from django.urls import path

from apps.incidents.views import oncall, oncall_agreeing

urlpatterns = [
    path("pages/", oncall.page_list, name="page-list"),
    path("pages/label/", oncall.page_label, name="page-label"),
    path("pages/label-rule/", oncall.rule_label, name="page-label-rule"),
    path("alert-rules/", oncall_agreeing.rule_list, name="alert-rule-list"),
    path("alert-rules/<int:pk>/", oncall_agreeing.rule, name="alert-rule"),
    path("alert-rules/<int:pk>/describe/", oncall_agreeing.rule_describe, name="alert-rule-describe"),
    path("teams/<slug:slug>/on-call/profile/", oncall_agreeing.profile_write, name="on-call-profile"),
    path("governance/on-call-stages/", oncall_agreeing.thresholds, name="thresholds"),
    path("governance/on-call-stages/write/", oncall_agreeing.thresholds_write, name="thresholds-write"),
]
