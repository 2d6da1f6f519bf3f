"""REST routes of retros and known causes."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
