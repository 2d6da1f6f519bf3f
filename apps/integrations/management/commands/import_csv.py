"""`manage.py import_csv KIND FILE`: check a file, say what is wrong in it, store its good rows."""

from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts.domain import SYSTEM
from apps.core.problems import ProblemError
from apps.integrations import operations, queries
from apps.integrations.domain.csv_reading import CsvKind, RowError
from apps.integrations.management.arguments import instant
from apps.services import queries as services
from apps.services.models import Service


class Command(BaseCommand):
    """Import deployments, changes or remediations from a CSV file."""

    help = "Check a CSV file, print counts and located errors, store its good rows. Storing twice changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        parser.add_argument("kind", choices=[kind.value for kind in CsvKind])
        parser.add_argument("file", type=Path)
        parser.add_argument("--channel", default=operations.CSV_CHANNEL, help="who reports; one per service is counted")
        parser.add_argument("--connected-from", type=instant, help="since when this reports (default: the first row)")
        parser.add_argument("--complete-until", type=instant, help="nothing is missing up to then")
        parser.add_argument(
            "--covers", nargs="*", default=[], metavar="SERVICE", help="services without rows it speaks for; or: all"
        )
        parser.add_argument("--dry-run", action="store_true", help="check only, store nothing")

    def handle(self, **options: Any) -> None:
        """Check, report, and store unless this is a dry run."""
        try:
            with options["file"].open("rb") as stream:
                self._import(stream, options)
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        except ProblemError as problem:
            raise CommandError(problem.sentence) from problem

    def _import(self, stream: IO[bytes], options: dict[str, Any]) -> None:
        kind = CsvKind(options["kind"])
        covers = _covered(options["covers"])
        if options["dry_run"]:
            check = operations.examine_file(stream=stream, kind=kind, by=SYSTEM)
            self._report(check.notices, check.errors, check.error_count)
            counts = f"{check.row_count} rows: {check.good_count} good, {check.error_count} left"
            self.stdout.write(f"{counts}. Nothing stored.")
            return
        run = operations.check_import(
            stream=stream, kind=kind, file_name=options["file"].name, channel=options["channel"], by=SYSTEM
        )
        known = queries.list_errors(run)
        self._report(queries.list_notices(run), known, run.error_count)
        reach = operations.Reach(options["connected_from"], options["complete_until"])
        run = operations.apply_import(run=run, stream=stream, reach=reach, covers=covers, by=SYSTEM)
        self._report((), [error for error in queries.list_errors(run) if error not in known], 0)
        self.stdout.write(
            f"{run.row_count} rows: {run.created_count} created, {run.updated_count} updated, "
            f"{run.unchanged_count} unchanged, {run.error_count} left."
        )

    def _report(self, notices: Any, errors: list[RowError], error_count: int) -> None:
        for notice in notices:
            self.stdout.write(notice)
        for error in errors:
            place = f"line {error.line}" + (f", column {error.column}" if error.column else "")
            self.stderr.write(f'{place}: {error.sentence} Found: "{error.value}"')
        if error_count > len(errors):
            self.stderr.write(f"Shown: the first {len(errors)} errors; {error_count} rows are left in all.")


def _covered(slugs: list[str]) -> list[Service]:
    if slugs == ["all"]:
        return list(services.list_services())
    return [services.get_service(slug) for slug in slugs]
