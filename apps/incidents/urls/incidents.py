"""Routes of incidents and severities."""

from django.urls import path

from apps.incidents.views import incidents, incidents_access, incidents_acts, incidents_story

urlpatterns = [
    path("incidents/", incidents.incident_list, name="incident-list"),
    path("incidents/new/", incidents.incident_create, name="incident-create"),
    path("incidents/<int:pk>/", incidents.incident, name="incident"),
    path("incidents/<int:pk>/candidates/", incidents.incident_candidates, name="incident-candidates"),
    path("incidents/<int:pk>/candidates/accept/", incidents_story.candidate_accept, name="candidate-accept"),
    path("incidents/<int:pk>/candidates/<slug:service>/<path:key>/link/", incidents_story.candidate_link,
         name="candidate-link"),
    path("incidents/<int:pk>/edit/", incidents_acts.incident_edit, name="incident-edit"),
    path("incidents/<int:pk>/now/<slug:kind>/", incidents_acts.milestone_now, name="milestone-now"),
    path("incidents/<int:pk>/moments/<int:interval>/<slug:kind>/", incidents_acts.milestone, name="milestone"),
    path("incidents/<int:pk>/reopen/", incidents_acts.incident_reopen, name="incident-reopen"),
    path("incidents/<int:pk>/severity/", incidents_acts.incident_severity, name="incident-severity"),
    path("incidents/<int:pk>/exclude/", incidents_acts.incident_exclude, name="incident-exclude"),
    path("incidents/<int:pk>/include/", incidents_acts.incident_include, name="incident-include"),
    path("incidents/<int:pk>/services/", incidents_acts.incident_service, name="incident-service"),
    path("incidents/<int:pk>/services/<slug:service>/release/", incidents_acts.incident_service_release,
         name="incident-service-release"),
    path("incidents/<int:pk>/links/", incidents_story.incident_link, name="incident-link"),
    path("incidents/<int:pk>/links/<slug:kind>/<slug:fact>/<slug:service>/<path:key>/rule-out/",
         incidents_story.incident_rule_out, name="incident-rule-out"),
    path("incidents/<int:pk>/timeline/", incidents_story.timeline_add, name="timeline-add"),
    path("incidents/<int:pk>/timeline/<int:entry>/", incidents_story.timeline_edit, name="timeline-edit"),
    path("incidents/<int:pk>/timeline/<int:entry>/hide/", incidents_story.timeline_hide, name="timeline-hide"),
    path("incidents/<int:pk>/restrict/", incidents_access.incident_restrict, name="incident-restrict"),
    path("incidents/<int:pk>/lift/", incidents_access.incident_lift, name="incident-lift"),
    path("incidents/<int:pk>/lift/<slug:answer>/", incidents_access.incident_lift_answer, name="incident-lift-answer"),
    path("incidents/<int:pk>/access/", incidents_access.incident_access, name="incident-access"),
    path("incidents/<int:pk>/access/<int:row>/take/", incidents_access.incident_access_take,
         name="incident-access-take"),
    path("incidents/<int:pk>/redact/", incidents_access.incident_redact, name="incident-redact"),
    path("governance/severity-policy/", incidents_access.severity_policy, name="severity-policy"),
    path("governance/severity-policy/write/", incidents_access.severity_policy_write, name="severity-policy-write"),
]  # fmt: skip
