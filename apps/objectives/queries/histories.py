"""Versions of SLIs, SLOs and budget policies in one shape, for the pages that tell their history."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from apps.core.problems import Absent
from apps.objectives.domain.agreed_words import say_indicator, say_policy, say_promise
from apps.objectives.domain.indicator_words import SampleSource
from apps.objectives.models import BudgetPolicy, Indicator, Objective
from apps.objectives.queries import agreements, standing
from apps.teams.models import Team

Row = Indicator | Objective | BudgetPolicy
PAGES = {"sli": "objectives:indicator-versions", "slo": "objectives:objective-versions",
         "budget_policy": "objectives:policy-versions"}  # fmt: skip
UNREADABLE = "The text of this version was stored under other rules and cannot be read here."
DOCUMENTS = {"sli": "spec", "slo": "promise", "budget_policy": "policy"}


@dataclass(frozen=True)
class Standing:
    """An object as its newest version says it."""

    kind: str
    slug: str
    name: str
    number: int
    owner_id: int
    owner_name: str
    content: dict[str, Any]
    url: str


@dataclass(frozen=True)
class Told:
    """One version: its words, its document, and how it came into force."""

    number: int
    name: str
    meaning_number: int
    sentence: str
    document: Mapping[str, Any]
    effective_from: date | None
    reason: str
    at_once_reason: str
    adopted_at: datetime
    adopted_by: str
    proposal: Any
    sha256: str
    # The name of the team that it left with this version; empty where it stayed.
    left: str = ""


def get_row(kind: str, slug: str) -> Row:
    """The object of a kind with that short name; raises `Absent`."""
    get: dict[str, Callable[[str], Row]] = {
        "sli": standing.get_indicator, "slo": standing.get_objective, "budget_policy": standing.get_policy,
    }  # fmt: skip
    return get[kind](slug)


def get_standing(kind: str, slug: str) -> Standing:
    """An object as it stands, as a form begins with it; raises `Absent` before its first version."""
    row = get_row(kind, slug)
    newest = _versions(row).first()
    if newest is None:
        raise Absent("not_found", "Nothing is here for you.")
    document = _document(newest)
    content = {**_identity(row), "owner_team": row.owner_team.slug, DOCUMENTS[kind]: document}
    return Standing(
        kind, slug, newest.name, newest.number, row.owner_team_id, _name(row.owner_team), content,
        reverse(PAGES[kind], args=[slug]),
    )  # fmt: skip


def _name(team: Team) -> str:
    return team.name


def _identity(row: Row) -> dict[str, str]:
    if isinstance(row, Indicator):
        return {"service": row.service.slug, **({"flow": row.flow.slug} if row.flow else {})}
    return {"indicator": row.indicator.slug} if isinstance(row, Objective) else {}


def _versions(row: Row) -> QuerySet[Any]:
    if isinstance(row, Indicator):
        return standing.list_indicator_versions(row)
    return standing.list_objective_versions(row) if isinstance(row, Objective) else standing.list_policy_versions(row)


def _text(version: Any) -> str:
    texts = (getattr(version, name, None) for name in ("spec_text", "promise_text", "policy_text"))
    return str(next(text for text in texts if text is not None))


def _document(version: Any) -> dict[str, Any]:
    """What a version says; nothing of it where it was stored as something that is no document."""
    try:
        found = json.loads(_text(version))
    except json.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def list_told(row: Row) -> list[Told]:
    """All versions of an object, newest first; two queries."""
    spec = _spec_of(row) if isinstance(row, Objective) else None
    return [
        _told(row, version, spec) for version in _versions(row).select_related("adopted_by", "proposal", "moved_from")
    ]


def _spec_of(objective: Objective) -> Any:
    newest = standing.newest_indicator_version(objective.indicator)
    return agreements.spec_of(newest) if newest and agreements.can_read(newest) else None


def is_pulled(row: Row) -> bool:
    """True for an objective whose counts are pulled: only those have rules for Prometheus."""
    spec = _spec_of(row) if isinstance(row, Objective) else None
    return spec is not None and spec.source is SampleSource.PULL


def _told(row: Row, version: Any, spec: Any) -> Told:
    return Told(
        number=version.number, name=version.name, meaning_number=version.meaning_number,
        sentence=_sentence(row, version, spec), document=_document(version), effective_from=version.effective_from,
        reason=version.reason, at_once_reason=version.at_once_reason, adopted_at=version.adopted_at,
        adopted_by=version.adopted_by.full_name, proposal=version.proposal, sha256=_sha256(version),
        left=version.moved_from.name if version.moved_from else "",
    )  # fmt: skip


def _sha256(version: Any) -> str:
    hashes = (getattr(version, name, None) for name in ("spec_sha256", "promise_sha256", "policy_sha256"))
    return str(next(found for found in hashes if found is not None))


def _sentence(row: Row, version: Any, spec: Any) -> str:
    if not agreements.can_read(version):
        return UNREADABLE
    if isinstance(row, Indicator):
        return say_indicator(agreements.spec_of(version))
    if isinstance(row, Objective):
        return say_promise(agreements.promise_of(version), spec)
    return say_policy(agreements.policy_of(version))
