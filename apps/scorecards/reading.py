"""A card as it reads now: measurements and targets turned into the words of its cells. The one caller of both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from apps.core import fact_sources
from apps.core.periods import Period
from apps.measurements import queries as measurements
from apps.measurements.domain.engine.placed import ends_at_link
from apps.measurements.domain.readings import PeriodReading, Reading, Reason, Series, TargetComparison
from apps.measurements.domain.readings import Target as Bound
from apps.measurements.domain.subjects import PER_LINK, WHOLE, Subject, SubjectKind
from apps.measurements.domain.verdicts import judge
from apps.measurements.domain.wording import Verdict, not_judged
from apps.metrics import queries as metrics
from apps.metrics.models import DefinitionVersion, Target
from apps.scorecards.domain import cells, schedule
from apps.scorecards.domain.content import CardContent, CellContent
from apps.scorecards.domain.templates import Slot, slots_of
from apps.scorecards.models import TemplateVersion
from apps.services import queries as services
from apps.teams.models import Team

WEEKS_SHOWN = 13
WEEKS_BEFORE = 26
PER = "deployment"
PER_LINK_WORDS = f"; judged per {PER}"


@dataclass(frozen=True)
class Measured:
    """Everything one card reads, fetched in a constant number of queries."""

    subject: Subject
    judged: Period
    newest: Period
    board: measurements.Board
    targets: Mapping[tuple[int, str], Target]

    @property
    def weeks(self) -> list[Period]:
        """The 13 weeks of the small line and the 26 before them, oldest first."""
        return [self.newest.previous(steps) for steps in range(WEEKS_SHOWN + WEEKS_BEFORE - 1, -1, -1)]

    def version(self, slug: str) -> DefinitionVersion | None:
        """The version that governs the judged period."""
        return self.board.governing(slug, self.judged)

    def same_meaning(self, slug: str, number: int, version: DefinitionVersion) -> bool:
        """True when the numbered version computes as this one does."""
        meanings = {found.number: found.meaning_number for found in self.board.versions.get(slug, ())}
        return meanings.get(number) == version.meaning_number


def read_content(
    team: Team, period: Period, template: TemplateVersion, statuses_before: Mapping[str, str]
) -> CardContent:
    """The card of a closed period from what is stored now; `statuses_before` are those of the card before, by slug."""
    slots = _present_slots(slots_of(template.slots))
    measured = _measure(team, period, [slot.definition for slot in slots if slot.definition])
    contents = tuple(_cell(slot, team, measured, statuses_before) for slot in slots)
    return CardContent(
        team_name=team.name,
        team_type=template.team_type,
        grain=str(period.grain),
        period=period.key,
        end_on=period.end_on,
        template_number=template.number,
        data_up_to=_data_up_to(measured, slots),
        watermark=services.watermark(source.key for source in fact_sources.sources),
        cells=contents,
    )


def _present_slots(slots: Sequence[Slot]) -> list[Slot]:
    """Slots with the present short names of their definitions."""
    renamed = metrics.renamed_slugs({slot.definition for slot in slots if slot.definition})
    return [replace(slot, definition=renamed.get(slot.definition, slot.definition)) for slot in slots]


def _measure(team: Team, period: Period, slugs: Sequence[str]) -> Measured:
    subject = Subject(SubjectKind.TEAM, team.pk)
    judged, newest = schedule.judged_period(period), schedule.newest_week(period)
    periods = [judged, *measurements.periods_of_trend(newest)]
    return Measured(
        subject=subject,
        judged=judged,
        newest=newest,
        board=measurements.load_board([subject], slugs, periods, (WHOLE, PER_LINK)),
        targets=metrics.list_targets([team.pk], schedule.quarter_of(period)),
    )


def _cell(slot: Slot, team: Team, measured: Measured, statuses_before: Mapping[str, str]) -> CellContent:
    found = measured.board.cell(measured.subject, slot.definition, measured.judged) if slot.definition else None
    trend = measured.board.trend(measured.subject, slot.definition, measured.newest) if found else None
    if found is None or trend is None:
        return undefined_cell(slot, measured.judged, _absence(slot, measured))
    reading, target = found.reading, measured.targets.get((team.pk, slot.definition))
    judged = _judge_target(found, target, measured) if target else None
    state = cells.CellState(
        trend=str(trend.code), target=str(judged.code) if judged else "", status=str(reading.status),
        status_before=statuses_before.get(slot.definition, ""),
    )  # fmt: skip
    return CellContent(
        rank=slot.rank, lens=str(slot.lens), label=slot.label, definition=slot.definition,
        version_number=found.version_number, period=measured.judged.key, unit=found.unit, status=str(reading.status),
        n=reading.n, clusters=reading.clusters, value=reading.value, lower=reading.lower, upper=reading.upper,
        judged=_per_link(slot.definition, measured), run_id=found.run_id,
        trend_code=state.trend, trend_sentence=trend.sentence,
        target_code=state.target, target_sentence=judged.sentence if judged else "",
        target_comparison=target.comparison if target else "", target_value=target.value if target else None,
        weeks=_weekly(slot.definition, measured), needs_decision=cells.needs_decision(state),
    )  # fmt: skip


def _absence(slot: Slot, measured: Measured) -> str:
    """Why a slot that names a definition shows none: retired, or not read over such a period; else nothing."""
    versions = measured.board.versions.get(slot.definition, ())
    if versions and versions[0].definition.retired_on:
        return cells.retired_sentence(versions[0].definition.retired_on)
    in_force = versions and measured.board.governing(slot.definition, measured.judged)
    return cells.NOT_READ_SENTENCE if in_force else ""


def undefined_cell(slot: Slot, period: Period, sentence: str = "") -> CellContent:
    """The cell of a slot whose definition is not in force, yet or any more: it says so and asks for nothing."""
    return CellContent(
        rank=slot.rank, lens=str(slot.lens), label=slot.label, definition=slot.definition, version_number=None,
        period=period.key, unit="", status=cells.NO_DEFINITION, n=None, clusters=None, value=None, lower=None,
        upper=None, judged=None, run_id=None, trend_code="no_data",
        trend_sentence=sentence or cells.NO_DEFINITION_SENTENCE,
        target_code="", target_sentence="", target_comparison="", target_value=None, weeks=[], needs_decision=False,
    )  # fmt: skip


def _per_link(slug: str, measured: Measured) -> dict[str, Any] | None:
    """What one linked fact says alone: changes of one release are not independent, so each release is one value."""
    version = measured.version(slug)
    if version is None or not ends_at_link(measured.board.spec(version)):
        return None
    cell = measured.board.cell(measured.subject, slug, measured.judged, PER_LINK, version)
    if cell is None or cell.reading.value is None:
        return None
    numbers = {name: getattr(cell.reading, name) for name in ("value", "lower", "upper", "n")}
    return {"per": PER, **numbers, "run_id": cell.run_id}


def _judge_target(found: measurements.Cell, target: Target, measured: Measured) -> Verdict:
    """The target word over the judged period; bad weeks that cluster widen a share's interval."""
    version = measured.version(found.slug)
    if version is None or not measured.same_meaning(found.slug, target.version_number, version):
        return not_judged(Reason.NEW_DEFINITION)
    per_link = ends_at_link(measured.board.spec(version))
    series = _series(found, version, measured, PER_LINK if per_link else WHOLE)
    verdict = judge(found.kind, series, target=Bound(TargetComparison(target.comparison), target.value))
    return _say_per_link(verdict) if per_link and verdict.code.startswith("target_") else verdict


def _say_per_link(verdict: Verdict) -> Verdict:
    return Verdict(verdict.code, verdict.sentence + PER_LINK_WORDS, verdict.params, verdict.rule, verdict.reason)


def _series(found: measurements.Cell, version: DefinitionVersion, measured: Measured, part: str) -> Series:
    """The judged period under one version, with the weeks before it from which clustering is read."""
    weeks = [week for week in measured.weeks if week.end_on <= measured.judged.first_on][-WEEKS_BEFORE:]
    places = [measured.judged, *weeks]
    cells_of = [measured.board.cell(measured.subject, found.slug, place, part, version) for place in places]
    now, *before = [cell.as_period_reading for cell in cells_of if cell is not None]
    return Series(
        unit=found.unit,
        direction=found.direction,
        now=now,
        before=PeriodReading(weeks[0].first_on, weeks[-1].end_on, Reading()) if weeks else None,
        weeks=tuple(before),
        reading_kind=found.reading_kind,
    )


def _weekly(slug: str, measured: Measured) -> list[dict[str, Any]]:
    """The last 13 weeks for the small line, each under its governing version: a week without a value is a gap."""
    weeks = measured.weeks[-WEEKS_SHOWN:]
    found = [(week, measured.board.cell(measured.subject, slug, week)) for week in weeks]
    return [
        {
            "period": week.key,
            "value": cell.reading.value if cell else None,
            "n": cell.reading.n if cell else None,
            "version": cell.version_number if cell else None,
            "run_id": cell.run_id if cell else None,
        }
        for week, cell in found
    ]


def _data_up_to(measured: Measured, slots: Sequence[Slot]) -> datetime | None:
    """The newest instant up to which any slot's sources are known."""
    versions = [measured.version(slot.definition) for slot in slots if slot.definition]
    known = [measured.board.data_up_to(measured.subject, measured.board.spec(v)) for v in versions if v is not None]
    return max((at for at in known if at is not None), default=None)
