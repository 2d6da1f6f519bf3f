"""OpenSLO files as proposals: mapped, looked at, and drafted as a whole or not at all; nothing of a file is kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.problems import Conflict, FieldProblem, Invalid
from apps.governance import operations as governance
from apps.governance.domain.kinds import Item, Op, reading
from apps.governance.domain.revisions import Asked, Category
from apps.governance.models import Proposal
from apps.objectives.domain.agreed_words import find_slug_problem
from apps.objectives.domain.openslo_reading import ImportedObjective, ImportRead, read_import
from apps.objectives.drafting_indicators import read_indicator_draft
from apps.objectives.drafting_objectives import read_objective_draft
from apps.objectives.queries import standing
from apps.objectives.queries.ahead import Ahead, reading_ahead

LOOK_AGAIN = timedelta(days=90)
Files = Mapping[str, bytes]


@dataclass(frozen=True)
class NameMap:
    """What a file's names mean here: services with their flow (or none), and data sources."""

    places: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    servers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Plan:
    """What an import would propose: items by owner team and its name, what stands already, and what is in the way."""

    read: ImportRead
    items: dict[str, list[Item]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)
    problems: list[FieldProblem] = field(default_factory=list)

    @property
    def is_applicable(self) -> bool:
        """Nothing is refused and nothing is unclear: it applies as a whole."""
        return self.read.is_applicable and not self.problems

    @property
    def count(self) -> int:
        """How many SLIs and SLOs would be proposed."""
        return sum(map(len, self.items.values()))


def read_files(files: Files) -> ImportRead:
    """A verdict for each object; promises that name no day are looked at again in a quarter."""
    revisit_on = clock.today() + LOOK_AGAIN
    return read_import(files, zone_name=clock.reporting_zone().key, revisit_on=revisit_on)


def plan_import(files: Files, mapping: NameMap) -> Plan:
    """What these files would propose under a mapping; nothing is stored."""
    return _planned(read_files(files), mapping)[0]


def _planned(read: ImportRead, mapping: NameMap) -> tuple[Plan, Ahead]:
    """The plan, with everything that its drafts refer to, read once."""
    plan = Plan(read)
    if not read.is_applicable:
        return plan, Ahead()
    planner = _Planner(plan, mapping)
    with reading_ahead(planner.ahead):
        planner.run()
    return plan, planner.ahead


@transaction.atomic
def apply_import(*, files: Files, mapping: NameMap, reason: str, by: Principal) -> list[Proposal]:
    """Draft one proposal for each owner team, all of them or none; an equal object proposes nothing."""
    plan, ahead = _planned(read_files(files), mapping)
    if not plan.read.is_applicable:
        raise Invalid("validation_failed", "Some objects are refused, so nothing is proposed.", _refusals(plan.read))
    if plan.problems:
        raise Invalid("validation_failed", "Some names are not mapped yet.", plan.problems)
    with reading_ahead(ahead):
        return [
            governance.draft_proposal(asked=Asked(tuple(items), reason.strip(), Category.NEW_NEED), by=by)
            for _, items in sorted(plan.items.items())
        ]


def _refusals(read: ImportRead) -> list[FieldProblem]:
    of_files = (fault for faults in read.file_faults.values() for fault in faults)
    return [*of_files, *(fault for verdict in read.verdicts for fault in verdict.faults)]


class _Planner:
    """Turns the objectives of one import into items; each indicator once."""

    def __init__(self, plan: Plan, mapping: NameMap) -> None:
        self.plan, self.mapping = plan, mapping
        self.known, self.ahead = self._known()
        self.indicators: dict[str, Item] = {}
        self.every: list[Item] = []

    def run(self) -> None:
        """Items of all objectives, the indicators before what stands on them."""
        found = self.plan.read.objectives
        pairs = [(one, self._indicator(one)) for one in found if self._is_mapped(one)]
        if self.plan.problems:
            return
        promises = [(one, self._objective(one)) for one, _ in pairs]
        self.every = [*self.indicators.values(), *(item for _, item in promises)]
        for item in self.indicators.values():
            self._place(item)
        for _, item in promises:
            self._place(item)

    def _known(self) -> tuple[standing.Known, Ahead]:
        """What the files speak of and stands already, read once by name."""
        found = self.plan.read.objectives
        places = [self._of(one) for one in found]
        names: Any = {
            "services": {service for service, _ in places}, "flows": {flow for _, flow in places if flow},
            "servers": {self._server(one) for one in found}, "indicators": {one.indicator_slug for one in found},
            "objectives": {one.slug for one in found},
        }  # fmt: skip
        ahead = standing.find_ahead(**names, at=clock.as_of())
        return standing.known_in(ahead), ahead

    def _of(self, one: ImportedObjective) -> tuple[str, str]:
        """The service and the flow that an objective is of."""
        return self.mapping.places.get(one.service, (one.service, ""))

    def _is_mapped(self, one: ImportedObjective) -> bool:
        before = len(self.plan.problems)
        service, flow = self._of(one)
        if service not in self.known.services:
            self._note("services", one.service, f"Say which service {one.service[:60]!r} is here.")
        if flow and flow not in self.known.flows:
            self._note("services", one.service, f"There is no critical flow {flow[:50]!r}.")
        server = self._server(one)
        if server and server not in self.known.servers:
            self._note("servers", one.data_source or server, f"Say which registered server {server[:60]!r} is here.")
        for slug in (one.slug, one.indicator_slug):
            if words := find_slug_problem(slug):
                self._note("names", slug, words)
        return len(self.plan.problems) == before

    def _server(self, one: ImportedObjective) -> str:
        named = str(one.indicator.get("monitoring_source", ""))
        return self.mapping.servers.get(one.data_source or named, named)

    def _note(self, matter: str, name: str, words: str) -> None:
        problem = FieldProblem(f"/{matter}/{name[:60]}", "not_mapped", words)
        if problem not in self.plan.problems:
            self.plan.problems.append(problem)

    def _indicator(self, one: ImportedObjective) -> Item:
        spec = dict(one.indicator)
        if spec.get("source") == "pull":
            spec["monitoring_source"] = self._server(one)
        known = self.indicators.get(one.indicator_slug)
        service, flow = self._of(one)
        is_new = one.indicator_slug not in self.known.indicators
        place = {"service": service, **({"flow": flow} if flow else {})} if is_new else {}
        item = Item("sli", Op.CREATE if is_new else Op.CHANGE, one.indicator_slug, {**place, "spec": spec})
        if known is not None and known != item:
            words = f"Two SLOs of these files measure {one.indicator_slug} in different ways. Give one another name."
            self._note("names", one.indicator_slug, words)
        return self.indicators.setdefault(one.indicator_slug, item)

    def _objective(self, one: ImportedObjective) -> Item:
        is_new = one.slug not in self.known.objectives
        place = {"indicator": one.indicator_slug} if is_new else {}
        return Item("slo", Op.CREATE if is_new else Op.CHANGE, one.slug, {**place, "promise": dict(one.promise)})

    def _place(self, item: Item) -> None:
        """Put an item with its owner's, or among what is there already."""
        read: Any = read_indicator_draft if item.kind == "sli" else read_objective_draft
        try:
            with reading(self.every):
                owner = read(item).owner_team
        except Conflict as refusal:
            if refusal.code != "already_current":
                self._note("names", item.key, refusal.sentence)
                return
            self.plan.unchanged.append(item.key)
            return
        except Invalid as refusal:
            for fault in refusal.errors:
                self._note("names", item.key, f"At {fault.pointer}: {fault.detail}")
            return
        self.plan.items.setdefault(owner.slug, []).append(item)
        self.plan.owners[owner.slug] = owner.name


def names_of(read: ImportRead) -> Iterator[tuple[str, str]]:
    """Names that have to be mapped: each with its matter, `service` or `server`."""
    for name in read.services:
        yield "service", name
    servers = {str(one.indicator.get("monitoring_source", "")): one.data_source for one in read.objectives}
    for named, source in sorted(servers.items()):
        if named:
            yield "server", source or named
