"""The content of a target review as plain values: rows, answers, what is still open, the snapshot. Pure."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from apps.core.problems import FieldProblem

PRACTICE_NOTE = "The target lies inside the baseline's interval: agree on a practice, too."
LONGEST_REASON = 500


class Answer(StrEnum):
    """What people made of a drafted target; `none` where nothing was drafted."""

    NONE = "none"
    OPEN = "open"
    ACCEPTED = "accepted"
    EDITED = "edited"
    DROPPED = "dropped"


class Choice(StrEnum):
    """What can be answered to a drafted target."""

    ACCEPT = "accept"
    EDIT = "edit"
    DROP = "drop"


ANSWERS: Mapping[Choice, Answer] = {
    Choice.ACCEPT: Answer.ACCEPTED,
    Choice.EDIT: Answer.EDITED,
    Choice.DROP: Answer.DROPPED,
}
AGREED = frozenset({Answer.ACCEPTED, Answer.EDITED})


def answered(
    row: Mapping[str, Any], choice: Choice, *, value: Decimal, reason: str, heroic_reason: str, is_near_noise: bool
) -> dict[str, Any]:
    """The row with its answer; `value` in stored units, `heroic_reason` empty unless the target is heroic."""
    return {
        **row,
        "answer": str(ANSWERS[choice]),
        "value": plain_decimal(value),
        "near_noise": is_near_noise,
        "reason": reason,
        "heroic": bool(heroic_reason),
        "heroic_reason": heroic_reason,
    }


def read_value(text: str, size: str) -> Decimal | None:
    """A number typed in the row's printed unit, in stored units; None when it is no number."""
    try:
        typed = Decimal(text.strip().replace(",", "."))
        return typed * Decimal(size) if typed.is_finite() else None
    except InvalidOperation:
        return None


def round_draft(exact: Decimal, size: Decimal, *, down: bool) -> Decimal:
    """A draft people can say: three digits in its printed unit of `size` stored ones, never asking for more."""
    shown = exact / size
    if not shown:
        return exact
    step = Decimal(1).scaleb(shown.adjusted() - 2)
    return (shown / step).to_integral_value(ROUND_FLOOR if down else ROUND_CEILING) * step * size


def plain_decimal(value: Decimal) -> str:
    """A decimal without exponent or trailing zeros: `90720`, `0.187`."""
    return f"{value.normalize():f}"


def open_items(content: Mapping[str, Any]) -> list[FieldProblem]:
    """Drafted targets nobody has answered, at their JSON Pointers."""
    return [
        FieldProblem(f"/next/{index}", "items_open", f"{row['label']}: accept, edit or drop the draft.")
        for index, row in enumerate(content["next"])
        if row["answer"] == Answer.OPEN
    ]


def agreed_rows(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rows that become targets."""
    return [row for row in content["next"] if row["answer"] in AGREED]


def replace_row(content: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The content with one row of the next targets replaced."""
    rows = [new if row["definition"] == new["definition"] else row for row in content["next"]]
    return {**content, "next": rows}


def find_row(content: Mapping[str, Any], definition: str) -> Mapping[str, Any] | None:
    """The drafted row of a definition; None when there is none to answer."""
    return next((r for r in content["next"] if r["definition"] == definition and r["answer"] != Answer.NONE), None)


def snapshot_of(
    content: Mapping[str, Any], signatures: Sequence[Mapping[str, str]], *, content_sha256: str, targets_quarter: str
) -> dict[str, Any]:
    """Everything a closed review shows, now and later."""
    return {
        "content": content,
        "content_sha256": content_sha256,
        "signatures": list(signatures),
        "targets_quarter": targets_quarter,
    }
