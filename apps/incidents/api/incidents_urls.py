"""REST routes of incidents and severities."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
