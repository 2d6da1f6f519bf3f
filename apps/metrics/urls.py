"""Pages on which definitions are adopted."""

from django.urls import path

from apps.metrics import life_views, views, wording_views

app_name = "metrics"
urlpatterns = [
    path("metrics/adopt/", views.adopt, name="adopt"),
    path("metrics/new/", views.definition_create, name="definition-create"),
    path("metrics/<slug:slug>/new-version/", views.version_create, name="version-create"),
    path("metrics/<slug:slug>/deprecate/", life_views.definition_deprecate, name="definition-deprecate"),
    path("metrics/<slug:slug>/retire/", life_views.definition_retire, name="definition-retire"),
    path("metrics/<slug:slug>/move/", life_views.definition_move, name="definition-move"),
    path("metrics/<slug:slug>/confirm/", life_views.definition_confirm, name="definition-confirm"),
    path("proposals/<int:number>/life/", life_views.life_edit, name="life-edit"),
    path("proposals/new/metric_definition/", wording_views.wording_create, name="wording-create"),
    path("proposals/<int:number>/words/", wording_views.wording_edit, name="wording-edit"),
]
