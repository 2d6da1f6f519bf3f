"""Writes of weekly reviews: generated on Monday, opened, closed, or skipped when nobody came."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from apps.accounts.domain import SYSTEM, Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.core.immutable import writing
from apps.core.periods import Grain, Period, parse_period
from apps.core.problems import Conflict, Invalid
from apps.objectives.operations.keeping_results import keep_for_review
from apps.reviews import policies, queries
from apps.reviews.domain.documents import open_pointers
from apps.reviews.domain.weekly import SENTENCES, SKIPPED_AFTER_DAYS, STEPS, Rule, WeeklyAct, WeeklyState, step_problem
from apps.reviews.models import Review, ReviewItem
from apps.reviews.queries import documents, gathering
from apps.scorecards import queries as scorecards
from apps.scorecards.domain import schedule
from apps.scorecards.domain.content import canonical_text, sha256_of
from apps.teams.models import Team


@transaction.atomic
def generate_weekly(*, team: Team, week: Period, by: Principal) -> Review:
    """Make the review of a week; until it is opened or skipped, asking again reads what is true by then."""
    policies.require_can_generate(by)
    _require_week(week)
    team = scorecards.lock_team(team.pk)
    standing = queries.find_weekly(team, week.key)
    if standing is not None:
        standing = queries.lock_weekly(standing.pk)  # somebody may be opening it
        if step_problem(WeeklyState(standing.state), WeeklyAct.REFRESH):
            return standing
    review = standing or _new(team, week)
    before = review.content
    _read_again(review, week)
    if standing is None or before != review.content:
        review.save()
        audit.record("weekly_review.generated", subject=review, by=by, data=_facts(review))
    return review


def _require_week(week: Period) -> None:
    if week.grain is not Grain.WEEK:
        raise Invalid("validation_failed", "A weekly review is made of a week.")
    if week.ends_at(clock.reporting_zone()) > clock.as_of():
        raise Conflict("period_not_closed", f"{week.key} is running. Its review is made after it has ended.")


def _new(team: Team, week: Period) -> Review:
    return Review(
        team=team, period=week.key, due_on=schedule.due_on(week), generated_at=clock.now(), content={},
        computed_late=schedule.is_late(week, clock.as_of(), clock.reporting_zone()),
    )  # fmt: skip


def _read_again(review: Review, week: Period) -> None:
    """Read the agenda from what is stored now; one that nobody can open any more keeps its header alone."""
    review.card = scorecards.find_card(review.team, week)
    is_over = review.due_on + timedelta(days=SKIPPED_AFTER_DAYS) <= clock.local_day(clock.as_of())
    content = gathering.read_head(review, week) if is_over else gathering.read_agenda(review, week)
    review.content = content


def _facts(review: Review) -> dict[str, Any]:
    return {"team": review.team_id, "period": review.period, "kind": str(review.kind)}


@transaction.atomic
def open_weekly(*, review: Review, by: Principal) -> Review:
    """Begin the meeting: the agenda is read a last time, then its values, versions and watermark stand."""
    policies.require_can_lead(by, review)
    review = queries.lock_weekly(review.pk)
    require_step(review, WeeklyAct.OPEN)
    _read_again(review, parse_period(review.period))
    _keep_results(review.content["items"], by)
    review.state, review.opened_at, review.opened_by_id = STEPS[WeeklyAct.OPEN][1].value, clock.now(), by.user_id
    review.save()
    with writing(ReviewItem):
        ReviewItem.objects.bulk_create([_item(review, item) for item in review.content["items"]])
    audit.record("weekly_review.opened", subject=review, by=by, data={
        **_facts(review), "items": len(review.content["items"]),
    })  # fmt: skip
    return review


def _keep_results(items: list[dict[str, Any]], by: Principal) -> None:
    """Keep the result of each budget on the agenda, and link it: a closed review keeps its numbers."""
    shown = {pk for item in items if (pk := item["evidence_data"].get("objective_id")) is not None}
    kept = keep_for_review(objectives=sorted(shown), at=clock.as_of(), by=by)
    for item in items:
        data = item["evidence_data"]
        if data.get("objective_id") in kept:
            data["evaluation"] = kept[data["objective_id"]]
            if item["rule"] == Rule.BURN:
                item["evidence"] = reverse("objectives:objective-result", args=[data["objective"], data["evaluation"]])


def _item(review: Review, item: dict[str, Any]) -> ReviewItem:
    return ReviewItem(review=review, **{name: item[name] for name in (*documents.PLAIN, "deferrals_used")})


def require_step(review: Review, act: WeeklyAct) -> None:
    """Raise `Conflict` unless the state of a locked review allows an act."""
    problem = step_problem(WeeklyState(review.state), act)
    if problem:
        raise Conflict(problem, SENTENCES[problem])


@transaction.atomic
def close_weekly(*, review: Review, by: Principal) -> Review:
    """End the meeting: every item is answered, and from here on the review is its snapshot."""
    policies.require_can_lead(by, review)
    review = queries.lock_weekly(review.pk)
    require_step(review, WeeklyAct.CLOSE)
    document = documents.document_of(review)
    still_open = open_pointers(document["items"])
    if still_open:
        raise Conflict("items_open", f"{len(still_open)} of the items wait for an answer.", still_open)
    review.snapshot_text, review.snapshot_sha256 = canonical_text(document), sha256_of(document)
    review.state, review.closed_at, review.closed_by_id = STEPS[WeeklyAct.CLOSE][1].value, clock.now(), by.user_id
    review.save()
    data = {**_facts(review), "snapshot_sha256": review.snapshot_sha256}
    audit.record("weekly_review.closed", subject=review, by=by, data=data)
    return review


@transaction.atomic
def skip_unopened(*, now: datetime) -> int:
    """Give up the reviews that nobody opened for seven days after their Monday; answers how many."""
    day = clock.local_day(now)
    rows = queries.lock_unopened(day - timedelta(days=SKIPPED_AFTER_DAYS))
    for review in rows:
        review.state = STEPS[WeeklyAct.SKIP][1].value
        review.save(update_fields=["state"])
        audit.record("weekly_review.skipped", subject=review, by=SYSTEM, data=_facts(review))
    return len(rows)
