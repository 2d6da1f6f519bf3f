"""Reads of definitions, their versions and targets."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.fact_sources import sources
from apps.core.periods import Grain, Period, local_midnight, period_on
from apps.core.problems import Absent, Moved
from apps.metrics.domain.differences import say_differences
from apps.metrics.domain.lifecycle import Notice, covers
from apps.metrics.domain.parsing import parse_spec
from apps.metrics.domain.spec import Spec
from apps.metrics.domain.starter import StarterVersion
from apps.metrics.domain.starter_catalogues import DELIVERY, Catalogue
from apps.metrics.domain.versions import Break, governing_number, successions
from apps.metrics.lifecycle_queries import CONFIRMED as CONFIRMED
from apps.metrics.lifecycle_queries import Passage as Passage
from apps.metrics.lifecycle_queries import last_look as last_look
from apps.metrics.lifecycle_queries import list_due_looks as list_due_looks
from apps.metrics.lifecycle_queries import list_passages as list_passages
from apps.metrics.lifecycle_queries import list_staying as list_staying
from apps.metrics.lifecycle_queries import list_uses as list_uses
from apps.metrics.looks import say_due_looks as say_due_looks
from apps.metrics.models import DefinitionStep, DefinitionVersion, MetricDefinition, Target
from apps.teams.models import Team


def list_definitions() -> QuerySet[MetricDefinition]:
    """All definitions by slug, with their owner teams."""
    return MetricDefinition.objects.select_related("owner_team", "replaced_by").order_by("slug")


def list_slugs() -> set[str]:
    """Short names that definitions have or had."""
    rows = MetricDefinition.objects.values_list("slug", "former_slugs")
    return {name for slug, former in rows for name in (slug, *former)}


def list_open_starters(catalogue: Catalogue = DELIVERY) -> list[StarterVersion]:
    """The starter definitions of a catalogue that do not exist yet; one query."""
    known = list_slugs()
    return [version for version in catalogue.versions if version.slug not in known]


def find_definition(slug: str) -> MetricDefinition | None:
    """The definition of that slug, or None."""
    return list_definitions().filter(slug=slug).first()


def get_definition(slug: str) -> MetricDefinition:
    """The definition of that slug; raises `Moved` for a short name it had before, else `Absent`."""
    definition = find_definition(slug)
    if definition is None:
        raise missing(slug)
    return definition


def get_named(slug: str) -> MetricDefinition:
    """The definition that has this short name or had it once; raises `Absent`."""
    definition = find_definition(slug) or find_renamed(slug)
    if definition is None:
        raise missing(slug)
    return definition


def missing(slug: str) -> Absent | Moved:
    """Why there is no definition of that slug: it has another one by now, or there never was one."""
    renamed = find_renamed(slug)
    if renamed is None:
        return Absent("not_found", f"There is no definition {slug[:50]!r}.")
    return Moved("renamed", f"{slug} is called {renamed.slug} by now.", old=slug, new=renamed.slug)


def find_renamed(slug: str) -> MetricDefinition | None:
    """The definition that had this short name once, or None."""
    return list_definitions().filter(steps__former_slug=slug).first() if slug else None


def require_present(slug: str, definition: MetricDefinition) -> None:
    """Raise `Moved` where a definition was found by a short name that it had before."""
    if definition.slug != slug:
        raise Moved("renamed", f"{slug} is called {definition.slug} by now.", old=slug, new=definition.slug)


def notice_headers(definition: MetricDefinition) -> dict[str, str]:
    """What every REST answer about one definition carries once it leaves: `Deprecation`, `Sunset`, `Link`."""
    since, last = definition.deprecated_on, definition.retired_on or definition.sunset_on
    if since is None or last is None:
        return {}
    zone, successor = clock.reporting_zone(), definition.replaced_by
    notice = Notice(
        deprecated_at=local_midnight(since, zone), sunset_at=local_midnight(last, zone),
        page=reverse("portal:metric", args=[definition.slug]),
        successor=reverse("metric-definition-detail", args=[successor.slug]) if successor else "",
    )  # fmt: skip
    return notice.headers


def renamed_slugs(slugs: Iterable[str] | None = None) -> dict[str, str]:
    """Former short names, or those of some, with the present ones; one query."""
    rows = DefinitionStep.objects.exclude(former_slug="")
    rows = rows if slugs is None else rows.filter(former_slug__in=list(slugs))
    return dict(rows.values_list("former_slug", "definition__slug"))


def lock_definition(pk: int) -> MetricDefinition:
    """The definition, locked until the transaction ends, so that numbers follow each other."""
    rows = MetricDefinition.objects.select_for_update(of=("self",)).select_related("owner_team", "replaced_by")
    definition: MetricDefinition = rows.get(pk=pk)
    return definition


def list_versions(definition: MetricDefinition) -> QuerySet[DefinitionVersion]:
    """A definition's versions, newest first."""
    versions: QuerySet[DefinitionVersion] = DefinitionVersion.objects.filter(definition=definition)
    return versions.select_related("definition__owner_team", "proposal").order_by("-number")


def newest_version(slug: str) -> DefinitionVersion | None:
    """The newest version of a definition with its owner, or None where there is none; one query."""
    rows = DefinitionVersion.objects.filter(definition__slug=slug).select_related("definition__owner_team")
    return rows.order_by("-number").first()


def names_by_slug(*, open_only: bool = False) -> dict[str, str]:
    """Names of definitions as their newest versions say them, by every short name they have or had; one query.

    `open_only`: those on which something can still be agreed, by their present short names.
    """
    found: dict[str, str] = {}
    for version in DefinitionVersion.objects.select_related("definition").order_by("definition__slug", "number"):
        definition = version.definition
        if not open_only:
            found |= dict.fromkeys(definition.names, version.name)
        elif definition.retired_on is None:
            found[definition.slug] = version.name
    return found


def get_version(definition: MetricDefinition, number: int) -> DefinitionVersion:
    """One version of a definition; raises `Absent`."""
    version = list_versions(definition).filter(number=number).first()
    if version is None:
        raise Absent("not_found", f"{definition.slug} has no version {number}.")
    return version


def versions_by_slug(slugs: Iterable[str] | None = None) -> dict[str, list[DefinitionVersion]]:
    """Versions in the order of their numbers, for some slugs or (None) for all, in one query.

    What is asked for by a former short name is found under it.
    """
    versions = DefinitionVersion.objects.select_related("definition").order_by("definition__slug", "number")
    if slugs is None:
        return _by_slug(versions)
    asked = set(slugs) - {""}
    renamed = DefinitionStep.objects.filter(former_slug__in=asked).values("definition_id")
    found: dict[str, list[DefinitionVersion]] = {}
    for version in versions.filter(Q(definition__slug__in=asked) | Q(definition_id__in=renamed)):
        for name in asked.intersection(version.definition.names):
            found.setdefault(name, []).append(version)
    return found


def _by_slug(versions: Iterable[DefinitionVersion]) -> dict[str, list[DefinitionVersion]]:
    found: dict[str, list[DefinitionVersion]] = {}
    for version in versions:
        found.setdefault(version.definition.slug, []).append(version)
    return found


def governing_versions(slugs: Iterable[str] | None, period: Period) -> dict[str, DefinitionVersion]:
    """The version that counts for a period, by slug; a definition that is not yet in force is left out."""
    found = {slug: governing_version(versions, period) for slug, versions in versions_by_slug(slugs).items()}
    return {slug: version for slug, version in found.items() if version is not None}


def governing_version(versions: Iterable[DefinitionVersion], period: Period) -> DefinitionVersion | None:
    """Of one definition's versions the one that counts for a period, without a query; none once it is retired."""
    by_number = {version.number: version for version in versions}
    number = governing_number([(v.number, v.governs_from) for v in by_number.values()], period.deciding_on)
    found = None if number is None else by_number[number]
    return found if found is not None and covers(found.definition.retired_on, period) else None


def list_breaks(versions: Iterable[DefinitionVersion]) -> list[Break]:
    """Where one definition's series begins anew, oldest first, without a query; a new wording breaks nothing."""
    known = {version.number: version for version in versions}
    begun = successions((version.number, version.governs_from) for version in known.values())
    return [
        Break(day, old, new, say_differences(spec_of(known[old]), spec_of(known[new])))
        for day, old, new in begun
        if known[old].meaning_number != known[new].meaning_number
    ]


def restated_version(
    versions: Iterable[DefinitionVersion], version: DefinitionVersion, period: Period
) -> DefinitionVersion | None:
    """By which version a closed period was read until `version` restated it, without a query; None if by none."""
    begun = version.effective_from
    if begun is None or period.end_on > begun:
        return None
    before = governing_version([one for one in versions if one.number < version.number], period)
    return before if before is not None and before.meaning_number != version.meaning_number else None


def get_governing(definition: MetricDefinition, period: Period) -> DefinitionVersion:
    """The version of a definition that counts for a period; raises `Absent` before the first holds."""
    version = governing_version(list_versions(definition), period)
    if version is None:
        raise Absent("not_found", f"No version of {definition.slug} is in force for {period.key}.")
    return version


def version_in_force(definition: MetricDefinition) -> DefinitionVersion | None:
    """The version by which the present week is read; uses prefetched versions."""
    return governing_version(definition.versions.all(), period_on(clock.today(), Grain.WEEK))


def spec_of(version: DefinitionVersion) -> Spec:
    """The spec of a version, read once per text."""
    return _read(version.spec_text)


@lru_cache(maxsize=1024)
def _read(text: str) -> Spec:
    return parse_spec(json.loads(text), sources)


def list_target_rows(principal: Principal) -> QuerySet[Target]:
    """All targets this principal may see, newest first; replaced ones stay listed."""
    rows: QuerySet[Target] = Target.objects.select_related("definition", "team", "proposal")
    rows = rows.order_by("-agreed_at", "-pk")
    return rows if principal.sees_all_teams else rows.filter(team_id__in=principal.visible_team_ids)


def list_versions_of_proposal(proposal_id: int) -> QuerySet[DefinitionVersion]:
    """What a proposal put in force, by slug."""
    versions: QuerySet[DefinitionVersion] = DefinitionVersion.objects.filter(proposal_id=proposal_id)
    return versions.select_related("definition").order_by("definition__slug")


def list_targets(team_ids: Iterable[int], quarter: str) -> dict[tuple[int, str], Target]:
    """The target in force per (team, slug) of a quarter, in one query; the newest row replaces older ones.

    A definition with another short name by now is found by its former ones, too.
    """
    rows = Target.objects.select_related("definition").filter(team_id__in=list(team_ids), quarter=quarter)
    return {(row.team_id, name): row for row in rows.order_by("number") for name in row.definition.names}


@dataclass(frozen=True)
class Aim:
    """What a team agreed on for a definition and a quarter, as it stands."""

    number: int
    comparison: str
    value: Decimal
    agreed_at: datetime


def find_aiming(team: str, definition_id: int | None, quarter: str) -> tuple[Team, Aim | None] | None:
    """The team of that slug and what it aims at by now; None where there is no such team; one query."""
    newest = Target.objects.filter(team=OuterRef("pk"), definition_id=definition_id, quarter=quarter)
    parts = {f"aim_{one.name}": Subquery(newest.order_by("-number").values(one.name)[:1]) for one in fields(Aim)}
    found = Team.objects.select_related("group").filter(slug=team).annotate(**parts).first()
    if found is None:
        return None
    values = {one.name: getattr(found, f"aim_{one.name}") for one in fields(Aim)}
    return found, None if values["number"] is None else Aim(**values)


def list_targets_from(team_id: int, quarter: str) -> list[Target]:
    """A team's targets in force of a quarter and of those after it, by quarter, then by definition; one query."""
    rows = Target.objects.select_related("definition").filter(team_id=team_id, quarter__gte=quarter)
    newest = {(row.quarter, row.definition.slug): row for row in rows.order_by("number")}
    return [target for _, target in sorted(newest.items())]
