"""Real events of the packed history, told as marks on charts by the team they happened to."""

from dataclasses import dataclass
from datetime import date, time, timedelta

from apps.accounts.domain import TeamRole
from apps.annotations import operations as annotations
from apps.annotations.domain import AnnotationKind
from apps.portal.demo import organisation as plan
from apps.portal.demo.cast import Cast, local

K = AnnotationKind
# Every mark of OnCall is written after it has moved.
OWNERS = {service.slug: service.owner for service in plan.SERVICES} | {"oncall": "observability"}


@dataclass(frozen=True)
class Mark:
    """An event of a service on a day, or from a day until (not including) another."""

    service: str
    kind: AnnotationKind
    text: str
    from_on: date
    until_on: date | None = None
    told_on: date | None = None

    @property
    def written_on(self) -> date:
        """The day after the event, or when it is said."""
        return self.told_on or (self.until_on or self.from_on) + timedelta(days=1)


def _minor(version: str, day: date) -> Mark:
    return Mark("wagtail", K.LAUNCH, f"Wagtail {version}: one of the four minor releases of a year.", day)


MARKS = (
    Mark(
        "saleor", K.OTHER, "One change went out on six maintained lines and was reverted on all six a day later.",
        date(2024, 2, 22), date(2024, 2, 24),
    ),
    Mark(
        "keep", K.LAUNCH, "First release here. It carried 794 changes merged since February 2023.", date(2024, 4, 3),
    ),
    Mark(
        "netbox", K.PROCESS, "Single commits reach the main line, where one merge for each release did before.",
        date(2024, 12, 27),
    ),
    Mark(
        "saleor", K.OTHER, "3.17.69 was the first release to carry 316 changes merged since August 2024.",
        date(2025, 3, 6),
    ),
    Mark("sloth", K.LAUNCH, "v0.12.0 is the first release here; its oldest change is of 2022.", date(2025, 3, 27)),
    Mark(
        "oncall", K.STAFFING, "OnCall moves from Alerting to Observability.", date(2025, 3, 31),
    ),
    Mark("celery", K.OTHER, "No release between 5.4.0 and 5.5.0.", date(2024, 4, 18), date(2025, 3, 31)),
    Mark("saleor", K.LAUNCH, "Minor release 3.21.0.", date(2025, 5, 21)),
    Mark("devlake", K.OTHER, "No release between v1.0.1 and v1.0.2.", date(2024, 9, 6), date(2025, 6, 4)),
    Mark("readthedocs", K.PROCESS, "Merge commits appear on the main line beside squashed ones.", date(2025, 7, 1)),
    _minor("7.1", date(2025, 8, 4)),
    Mark("saleor", K.LAUNCH, "Minor release 3.22.0.", date(2025, 10, 10)),
    _minor("7.2", date(2025, 11, 5)),
    Mark("keep", K.OTHER, "No release between v0.47.11 and v0.48.0.", date(2025, 10, 14), date(2025, 12, 8)),
    Mark("readthedocs", K.OTHER, "No release over the turn of the year.", date(2025, 12, 17), date(2026, 1, 13)),
    _minor("7.3", date(2026, 2, 3)),
    Mark("readthedocs", K.PROCESS, "Versions become dates: 15.16.0 is followed by 2026.03.17.", date(2026, 3, 17)),
    Mark("saleor", K.LAUNCH, "Minor release 3.23.0.", date(2026, 4, 8)),
    Mark("devlake", K.OTHER, "No release between v1.0.2 and v1.0.3.", date(2025, 6, 5), date(2026, 4, 9)),
    Mark("keep", K.OTHER, "No release between v0.51.0 and v0.52.0.", date(2026, 3, 19), date(2026, 5, 18)),
    _minor("7.4", date(2026, 5, 5)),
    Mark("defectdojo", K.LAUNCH, "Major release 3.0.0.", date(2026, 6, 16)),
    Mark(
        "oncall", K.OTHER, "v1.16.9 is the newest release; none has followed it so far.", date(2026, 1, 8),
        told_on=date(2026, 7, 8),
    ),
)  # fmt: skip


def write_mark(cast: Cast, mark: Mark) -> None:
    """Put a mark on the charts, by the tech lead of the team that owns the service then."""
    until = local(mark.until_on, time(0)) if mark.until_on else None
    annotations.create_annotation(
        kind=mark.kind, text=mark.text, starts_at=local(mark.from_on, time(0)), ends_at=until,
        service=cast.services[mark.service], by=cast.holder(OWNERS[mark.service], TeamRole.TECH_LEAD),
    )  # fmt: skip
