"""Writes of reviews: quarterly target reviews, weekly reviews with their decisions, and whether metrics are used."""

from apps.reviews.operations.answering import answer_item as answer_item
from apps.reviews.operations.answering import confirm_outcome as confirm_outcome
from apps.reviews.operations.answering import continue_quiet as continue_quiet
from apps.reviews.operations.answering import defer_item as defer_item
from apps.reviews.operations.asking import ask_missing_reviews as ask_missing_reviews
from apps.reviews.operations.ornaments import keep_definition as keep_definition
from apps.reviews.operations.ornaments import note_opening as note_opening
from apps.reviews.operations.targets import edit_draft as edit_draft
from apps.reviews.operations.targets import generate_review as generate_review
from apps.reviews.operations.targets import open_review as open_review
from apps.reviews.operations.targets import sign_review as sign_review
from apps.reviews.operations.weekly import close_weekly as close_weekly
from apps.reviews.operations.weekly import generate_weekly as generate_weekly
from apps.reviews.operations.weekly import open_weekly as open_weekly
from apps.reviews.operations.weekly import skip_unopened as skip_unopened
