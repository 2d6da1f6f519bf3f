"""The impact preview of a definition: all teams under the old and the new spec over 26 closed weeks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from apps.core import clock
from apps.core.fact_sources import sources
from apps.core.periods import Period
from apps.governance.domain.kinds import Change, Op, Section
from apps.measurements.comparing import Side, Stretch, compute_sides
from apps.measurements.domain.readings import Direction, Status
from apps.measurements.domain.shifts import why_of
from apps.measurements.impacts import (
    Impact,
    Passage,
    list_judged_targets,
    list_passages,
    measure_impact,
    periods_judged,
)
from apps.metrics import queries as metrics
from apps.metrics.domain.parsing import parse_spec
from apps.metrics.domain.spec import Spec
from apps.teams import queries as teams

NOTHING = "No value changes in 26 weeks."
NEW = "Nothing was in force before, so no value of today changes."
PERIOD_WORDS = {"week": "weekly", "month": "monthly", "quarter": "quarterly"}


def preview_definition(change: Change) -> list[Section]:
    """The values of all teams before and after; nothing for words alone and for what ends a definition."""
    if change.item.op not in (Op.CREATE, Op.CHANGE) or (change.base and change.is_same_meaning):
        return []
    new = parse_spec(change.item.content["spec"], sources)
    comparison = Comparison.of(change.item.key, _spec_in_force(change), new)
    return [comparison.section(f"Values of {change.name}")]


def _spec_in_force(change: Change) -> Spec | None:
    """The spec of the version that a change builds on; None for a definition that is new."""
    if not change.base:
        return None
    return metrics.spec_of(metrics.get_version(metrics.get_definition(change.item.key), change.base))


@dataclass(frozen=True)
class Comparison:
    """Both sides and what they do to every team. For a new definition the old side is the new one."""

    old: Side
    new: Side
    stretch: Stretch
    impacts: Sequence[Impact]

    @classmethod
    def of(cls, slug: str, old: Spec | None, new: Spec) -> "Comparison":
        """Compute both specs over the committed facts of the closed weeks, months and quarters."""
        stretch = Stretch.until(clock.as_of(), clock.reporting_zone())
        asked = list(teams.list_teams())
        ids = [team.pk for team in asked]
        targets = list_judged_targets(slug, ids, stretch) if old else {}
        specs = {"new": new} if old is None else {"old": old, "new": new}
        sides = compute_sides(slug, specs, ids, stretch, periods_judged(targets.values()))
        before, after = sides.get("old", sides["new"]), sides["new"]
        impacts = [measure_impact(team, before, after, stretch, targets.get(team.pk, ())) for team in asked]
        return cls(before, after, stretch, impacts)

    @property
    def is_new(self) -> bool:
        """True when nothing was in force before."""
        return self.old is self.new

    def section(self, title: str) -> Section:
        """The part of a preview: teams that move, then those that change a little, then the rest in a sentence."""
        if self.is_new:
            valued = [impact for impact in self.impacts if impact.shift.valued]
            return Section(title, (NEW,), tuple(self._row(impact) for impact in valued))
        moving = [impact for impact in self.impacts if impact.moves]
        little = [impact for impact in self.impacts if impact.differs and not impact.moves]
        if not moving and not little:
            return Section(title, (NOTHING,))
        return Section(
            title,
            sentences(len(moving), len(little), len(self.impacts)),
            tuple(self._row(impact) for impact in [*moving, *little]),
            affected_team_ids=frozenset(impact.team.pk for impact in [*moving, *little]),
            improves_team_ids=frozenset(impact.team.pk for impact in moving if self._improves(impact)),
        )

    def _improves(self, impact: Impact) -> bool:
        better = impact.shift.improves(Direction(self.new.spec.direction.value))
        return better or any(target.turns_met for target in impact.targets)

    def _row(self, impact: Impact) -> dict[str, Any]:
        """One team as plain data; that a target turns but not how, as previews have more readers than targets."""
        team, shift, unit = impact.team, impact.shift, self.new.spec.unit
        words = PERIOD_WORDS[impact.pairs[0][0].grain]
        entering, leaving = (found.get(team.pk, Passage()) for found in self._passages)
        why = "" if self.is_new else why_of(shift, unit, words, target_turns=impact.target_turns)
        return {
            "team": team.slug, "name": team.name, "moves": impact.moves and not self.is_new, "why": why,
            "median_old": None if self.is_new else shift.median_old, "median_new": shift.median_new,
            "shift": None if self.is_new else shift.share, "unit": unit, "unit_old": self.old.spec.unit,
            "weeks": [[p.key, None if self.is_new else pair.old.value, pair.new.value] for p, pair in impact.pairs],
            "gained": shift.gained, "lost": shift.lost,
            "entering": list(entering.keys), "entering_count": entering.count,
            "leaving": list(leaving.keys), "leaving_count": leaving.count,
            "periods": [self._period(team.pk, period) for period in sorted(self.stretch.quarters, reverse=True)],
        }  # fmt: skip

    @cached_property
    def _passages(self) -> tuple[Mapping[int, Passage], Mapping[int, Passage]]:
        """Facts that enter and facts that leave, by team."""
        old, new = self.old.counted, self.new.counted
        return list_passages(new, old), list_passages(old, new)

    def _period(self, team_id: int, period: Period) -> dict[str, Any]:
        """A closed period under both definitions, with intervals."""
        before = {} if self.is_new else _reading(self.old, team_id, period)
        found: dict[str, Any] = {"key": period.key}
        for name, value in _reading(self.new, team_id, period).items():
            end = f"_{name}" if name != "value" else ""
            found |= {f"old{end}": before.get(name), f"new{end}": value}
        return found


def _reading(side: Side, team_id: int, period: Period) -> dict[str, Any]:
    reading = side.cell(team_id, period).reading
    known = reading.status is not Status.NOT_CONNECTED
    return {
        "value": reading.value if known else None, "lower": reading.lower if known else None,
        "upper": reading.upper if known else None, "n": reading.n, "status": reading.status.value,
    }  # fmt: skip


def sentences(moving: int, little: int, teams_asked: int) -> tuple[str, ...]:
    """How many teams move, and all others in one sentence."""
    still = teams_asked - moving - little
    moved = f"{moving} of {teams_asked} teams {'moves' if moving == 1 else 'move'}." if moving else "No team moves."
    parts = [f"{little} by less than 5 %"] if little else []
    parts += [f"{still} not at all"] if still else []
    return (moved, f"{'The others' if moving else 'Teams'} change little: {', '.join(parts)}.") if parts else (moved,)
