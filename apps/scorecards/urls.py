"""Pages of scorecards."""

from django.urls import path

from apps.scorecards import views

app_name = "scorecards"
urlpatterns = [
    path("scorecards/templates/", views.template_list, name="template-list"),
    path("scorecards/templates/<slug:team_type>/adopt/", views.template_adopt, name="template-adopt"),
    path("teams/<slug:slug>/scorecard/", views.scorecard, name="scorecard"),
    path("teams/<slug:slug>/scorecard/<str:period>/", views.scorecard_period, name="scorecard-period"),
    path("teams/<slug:slug>/scorecard/cells/<int:pk>/note/", views.note_write, name="note-write"),
]
