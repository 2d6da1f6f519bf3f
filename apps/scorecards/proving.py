"""Proof of what cards show: every number computed again from its facts, as they stood when it was published."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from apps.core.periods import Period, parse_period
from apps.measurements import queries as measurements
from apps.measurements.domain.subjects import PER_LINK, WHOLE, Subject, SubjectKind
from apps.scorecards.models import ScorecardCell

Number = float | int | None
Place = tuple[Subject, Period, str]
# Of a week the small line shows no interval.
WEEKLY = ("value", "n")
JUDGED = ("value", "lower", "upper", "n")
VALUE = JUDGED


@dataclass(frozen=True)
class Published:
    """A number of a frozen card: what it says, of which place, under which version, and the pass that computed it."""

    cell: ScorecardCell = field(repr=False)
    label: str
    place: Place
    version_number: int | None
    run_id: int | None
    says: Mapping[str, Number]


@dataclass(frozen=True)
class Unproven:
    """A published number that its facts, as they stood, do not give again."""

    published: Published
    again: measurements.Again | None

    def __str__(self) -> str:
        where = f"{self.published.cell.card} {self.published.label}"
        again = {name: getattr(self.again, name) for name in self.published.says} if self.again else {}
        found = f"computed {_words(again)}" if again else "nothing is computed"
        return f"{where}: published {_words(self.published.says)}; {found}"


def _words(numbers: Mapping[str, Number]) -> str:
    interval = f" ({numbers['lower']} to {numbers['upper']})" if "lower" in numbers else ""
    return f"{numbers['value']}{interval}, n = {numbers['n']}"


def find_unproven() -> tuple[int, list[Unproven]]:
    """Compute every published number again at the watermark of its pass: how many there are, and those that differ."""
    groups: dict[tuple[int | None, str, int | None], list[Published]] = {}
    for cell in ScorecardCell.objects.select_related("card").order_by("pk"):
        for number in _numbers_of(cell):
            groups.setdefault((number.run_id, cell.definition, number.version_number), []).append(number)
    found = [unproven for key, group in groups.items() for unproven in _unproven(*key, group)]
    count = sum(len(group) for (run_id, _, _), group in groups.items() if run_id is not None)
    return count, sorted(found, key=lambda unproven: unproven.published.cell.pk)


def _numbers_of(cell: ScorecardCell) -> Iterator[Published]:
    """The value, what its words were read from, and the weeks of the small line."""
    team, period = Subject(SubjectKind.TEAM, cell.card.team_id), parse_period(cell.period)
    says = {name: getattr(cell, name) for name in VALUE}
    yield Published(cell, cell.label, (team, period, WHOLE), cell.version_number, cell.run_id, says)
    if cell.judged is not None:
        says, label = {name: cell.judged.get(name) for name in JUDGED}, f"{cell.label} per {cell.judged.get('per')}"
        yield Published(
            cell, label, (team, period, PER_LINK), cell.version_number, cell.judged.get("run_id"), says
        )  # fmt: skip
    for week in cell.weeks:
        says, label = {name: week.get(name) for name in WEEKLY}, f"{cell.label}, week {week['period']}"
        place = (team, parse_period(week["period"]), WHOLE)
        yield Published(cell, label, place, week.get("version"), week.get("run_id"), says)


def _unproven(run_id: int | None, slug: str, version: int | None, group: Iterable[Published]) -> Iterator[Unproven]:
    """Numbers of one pass and version that differ from what is computed once for all their places."""
    again: Mapping[Place, measurements.Again] = {}
    if version is not None:
        again = measurements.compute_places(run_id, slug, version, list({number.place for number in group}))
    for number in group:
        found = measurements.Again() if version is None else again.get(number.place)
        if not _gives(found, number.says):
            yield Unproven(number, found)


def _gives(again: measurements.Again | None, says: Mapping[str, Number]) -> bool:
    if again is None:
        return False
    return all(getattr(again, name) == (said or 0 if name == "n" else said) for name, said in says.items())
