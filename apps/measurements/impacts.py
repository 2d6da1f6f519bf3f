"""A team under two definitions: its values side by side, its targets judged by both, and which facts came or went."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from apps.core import clock
from apps.core.periods import CALENDAR_GRAINS, Grain, Period, period_at
from apps.measurements import queries
from apps.measurements.comparing import IN_NUMERATOR, Side, Stretch
from apps.measurements.domain.engine.placed import ends_at_link
from apps.measurements.domain.readings import PeriodReading, Reading, Series, Target, TargetComparison
from apps.measurements.domain.shifts import Pair, Shift, shift_of
from apps.measurements.domain.subjects import PER_LINK, WHOLE
from apps.measurements.domain.verdicts import Verdict, judge
from apps.measurements.domain.wording import Code
from apps.metrics import queries as metrics
from apps.metrics.models import Target as AgreedTarget
from apps.teams.models import Team

BEFORE = 26  # weeks from which it is read whether bad ones cluster
MOST_KEYS = 20
FACT = ("team", "source", "service", "key")
Judged = Sequence[tuple[Period, AgreedTarget]]


@dataclass(frozen=True)
class TurnedTarget:
    """A target with its verdict under both definitions."""

    quarter: str
    old: Verdict
    new: Verdict

    @property
    def turns(self) -> bool:
        """True when the verdict is another one."""
        return self.old.code != self.new.code

    @property
    def turns_met(self) -> bool:
        """True when only the new definition meets it."""
        return self.turns and self.new.code is Code.TARGET_MET


@dataclass(frozen=True)
class Impact:
    """What a changed definition does to one team."""

    team: Team
    pairs: Sequence[tuple[Period, Pair]]
    shift: Shift
    differs: bool
    targets: Sequence[TurnedTarget]

    @property
    def target_turns(self) -> bool:
        """True when a target is judged differently."""
        return any(target.turns for target in self.targets)

    @property
    def moves(self) -> bool:
        """True when the team belongs among those that move."""
        return self.shift.moves or self.target_turns


def series_grain(*specs_grains: Sequence[str]) -> Grain:
    """The length of the compared periods: the finest that all specs state, else the finest of the first."""
    shared = [g for g in CALENDAR_GRAINS if all(g.value in grains for grains in specs_grains)]
    return (shared or [g for g in CALENDAR_GRAINS if g.value in specs_grains[0]])[0]


def measure_impact(team: Team, old: Side, new: Side, stretch: Stretch, targets: Judged = ()) -> Impact:
    """One team under both sides."""
    grain = series_grain(old.spec.window.grains, new.spec.window.grains)
    pairs = [(p, Pair(old.value(team.pk, p), new.value(team.pk, p))) for p in stretch.of(grain)]
    is_comparable = old.spec.unit == new.spec.unit
    return Impact(
        team=team,
        pairs=pairs,
        shift=shift_of([pair for _, pair in pairs], new.spec.unit, is_comparable=is_comparable),
        differs=any(_shown(old, team, period) != _shown(new, team, period) for period in stretch.all),
        targets=[_turned(target, period, team, old, new) for period, target in targets],
    )


def _shown(side: Side, team: Team, period: Period) -> tuple[object, ...]:
    """All of a cell that a team sees as its value."""
    reading = side.cell(team.pk, period).reading
    if side.value(team.pk, period).value is None:
        return (reading.status,)
    return reading.value, reading.lower, reading.upper, reading.at_least, reading.status


def list_judged_targets(slug: str, team_ids: Sequence[int], stretch: Stretch) -> dict[int, Judged]:
    """By team, the targets of the newest closed and of the running quarter, with the period each is read over."""
    closed = max(stretch.quarters)
    running = period_at(clock.as_of(), Grain.QUARTER, clock.reporting_zone())
    found: dict[int, Judged] = {}
    for quarter, period in ((closed, closed), (running, stretch.weeks[-1].trailing(Grain.WEEKS_13))):
        for (team_id, of), target in metrics.list_targets(team_ids, quarter.key).items():
            if of == slug:
                found[team_id] = (*found.get(team_id, ()), (period, target))
    return found


def periods_judged(targets: Iterable[Judged]) -> set[Period]:
    """Every period that judging these targets reads."""
    return {read for places in targets for period, _ in places for read in (period, *_weeks_before(period))}


def _weeks_before(period: Period) -> list[Period]:
    """The complete weeks before a period from which it is read whether bad ones cluster."""
    monday = period.first_on.toordinal() - period.first_on.weekday()
    end = period.first_on.fromordinal(monday)
    last = Period(end.fromordinal(monday - 7), end, Grain.WEEK)
    return [last.previous(steps) for steps in range(BEFORE - 1, -1, -1)]


def _turned(target: AgreedTarget, period: Period, team: Team, old: Side, new: Side) -> TurnedTarget:
    bound = Target(TargetComparison(target.comparison), target.value)
    return TurnedTarget(target.quarter, _judge(old, team, period, bound), _judge(new, team, period, bound))


def _judge(side: Side, team: Team, period: Period, bound: Target) -> Verdict:
    """The verdict as a scorecard would give it."""
    part = PER_LINK if ends_at_link(side.spec) else WHOLE
    weeks = _weeks_before(period)
    now, *before = [side.cell(team.pk, place, part) for place in (period, *weeks)]
    series = Series(
        unit=now.unit,
        direction=now.direction,
        now=now.as_period_reading,
        before=PeriodReading(weeks[0].first_on, weeks[-1].end_on, Reading()),
        weeks=tuple(cell.as_period_reading for cell in before),
        reading_kind=now.reading_kind,
    )
    return judge(now.kind, series, target=bound)


@dataclass(frozen=True)
class Passage:
    """Facts that one side counts and the other does not: how many, and the newest of them by name."""

    count: int = 0
    keys: tuple[str, ...] = ()


def list_passages(into: pl.DataFrame, out_of: pl.DataFrame) -> Mapping[int, Passage]:
    """By team, what is counted in one frame and not in the other."""
    only = into.join(out_of, on=[*FACT, "role"], how="anti").sort("role", "at", "key", descending=[False, True, False])
    once = only.unique(FACT, keep="first", maintain_order=True)
    slugs = queries.service_slugs(once["service"].unique().to_list())
    found: dict[int, Passage] = {}
    for (team_id,), rows in once.group_by("team", maintain_order=True):
        shown = rows.head(MOST_KEYS).select("service", "key", "role").iter_rows()
        found[int(str(team_id))] = Passage(rows.height, tuple(_name(slugs[pk], key, role) for pk, key, role in shown))
    return found


def _name(service: str, key: str, role: int) -> str:
    return f"{service}/{key}" + (" (numerator)" if role == IN_NUMERATOR else "")
