"""Routes of pages, alert rules and on-call profiles."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
