"""Reads of weekly reviews: by reader, one with its agenda, the locks under which they change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from apps.accounts.domain import Principal
from apps.core.due import RESTS_AFTER
from apps.core.periods import Grain
from apps.core.problems import Absent
from apps.incidents.models import Incident
from apps.reviews.domain.documents import HIDDEN, is_open
from apps.reviews.domain.weekly import BlockKey, ReviewKind, Rule, WeeklyState
from apps.reviews.models import Review, ReviewDue, ReviewItem
from apps.reviews.queries.documents import document_of, with_answers
from apps.scorecards.models import CardDue, Scorecard
from apps.teams.models import Team

MASKS = frozenset({"incident", "masked"})


@dataclass(frozen=True)
class ShownItem:
    """One item of an agenda; `pk` is None while the review waits to be opened.

    `answer` holds `kind` (decision, trigger, deferral), `verb`, `text`, `question`, `action`, `follow_up_on`;
    `outcome` what was confirmed of a decision that was due. `evidence_data` is what was shown at opening.
    """

    pk: int | None
    rank: int
    rule: Rule
    subject: str
    sentence: str
    prompt: str
    evidence_url: str
    evidence_data: Mapping[str, Any]
    answer: Mapping[str, Any] | None
    outcome: Mapping[str, Any] | None
    is_open: bool
    is_counted_only: bool
    deferrals_used: int
    revision: int


@dataclass(frozen=True)
class Block:
    """One part of the meeting: what is to be answered, what is counted only, and how much is quiet."""

    key: BlockKey
    title: str
    minutes: int
    items: list[ShownItem]
    counted: list[ShownItem]
    quiet_count: int


@dataclass(frozen=True)
class Agenda:
    """A weekly review ready to be shown: its header (plain values) and its seven blocks in order."""

    team_name: str
    period: str
    header: Mapping[str, Any]
    blocks: list[Block]

    @property
    def listed(self) -> list[ShownItem]:
        """Every item in the order of the meeting, what is counted only among them."""
        everything = [item for block in self.blocks for item in (*block.items, *block.counted)]
        return sorted(everything, key=lambda item: item.rank)

    @property
    def open_count(self) -> int:
        """How many items wait for an answer."""
        return sum(item.is_open for block in self.blocks for item in block.items)


def list_weekly(principal: Principal) -> QuerySet[Review]:
    """Weekly reviews the principal may read, newest week first, then by team name."""
    reviews = Review.objects.visible_to(principal).select_related("team")
    return reviews.order_by("-due_on", "team__name", "pk")


def get_weekly(pk: int, *, by: Principal) -> Review:
    """A weekly review by its primary key; raises `Absent`."""
    review = list_weekly(by).select_related("card").filter(pk=pk).first()
    if review is None:
        raise Absent("not_found", "Nothing is here for you.")
    return review


def get_item(pk: int, *, by: Principal) -> ReviewItem:
    """An item of a review the principal may read; raises `Absent`."""
    reviews = Review.objects.visible_to(by)
    item: ReviewItem | None = (
        ReviewItem.objects.filter(pk=pk, review__in=reviews).select_related("review__team").first()
    )
    if item is None:
        raise Absent("not_found", "Nothing is here for you.")
    return item


def get_locked_item(pk: int) -> ReviewItem:
    """An item of a review that is locked, with everything that was answered."""
    item: ReviewItem = with_answers(ReviewItem.objects.filter(pk=pk).select_related("review__team")).get()
    return item


def find_weekly(team: Team, period: str) -> Review | None:
    """The team's review of a week; None while there is none."""
    return Review.objects.select_related("team").filter(team=team, period=period).first()


def lock_weekly(pk: int) -> Review:
    """The review, locked until the transaction ends: its answers follow each other."""
    return Review.objects.select_related("team", "card").select_for_update(of=("self",), no_key=True).get(pk=pk)


def agenda_of(review: Review, *, by: Principal) -> Agenda:
    """The review as this reader may see it: live while it is open, from its snapshot once it is closed."""
    document = document_of(review)
    hidden = _hidden(document["items"], by)
    shown = [_shown(item, hidden) for item in document["items"]]
    return Agenda(
        document["team"]["name"], document["period"], document["header"],
        [_block(key, shown, document["quiet"].get(key.value, 0)) for key in BlockKey],
    )  # fmt: skip


def _block(key: BlockKey, shown: Iterable[ShownItem], quiet_count: int) -> Block:
    mine = [item for item in shown if item.rule.block is key]
    items = [item for item in mine if not item.is_counted_only]
    return Block(key, key.heading, key.minutes, items, [item for item in mine if item.is_counted_only], quiet_count)


def _hidden(items: Iterable[Mapping[str, Any]], by: Principal) -> set[str]:
    """Incidents of an agenda that became known to fewer people since, as keys; one query where any is named."""
    named = {key for item in items if (key := item["evidence_data"].get("incident"))}
    if not named:
        return set()
    numbers = [int(key.removeprefix("I-")) for key in named]
    return {f"I-{pk}" for pk in Incident.objects.hidden_from(by).filter(pk__in=numbers).values_list("pk", flat=True)}


def _shown(item: Mapping[str, Any], hidden: set[str]) -> ShownItem:
    said = _masked(item) if item["evidence_data"].get("incident") in hidden else item
    return ShownItem(
        pk=item["id"], rank=item["rank"], rule=Rule(item["rule"]), subject=said["subject"],
        sentence=said["sentence"], prompt=said["prompt"], evidence_url=said["evidence"],
        evidence_data={key: value for key, value in said["evidence_data"].items() if key != "masked"},
        answer=said["answer"], outcome=said["outcome"],
        is_open=item["id"] is not None and is_open(item), is_counted_only=item["is_counted_only"],
        deferrals_used=item["deferrals_used"], revision=item["revision"],
    )  # fmt: skip


def _masked(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is left of an item for whoever may not know of its incident: a trigger stays, without its name."""
    data = item["evidence_data"]
    if masked := data.get("masked"):
        return {**item, "sentence": masked, "evidence_data": {k: v for k, v in data.items() if k not in MASKS}}
    return {
        **item,
        "subject": "",
        "sentence": HIDDEN,
        "prompt": "",
        "evidence": "",
        "evidence_data": {},
        "answer": None,
        "outcome": None,
    }


def lock_unopened(day: date) -> list[Review]:
    """Reviews that wait and were due on a day or before, locked in the order of their keys."""
    rows = Review.objects.select_for_update(of=("self",), no_key=True).select_related("team")
    return list(rows.filter(state=WeeklyState.WAITING.value, due_on__lte=day).order_by("pk"))


def weeks_without_review(weeks: Iterable[str]) -> set[tuple[int, str]]:
    """(team, week) of cards that are frozen, or were given up, and for which no review was asked; three queries."""
    keys = list(weeks)
    frozen = Scorecard.objects.filter(grain=Grain.WEEK.value, period__in=keys)
    given_up = CardDue.objects.filter(period__in=keys, done_at=None, attempts__gte=RESTS_AFTER)
    asked = ReviewDue.objects.filter(kind=ReviewKind.WEEKLY.value, period__in=keys)
    wanted = {*frozen.values_list("team_id", "period"), *given_up.values_list("team_id", "period")}
    return wanted - set(asked.values_list("team_id", "period"))
