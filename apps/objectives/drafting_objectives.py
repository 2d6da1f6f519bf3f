"""An objective's version as somebody proposes it, read beside the one it follows; nothing is stored here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.core.faults import Faults
from apps.core.problems import Absent
from apps.governance.domain.kinds import Item, created_beside
from apps.objectives.domain.indicator_specs import IndicatorSpec
from apps.objectives.domain.indicator_words import DEFAULT_SLICE_SECONDS
from apps.objectives.domain.promises import Promise, read_promise
from apps.objectives.drafting import (
    key_problems,
    left_team,
    placed,
    read_owner,
    refuse,
    refuse_repetition,
    require_standing,
)
from apps.objectives.drafting_indicators import IndicatorDraft, read_indicator_draft
from apps.objectives.models import Indicator, Objective, ObjectiveVersion
from apps.objectives.queries import agreements, standing
from apps.services.models import CriticalFlow, Service
from apps.teams.models import Team

INDICATOR = "sli"


@dataclass(frozen=True)
class Measure:
    """What an objective is measured by: an indicator that stands, or one that the same proposal creates."""

    slug: str
    spec: IndicatorSpec
    service: Service
    flow: CriticalFlow | None
    owner_team: Team
    indicator: Indicator | None


@dataclass(frozen=True)
class ObjectiveDraft:
    """A whole promise that reads without fault, and the newest version it follows (None: the first)."""

    slug: str
    measure: Measure
    owner_team: Team
    promise: Promise
    current: ObjectiveVersion | None
    # The team it leaves; None: it stays where it is.
    moved_from: Team | None = None

    @property
    def number(self) -> int:
        """The number it will get."""
        return self.current.number + 1 if self.current else 1

    @property
    def is_same_meaning(self) -> bool:
        """True when it promises what the version before promises."""
        before = agreements.promise_of(self.current) if self.current else None
        return before is not None and before.computing_text == self.promise.computing_text

    @property
    def meaning_number(self) -> int:
        """The number of the first version that promises alike."""
        return self.current.meaning_number if self.current and self.is_same_meaning else self.number

    @property
    def content(self) -> dict[str, Any]:
        """The item's content with all that was left out filled in; the flow of its SLI only where there is one."""
        flow = {"flow": self.measure.flow.slug} if self.measure.flow else {}
        return {
            "indicator": self.measure.slug, **flow, "owner_team": self.owner_team.slug,
            "promise": self.promise.as_document(),
        }  # fmt: skip


def read_objective_draft(item: Item) -> ObjectiveDraft:
    """The promise an item proposes; raises `Invalid` with every fault, `Conflict` for what is in force."""
    objective = standing.find_objective(item.key)
    require_standing(item, objective, "SLO")
    current = standing.newest_objective_version(objective) if objective else None
    faults, inner, content = Faults(), Faults(), item.content
    # The flow is that of the indicator; a document that was read before may repeat it.
    required = ("promise", *(() if objective else ("indicator",)))
    faults.keys(content, "/content", known=("indicator", "owner_team", "flow", "promise"), required=required)
    measure = _measure(content, objective, faults)
    seconds = measure.spec.slice_seconds if measure is not None else DEFAULT_SLICE_SECONDS
    promise = read_promise(content["promise"], inner, slice_seconds=seconds) if "promise" in content else None
    owner = read_owner(content, objective, faults, measure.owner_team) if measure is not None else None
    refuse([*key_problems(item), *faults.found, *placed(inner.found, "/content/promise")])
    if measure is None or promise is None or owner is None:
        raise Absent("not_found", "Nothing is here for you.")  # no fault was noted, so all three were read
    moved_from = left_team(objective, owner)
    if current is not None and moved_from is None:
        refuse_repetition(current.number, current.promise_text, promise.canonical_text)
    return ObjectiveDraft(item.key, measure, owner, promise, current, moved_from)


def _measure(content: Mapping[str, Any], objective: Objective | None, faults: Faults) -> Measure | None:
    """What it is measured by; an objective keeps its indicator for ever."""
    if objective is not None:
        if content.get("indicator", objective.indicator.slug) != objective.indicator.slug:
            words = "An SLO keeps its SLI: its history was made of those counts. Propose another SLO on the other SLI."
            faults.add("/content/indicator", "fixed", words)
        return _standing_measure(objective.indicator)
    slug = faults.text(content["indicator"], "/content/indicator", longest=60) if "indicator" in content else None
    return _named(slug, faults) if slug else None


def _named(slug: str, faults: Faults) -> Measure | None:
    indicator, beside = standing.find_indicator(slug), created_beside(INDICATOR, slug)
    if indicator is None and beside is not None:
        return _measure_beside(beside)
    found = _standing_measure(indicator) if indicator else None
    if found is None:
        faults.add("/content/indicator", "unknown_value", f"There is no SLI {slug!r}. Propose it first, or with this.")
    elif indicator is not None and indicator.retired_on is not None:
        faults.add("/content/indicator", "retired", f"{slug} is retired and takes no counts.")
    return found


def _standing_measure(indicator: Indicator) -> Measure | None:
    version = standing.newest_indicator_version(indicator)
    if version is None:
        return None
    spec = agreements.spec_of(version)
    return Measure(indicator.slug, spec, indicator.service, indicator.flow, indicator.owner_team, indicator)


def _measure_beside(item: Item) -> Measure:
    draft: IndicatorDraft = read_indicator_draft(item)
    return Measure(draft.slug, draft.spec, draft.service, draft.flow, draft.owner_team, None)


def find_others_on_flow(draft: ObjectiveDraft) -> int:
    """How many other objectives stand on its flow."""
    return standing.count_on_flow(draft.measure.flow, but=draft.slug) if draft.measure.flow else 0
