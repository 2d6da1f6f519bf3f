"""What each team of the world decided in a meeting: an opened weekly review with an answer in its own words."""

from datetime import datetime, timedelta
from typing import Any

from apps.accounts.domain import SYSTEM
from apps.accounts.models import User
from apps.core import clock
from apps.core.periods import Grain, last_complete
from apps.reviews import operations, policies
from apps.reviews.domain.answers import Verb
from apps.reviews.domain.weekly import Rule
from apps.reviews.models import ReviewItem
from apps.teams.models import Team
from tests.architecture.words import own_words
from tests.personas import principal_of


def meet_in(team: Team, *, lead: User, now: datetime) -> dict[str, Any]:
    """The keys of paths that name them; where nobody leads the review waits, and its items and decisions are absent."""
    with clock.playing(now):
        week, by = last_complete(now, Grain.WEEK, clock.reporting_zone()), principal_of(lead, now)
        review = operations.generate_weekly(team=team, week=week, by=SYSTEM)
        if not policies.can_lead(by, review):
            return {"weekly": review.pk, "weekly_item": 987654, "weekly_decision": 987654}
        review = operations.open_weekly(review=review, by=by)
        items = ReviewItem.objects.filter(review=review).exclude(rule=Rule.BUDGET_TRIGGER.value)
        first, *others = items.filter(is_counted_only=False).order_by("rank")
        decision = operations.answer_item(
            item=first, verb=Verb.INVESTIGATE, text=own_words(team.slug, "answer"),
            question=own_words(team.slug, "question"), follow_up_on=clock.today() + timedelta(days=14), by=by,
        )  # fmt: skip
    return {"weekly": review.pk, "weekly_item": (others or [first])[0].pk, "weekly_decision": decision.pk}
