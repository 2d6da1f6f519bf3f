"""Reads for imports: which services a file may speak of, what is in it, and what past runs left."""

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from fnmatch import fnmatchcase
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.db.models import QuerySet

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.fact_sources import sources
from apps.core.facts import Outcome
from apps.core.periods import local_midnight
from apps.core.problems import Conflict, FieldProblem
from apps.delivery.models import Deployment
from apps.incidents.queries import oncall_pages as pages
from apps.integrations.action_reading import resolve_actions
from apps.integrations.domain.csv_reading import CsvKind, CsvRow, RowError, open_csv, shown_value
from apps.integrations.domain.csv_records import require_size
from apps.integrations.domain.imports import KEPT_ERRORS, PART_BYTES, SAMPLE_ROWS, WAITS, ImportState
from apps.integrations.models import ImportRun, KeptPart
from apps.integrations.sample_reading import SampleResolver
from apps.services import queries as services
from apps.services.models import Ownership, Service
from apps.teams.models import Team

HASH_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class KnownService:
    """A service a file may speak of, and the instant before which it did not exist."""

    pk: int
    slug: str
    began_at: datetime


@dataclass(slots=True)
class FileCheck:
    """What a whole file holds: counts, a few parsed rows, the first errors, notices; nothing was written for it."""

    sha256: str
    notices: Sequence[str] = ()
    row_count: int = 0
    error_count: int = 0
    least_at: datetime | None = None
    sample: list[dict[str, Any]] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)

    @property
    def good_count(self) -> int:
        """Rows that can be stored."""
        return self.row_count - self.error_count


def list_imports(by: Principal) -> QuerySet[ImportRun]:
    """The runs a principal may see, newest first."""
    runs = ImportRun.objects.select_related("team").order_by("-uploaded_at", "-pk")
    return runs if by.sees_all_teams else runs.filter(team__in=by.visible_team_ids)


def lock_import(pk: int) -> ImportRun:
    """The run, locked until the transaction ends."""
    return ImportRun.objects.select_for_update(of=("self",)).get(pk=pk)


def count_waiting(uploaded_by: str) -> int:
    """How many checked files of one person or tool wait to be stored."""
    return ImportRun.objects.filter(state=ImportState.CHECKED, uploaded_by=uploaded_by).count()


def list_forgotten() -> list[ImportRun]:
    """Checked runs that nobody stored for a day, oldest first."""
    waiting = ImportRun.objects.filter(state=ImportState.CHECKED, uploaded_at__lte=clock.now() - WAITS)
    return list(waiting.select_related("team").order_by("uploaded_at", "pk"))


def open_kept(run: ImportRun) -> IO[bytes]:
    """The checked file as it was uploaded; large ones lie in a nameless temporary file while they are read."""
    parts = KeptPart.objects.filter(run=run).order_by("number").values_list("packed", flat=True)
    stream: IO[bytes] = SpooledTemporaryFile(max_size=PART_BYTES)  # noqa: SIM115  the caller closes it
    for packed in parts.iterator(chunk_size=1):
        stream.write(zlib.decompress(packed))
    if not stream.tell():
        stream.close()
        raise Conflict("state_forbids", "The checked file is no longer here. Check it again.")
    stream.seek(0)
    return stream


def list_errors(run: ImportRun) -> list[RowError]:
    """The errors a run kept, in the order of the file."""
    return [RowError(**entry) for entry in json.loads(run.errors)]


def list_notices(run: ImportRun) -> list[str]:
    """What a run said about the columns of its file."""
    return list(json.loads(run.notices))


def errors_as_text(errors: Iterable[RowError]) -> str:
    """Errors in the form in which a run keeps them."""
    return json.dumps([asdict(error) for error in errors])


def known_services(team: Team | None) -> dict[str, KnownService]:
    """Services by lower-case slug: those the team owns, or all of them."""
    rows = services.list_services() if team is None else services.list_services_of(team.pk, clock.as_of())
    return {service.slug.lower(): known_service(service) for service in rows}


def known_service(service: Service) -> KnownService:
    """One service with the instant at which its facts begin."""
    return KnownService(service.pk, service.slug, local_midnight(service.began_on, clock.reporting_zone()))


def hash_file(stream: IO[bytes]) -> str:
    """SHA-256 of a whole file in hexadecimal digits; a file that is too large is refused before it is read."""
    stream.seek(0)
    require_size(stream)
    digest = hashlib.sha256()
    while chunk := stream.read(HASH_BYTES):
        digest.update(chunk)
    stream.seek(0)
    return digest.hexdigest()


def check_file(stream: IO[bytes], *, kind: CsvKind, team: Team | None) -> FileCheck:
    """Read a whole file without writing anything; raises `CsvError` for what concerns the file as a whole."""
    check = FileCheck(sha256=hash_file(stream))
    notices, rows = open_rows(stream, kind=kind, team=team)
    check.notices = notices
    main_clock = sources.get(kind.source).main_clock
    for row in rows:
        check.row_count += 1
        if row.fact is None:
            check.error_count += 1
            check.errors += row.errors[: KEPT_ERRORS - len(check.errors)]
            continue
        at = row.fact[main_clock]
        check.least_at = min(filter(None, (check.least_at, at)), default=None)
        if len(check.sample) < SAMPLE_ROWS:
            check.sample.append(row.fact)
    return check


def open_rows(stream: IO[bytes], *, kind: CsvKind, team: Team | None) -> tuple[Sequence[str], Iterator[CsvRow]]:
    """The notices on a file's columns, and its rows with `service` as the primary key of a known service."""
    reading = open_csv(stream, kind, now=clock.as_of())
    if kind is CsvKind.ACTIONS:
        return reading.notices, resolve_actions(reading, team)
    known = known_services(team)
    main_clock = sources.get(kind.source).main_clock
    rows = (resolve_row(row, known, main_clock) for row in reading)
    if kind in (CsvKind.SLI_SAMPLES, CsvKind.PROBES):
        resolver = SampleResolver(kind)
        resolver.notices += reading.notices
        return resolver.notices, resolver.resolve(rows)
    if not sources.get(kind).names_team and kind is not CsvKind.INCIDENTS:
        return reading.notices, rows
    owners = pages.owners_of([service.pk for service in known.values()])
    return reading.notices, (require_owner(row, owners, main_clock) for row in rows)


def require_owner(row: CsvRow, owners: Mapping[int, Sequence[Ownership]], main_clock: str) -> CsvRow:
    """The row, or the error that nobody owned its service at its time, so that it is of no team."""
    if row.fact is None or pages.owner_at(owners.get(row.fact["service"], ()), row.fact[main_clock]) is not None:
        return row
    at = row.fact[main_clock].isoformat()
    return _refused(row, main_clock, at, "no_owner", "Nobody owned the service at that time, so it is of no team.")


def resolve_row(row: CsvRow, known: dict[str, KnownService], main_clock: str) -> CsvRow:
    """The row with its service found, or with the error that it is unknown or did not exist yet."""
    if row.fact is None:
        return row
    slug, at = row.fact["service"], row.fact[main_clock]
    service = known.get(slug.lower())
    if service is None:
        return _refused(row, "service", slug, "unknown_service", "No service of this name is known to you here.")
    if at is not None and at < service.began_at:
        began = f"{clock.local_day(service.began_at):%-d %B %Y}"
        sentence = f"{service.slug} began on {began}; this lies before it."
        return _refused(row, main_clock, at.isoformat(), "before_service", sentence)
    remediation = row.remediation and {**row.remediation, "service": service.pk}
    return replace(row, fact={**row.fact, "service": service.pk}, remediation=remediation)


def refused_rows(rows: Sequence[CsvRow], became: Sequence[Outcome | FieldProblem]) -> list[RowError]:
    """The errors of those rows of a chunk that could not be stored, at their lines."""
    return [
        RowError(row.line, one.pointer.rpartition("/")[2], "", one.code, one.detail)
        for row, one in zip(rows, became, strict=True)
        if isinstance(one, FieldProblem)
    ]


def _refused(row: CsvRow, column: str, value: str, code: str, sentence: str) -> CsvRow:
    return replace(
        row, fact=None, remediation=None, errors=(RowError(row.line, column, shown_value(value), code, sentence),)
    )


def list_stored_deployments(service: Service, channel: str) -> QuerySet[Deployment]:
    """The current deployments one channel brought for a service."""
    return Deployment.objects.filter(service=service, channel=channel, until_seq=None)


def list_vanished_tags(
    *, service: Service, channel: str, present: Iterable[str], glob: str, since: datetime | None
) -> list[str]:
    """Keys of stored tags that the clone no longer has; they stay stored."""
    stored = list_stored_deployments(service, channel).filter(kind="tag")
    if since is not None:
        stored = stored.filter(finished_at__gte=since)
    gone = set(stored.values_list("key", flat=True)) - set(present)
    return sorted(key for key in gone if fnmatchcase(key, glob))
