"""Routes of the pages of budgets; those on which something is proposed stand beside them in `urls`."""

from django.urls import path

from apps.objectives.views import deciding, evidence, lists, measured

urlpatterns = [
    path("objectives/", lists.objective_list, name="objective-list"),
    path("objectives/calculator/", measured.calculator, name="calculator"),
    path("objectives/triggers/<int:pk>/", deciding.trigger, name="trigger"),
    path("objectives/triggers/<int:pk>/decide/", deciding.trigger_decide, name="trigger-decide"),
    path("objectives/triggers/<int:pk>/close/", deciding.trigger_close, name="trigger-close"),
    path("objectives/decisions/<int:pk>/sign/", deciding.decision_sign, name="decision-sign"),
    path("objectives/alerts/<int:pk>/acknowledge/", deciding.alert_acknowledge, name="alert-acknowledge"),
    path("objectives/indicators/<slug:slug>/", measured.indicator, name="indicator"),
    path("objectives/<slug:slug>/", lists.objective, name="objective"),
    path("objectives/<slug:slug>/keys/", lists.objective_keys, name="objective-keys"),
    path("objectives/<slug:slug>/log/", lists.objective_log, name="objective-log"),
    path("objectives/<slug:slug>/days/", evidence.objective_days, name="objective-days"),
    path("objectives/<slug:slug>/days/<slug:day>/", evidence.objective_slices, name="objective-slices"),
    path("objectives/<slug:slug>/results/<int:pk>/", evidence.objective_result, name="objective-result"),
]
