"""Reads of the catalogue, of definitions and of their versions."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from apps.core import clock
from apps.core.problems import Absent
from apps.metrics import queries as metrics
from apps.metrics.domain.sentences import say_spec
from apps.metrics.domain.versions import governing_number
from apps.metrics.models import DefinitionVersion, MetricDefinition
from apps.scorecards.models import TemplateVersion
from apps.teams.domain import TeamType


@dataclass(frozen=True)
class CatalogueRow:
    """A definition with the version in force on a day, and the cards that show it."""

    definition: MetricDefinition
    version: DefinitionVersion
    used_in: list[str]
    successor: DefinitionVersion | None = None


@dataclass(frozen=True)
class DefinitionPage:
    """A definition with all versions (newest first), the one in force, and the cards that show it."""

    definition: MetricDefinition
    versions: list[DefinitionVersion]
    in_force: DefinitionVersion
    used_in: list[str]
    pair: DefinitionVersion | None
    successor: DefinitionVersion | None
    passages: list[metrics.Passage]

    @property
    def looked_on(self) -> date:
        """The day on which somebody looked at all of it last."""
        meanings = [v for v in self.versions if v.meaning_number == v.number]
        agreed_on = max(clock.local_day(version.adopted_at) for version in meanings)
        seen = [one.day for one in self.passages if one.what == metrics.CONFIRMED]
        return metrics.last_look(agreed_on, max(seen, default=None))


def list_catalogue(day: date) -> list[CatalogueRow]:
    """Every definition by name with the version that governs on a day; three queries."""
    definitions = list(metrics.list_definitions())
    versions = metrics.versions_by_slug([definition.slug for definition in definitions])
    cards = _cards_by_slug()
    rows = [
        CatalogueRow(d, governing(versions[d.slug], day), _used_in(d, cards), _successor(d, versions, day))
        for d in definitions
        if versions.get(d.slug)
    ]
    return sorted(rows, key=lambda row: row.version.name)


def get_definition_page(slug: str, day: date) -> DefinitionPage:
    """A definition with all that is written about it; raises `Absent`; three queries.

    The whole catalogue is read at once: it is small, and the paired definition has to be named, too.
    """
    every = DefinitionVersion.objects.select_related(
        "definition__owner_team", "definition__replaced_by", "adopted_by"
    ).order_by("number")
    by_slug: dict[str, list[DefinitionVersion]] = {}
    for version in every:
        by_slug.setdefault(version.definition.slug, []).append(version)
    if slug not in by_slug:
        raise metrics.missing(slug)
    versions = by_slug[slug]
    in_force = governing(versions, day)
    pairs = _named(in_force.contract.get("pair") or "", by_slug)
    return DefinitionPage(
        definition=in_force.definition,
        versions=versions[::-1],
        in_force=in_force,
        used_in=_used_in(in_force.definition, _cards_by_slug()),
        pair=governing(pairs, day) if pairs else None,
        successor=_successor(in_force.definition, by_slug, day),
        passages=metrics.list_passages(in_force.definition),
    )


def _successor(
    definition: MetricDefinition, by_slug: Mapping[str, list[DefinitionVersion]], day: date
) -> DefinitionVersion | None:
    """The version by which what replaces a definition is read on a day."""
    found = by_slug.get(definition.replaced_by.slug) if definition.replaced_by else None
    return governing(found, day) if found else None


def _named(slug: str, by_slug: dict[str, list[DefinitionVersion]]) -> list[DefinitionVersion] | None:
    """Versions of the definition that has this short name or had it."""
    every = (versions for versions in by_slug.values() if slug in versions[0].definition.names)
    return by_slug.get(slug) or next(every, None)


def get_versions(slug: str, *numbers: int) -> list[DefinitionVersion]:
    """The named versions of a definition, in the order asked; raises `Absent` when one does not exist."""
    definition = metrics.get_definition(slug)
    rows = metrics.list_versions(definition).select_related("adopted_by")
    found = {version.number: version for version in rows}
    if not set(numbers) <= set(found):
        raise Absent("not_found", "Nothing is here for you.")
    return [found[number] for number in numbers]


def get_pair(version: DefinitionVersion, day: date) -> DefinitionVersion | None:
    """The version of the paired definition that governs on a day; one query."""
    slug = version.contract.get("pair")
    found = metrics.versions_by_slug([slug]).get(slug) if slug else None
    return governing(found, day) if found else None


def governing(versions: list[DefinitionVersion], day: date) -> DefinitionVersion:
    """The version that holds on a day, of versions in number order; the first one before any holds."""
    number = governing_number([(version.number, version.governs_from) for version in versions], day)
    return next((version for version in versions if version.number == number), versions[0])


def sentence_of(version: DefinitionVersion) -> str:
    """The rule of a version as one sentence."""
    return say_spec(metrics.spec_of(version))


def pretty_spec(version: DefinitionVersion) -> str:
    """The spec as stored, laid out for reading."""
    return json.dumps(json.loads(version.spec_text), indent=2, ensure_ascii=False)


def _cards_by_slug() -> dict[str, list[str]]:
    """Which team types' cards show a definition, by slug; one query."""
    newest: dict[str, TemplateVersion] = {}
    for template in TemplateVersion.objects.order_by("team_type", "number"):
        newest[template.team_type] = template
    found: dict[str, list[str]] = {}
    for template in newest.values():
        for slug in _slugs(template):
            found.setdefault(slug, []).append(f"{TeamType(template.team_type).label} card")
    return found


def _used_in(definition: MetricDefinition, cards: Mapping[str, list[str]]) -> list[str]:
    """The cards that show a definition, by any name it has or had."""
    return [card for name in definition.names for card in cards.get(name, ())]


def _slugs(template: TemplateVersion) -> Iterable[str]:
    return {slot["definition"] for slot in template.slots if slot["definition"]}
