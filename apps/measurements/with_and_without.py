"""Values with and without an exemption, by the engine itself: what a preview shows and what its page keeps showing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from apps.core import clock
from apps.core.periods import Grain, Period, last_complete, periods_between
from apps.governance.domain.exemptions import ExemptionKind
from apps.governance.domain.kinds import Change, Op, Section
from apps.governance.models import Exemption
from apps.measurements import passes
from apps.measurements.catalogue import built
from apps.measurements.cells import Cell
from apps.measurements.comparing import Side, Stretch, compute_subjects
from apps.measurements.domain.engine.exempts import Exempt
from apps.measurements.domain.engine.times import micros
from apps.measurements.domain.subjects import Subject, SubjectKind
from apps.measurements.impacts import list_judged_targets, measure_impact, periods_judged
from apps.measurements.previewing import Comparison
from apps.metrics import queries as metrics
from apps.metrics.domain.spec import Spec

PROPOSED = 4_000_000_000  # the number of an exemption that is not in force: no other has it
WITH, WITHOUT = "with", "without"


@dataclass(frozen=True)
class Compared:
    """One period of a subject with an exemption and without it."""

    period: Period
    with_it: Cell
    without_it: Cell

    @property
    def left_out(self) -> int:
        """How many facts it takes from the value."""
        return self.without_it.reading.n - self.with_it.reading.n


@dataclass(frozen=True)
class ComparedDefinition:
    """One definition's weeks and quarters that an exemption touches."""

    slug: str
    name: str
    weeks: Sequence[Compared]
    quarters: Sequence[Compared]

    @property
    def left_out(self) -> int:
        """How many facts it takes out of the weeks."""
        return sum(week.left_out for week in self.weeks)


def compute_with_and_without(row: Exemption, definitions: Mapping[str, str]) -> list[ComparedDefinition]:
    """An exemption's definitions over the periods it touches; nothing for a pause, or while its time has not begun."""
    bounds = row.validity.bounds
    first, today = clock.local_day(row.starts_at), clock.today()
    if bounds is None or first > today or row.kind != ExemptionKind.EXCLUDE_DATA:
        return []
    last = min(clock.local_day(bounds[1] - timedelta(microseconds=1)), today)
    weeks, quarters = (tuple(periods_between(first, max(first, last), grain)) for grain in (Grain.WEEK, Grain.QUARTER))
    subject = _subject_of(row)
    found = []
    renamed = metrics.renamed_slugs(row.definitions)
    for slug in (renamed.get(named, named) for named in row.definitions):
        spec = _spec(slug, weeks[-1])
        if spec is not None:
            sides = _sides(slug, spec, subject, Stretch(weeks, (), quarters), row)
            name = definitions.get(slug, slug)
            found.append(
                ComparedDefinition(slug, name, _pairs(sides, subject, weeks), _pairs(sides, subject, quarters))
            )
    return found


def _subject_of(row: Exemption) -> Subject:
    if row.service_id is not None:
        return Subject(SubjectKind.SERVICE, row.service_id)
    return Subject(SubjectKind.TEAM, row.team_id)


def _spec(slug: str, period: Period) -> Spec | None:
    version = metrics.governing_versions([slug], period).get(slug)
    return metrics.spec_of(version) if version else None


def _sides(slug: str, spec: Spec, subject: Subject, stretch: Stretch, row: Exemption) -> dict[str, Side]:
    """The same spec twice: with every exemption in force, and with all but this one."""
    standing = passes.present_setting([spec]).catalogue.exempts
    exempts = {WITH: standing, WITHOUT: tuple(one for one in standing if one.number != row.number)}
    return compute_subjects(slug, dict.fromkeys(exempts, spec), [subject], stretch, exempts=exempts)


def _pairs(sides: Mapping[str, Side], subject: Subject, periods: Sequence[Period]) -> list[Compared]:
    return [Compared(p, sides[WITH].cell_of(subject, p), sides[WITHOUT].cell_of(subject, p)) for p in periods]


def preview_exemption(change: Change) -> list[Section]:
    """The team's values of 26 weeks as they are and as they would be, one section for each definition."""
    draft = change.extra.get("draft")
    if change.item.op is not Op.CREATE or draft is None or draft.kind is ExemptionKind.EXCLUDE_SLICES:
        return []
    if draft.kind is ExemptionKind.PAUSE_JUDGING:
        words = "No value moves. Periods that it covers by more than a quarter are shown and not judged."
        return [Section("Values", (words,))]
    proposed = _proposed(draft)
    return [
        section
        for slug, name in draft.definitions.items()
        if (section := _section(slug, name, draft.team, proposed)) is not None
    ]


def _proposed(draft: Any) -> Exempt:
    """The exemption as the engine would read it if it were in force."""
    row = Exemption(
        team=draft.team, service=draft.service, definitions=list(draft.definitions), facts=draft.facts,
        slice=draft.slice,
    )  # fmt: skip
    return built(PROPOSED, row, micros(draft.starts_at), micros(draft.expires_at))


def _section(slug: str, name: str, team: Any, proposed: Exempt) -> Section | None:
    """One definition's values without and with it; None while no version is in force."""
    at = clock.as_of()
    spec = _spec(slug, last_complete(at, Grain.WEEK, clock.reporting_zone()))
    if spec is None:
        return None
    stretch = Stretch.until(at, clock.reporting_zone())
    standing = passes.present_setting([spec]).catalogue.exempts
    targets = list_judged_targets(slug, [team.pk], stretch)
    sides = compute_subjects(
        slug, {WITHOUT: spec, WITH: spec}, [Subject(SubjectKind.TEAM, team.pk)], stretch,
        periods_judged(targets.values()), {WITHOUT: standing, WITH: (*standing, proposed)},
    )  # fmt: skip
    impact = measure_impact(team, sides[WITHOUT], sides[WITH], stretch, targets.get(team.pk, ()))
    return Comparison(sides[WITHOUT], sides[WITH], stretch, [impact]).section(f"{name}, without and with the exemption")


def preview_freeze(change: Change) -> list[Section]:
    """Which definitions a freeze pauses."""
    if change.item.op is not Op.CREATE:
        return []
    week = last_complete(clock.as_of(), Grain.WEEK, clock.reporting_zone())
    versions = metrics.governing_versions(None, week)
    names = [v.name for v in versions.values() if metrics.spec_of(v).paused_by_freeze]
    if not names:
        return [Section("Paused definitions", ("No definition in force is paused by a freeze.",))]
    return [Section("Paused definitions", (f"Paused: {', '.join(sorted(names))}. All others are judged as always.",))]
