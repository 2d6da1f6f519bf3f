"""The duty of generating target reviews."""

from apps.accounts.domain import SYSTEM
from apps.core.due import drain
from apps.core.periods import parse_period
from apps.core.work import duty
from apps.reviews import operations
from apps.reviews.models import ReviewDue


@duty("reviews.generate_due_reviews")
def generate_due_reviews() -> int:
    """Ask for the reviews of quarterly cards that are missing, and generate what is due."""
    operations.ask_missing_reviews()
    return drain(ReviewDue, _generate)


def _generate(rows: list[ReviewDue]) -> None:
    for row in rows:
        operations.generate_review(team=row.team, quarter=parse_period(row.quarter), by=SYSTEM)
