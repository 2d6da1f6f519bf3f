"""What the document of a weekly review says: which items are open, and how their subjects are read. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from apps.core.problems import FieldProblem
from apps.reviews.domain.answers import Outcome
from apps.reviews.domain.weekly import Rule

HIDDEN = "An incident that you may not read."


def trigger_number(subject: str) -> int:
    """3 for `T-3`."""
    return int(subject.removeprefix("T-"))


def decision_number(subject: str) -> int:
    """12 for `decision:12`."""
    return int(subject.removeprefix("decision:"))


def is_open(item: Mapping[str, Any]) -> bool:
    """It waits for an answer: counted things do not, and what hurt waits for a new decision."""
    if item["is_counted_only"]:
        return False
    if item["rule"] == Rule.DECISION_DUE and item["answer"] is None:
        return item["outcome"] is None or item["outcome"]["outcome"] == Outcome.HURT
    return item["answer"] is None


def open_pointers(items: Iterable[Mapping[str, Any]]) -> list[FieldProblem]:
    """Where answers are missing, in the order of the agenda."""
    return [
        FieldProblem(f"/items/{item['id']}", "open", f"{item['sentence']} It waits for an answer.")
        for item in items
        if is_open(item)
    ]
