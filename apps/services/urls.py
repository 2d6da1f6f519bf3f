"""Pages that change the catalogue of services."""

from django.urls import path

from apps.services import views

app_name = "services"
urlpatterns = [
    path("services/new/", views.service_create, name="service-create"),
    path("services/<slug:slug>/hand-over/", views.hand_over, name="service-hand-over"),
]
