"""REST routes of objectives as files."""

from django.urls import path

from apps.objectives.api import export_views as views

urlpatterns = [
    path("objectives/<slug:slug>/openslo/", views.OpenSloView.as_view(), name="objective-openslo"),
    path("objectives/<slug:slug>/rules/", views.RulesView.as_view(), name="objective-rules"),
]
