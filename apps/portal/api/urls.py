"""Addresses of the API's own description; `nowhere` must stand last in the API's routes."""

from django.urls import path, re_path

from apps.portal.api import views

urlpatterns = [path("openapi/", views.OpenApiView.as_view(), name="openapi")]
nowhere = [re_path(r"^(?P<path>.*)$", views.Nowhere.as_view(), name="nowhere")]
docs = [path("docs/api/", views.api_page, name="api-docs")]
