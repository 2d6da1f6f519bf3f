"""Pages of reviews."""

from django.urls import path

from apps.reviews.views import lists, ornaments, targets

app_name = "reviews"
urlpatterns = [
    path("reviews/", lists.review_list, name="review-list"),
    path("reviews/targets/<int:pk>/", targets.target_review, name="target-review"),
    path("reviews/targets/<int:pk>/open/", targets.review_open, name="review-open"),
    path("reviews/targets/<int:pk>/edit/", targets.draft_edit, name="draft-edit"),
    path("reviews/targets/<int:pk>/sign/", targets.review_sign, name="review-sign"),
    path("governance/ornaments/<slug:slug>/", ornaments.ornament, name="ornament"),
]
