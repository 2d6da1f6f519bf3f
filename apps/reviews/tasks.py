"""The duty of generating reviews, and of giving up those that nobody opened."""

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.core.due import drain
from apps.core.periods import parse_period
from apps.core.work import duty
from apps.reviews import operations
from apps.reviews.domain.weekly import ReviewKind
from apps.reviews.models import ReviewDue


@duty("reviews.generate_due_reviews")
def generate_due_reviews() -> int:
    """Ask for the reviews that are missing, generate what is due, the oldest first, and skip what nobody opened."""
    operations.ask_missing_reviews()
    done = drain(ReviewDue, _generate)
    operations.skip_unopened(now=clock.as_of())
    return done


def _generate(rows: list[ReviewDue]) -> None:
    for row in rows:
        period = parse_period(row.period)
        if row.kind == ReviewKind.WEEKLY:
            operations.generate_weekly(team=row.team, week=period, by=SYSTEM)
        else:
            operations.generate_review(team=row.team, quarter=period, by=SYSTEM)
