"""Weekly reviews to test with: Checkout's week 34 of 2026, with an exhausted budget and its trigger."""

from datetime import UTC, datetime, timedelta
from typing import Any

from apps.accounts.domain import SYSTEM, Principal
from apps.core import clock
from apps.core.periods import Period, parse_period
from apps.incidents.domain.action_drafts import ActionDraft
from apps.incidents.domain.action_words import ActionKind
from apps.reviews import operations, queries
from apps.reviews.domain.answers import Verb
from apps.reviews.models import Review, ReviewItem
from apps.teams.models import Team
from tests.personas import Organisation, principal_of
from tests.spending import NOW

WEEK = parse_period("2026-W34")
DAY = timedelta(days=1)
# 05:00 in Berlin on the Monday after it.
DUE_AT = datetime(2026, 8, 24, 3, tzinfo=UTC)


def as_person(world: Organisation, name: str, at: datetime = NOW) -> Principal:
    """A person of the organisation with the roles of that time."""
    return principal_of(world.people[name], at)


def generate(world: Organisation, team: Team | None = None, week: Period = WEEK, at: datetime = NOW) -> Review:
    """The review of a week as the schedule makes it."""
    with clock.playing(at):
        return operations.generate_weekly(team=team or world.checkout, week=week, by=SYSTEM)


def opened(world: Organisation, team: Team | None = None, week: Period = WEEK, at: datetime = NOW) -> Review:
    """The review of a week, opened by the tech lead."""
    review = generate(world, team, week, at)
    with clock.playing(at):
        return operations.open_weekly(review=review, by=as_person(world, "ana", at))


def item_of(review: Review, rule: str, subject: str = "") -> ReviewItem:
    """The item of a rule; of several the one of a subject."""
    named = {"subject": subject} if subject else {}
    found: ReviewItem = ReviewItem.objects.select_related("review__team").get(review=review, rule=rule, **named)
    return found


def answer(world: Organisation, item: ReviewItem, verb: Verb = Verb.CONTINUE, at: datetime = NOW, **more: Any) -> Any:
    """Answer an item as the tech lead."""
    with clock.playing(at):
        return operations.answer_item(
            item=item, verb=verb, **{"text": "Decided.", **more}, by=as_person(world, "ana", at)
        )


def draft(at: datetime = NOW, **more: Any) -> ActionDraft:
    """An action that an adjustment opens."""
    said = {
        "text": "Cut the batch size of releases.", "kind": ActionKind.PREVENT, "done_when": "Releases hold one change.",
        "due_on": clock.local_day(at) + 14 * DAY,
    }  # fmt: skip
    return ActionDraft(**{**said, **more})


def answer_rest(world: Organisation, review: Review, at: datetime = NOW) -> None:
    """Put off what waits, and go on with what is quiet."""
    with clock.playing(at):
        by = as_person(world, "ana", at)
        operations.continue_quiet(review=review, by=by)
        for block in queries.agenda_of(review, by=by).blocks:
            for item in (item for item in block.items if item.is_open):
                operations.defer_item(item=queries.get_item(item.pk or 0, by=by), reason="Waits.", by=by)


def closed(world: Organisation, review: Review, at: datetime = NOW) -> Review:
    """The review with every item answered, closed."""
    answer_rest(world, review, at)
    with clock.playing(at):
        return operations.close_weekly(review=review, by=as_person(world, "ana", at))
