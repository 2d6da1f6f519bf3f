"""A version as somebody proposes it, read beside the one it follows; nothing is stored here."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apps.core.calendar_words import day_words
from apps.core.fact_sources import sources
from apps.core.problems import Absent, Conflict, FieldProblem, Invalid
from apps.governance.domain.kinds import Item, Op
from apps.metrics import queries
from apps.metrics.domain.adopting import find_identity_problems, read_name
from apps.metrics.domain.canonical import canonical_text, compact_json, computing_text
from apps.metrics.domain.contracts import read_contract
from apps.metrics.domain.faults import Faults, SpecProblems
from apps.metrics.domain.lenses import Lens
from apps.metrics.domain.parsing import parse_spec
from apps.metrics.domain.spec import Spec
from apps.metrics.domain.starter_catalogues import EVERY_STARTER
from apps.metrics.models import DefinitionVersion, MetricDefinition
from apps.teams import queries as teams
from apps.teams.models import Team

IDENTITY = ("lens", "owner_team")
WORDS = ("name", "spec", "contract")
# Addresses of pages below /metrics/, which no definition can have.
TAKEN = ("adopt", "new")
# Short names by which the product's own rules know a definition: drafts of targets, guards of templates, the catalogue.
KEPT = frozenset(version.slug for version in EVERY_STARTER)
# Where faults of the pure rules stand in an item.
PLACES = {"/slug": "/key", "/lens": "/content/lens"}


@dataclass(frozen=True)
class VersionDraft:
    """A whole version that reads without fault, and the newest version it follows (None: the first)."""

    slug: str
    lens: str
    owner_team: Team
    name: str
    spec: Spec
    contract: Mapping[str, Any]
    current: DefinitionVersion | None
    # The short name it is to have from then on; empty: it keeps its own.
    new_slug: str = ""

    @property
    def definition(self) -> MetricDefinition | None:
        """The definition as it stands; None before its first version."""
        return self.current.definition if self.current else None

    @property
    def moves(self) -> bool:
        """True when it gives the definition another team, lens or short name."""
        standing = self.definition
        if standing is None:
            return False
        return bool(self.new_slug) or (standing.lens, standing.owner_team_id) != (self.lens, self.owner_team.pk)

    @property
    def move_parts(self) -> list[str]:
        """What of the identity becomes something else, in words."""
        standing, found = self.definition, []
        if standing is None:
            return []
        if standing.owner_team_id != self.owner_team.pk:
            found.append(f"it moves from {standing.owner_team.name} to {self.owner_team.name}")
        if standing.lens != self.lens:
            found.append(f"it moves from the lens {standing.lens} to {self.lens}")
        if self.new_slug:
            found.append(f"its short name {standing.slug} becomes {self.new_slug}")
        return found

    @property
    def number(self) -> int:
        """The number it will get."""
        return self.current.number + 1 if self.current else 1

    @property
    def computing(self) -> str:
        """The part that decides values."""
        return computing_text(self.spec)

    @property
    def wording(self) -> str:
        """The part that people read: name, contract, and why facts are left out."""
        return wording_of(self.name, self.contract, self.spec)

    @property
    def is_same_meaning(self) -> bool:
        """True when it computes what the version before computes."""
        return self.current is not None and computing_text(queries.spec_of(self.current)) == self.computing

    @property
    def meaning_number(self) -> int:
        """The number of the first version that computes alike."""
        return self.current.meaning_number if self.current and self.is_same_meaning else self.number

    @property
    def content(self) -> dict[str, Any]:
        """The item's content with all that was left out filled in."""
        return {
            "lens": self.lens, "owner_team": self.owner_team.slug, "name": self.name,
            "spec": json.loads(canonical_text(self.spec)), "contract": dict(self.contract),
            **({"slug": self.new_slug} if self.new_slug else {}),
        }  # fmt: skip


def wording_of(name: str, contract: Mapping[str, Any], spec: Spec) -> str:
    """Canonical text of what decides no value."""
    reasons = [exclusion.reason for exclusion in spec.exclude]
    return compact_json({"name": name, "contract": dict(contract), "exclusions": reasons})


def read_version(item: Item) -> VersionDraft:
    """The version an item proposes; raises `Invalid` with every fault, `Conflict` for what is in force."""
    current = queries.newest_version(item.key)
    definition = current.definition if current else queries.find_definition(item.key)
    _require_standing(item, definition)
    content = _filled(item.content, definition)
    faults = Faults()
    optional = ("slug",) if definition else ()
    faults.keys(content, "/content", known=(*IDENTITY, *WORDS, *optional), required=(*IDENTITY, *WORDS))
    name = read_name(content.get("name", ""), faults, "/content/name") if "name" in content else None
    spec, spec_problems = read_spec(content["spec"]) if "spec" in content else (None, [])
    contract, contract_problems = _read_contract(content, current)
    owner = _read_owner(content, definition, faults)
    new_slug = read_new_slug(content.get("slug"), definition, faults) if definition else ""
    problems = [*faults.found, *spec_problems, *contract_problems, *_identity_problems(item.key, content)]
    if problems or name is None or spec is None or owner is None:
        raise Invalid("validation_failed", "Some fields need attention.", problems)
    draft = VersionDraft(item.key, content["lens"], owner, name, spec, contract, current, new_slug)
    _refuse_repetition(draft)
    return draft


def _require_standing(item: Item, definition: MetricDefinition | None) -> None:
    if item.op is Op.CREATE and definition is not None:
        raise Conflict("slug_taken", f"There is a definition {item.key}. Propose a next version of it.")
    if definition is not None:
        require_not_retired(definition)
        return
    renamed = queries.find_renamed(item.key)
    if renamed is not None:
        words = f"{item.key} is a former short name of {renamed.slug} and stays reserved. Propose under that name."
        raise Conflict("renamed", words)
    if item.op is not Op.CREATE:
        words = f"There is no definition {item.key[:50]!r}; propose it as a new one."
        raise Invalid("validation_failed", words, [FieldProblem("/key", "unknown_value", words)])


def require_not_retired(definition: MetricDefinition) -> None:
    """Raise `Conflict` once a definition has left: nothing more is agreed on it."""
    if definition.retired_on is not None:
        since = day_words(definition.retired_on)
        raise Conflict("retired", f"{definition.slug} is retired since {since}; nothing more is agreed on it.")


def _filled(content: Mapping[str, Any], definition: MetricDefinition | None) -> dict[str, Any]:
    """The content; what a next version does not say of the definition's identity stays as it is."""
    known = {"lens": definition.lens, "owner_team": definition.owner_team.slug} if definition else {}
    return {**known, **content}


def read_spec(document: Any) -> tuple[Spec | None, list[FieldProblem]]:
    """The spec, or its faults with pointers into the item."""
    try:
        return parse_spec(document, sources), []
    except SpecProblems as error:
        return None, [FieldProblem(f"/content/spec{e.pointer}", e.code, e.detail) for e in error.errors]


def _read_contract(
    content: Mapping[str, Any], current: DefinitionVersion | None
) -> tuple[dict[str, Any], list[FieldProblem]]:
    """The contract, or its faults; the metric read beside this one has not left.

    One that stands beside it already cannot have left: what is read beside another is not retired.
    """
    if "contract" not in content:
        return {}, []
    contract, problems = read_contract(content["contract"], "/content/contract")
    named = str(contract.get("pair", ""))
    is_new = named and (current is None or named != current.contract.get("pair"))
    pair = queries.find_definition(named) if is_new else None
    if pair is not None and pair.retired_on is not None:
        words = f"{pair.slug} is retired since {day_words(pair.retired_on)}. Name a metric that is still measured."
        problems = [*problems, FieldProblem("/content/contract/pair", "retired", words)]
    return contract, problems


def _read_owner(content: Mapping[str, Any], definition: MetricDefinition | None, faults: Faults) -> Team | None:
    slug = faults.text(content["owner_team"], "/content/owner_team", longest=50) if "owner_team" in content else None
    if definition is not None and slug == definition.owner_team.slug:
        return definition.owner_team
    try:
        team = teams.get_team(slug) if slug else None
    except Absent:
        faults.add("/content/owner_team", "unknown_team", "There is no such team. Name it by its short name.")
        return None
    if team is not None and team.closed_on is not None:
        faults.add("/content/owner_team", "unknown_team", f"{team.name} is closed and owns nothing new.")
    return team


def _identity_problems(slug: str, content: Mapping[str, Any]) -> Iterator[FieldProblem]:
    for problem in find_identity_problems(slug, str(content.get("lens", Lens.FLOW))):
        yield FieldProblem(PLACES[problem.pointer], problem.code, problem.detail)


def read_new_slug(value: Any, definition: MetricDefinition, faults: Faults) -> str:
    """The short name a definition is to have; empty where it keeps its own. Names are given once and for ever."""
    at = "/content/slug"
    slug = faults.text(value, at, longest=50) if value not in (None, "", definition.slug) else None
    if not slug:
        return ""
    if definition.slug in KEPT:
        words = "Drafts of targets and the starter catalogue know this definition by its short name, so it keeps it."
        faults.add(at, "name_kept", words)
    elif problems := [one for one in find_identity_problems(slug, definition.lens) if one.pointer == "/slug"]:
        faults.add(at, problems[0].code, problems[0].detail)
    elif slug in TAKEN or queries.find_definition(slug) or queries.find_renamed(slug):
        faults.add(at, "slug_taken", f"{slug} is taken or was once: a short name is given once. Choose another one.")
    return slug


def _refuse_repetition(draft: VersionDraft) -> None:
    current = draft.current
    if current is None or draft.moves or not draft.is_same_meaning:
        return
    if wording_of(current.name, current.contract, queries.spec_of(current)) == draft.wording:
        raise Conflict("already_current", f"Version {current.number} says exactly this.")
