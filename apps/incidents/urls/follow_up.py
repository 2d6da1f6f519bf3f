"""Routes of actions; their list and the page of one stand in the portal, as they show the effect."""

from django.urls import path

from apps.incidents.views import follow_up, follow_up_acts

urlpatterns = [
    path("actions/new/", follow_up.action_create, name="action-create"),
    path("actions/<int:pk>/date/", follow_up_acts.action_date, name="action-date"),
    path("actions/<int:pk>/done/", follow_up_acts.action_done, name="action-done"),
    path("actions/<int:pk>/take-back/", follow_up_acts.action_take_back, name="action-take-back"),
    path("actions/<int:pk>/evidence/", follow_up_acts.action_evidence, name="action-evidence"),
    path("actions/<int:pk>/verify/", follow_up_acts.action_verify, name="action-verify"),
    path("actions/<int:pk>/drop/", follow_up_acts.action_drop, name="action-drop"),
    path("actions/<int:pk>/keep/", follow_up_acts.action_keep, name="action-keep"),
    path("actions/<int:pk>/confirm-drop/", follow_up_acts.action_confirm_drop, name="action-confirm-drop"),
    path("actions/<int:pk>/links/", follow_up_acts.action_links, name="action-links"),
]
