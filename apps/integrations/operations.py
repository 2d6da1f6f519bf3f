"""Bringing facts in from files and git histories: check the whole, then store the good rows in chunks."""

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any, TypeVar

from django.db import transaction

from apps.accounts.domain import Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.core.fact_sources import sources
from apps.core.facts import Outcome
from apps.core.problems import Conflict, FieldProblem, Invalid, TooLarge
from apps.incidents.operations.action_importing import import_actions
from apps.integrations import policies, queries
from apps.integrations.domain import imports
from apps.integrations.domain.csv_reading import CsvError, CsvKind, CsvRow, RowError
from apps.integrations.domain.git_history import GitHistory, HistoryOptions, shown
from apps.integrations.domain.imports import CHUNK_ROWS, KEPT_ERRORS, MOST_WAITING, PART_BYTES, ImportState
from apps.integrations.domain.imports import Reach as Reach
from apps.integrations.incident_rows import record_incident_rows
from apps.integrations.models import ImportRun, KeptPart
from apps.integrations.page_rows import record_page_rows
from apps.integrations.sample_rows import record_sample_rows, whole_days
from apps.services import operations as services
from apps.services.models import Service
from apps.teams.models import Team

CSV_CHANNEL = "csv"
GIT_CHANNEL = "git"
COUNTED = (CsvKind.SLI_SAMPLES, CsvKind.PROBES)
KEY_CHARACTERS = 200
KEY_FIELDS = ("key", "deployment", "failed", "fixed_by")
Facts = Mapping[str, Any]
Batch = tuple[str, Sequence[Facts]]
Became = Outcome | FieldProblem
Item = TypeVar("Item")


@dataclass(slots=True)
class GitImport:
    """What became of a history: rows per source and outcome, and sentences on what was left out."""

    counts: dict[str, Counter[Outcome]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Left:
    """Rows of a file that are not stored: how many, and the first errors."""

    row_count: int = 0
    errors: list[RowError] = field(default_factory=list)

    def add(self, errors: Sequence[RowError]) -> None:
        """Note one row with what is wrong with it."""
        self.row_count += 1
        self.errors += errors[: KEPT_ERRORS - len(self.errors)]


def examine_file(*, stream: IO[bytes], kind: CsvKind, team: Team | None = None, by: Principal) -> queries.FileCheck:
    """Check a whole file and write nothing; raises a located problem where the file as a whole cannot be read."""
    policies.require_can_import(by, team)
    with _located():
        return queries.check_file(stream, kind=kind, team=team)


@contextmanager
def _located() -> Iterator[None]:
    """Turn what concerns a file as a whole into a problem at the field of the file."""
    try:
        yield
    except CsvError as error:
        if error.code == "too_large":
            raise TooLarge("too_large", error.sentence) from error
        problem = FieldProblem("/file", error.code, error.sentence)
        raise Invalid("validation_failed", error.sentence, [problem]) from error


@transaction.atomic
def check_import(
    *, stream: IO[bytes], kind: CsvKind, file_name: str, channel: str = CSV_CHANNEL, team: Team | None = None,
    keeps_file: bool = False, by: Principal,
) -> ImportRun:  # fmt: skip
    """Check a whole file and keep the result as a run; no fact is written.

    With `keeps_file` a file with good rows waits for `apply_kept_import`, for a day.
    """
    check = examine_file(stream=stream, kind=kind, team=team, by=by)
    run = ImportRun(
        kind=kind, file_name=file_name[:200], sha256=check.sha256, channel=channel, team=team,
        state=ImportState.CHECKED, row_count=check.row_count, good_count=check.good_count,
        error_count=check.error_count, least_at=check.least_at, errors=queries.errors_as_text(check.errors),
        notices=json.dumps(list(check.notices)), uploaded_at=clock.now(), uploaded_by=by.key,
    )  # fmt: skip
    run.full_clean()
    run.save()
    if keeps_file and run.good_count:
        _keep(run, stream)
    return run


def _keep(run: ImportRun, stream: IO[bytes]) -> None:
    """Put the file aside in packed parts, in the database: no other place is shared by all processes."""
    if queries.count_waiting(run.uploaded_by) > MOST_WAITING:
        raise Conflict("state_forbids", f"{MOST_WAITING} files of yours wait already. Store them or give them up.")
    stream.seek(0)
    for number, part in enumerate(iter(lambda: stream.read(PART_BYTES), b"")):
        KeptPart.objects.create(run=run, number=number, packed=zlib.compress(part))


def apply_kept_import(*, run: ImportRun, reach: Reach | None = None, by: Principal) -> ImportRun:
    """Store the good rows of a file that was put aside when it was checked."""
    policies.require_can_import(by, run.team)
    with queries.open_kept(run) as stream:
        return apply_import(run=run, stream=stream, reach=reach, by=by)


def apply_import(
    *, run: ImportRun, stream: IO[bytes], reach: Reach | None = None, covers: Sequence[Service] = (), by: Principal
) -> ImportRun:
    """Store the good rows of a checked file; applying the same rows again changes nothing.

    Each chunk is one transaction, of incidents each row: an import that is cut off leaves what was stored until then
    and can be applied again. What is wrong with a row by now, or only when it is stored, is located in the run.
    `covers` names services the file speaks for even where it has no row of theirs.
    """
    policies.require_can_import(by, run.team)
    with _located():
        sha256 = queries.hash_file(stream)
    _require_applicable(run, sha256)
    reach = reach or Reach()
    reach = Reach(reach.connected_from or run.least_at, reach.complete_until)
    _, rows = queries.open_rows(stream, kind=CsvKind(run.kind), team=run.team)
    counts: Counter[Outcome] = Counter()
    left = Left()
    good = _good_rows(rows, left)
    for chunk in whole_days(good) if run.kind in COUNTED else _chunks(good):
        became = _store_rows(run, chunk, reach, by)
        counts += Counter(one for one in became if isinstance(one, Outcome))
        for error in queries.refused_rows(chunk, became):
            left.add([error])
    source = sources.get(CsvKind(run.kind).source)
    _hear(source.key, source.own_channel or run.channel, covers, reach)
    return _close_applied(run, counts, left, by)


@transaction.atomic
def abandon_import(*, run: ImportRun, by: Principal) -> ImportRun:
    """Give a checked file up; its run stays with what the check said."""
    policies.require_can_import(by, run.team)
    run = queries.lock_import(run.pk)
    problem = imports.abandon_problem(run.state)
    if problem:
        raise Conflict("state_forbids", problem)
    run.state, run.closed_at, run.closed_by = ImportState.ABANDONED, clock.now(), by.key
    run.save(update_fields=["state", "closed_at", "closed_by"])
    KeptPart.objects.filter(run=run).delete()
    audit.record("import.abandoned", subject=run, by=by, data={"sha256": run.sha256})
    return run


def abandon_forgotten_imports(*, by: Principal) -> int:
    """Give up checked files that nobody stored for a day; answers how many."""
    forgotten = queries.list_forgotten()
    for run in forgotten:
        abandon_import(run=run, by=by)
    return len(forgotten)


def import_git_history(
    *, service: Service, history: GitHistory, options: HistoryOptions, by: Principal, channel: str = GIT_CHANNEL
) -> GitImport:
    """Store the rows read from a clone; a moved tag updates its row, a vanished one is named and stays."""
    policies.require_can_import(by, None)
    _require_one_kind(service, channel, history)
    done = GitImport(notes=list(history.notes))
    rows = {"deployments": history.deployments, "changes": history.changes, "remediations": history.remediations}
    kept = {source: _usable(service, source, found, done.notes) for source, found in rows.items()}
    reach = _git_reach(kept["deployments"], options)
    for source, found in kept.items():
        done.counts[source] = _store_all(source, channel, found, reach)
        _hear(source, channel, [service] if reach.complete_until else [], reach)
    done.notes += _vanished(service, channel, history, options)
    data = {source: sum(counts.values()) for source, counts in done.counts.items()}
    audit.record("git_history.imported", subject=service, by=by, data={"deployments_by": options.deployments, **data})
    return done


def _good_rows(rows: Iterable[CsvRow], left: Left) -> Iterator[CsvRow]:
    """Rows that can be stored; the others are noted, also those that were good when the file was checked."""
    for row in rows:
        if row.fact is None:
            left.add(row.errors)
        else:
            yield row


def _require_applicable(run: ImportRun, sha256: str) -> None:
    run.refresh_from_db(fields=["state", "sha256"])
    problem = imports.apply_problem(run.state, checked_sha256=run.sha256, sha256=sha256)
    if problem:
        raise Conflict("state_forbids", problem)


@transaction.atomic
def _close_applied(run: ImportRun, counts: Counter[Outcome], left: Left, by: Principal) -> ImportRun:
    run = queries.lock_import(run.pk)
    _require_applicable(run, run.sha256)
    run.errors = queries.errors_as_text(sorted(left.errors, key=lambda error: error.line))
    run.good_count, run.error_count = run.row_count - left.row_count, left.row_count
    run.created_count, run.updated_count = counts[Outcome.CREATED], counts[Outcome.UPDATED]
    run.unchanged_count = counts[Outcome.UNCHANGED]
    run.state, run.closed_at, run.closed_by = ImportState.APPLIED, clock.now(), by.key
    run.save()
    KeptPart.objects.filter(run=run).delete()
    data = {"kind": run.kind, "channel": run.channel, "sha256": run.sha256, "left_out": run.error_count}
    audit.record("import.applied", subject=run, by=by, data={**data, **{str(o): n for o, n in counts.items()}})
    return run


def _store_rows(run: ImportRun, rows: Sequence[CsvRow], reach: Reach, by: Principal) -> Sequence[Became]:
    """One chunk of a file, with the repairs its deployments name; what became of each row, or what is wrong with it."""
    good = [row.fact for row in rows if row.fact is not None]
    # A key is one team's own: another team's file never adds to its incidents and pages.
    own_channel = f"{run.channel}:{run.team_id or 'all'}"[:40]
    if run.kind == CsvKind.ACTIONS:
        return import_actions(channel=run.channel, rows=good, by=by)
    if run.kind == CsvKind.PAGES:
        return record_page_rows(own_channel, good, reach, by)
    if run.kind == CsvKind.INCIDENTS:
        return record_incident_rows(own_channel, good, reach)
    if run.kind in COUNTED:
        return record_sample_rows(run.channel, good, run.team_id, by)
    batches: list[Batch] = [(run.kind, good)]
    repairs = [row.remediation for row in rows if row.remediation is not None]
    return _store(run.channel, [*batches, ("remediations", repairs)] if repairs else batches, reach)


def _store_all(source: str, channel: str, rows: Iterable[Facts], reach: Reach) -> Counter[Outcome]:
    counts: Counter[Outcome] = Counter()
    for chunk in _chunks(rows):
        counts += Counter(_store(channel, [(source, chunk)], reach))
    return counts


def _store(channel: str, batches: Sequence[Batch], reach: Reach) -> list[Outcome]:
    """Store rows of several sources together; what became of the first source's."""
    outcomes = services.record_batches(
        channel=channel, batches=[(sources.get(source), rows) for source, rows in batches],
        connected_from=reach.connected_from, complete_until=reach.complete_until,
    )  # fmt: skip
    return outcomes[0]


@transaction.atomic
def _hear(source: str, channel: str, covered: Iterable[Service], reach: Reach) -> None:
    """Connect services of which there may be no row: nothing happened there is knowledge too."""
    for service in covered:
        services.hear(
            source=source, service_id=service.pk, channel=channel, at=reach.complete_until or clock.as_of(),
            connected_from=reach.connected_from,
        )  # fmt: skip


def _git_reach(deployments: Sequence[Facts], options: HistoryOptions) -> Reach:
    """A clone reports from its first deployment (or the asked date) to its newest one."""
    instants = [row["finished_at"] for row in deployments]
    if not instants:
        return Reach()
    return Reach(options.since or min(instants), max(instants))


def _usable(service: Service, source: str, rows: Sequence[Facts], notes: list[str]) -> list[Facts]:
    """Rows with their service; those before its begin or with an endless key are left out and counted."""
    began_at, main_clock = queries.known_service(service).began_at, sources.get(source).main_clock
    kept = [row for row in rows if row[main_clock] >= began_at]
    if len(kept) < len(rows):
        left = len(rows) - len(kept)
        began = f"{clock.local_day(began_at):%-d %B %Y}"
        notes.append(f"{left} {source} lie before {service.slug} began ({began}) and are left out.")
    short = [row for row in kept if all(len(row.get(name, "")) <= KEY_CHARACTERS for name in KEY_FIELDS)]
    if len(short) < len(kept):
        notes.append(
            f"{len(kept) - len(short)} {source} have a name over {KEY_CHARACTERS} characters and are left out."
        )
    return [{**row, "service": service.pk} for row in short]


def _require_one_kind(service: Service, channel: str, history: GitHistory) -> None:
    """Tags and merges of one service would count its deployments twice."""
    kinds = {row["kind"] for row in history.deployments}
    stored = queries.list_stored_deployments(service, channel).exclude(kind__in=kinds).first() if kinds else None
    if stored is not None:
        raise Conflict(
            "state_forbids",
            f"{service.slug} already has deployments read from {stored.kind}s. Counting both would count twice: "
            f"import with --deployments {stored.kind}s.",
        )


def _vanished(service: Service, channel: str, history: GitHistory, options: HistoryOptions) -> list[str]:
    if any(row["kind"] != "tag" for row in history.deployments):
        return []
    present = [row["key"] for row in history.deployments]
    gone = queries.list_vanished_tags(
        service=service, channel=channel, present=present, glob=options.tag_glob, since=options.since
    )
    return [f"Stored before, but no tag of this clone any more: {shown(gone)}. They stay stored."] if gone else []


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    waiting = iter(items)
    while chunk := list(islice(waiting, CHUNK_ROWS)):
        yield chunk
