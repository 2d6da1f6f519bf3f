"""Names of subjects and cells in addresses and answers: `team:checkout`, `service:api`, `organisation:all`."""

import re
from collections.abc import Iterable

from django.db.models import F, Q

from apps.core.periods import UnknownPeriod, parse_period
from apps.core.problems import Absent
from apps.measurements.domain.subjects import WHOLE_ADDRESSES, Subject, SubjectKind
from apps.measurements.models import MetricValue
from apps.services.models import Service
from apps.teams.models import Group, Team

MODELS: dict[SubjectKind, type[Service] | type[Team] | type[Group]] = {
    SubjectKind.SERVICE: Service,
    SubjectKind.TEAM: Team,
    SubjectKind.GROUP: Group,
}
SEPARATOR = "~"
# A period that was still running when its definition was retired has no value: it was counted in part alone.
BEYOND = Q(version__definition__retired_on__lt=F("end_on"))
VERSION = re.compile(r"v\d{1,8}", re.ASCII)


def find_subject(address: str) -> Subject:
    """The subject of an address; raises `Absent`."""
    if address in WHOLE_ADDRESSES:
        return WHOLE_ADDRESSES[address]
    kind, _, slug = address.partition(":")
    model = MODELS.get(SubjectKind(kind)) if kind in set(SubjectKind) else None
    key = model.objects.filter(slug=slug).values_list("pk", flat=True).first() if model else None
    if key is None:
        raise Absent("not_found", "Nothing is here for you.")
    return Subject(SubjectKind(kind), key)


def addresses_of(subjects: Iterable[Subject]) -> dict[Subject, str]:
    """The address of each subject, with one query for each kind."""
    subjects = set(subjects)
    found = {subject: address for address, subject in WHOLE_ADDRESSES.items()}
    for kind, model in MODELS.items():
        ids = [subject.id for subject in subjects if subject.kind is kind]
        if ids:
            slugs = model.objects.filter(pk__in=ids).values_list("pk", "slug")
            found.update({Subject(kind, pk): f"{kind.value}:{slug}" for pk, slug in slugs})
    return found


def cell_name(row: MetricValue, address: str) -> str:
    """The stable name of a cell: definition, version, subject, period and part."""
    period = row.period.key.replace("/", ".")
    return SEPARATOR.join([row.version.definition.slug, f"v{row.version.number}", address, period, row.part])


def find_cell(name: str) -> MetricValue:
    """The stored cell of that name; raises `Absent`."""
    parts = name.split(SEPARATOR)
    absent = Absent("not_found", "Nothing is here for you.")
    if len(parts) != 5 or not VERSION.fullmatch(parts[1]) or "\0" in name:  # PostgreSQL takes no NUL in a text
        raise absent
    slug, version, address, period_key, part = parts
    subject = find_subject(address)
    try:
        period = parse_period(period_key.replace(".", "/"))
    except UnknownPeriod as error:
        raise absent from error
    row = (
        MetricValue.objects.select_related("version__definition__replaced_by", "run")
        .filter(
            Q(version__definition__slug=slug) | Q(version__definition__steps__former_slug=slug),
            version__number=int(version[1:]), part=part,
            subject_kind=subject.kind.value, subject_id=subject.id,
            grain=period.grain.value, end_on=period.end_on,
        )
        .exclude(BEYOND)
        .first()
    )  # fmt: skip
    if row is None:
        raise absent
    return row
