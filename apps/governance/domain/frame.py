"""What every form of a proposal asks besides its items: reason, category and dates. Pure."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from apps.governance.domain.kinds import Item
from apps.governance.domain.revisions import LEAST_REASON, Asked, Category

LABELS = MappingProxyType(
    {
        "reason": "Reason",
        "category": "What kind of reason is it?",
        "on": "In force from",
        "at_once_reason": "In force at once, because",
        "restate_from": "Read past periods anew from",
    }
)
HINTS = MappingProxyType(
    {
        "reason": f"Why this is better than what holds now; at least {LEAST_REASON} characters before it is submitted. "
        "It stays with the version.",
        "on": "A day on which a period begins. Empty: the first such day after the last signature.",
        "at_once_reason": "It then applies from the start of the open period and is marked on charts. "
        "Empty: it waits for its date.",
        "restate_from": "The start of an earlier period; values published before stay as they were. "
        "Empty: the past is read as before.",
    }
)
CATEGORY_CHOICES = tuple((category.value, category.label) for category in Category)
NAMES = ("reason", "category", "on", "at_once_reason", "restate_from")
# Where the places of an operation's faults stand in a form.
PLACES = MappingProxyType({"/date": "on"})


def asked_of(items: Iterable[Item], data: Mapping[str, Any], *, from_beginning: bool = False) -> Asked:
    """What an author asks for, from the cleaned values of a form."""
    return Asked(
        items=tuple(items),
        reason=str(data["reason"]).strip(),
        category=Category(data["category"]),
        on=data["on"],
        at_once_reason=str(data["at_once_reason"]).strip(),
        restate_from=data["restate_from"],
        from_beginning=from_beginning,
    )


def initial_of(asked: Asked) -> dict[str, Any]:
    """The same values as a form begins with them."""
    return {
        "reason": asked.reason,
        "category": asked.category.value,
        "on": asked.on,
        "at_once_reason": asked.at_once_reason,
        "restate_from": asked.restate_from,
    }
