"""Routes of the pages on which counts are wired: servers, readings, samples that wait."""

from django.urls import path

from apps.objectives.views import waiting, wiring

urlpatterns = [
    path("objectives/monitoring/", wiring.source_list, name="source-list"),
    path("objectives/monitoring/new/", wiring.source_create, name="source-create"),
    path("objectives/monitoring/<slug:slug>/", wiring.source_edit, name="source-edit"),
    path("objectives/waiting/", waiting.held_list, name="held-list"),
    path("objectives/waiting/settle/", waiting.held_settle, name="held-settle"),
    path("objectives/indicators/<slug:slug>/reading/", wiring.reading, name="reading"),
    path("objectives/indicators/<slug:slug>/reading/try/", wiring.reading_try, name="reading-try"),
    path("objectives/indicators/<slug:slug>/reading/start/", wiring.reading_start, name="reading-start"),
]
