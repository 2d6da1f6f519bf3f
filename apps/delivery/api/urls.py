"""Addresses of facts."""

from django.urls import path

from apps.delivery.api import views

urlpatterns = [
    path("fact-sources/", views.FactSourceList.as_view(), name="fact-source-list"),
    path("fact-sources/<slug:source>/", views.FactSourceDetail.as_view(), name="fact-source-detail"),
    path("facts/batch/", views.FactBatch.as_view(), name="fact-batch"),
    path("facts/<slug:source>/", views.FactList.as_view(), name="fact-list"),
    path("facts/<slug:source>/retract/", views.FactRetract.as_view(), name="fact-retract"),
    path("facts/<slug:source>/heartbeat/", views.FactHeartbeat.as_view(), name="fact-heartbeat"),
]
