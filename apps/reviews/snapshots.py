"""What was published and never changes: frozen cards and closed reviews, with the text whose hash stands for it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from apps.accounts.domain import Principal
from apps.core.problems import Absent
from apps.reviews.models import TargetReview
from apps.scorecards import queries as scorecards
from apps.scorecards.domain.content import canonical_text

CARD, REVIEW = "card", "review"
ID = re.compile(rf"({CARD}|{REVIEW})-([1-9]\d{{0,17}})", re.ASCII)


@dataclass(frozen=True)
class Snapshot:
    """One published thing: the canonical text, its SHA-256, and what it was read from.

    `watermark` is None where facts that came after the card were read, too: each number then has its own pass.
    """

    id: str
    kind: str
    team: str
    period: str
    sha256: str
    text: str
    versions: list[dict[str, Any]]
    watermark: Mapping[str, int] | None
    data_up_to: datetime | str | None
    published_at: datetime


def find_snapshot(name: str, *, by: Principal) -> Snapshot:
    """The snapshot of that id, if its page may be read; raises `Absent`."""
    match = ID.fullmatch(name)
    if match is None:
        raise Absent("not_found", "Nothing is here for you.")
    kind, pk = match[1], int(match[2])
    return _of_card(pk, by) if kind == CARD else _of_review(pk, by)


def _of_card(pk: int, by: Principal) -> Snapshot:
    card = scorecards.list_cards(by).filter(pk=pk).first()
    if card is None:
        raise Absent("not_found", "Nothing is here for you.")
    content = scorecards.content_of(card)
    return Snapshot(
        id=f"{CARD}-{pk}", kind=CARD, team=card.team.slug, period=card.period, sha256=card.sha256,
        text=canonical_text(asdict(content)),
        versions=_versions((cell.definition, cell.version_number) for cell in content.cells),
        watermark=card.watermark, data_up_to=card.data_up_to, published_at=card.frozen_at,
    )  # fmt: skip


def _of_review(pk: int, by: Principal) -> Snapshot:
    reviews = TargetReview.objects.visible_to(by).select_related("team", "card")
    review = reviews.filter(pk=pk, closed_at__isnull=False).first()
    if review is None or review.closed_at is None:
        raise Absent("not_found", "Nothing is here for you.")
    content = review.content
    return Snapshot(
        id=f"{REVIEW}-{pk}", kind=REVIEW, team=review.team.slug, period=review.quarter, sha256=review.snapshot_sha256,
        text=review.snapshot_text, versions=_versions((row["definition"], row["version"]) for row in content["rows"]),
        watermark=None if content["changed"]["late_facts"] else review.card.watermark,
        data_up_to=content["data_up_to"], published_at=review.closed_at,
    )  # fmt: skip


def _versions(named: Iterable[tuple[str, int | None]]) -> list[dict[str, Any]]:
    """Each definition version that gave a number, once, by name."""
    found = sorted({(slug, number) for slug, number in named if slug and number is not None})
    return [{"definition": slug, "number": number} for slug, number in found]
