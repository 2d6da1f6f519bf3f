"""A target review prepared for its page, from its content alone, so that a closed one reads the same for ever."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse

from apps.accounts.domain import ROLE_WORDS
from apps.core import clock
from apps.core.calendar_words import day_words, period_words
from apps.core.numbers import NO_NUMBER, format_count, number_style
from apps.core.periods import parse_period
from apps.core.templatetags.plumbline import instant_words
from apps.measurements.domain.wording import Code
from apps.reviews import drafting, queries
from apps.reviews.domain.content import PRACTICE_NOTE, Answer, plain_decimal
from apps.reviews.domain.seats import FilledBy, Seat
from apps.reviews.domain.states import ReviewState
from apps.reviews.models import TargetReview
from apps.scorecards.domain.cells import NO_DEFINITION, NO_DEFINITION_SENTENCE, NO_TARGET_SENTENCE
from apps.scorecards.domain.wording import reading_words

COMPARISON_WORDS = {"at_most": "at most", "at_least": "at least"}
ANSWER_WORDS = {
    Answer.OPEN: "Not answered yet",
    Answer.ACCEPTED: "Accepted as drafted",
    Answer.EDITED: "Edited",
    Answer.DROPPED: "Dropped",
}
VACANT_WORDS = {
    FilledBy.GROUP: "nobody in the team holds this role; the group's holder signs",
    FilledBy.STEWARD: "nobody holds this role; a metrics steward signs",
}


def present_review(review: TargetReview) -> dict[str, Any]:
    """Sections B, C and F with the head of the page."""
    content = queries.shown_content(review)
    quarter = parse_period(content["quarter"])
    return {
        "review": review,
        "state": ReviewState(review.state).label,
        "team": content["team"],
        "quarter": period_words(quarter),
        "next_quarter": period_words(parse_period(_targets_quarter(review))),
        "data_up_to": _moment(content["data_up_to"]),
        "still_open": [period_words(parse_period(key)) for key in content["still_open"]],
        "actual": _actual_table(content),
        "changes": change_lines(content["changed"]),
        "next_rows": [_next_row(index, row) for index, row in enumerate(content["next"])],
    }


def _targets_quarter(review: TargetReview) -> str:
    """The quarter that the targets judge, or would judge if they were agreed on today."""
    return str(queries.snapshot(review)["targets_quarter"]) if review.snapshot_text else drafting.judged_quarter()


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _actual_table(content: Mapping[str, Any]) -> dict[str, Any]:
    """Section B: words before numbers; each value opens its evidence."""
    heads = ["Measure", "Target word", "Trend", "Actual", "Target", "Baseline", "Version"]
    return {
        "caption": "Actual and target",
        "caption_hidden": True,
        "columns": [{"label": head} for head in heads],
        "rows": [_actual_row(row, content["team"]["slug"]) for row in content["rows"]],
    }


def _actual_row(row: Mapping[str, Any], team_slug: str) -> list[dict[str, Any]]:
    if row["status"] == NO_DEFINITION:
        blank = [{"text": NO_NUMBER} for _ in range(4)]
        return [
            {"text": row["label"], "header": True},
            {"text": NO_NUMBER},
            _state("no_data", NO_DEFINITION_SENTENCE),
            *blank,
        ]
    definition = row["definition"]
    target_word = (
        _state(row["target_code"], row["target_sentence"]) if row["target_code"] else {"text": NO_TARGET_SENTENCE}
    )
    has_trend = row["trend_code"] != Code.NO_TREND
    return [
        {"text": row["label"], "url": reverse("portal:metric", args=[definition]), "header": True},
        target_word,
        _state(row["trend_code"], row["trend_sentence"]) if has_trend else {"text": "Points only"},
        {"text": _actual_words(row), "url": _evidence(row, team_slug)},
        {"text": target_words(row["target"], row["unit"])},
        {"text": _baseline_words(row["baseline"], row["unit"])},
        {"text": f"v{row['version']}", "url": reverse("portal:metric-version", args=[definition, row["version"]])},
    ]


def _state(code: str, sentence: str) -> dict[str, Any]:
    return {"state": {"code": code, "sentence": sentence, "mark": ""}}


def _evidence(row: Mapping[str, Any], team_slug: str) -> str:
    return reverse("portal:metric-evidence", args=[row["definition"], f"team:{team_slug}", row["period"]])


def _actual_words(row: Mapping[str, Any]) -> str:
    """The quarter's value, and what the words were read from where that is not the value itself."""
    judged = row["judged"]
    more = f"; per {judged['per']} {reading_words(judged, row['unit'])}" if judged else ""
    return reading_words(row["actual"], row["unit"]) + more


def target_words(target: Mapping[str, Any] | None, unit: str) -> str:
    """A target: `at most 25.2 h`."""
    if target is None:
        return NO_NUMBER
    return f"{COMPARISON_WORDS[target['comparison']]} {exact_words(target['value'], unit)}"


def exact_words(value: str, unit: str) -> str:
    """An agreed number as it was agreed."""
    return number_style([Decimal(value)], unit).exact(Decimal(value))


def _baseline_words(baseline: Mapping[str, Any] | None, unit: str) -> str:
    if baseline is None:
        return NO_NUMBER
    per = f"per {baseline['per']} " if baseline.get("per") else ""
    return f"{per}{reading_words(baseline, unit)} in {period_words(parse_period(baseline['period']))}"


def change_lines(changed: Mapping[str, Any]) -> list[dict[str, str]]:
    """Section C as lines: definitions, marks, ownership, late facts."""
    lines = [_version_line(version) for version in changed["versions"]]
    lines += [{"text": _annotation_words(mark), "url": ""} for mark in changed["annotations"]]
    lines += [{"text": _move_words(move), "url": ""} for move in changed["ownership"]]
    if changed["late_facts"]:
        lines.append(
            {"text": f"Late facts read after the card was frozen: {format_count(changed['late_facts'])}", "url": ""}
        )
    if changed["restated"]:
        lines.append({"text": f"Final values of the quarter restated: {format_count(changed['restated'])}", "url": ""})
    return lines


def _version_line(version: Mapping[str, Any]) -> dict[str, str]:
    day = day_words(datetime.fromisoformat(version["effective_from"]).date())
    return {
        "text": f"{version['name']} is measured by v{version['number']} since {day}: {version['reason']}",
        "url": reverse("portal:metric-version", args=[version["definition"], version["number"]]),
    }


def _annotation_words(mark: Mapping[str, Any]) -> str:
    place = f", {mark['service']}" if mark["service"] else ""
    return f"{mark['kind'].capitalize()}, {_day(mark['starts_at'])}{place}: {mark['text']}"


def _move_words(move: Mapping[str, Any]) -> str:
    verb = "came to the team" if move["move"] == "came" else "moved to another team"
    reason = f": {move['reason']}" if move["reason"] else ""
    return f"{move['service']} {verb} on {_day(move['at'])}{reason}"


def _day(text: str) -> str:
    return day_words(clock.local_day(datetime.fromisoformat(text)))


def _next_row(index: int, row: Mapping[str, Any]) -> dict[str, Any]:
    """One row of section F: the draft, its baseline with interval, the answer, and what its form starts with."""
    shared = {"index": index, "id": f"next-{index}", "definition": row["definition"], "label": row["label"]}
    if row["answer"] == Answer.NONE:
        return {**shared, "has_draft": False, "why_none": row["why_none"]}
    comparison = COMPARISON_WORDS[row["comparison"]]
    return {
        **shared,
        "has_draft": True,
        "target": f"{comparison} {_typed(row['value'], row)}{row['entry']['suffix']}",
        "draft": f"{comparison} {_typed(row['draft'], row)}{row['entry']['suffix']}",
        "baseline": _baseline_words(row["baseline"], row["unit"]),
        "answer": ANSWER_WORDS[Answer(row["answer"])],
        "is_open": row["answer"] == Answer.OPEN,
        "is_dropped": row["answer"] == Answer.DROPPED,
        "notes": _notes(row),
        "typed": _typed(row["value"], row),
        "unit_words": row["entry"]["suffix"].strip() or "the unit of the measure",
        "comparison": comparison,
        "reason": row["reason"],
        "heroic_reason": row["heroic_reason"],
    }


def _typed(value: str, row: Mapping[str, Any]) -> str:
    """A stored value as it is typed in the row's unit."""
    return plain_decimal((Decimal(value) / Decimal(row["entry"]["size"])).quantize(Decimal("0.001")))


def _notes(row: Mapping[str, Any]) -> list[str]:
    notes = [PRACTICE_NOTE] if row["near_noise"] else []
    if row["heroic"]:
        notes.append(f"Heroic, more than one third in a quarter: {row['heroic_reason']}")
    if row["reason"]:
        notes.append(f"Reason: {row['reason']}")
    return notes


def present_signatures(review: TargetReview, seats: Sequence[Seat]) -> list[dict[str, Any]]:
    """Who has signed the present content and whom it waits for; a closed review reads its snapshot."""
    if review.snapshot_text:
        return [
            {"role": one["role"].capitalize(), "who": one["who"], "moment": _moment(one["at"])}
            for one in queries.snapshot(review)["signatures"]
        ]
    signed = {row.role: row for row in queries.list_signatures(review)}
    return [_seat_line(seat, signed.get(seat.role)) for seat in seats]


def _seat_line(seat: Seat, signature: Any) -> dict[str, Any]:
    role = ROLE_WORDS[seat.role].capitalize()
    if signature is not None:
        return {"role": role, "who": signature.signed_by.full_name, "moment": signature.signed_at}
    vacant = VACANT_WORDS.get(seat.filled_by, "") if seat.is_vacant else ""
    return {"role": role, "waiting": f"Not signed yet: {vacant}" if vacant else "Not signed yet"}


def closed_words(review: TargetReview) -> str:
    """What closing did: `Closed. 3 targets hold in Q3 2026.`"""
    found = queries.snapshot(review)
    count = sum(row["answer"] in (Answer.ACCEPTED, Answer.EDITED) for row in found["content"]["next"])
    quarter = period_words(parse_period(found["targets_quarter"]))
    targets = "1 target holds" if count == 1 else f"{count} targets hold"
    closed_at = (review.closed_at or clock.now()).astimezone(clock.reporting_zone())
    return f"Closed on {instant_words(closed_at)}. {targets} in {quarter}."
