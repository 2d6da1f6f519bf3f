"""Pages of reviews."""

from django.urls import path

from apps.reviews import views

app_name = "reviews"
urlpatterns = [
    path("reviews/", views.review_list, name="review-list"),
    path("reviews/targets/<int:pk>/", views.target_review, name="target-review"),
    path("reviews/targets/<int:pk>/open/", views.review_open, name="review-open"),
    path("reviews/targets/<int:pk>/edit/", views.draft_edit, name="draft-edit"),
    path("reviews/targets/<int:pk>/sign/", views.review_sign, name="review-sign"),
    path("governance/ornaments/<slug:slug>/", views.ornament, name="ornament"),
]
