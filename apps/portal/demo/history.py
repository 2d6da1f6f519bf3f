"""The packed history brought in through the product's own CSV import, in slices of time."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from functools import cache

from django.db import connection

from apps.integrations import operations as integrations
from apps.integrations import queries as imports
from apps.integrations.domain.csv_columns import CsvKind
from apps.integrations.models import ImportRun
from apps.portal.demo.cast import Cast, local
from apps.portal.demo.packfiles import pack_rows

CONNECTED_FROM = date(2023, 1, 1)
# In the order of dependence; the product itself would take any.
KINDS = (CsvKind.DEPLOYMENTS, CsvKind.CHANGES, CsvKind.REMEDIATIONS)
# A change is known with the release that carries it, a repair with the later of its two releases.
DATED_BY = {
    CsvKind.DEPLOYMENTS: ("deployment",),
    CsvKind.CHANGES: ("deployment",),
    CsvKind.REMEDIATIONS: ("failed_deployment", "fixed_by_deployment"),
}


def import_slice(cast: Cast, after: date | None, until: date) -> list[str]:
    """Import what became known from local midnight of `after` until that of `until`; answers the reports' lines."""
    reports = []
    for kind in KINDS:
        reports += _import(cast, kind, after, until)
    _look_at_tables()
    return reports


def _look_at_tables() -> None:
    """Tell PostgreSQL what stands in its tables by now; its own look comes a minute later, or never where it is off."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _import(cast: Cast, kind: CsvKind, after: date | None, until: date) -> list[str]:
    """Check the whole file, then store its good rows; every service is covered, also one without a row."""
    stream = io.BytesIO(csv_text(kind, rows_between(kind, after, until)).encode())
    run = integrations.check_import(stream=stream, kind=kind, file_name=f"{kind}-until-{until}.csv", by=cast.admin)
    reach = integrations.Reach(local(CONNECTED_FROM, time(0)), local(until, time(0)))
    run = integrations.apply_import(
        run=run, stream=stream, reach=reach, covers=list(cast.services.values()), by=cast.admin
    )
    return report_lines(run)


def report_lines(run: ImportRun) -> list[str]:
    """What an import says of itself: its counts, its notices, and each row it left with the reason."""
    counts = f"{run.row_count:,} rows, {run.created_count:,} stored, {run.error_count:,} left"
    lines = [f"{run.file_name}: {counts}", *imports.list_notices(run)]
    return lines + [f"line {error.line}: {error.sentence} Found: {error.value}" for error in imports.list_errors(run)]


def rows_between(kind: CsvKind, after: date | None, until: date) -> Iterator[dict[str, str]]:
    """The pack's rows that became known in `[after, until)`, in file order."""
    first, last = local(after, time(0)) if after else None, local(until, time(0))
    for row in pack_rows(kind):
        at = known_at(kind, row)
        if at < last and (first is None or at >= first):
            yield row


def known_at(kind: CsvKind, row: Mapping[str, str]) -> datetime:
    """When a row of the pack became known: the end of the latest release it names."""
    finished = finished_at()
    return max(finished[row["service"], row[column]] for column in DATED_BY[kind])


@cache
def finished_at() -> dict[tuple[str, str], datetime]:
    """End of every release of the pack by (service, release)."""
    rows = pack_rows("deployments")
    return {(row["service"], row["deployment"]): datetime.fromisoformat(row["finished_at"]) for row in rows}


def csv_text(kind: CsvKind, rows: Iterable[Mapping[str, str]]) -> str:
    """Rows as a CSV file with the pack's header, which stands there for no rows, too."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(next(pack_rows(kind))))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
