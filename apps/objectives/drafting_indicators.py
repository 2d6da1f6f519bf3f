"""An indicator's version as somebody proposes it, read beside the one it follows; nothing is stored here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.core import clock
from apps.core.faults import Faults
from apps.core.problems import Absent
from apps.governance.domain.kinds import Item
from apps.objectives.domain.indicator_specs import IndicatorSpec, read_indicator
from apps.objectives.domain.indicator_words import SampleSource
from apps.objectives.drafting import (
    key_problems,
    left_team,
    placed,
    read_owner,
    refuse,
    refuse_repetition,
    require_standing,
)
from apps.objectives.models import Indicator, IndicatorVersion
from apps.objectives.queries import agreements, standing
from apps.services.models import CriticalFlow, Service
from apps.teams.models import Team

IDENTITY = ("service", "flow", "owner_team")


@dataclass(frozen=True)
class IndicatorDraft:
    """A whole version that reads without fault, and the newest version it follows (None: the first)."""

    slug: str
    service: Service
    flow: CriticalFlow | None
    owner_team: Team
    spec: IndicatorSpec
    current: IndicatorVersion | None
    # The team it leaves; None: it stays where it is.
    moved_from: Team | None = None

    @property
    def number(self) -> int:
        """The number it will get."""
        return self.current.number + 1 if self.current else 1

    @property
    def is_same_meaning(self) -> bool:
        """True when it measures what the version before measures."""
        return self.current is not None and agreements.spec_of(self.current).computing_text == self.spec.computing_text

    @property
    def meaning_number(self) -> int:
        """The number of the first version that measures alike."""
        return self.current.meaning_number if self.current and self.is_same_meaning else self.number

    @property
    def content(self) -> dict[str, Any]:
        """The item's content with all that was left out filled in; a flow only where there is one."""
        flow = {"flow": self.flow.slug} if self.flow else {}
        spec = self.spec.as_document()
        return {"service": self.service.slug, **flow, "owner_team": self.owner_team.slug, "spec": spec}


def read_indicator_draft(item: Item) -> IndicatorDraft:
    """The version an item proposes; raises `Invalid` with every fault, `Conflict` for what is in force."""
    indicator = standing.find_indicator(item.key)
    require_standing(item, indicator, "SLI")
    current = standing.newest_indicator_version(indicator) if indicator else None
    faults, inner = Faults(), Faults()
    content = item.content
    faults.keys(content, "/content", known=(*IDENTITY, "spec"), required=("spec", *(() if indicator else ("service",))))
    spec = read_indicator(content["spec"], inner) if "spec" in content else None
    service, flow = _place(content, indicator, faults)
    owner = read_owner(content, indicator, faults, _owner_today(service)) if service is not None else None
    if spec is not None:
        _check_server(spec, faults)
    refuse([*key_problems(item), *faults.found, *placed(inner.found, "/content/spec")])
    if spec is None or service is None or owner is None:
        raise Absent("not_found", "Nothing is here for you.")  # no fault was noted, so all three were read
    moved_from = left_team(indicator, owner)
    if current is not None and moved_from is None:
        refuse_repetition(current.number, current.spec_text, spec.canonical_text)
    return IndicatorDraft(item.key, service, flow, owner, spec, current, moved_from)


def _place(
    content: Mapping[str, Any], indicator: Indicator | None, faults: Faults
) -> tuple[Service | None, CriticalFlow | None]:
    """The service and the flow; both stay with an indicator for ever."""
    if indicator is not None:
        _require_same(content, "service", indicator.service.slug, faults)
        _require_same(content, "flow", indicator.flow.slug if indicator.flow else "", faults)
        return indicator.service, indicator.flow
    return _service(content, faults), _flow(content, faults)


def _require_same(content: Mapping[str, Any], key: str, slug: str, faults: Faults) -> None:
    if (content.get(key, slug) or "") != slug:
        words = f"An SLI keeps its {key}: its counts were made there. Propose another SLI for another {key}."
        faults.add(f"/content/{key}", "fixed", words)


def _service(content: Mapping[str, Any], faults: Faults) -> Service | None:
    slug = faults.text(content["service"], "/content/service", longest=50) if "service" in content else None
    if not slug:
        return None
    service = standing.find_service(slug)
    if service is None:
        faults.add("/content/service", "unknown_value", f"There is no service {slug[:50]!r}.")
        return None
    if service.closed_on is not None and service.closed_on <= clock.today():
        faults.add("/content/service", "retired", f"{service.name} is closed; nothing more is promised for it.")
    return service


def _flow(content: Mapping[str, Any], faults: Faults) -> CriticalFlow | None:
    if not content.get("flow"):
        return None
    slug = faults.text(content["flow"], "/content/flow", longest=50)
    flow = standing.find_flow(slug) if slug else None
    if slug and flow is None:
        faults.add("/content/flow", "unknown_value", f"There is no critical flow {slug[:50]!r}.")
    if flow is not None and flow.closed_on is not None and flow.closed_on <= clock.today():
        faults.add("/content/flow", "retired", f"{flow.name} is closed; nothing more is promised for it.")
    return flow


def _owner_today(service: Service | None) -> Team | None:
    return standing.owner_of_service(service, clock.as_of()) if service else None


def _check_server(spec: IndicatorSpec, faults: Faults) -> None:
    if spec.source is SampleSource.PULL and not standing.knows_server(spec.monitoring_source):
        words = f"There is no monitoring source {spec.monitoring_source[:60]!r}. An administrator registers it."
        faults.add("/content/spec/monitoring_source", "unknown_value", words)
