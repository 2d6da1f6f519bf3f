"""Pages of reviews: the list, target reviews, weekly reviews, decisions, metrics that decide nothing."""
