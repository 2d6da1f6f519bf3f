"""What needs a decision, as rows in words: oldest first, never by a value."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from apps.core.calendar_words import day_words
from apps.core.numbers import JOINT
from apps.portal.context.reviews import quarter_words, review_url
from apps.portal.queries.decisions import WaitingCell, WaitingReview
from apps.portal.tables import Cell, header, link, plain, state
from apps.scorecards.domain.cells import NO_DEFINITION_SENTENCE

MOST = 10
CAPTION = "Needs a decision, oldest first"


def decisions_table(cells: Sequence[WaitingCell], reviews: Sequence[WaitingReview]) -> dict[str, Any]:
    """At most ten rows; those of one day by team."""
    dated = [_cell_row(one) for one in cells] + [_review_row(one) for one in reviews]
    rows = [row for *_, row in sorted(dated, key=lambda entry: entry[:2])]
    return {
        "caption": CAPTION,
        "columns": [{"label": label} for label in ("Since", "Team", "What")],
        "rows": rows[:MOST],
        "foot": f"The {MOST} oldest of {len(rows)} are shown; each stands on its team's page." if rows[MOST:] else "",
    }


def _cell_row(one: WaitingCell) -> tuple[date, str, list[Cell]]:
    card = one.cell.card
    url = reverse("scorecards:scorecard-period", args=[card.team.slug, card.period]) + f"#slot-{one.cell.rank}"
    words = most_pressing(one.cell)
    what = state(words["code"], words["sentence"], url=url, mark=words["mark"])
    return one.since, card.team.name, [_since(one.since, is_longer=one.is_longer), plain(card.team.name), what]


def _review_row(one: WaitingReview) -> tuple[date, str, list[Cell]]:
    act = link(f"Target review of {quarter_words(one.review)}: leadership has not signed", review_url(one.review))
    return one.since, one.review.team.name, [_since(one.since), plain(one.review.team.name), act]


def _since(day: date, *, is_longer: bool = False) -> Cell:
    """The day on one line, however narrow its column."""
    return header(day_words(day).replace(" ", JOINT) + (" or longer" if is_longer else ""))


def most_pressing(cell: Any) -> dict[str, Any]:
    """Not met before a trend; the word with the slot's name instead of the sentence, as values do not stand here."""
    code, sentence = cell.trend_code, cell.trend_sentence
    if cell.target_code in ("target_not_met", "target_unclear") and code not in ("no_data", "not_judged", "worsened"):
        code, sentence = cell.target_code, cell.target_sentence
    if cell.target_code == "target_not_met":
        code, sentence = cell.target_code, cell.target_sentence
    return {"code": code, "sentence": _without_values(code, sentence, cell.label), "mark": None}


def _without_values(code: str, sentence: str, label: str) -> str:
    """`Worsened: lead time`; what is missing or not judged keeps its reason."""
    if sentence == NO_DEFINITION_SENTENCE:
        return sentence
    word, _, reason = sentence.partition(":")
    if code in ("no_data", "not_judged"):
        return f"{word}:{reason.split('(')[0].rstrip()}{JOINT}· {label}"
    return f"{word}: {label}"
