"""Pages of reviews."""

from django.urls import path

from apps.reviews.views import answering, decisions, lists, ornaments, targets, weekly

app_name = "reviews"
urlpatterns = [
    path("reviews/", lists.review_list, name="review-list"),
    path("reviews/weekly/<int:pk>/", weekly.weekly, name="weekly"),
    path("reviews/weekly/<int:pk>/open/", weekly.weekly_open, name="weekly-open"),
    path("reviews/weekly/<int:pk>/continue/", weekly.weekly_continue, name="weekly-continue"),
    path("reviews/weekly/<int:pk>/close/", weekly.weekly_close, name="weekly-close"),
    path("reviews/weekly/<int:pk>/minutes/", weekly.weekly_minutes, name="weekly-minutes"),
    path("reviews/weekly/<int:pk>/item/<int:item>/", answering.weekly_item, name="weekly-item"),
    path("reviews/decisions/", decisions.decision_list, name="decision-list"),
    path("reviews/decisions/<int:pk>/", decisions.decision, name="decision"),
    path("reviews/decisions/<int:pk>/outcome/", decisions.decision_outcome, name="decision-outcome"),
    path("reviews/targets/<int:pk>/", targets.target_review, name="target-review"),
    path("reviews/targets/<int:pk>/open/", targets.review_open, name="review-open"),
    path("reviews/targets/<int:pk>/edit/", targets.draft_edit, name="draft-edit"),
    path("reviews/targets/<int:pk>/sign/", targets.review_sign, name="review-sign"),
    path("governance/ornaments/<slug:slug>/", ornaments.ornament, name="ornament"),
]
