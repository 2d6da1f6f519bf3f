"""A weekly review prepared for its page: blocks with their items, what is answered, what may be done now."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.calendar_words import period_words
from apps.core.periods import parse_period
from apps.core.templatetags.plumbline import instant_words
from apps.reviews import policies
from apps.reviews.domain.weekly import BlockKey, WeeklyState
from apps.reviews.models import Review
from apps.reviews.presenting_items import present_item
from apps.reviews.queries.weekly import Agenda, Block

LATE = "Computed late: it was generated after its Monday, from what was known then."
SKIPPED = "Nobody opened it within seven days. What still waits stands on the next one."
WAITING = "It follows facts that come late until somebody opens it. Then values, versions and the agenda stand still."
QUIET = "Nothing above speaks of these. What nobody adjusts or investigates goes on with one press."
NOTHING = {
    BlockKey.TRIGGERS: "No budget waits for a decision.",
    BlockKey.DECISIONS: "No earlier decision is due to be looked at.",
    BlockKey.FLOW: "No signal in how often or how fast we ship.",
    BlockKey.BURN: "No other SLO is at risk, exhausted or without data.",
    BlockKey.INCIDENTS: "No open incident, no retro due, no overdue action, no cause that came back.",
    BlockKey.FINDINGS: "No gap in the data.",
    BlockKey.SERVICES: "No service is left: what the team owns stands in a block above.",
}


def present_weekly(review: Review, agenda: Agenda, by: Principal) -> dict[str, Any]:
    """Everything the page of a review shows."""
    state = WeeklyState(review.state)
    may_answer = state is WeeklyState.OPEN and policies.can_answer(by, review)
    blocks = [_block(review, block, may_answer=may_answer) for block in agenda.blocks]
    waiting = [item for block in blocks for item in block["items"] if item["is_open"]]
    name, leads = name_of(agenda), policies.can_lead(by, review)
    return {
        "heading": name,
        "crumbs": [{"label": "Reviews", "url": reverse("reviews:review-list")}, {"label": name}],
        "review": review,
        "state": state.label,
        "period": period_words(parse_period(agenda.period)),
        "data_up_to": _moment(agenda.header.get("data_up_to")),
        "card_url": reverse("scorecards:scorecard-period", args=[review.team.slug, agenda.period])
        if review.card_id
        else "",
        "minutes_url": reverse("reviews:weekly-minutes", args=[review.pk]),
        "decisions_url": f"{reverse('reviews:decision-list')}?team={review.team.slug}",
        "notices": _notices(review, state),
        "progress": _progress(state, agenda, len(waiting)),
        "lines": [WAITING] if state is WeeklyState.WAITING else [],
        "first_open": waiting[0] if may_answer and waiting else None,
        "is_begun": len(waiting) < _asked(agenda),
        "blocks": blocks,
        "expectation": agenda.header.get("expectation", ""),
        "open_url": act_url(review, "open") if state is WeeklyState.WAITING and leads else "",
        **_closing(review, state, leads=leads, waiting=len(waiting)),
    }  # fmt: skip


def name_of(agenda: Agenda) -> str:
    """How a review is called: `Weekly review of Commerce, week 34`."""
    return f"Weekly review of {agenda.team_name}, {week_words(agenda.period)}"


def week_words(key: str) -> str:
    """A week as it is called beside its team: `week 34 of 2026`."""
    return f"week {int(key[-2:])} of {key[:4]}"


def act_url(review: Review, act: str) -> str:
    """Where a review is opened, closed, or all that is quiet goes on."""
    return reverse(f"reviews:weekly-{act}", args=[review.pk])


def _notices(review: Review, state: WeeklyState) -> list[dict[str, str]]:
    found = [{"tone": "note", "text": LATE}] if review.computed_late and state is not WeeklyState.CLOSED else []
    if state is WeeklyState.SKIPPED:
        found.append({"tone": "quiet", "title": "Skipped", "text": SKIPPED})
    if state is WeeklyState.CLOSED and review.closed_at:
        at = instant_words(review.closed_at.astimezone(clock.reporting_zone()))
        found.append({"tone": "good", "text": f"Closed on {at}. It keeps what it showed; the decisions go on."})
    return found


def _progress(state: WeeklyState, agenda: Agenda, waiting: int) -> str:
    asked = _asked(agenda)
    if state is WeeklyState.OPEN:
        answered = asked - waiting
        return f"{answered} of {asked} answered" if waiting else f"All {asked} answered"
    if state is WeeklyState.CLOSED:
        return f"{asked} answered"
    return f"{asked} to answer"


def _asked(agenda: Agenda) -> int:
    return sum(len(block.items) for block in agenda.blocks)


def _block(review: Review, block: Block, *, may_answer: bool) -> dict[str, Any]:
    items = [present_item(review, item, may_answer=may_answer) for item in block.items]
    quiet = sum(item["is_open"] for item in items) if block.key is BlockKey.SERVICES else 0
    return {
        "id": f"block-{block.key}",
        "title": block.title,
        "minutes": f"{block.minutes} minutes",
        "items": items,
        "is_list": block.key is BlockKey.SERVICES,
        "lines": _lines(block),
        "counted": [present_item(review, item, may_answer=False) for item in block.counted],
        "continue_url": act_url(review, "continue") if may_answer and quiet else "",
        "said": QUIET,
        "continue_label": _continue_words(quiet),
    }


def _continue_words(count: int) -> str:
    return "Continue with it" if count == 1 else f"Continue with all {count}"


def _lines(block: Block) -> list[str]:
    """What is counted instead of opened."""
    found = []
    if block.quiet_count and block.key is not BlockKey.SERVICES:
        found.append(f"{block.quiet_count} quiet.")
    if not block.items and not block.counted and not block.quiet_count:
        found.append(NOTHING[block.key])
    return found


def _closing(review: Review, state: WeeklyState, *, leads: bool, waiting: int) -> dict[str, str]:
    """The button that closes, or why it is not there yet."""
    if state is not WeeklyState.OPEN or not leads:
        return {"close_url": "", "close_words": ""}
    if waiting:
        count = "1 item waits" if waiting == 1 else f"{waiting} items wait"
        return {"close_url": "", "close_words": f"Close: not yet, {count} for an answer. The first is"}
    return {"close_url": act_url(review, "close"), "close_words": ""}


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
