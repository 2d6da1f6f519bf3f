"""Reads about the life of definitions: who uses one, and when somebody looked at it last."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, Count, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, TextField, Value

from apps.core import clock
from apps.core.periods import Grain, period_on
from apps.governance import queries as governance
from apps.metrics.domain.lifecycle import Lifecycle, dependants, due_on
from apps.metrics.models import Confirmation, DefinitionStep, DefinitionVersion, MetricDefinition, Target
from apps.teams.models import Team


def list_uses(definition: MetricDefinition) -> list[str]:
    """What still depends on a definition, in sentences; nobody's own targets are named."""
    return [
        *_targets(definition),
        *dependants.sentences(definition.names),
        *_exemptions(definition),
        *_definitions(definition),
    ]


def _targets(definition: MetricDefinition) -> Iterator[str]:
    """How many teams aim at it; a team's own target is not told to others."""
    running = period_on(clock.today(), Grain.QUARTER).key
    rows = Target.objects.filter(definition=definition, quarter__gte=running).values("quarter")
    counted = rows.annotate(teams=Count("team_id", distinct=True)).order_by("quarter")
    for quarter, count in counted.values_list("quarter", "teams"):
        yield f"{count} {'team aims' if count == 1 else 'teams aim'} at it in {quarter}."


def _exemptions(definition: MetricDefinition) -> Iterator[str]:
    """Exemptions that hold or will hold; past ones change nothing any more."""
    for row in governance.list_exemptions().filter(expires_at__gt=clock.as_of(), ended_at=None).order_by("number"):
        if set(definition.names) & set(row.definitions):
            yield f"{row} names it until {clock.local_day(row.expires_at):%-d %B %Y}."


def _definitions(definition: MetricDefinition) -> Iterator[str]:
    """Definitions that are read beside it or that it is to replace."""
    for name in list_names_paired_with(definition.names):
        yield f"{name} is read beside it."
    leaving = MetricDefinition.objects.filter(replaced_by=definition, lifecycle=Lifecycle.DEPRECATED.value)
    for slug in leaving.order_by("slug").values_list("slug", flat=True):
        yield f"It is to replace {slug}."


def list_names_paired_with(names: Collection[str]) -> list[str]:
    """Names of the definitions, retired ones aside, whose newest version names this one as the metric beside it."""
    rows = DefinitionVersion.objects.exclude(definition__lifecycle=Lifecycle.RETIRED.value).order_by("number")
    newest = {version.definition_id: version for version in rows}
    return sorted(version.name for version in newest.values() if version.contract.get("pair") in names)


@dataclass(frozen=True)
class Passage:
    """Something that became of a definition beside its versions: a step by a proposal, or a confirmation."""

    what: str
    day: date
    text: str
    reason: str
    proposal: int
    who: str


CONFIRMED = "confirmed"


def list_passages(definition: MetricDefinition) -> list[Passage]:
    """Steps and confirmations of a definition, newest first; one query."""
    steps = DefinitionStep.objects.filter(definition=definition).values_list(
        "step", "holds_from", "text", "reason", "proposal__number", "adopted_by__full_name", "adopted_at"
    )
    looks = Confirmation.objects.filter(definition=definition).values_list(
        Value(CONFIRMED, CharField()), "looked_on", "text", Value("", TextField()), Value(0, IntegerField()),
        "confirmed_by__full_name", "confirmed_at",
    )  # fmt: skip
    rows = sorted(steps.union(looks, all=True), key=lambda row: (row[1], row[6]), reverse=True)
    return [Passage(*row[:6]) for row in rows]


@dataclass(frozen=True)
class Look:
    """A definition in force with the day on which all its roles or a confirming person looked at it last."""

    slug: str
    name: str
    lens: str
    owner: Team
    looked_on: date

    @property
    def due_on(self) -> date:
        """The day from which somebody should look again."""
        return due_on(self.looked_on)


def list_staying() -> QuerySet[Any]:
    """Definitions that stay, with their owner, their name, and when somebody agreed or looked at them last."""
    meaning = Q(versions__number=F("versions__meaning_number"))
    newest = DefinitionVersion.objects.filter(definition=OuterRef("pk")).order_by("-number")
    rows = MetricDefinition.objects.filter(lifecycle=Lifecycle.ACTIVE.value).select_related("owner_team")
    staying: QuerySet[Any] = rows.annotate(
        agreed=Max("versions__adopted_at", filter=meaning), seen=Max("confirmations__looked_on"),
        name=Subquery(newest.values("name")[:1]),
    )  # fmt: skip
    return staying


def looks_of(rows: Iterable[Any]) -> list[Look]:
    """The last look at each of the definitions that stay, longest ago first."""
    found = [
        Look(row.slug, row.name, row.lens, row.owner_team, last_look(clock.local_day(row.agreed), row.seen))
        for row in rows
        if row.agreed
    ]
    return sorted(found, key=lambda look: (look.looked_on, look.name))


def last_look(agreed_on: date, seen_on: date | None) -> date:
    """The later of the day on which all roles agreed on its meaning and of the newest confirmation."""
    return max(agreed_on, seen_on or agreed_on)


def due_looks(rows: Iterable[Any], day: date) -> list[Look]:
    """Those of the definitions that stay at which nobody has looked for a year, longest ago first."""
    return [look for look in looks_of(rows) if look.due_on <= day]


def list_due_looks(day: date) -> list[Look]:
    """Definitions that nobody has looked at for a year, longest ago first; one query."""
    return due_looks(list_staying(), day)
