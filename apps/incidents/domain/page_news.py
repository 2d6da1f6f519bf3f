"""What a sender says of pages: reading one item, every fault at its place, and what later news does to a page. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from functools import partial
from typing import Any

from apps.core.fact_parsing import Fault, names_a_person, parse_instant, parse_text, pointer_to, printable
from apps.core.problems import FieldProblem
from apps.incidents.domain.page_words import EndReason, Urgency

UNNAMED_RULE = "unnamed"
LONGEST_SLUG = 50
PAGE_FIELDS = (
    "external_key", "service", "team", "rule", "fired_at", "urgency", "acknowledged_at", "ended_at", "end_reason",
    "incident",
)  # fmt: skip
REQUIRED = ("external_key", "service", "fired_at")


@dataclass(frozen=True, slots=True)
class PageNews:
    """One page as somebody reports it; what is None or empty is not said, and erases nothing that is known.

    `team` is the slug of the team that was called, if it is not the owner of the service; `label` comes from imports
    alone and fills a blank.
    """

    external_key: str
    service: str
    fired_at: datetime
    team: str = ""
    rule: str = UNNAMED_RULE
    urgency: Urgency | None = None
    acknowledged_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: EndReason | None = None
    incident: str = ""
    label: str = ""


def read_page(item: Any, *, now: datetime) -> tuple[PageNews | None, list[FieldProblem]]:
    """The news of one item, or its faults; nobody who answered can be named, as there is no such field."""
    if not isinstance(item, dict):
        return None, [FieldProblem("", "wrong_type", "Each page is one object.")]
    values: dict[str, Any] = {}
    problems: list[FieldProblem] = []
    for name, raw in item.items():
        if raw is None:
            continue
        try:
            values[name] = _reader(name, now)(raw)
        except Fault as fault:
            problems.append(FieldProblem(pointer_to(name), fault.code, fault.sentence))
    problems += _missing(values, problems)
    return (None, problems) if problems else (PageNews(**_said(values)), [])


def _missing(values: Mapping[str, Any], problems: list[FieldProblem]) -> list[FieldProblem]:
    seen = {problem.pointer for problem in problems}
    lacking = [name for name in REQUIRED if values.get(name, "") == "" and f"/{name}" not in seen]
    return [FieldProblem(f"/{name}", "required", f"{name} is required.") for name in lacking]


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values without empty texts, for which the defaults stand."""
    return {name: value for name, value in values.items() if value != ""}


def _reader(name: str, now: datetime) -> Callable[[Any], Any]:
    if name in ("fired_at", "acknowledged_at", "ended_at"):
        return partial(parse_instant, now=now)
    choices: dict[str, type[StrEnum]] = {"urgency": Urgency, "end_reason": EndReason}
    if name in choices:
        return partial(_read_choice, choices[name])
    if name not in PAGE_FIELDS:
        raise _unknown(name)
    return partial(parse_text, limit=LONGEST_SLUG) if name in ("service", "team", "incident") else parse_text


def _read_choice(choices: type[StrEnum], value: Any) -> StrEnum | None:
    text = parse_text(value)
    if text not in set(choices):
        raise Fault("unknown_value", f"{printable(text)!r} is not known. Known: {', '.join(choices)}.")
    return choices(text)


def _unknown(name: str) -> Fault:
    if name == "label":
        return Fault("needs_a_person", "The people of the team label their pages in the portal.")
    if names_a_person(name):
        return Fault("person_field", f"{printable(name)} is about a person; pages carry no person.")
    near = get_close_matches(name[:80].lower(), PAGE_FIELDS, n=1)
    hint = f" Did you mean {near[0]}?" if near else f" Known: {', '.join(PAGE_FIELDS)}."
    return Fault("unknown_field", f"Pages have no field {printable(name)}.{hint}")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a page and may still change."""

    urgency: Urgency = Urgency.HIGH
    acknowledged_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: EndReason = EndReason.UNKNOWN


def learn(known: Known, news: PageNews) -> Known:
    """What is known after news: what they say replaces, what they leave out stays."""
    told = replace(
        known,
        urgency=news.urgency or known.urgency,
        acknowledged_at=news.acknowledged_at or known.acknowledged_at,
        ended_at=news.ended_at or known.ended_at,
    )
    return replace(told, end_reason=_end_reason(known, told, news.end_reason))


def _end_reason(known: Known, told: Known, said: EndReason | None) -> EndReason:
    """The reason as said; else it follows from the times: an end before any acknowledgement came by itself."""
    if said is not None:
        return said
    if told.ended_at is None or known.end_reason is EndReason.ESCALATED:
        return known.end_reason
    seen = told.acknowledged_at is not None and told.acknowledged_at <= told.ended_at
    return EndReason.ACKNOWLEDGED if seen else EndReason.BY_ITSELF
