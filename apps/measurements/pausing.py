"""Freezes and exemptions beside a subject's periods: which pause judging, and which leave facts out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from apps.core.periods import Period, local_midnight
from apps.governance.domain.excluded import Excluded
from apps.measurements.domain.subjects import Subject, SubjectKind
from apps.measurements.domain.verdicts import Freeze, PeriodReading, Reading, pause_if_frozen


class Owned(Protocol):
    """A stretch in which a team owned a service."""

    @property
    def team_id(self) -> int | None:
        """The team."""
        ...

    def touches(self, start: datetime, end: datetime) -> bool:
        """True when it shares an instant with a stretch of time."""
        ...


@dataclass(frozen=True)
class Pauses:
    """All freezes and exemptions, with who owned what, so that a service is paused with its team."""

    excluded: Sequence[Excluded] = ()
    held: Mapping[Subject, Iterable[Owned]] = field(default_factory=dict)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    def read(self, reading: Reading, subject: Subject, slug: str, period: Period, *, by_freeze: bool) -> Reading:
        """The reading, marked as paused where more than a quarter of the period is; `by_freeze`: freezes pause it."""
        pauses = [
            Freeze(one.start, one.end, one.name)
            for one in self._touching(subject, period.first_on, period.end_on)
            if not one.leaves_out and (by_freeze if one.definitions is None else slug in one.definitions)
        ]
        return pause_if_frozen(PeriodReading(period.first_on, period.end_on, reading), pauses) if pauses else reading

    def leaving_out(self, subject: Subject, slug: str, periods: Sequence[Period]) -> list[Excluded]:
        """Exemptions that leave facts of a subject's periods (in order of time) out of a definition."""
        touching = self._touching(subject, periods[0].first_on, periods[-1].end_on) if periods else []
        return [one for one in touching if one.leaves_out and slug in (one.definitions or ())]

    def _touching(self, subject: Subject, first: date, end: date) -> list[Excluded]:
        inside = [one for one in self.excluded if one.start < end and first < one.end]
        return [one for one in inside if self._is_about(one, subject)]

    def _is_about(self, one: Excluded, subject: Subject) -> bool:
        """About everything, about this very subject, or about the team that owned this service in those days."""
        if one.service_id is not None:
            return subject == Subject(SubjectKind.SERVICE, one.service_id)
        if one.team_id is None or subject == Subject(SubjectKind.TEAM, one.team_id):
            return True
        if subject.kind is not SubjectKind.SERVICE:
            return False
        start, end = (local_midnight(day, self.zone) for day in (one.start, one.end))
        return any(held.team_id == one.team_id and held.touches(start, end) for held in self.held.get(subject, ()))
