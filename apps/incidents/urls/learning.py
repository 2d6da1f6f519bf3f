"""Routes of retros, known causes and the monthly synthesis."""

from django.urls import path

from apps.incidents.views import learning, learning_acts, learning_causes, learning_synthesis, learning_writing

urlpatterns = [
    path("retros/", learning.retro_list, name="retro-list"),
    path("retros/<int:pk>/", learning.retro, name="retro"),
    path("retros/<int:pk>/check/", learning.retro_check, name="retro-check"),
    path("retros/<int:pk>/revisions/", learning.retro_revisions, name="retro-revisions"),
    path("retros/<int:pk>/snapshots/<int:number>/", learning.retro_snapshot, name="retro-snapshot"),
    path("retros/<int:pk>/snapshots/<int:number>/json/", learning.retro_snapshot_json, name="retro-json"),
    path("retros/<int:pk>/snapshots/<int:number>/markdown/", learning.retro_snapshot_markdown, name="retro-markdown"),
    path("retros/<int:pk>/open/", learning_acts.retro_open, name="retro-open"),
    path("retros/<int:pk>/submit/", learning_acts.retro_submit, name="retro-submit"),
    path("retros/<int:pk>/take-back/", learning_acts.retro_take_back, name="retro-take-back"),
    path("retros/<int:pk>/facilitator/", learning_acts.retro_facilitator, name="retro-facilitator"),
    path("retros/<int:pk>/publish/", learning_acts.retro_publish, name="retro-publish"),
    path("retros/<int:pk>/amend/", learning_acts.retro_amend, name="retro-amend"),
    path("retros/<int:pk>/amend/drop/", learning_acts.retro_amend_drop, name="retro-amend-drop"),
    path("retros/<int:pk>/waiver/", learning_acts.retro_waiver_ask, name="retro-waiver-ask"),
    path("retros/<int:pk>/waiver/refuse/", learning_acts.retro_waiver_refuse, name="retro-waiver-refuse"),
    path("retros/<int:pk>/waiver/agree/", learning_acts.retro_waive, name="retro-waive"),
    path("retros/<int:pk>/<slug:section>/", learning_writing.retro_section, name="retro-section"),
    path("causes/", learning_causes.cause_list, name="cause-list"),
    path("causes/new/", learning_causes.cause_create, name="cause-create"),
    path("causes/<int:pk>/", learning_causes.cause, name="cause"),
    path("causes/<int:pk>/edit/", learning_causes.cause_edit, name="cause-edit"),
    path("causes/<int:pk>/status/", learning_causes.cause_status, name="cause-status"),
    path("incidents/<int:pk>/causes/<int:cause>/confirm/", learning_causes.cause_confirm, name="cause-confirm"),
    path("incidents/<int:pk>/causes/<int:cause>/refuse/", learning_causes.cause_refuse, name="cause-refuse"),
    path("teams/<slug:slug>/synthesis/", learning_synthesis.team_synthesis, name="team-synthesis"),
    path("groups/<slug:slug>/synthesis/", learning_synthesis.group_synthesis, name="group-synthesis"),
]
