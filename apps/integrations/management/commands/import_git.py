"""`manage.py import_git PATH --service SLUG`: deployments, changes and remediations out of a local clone."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.core.facts import Outcome
from apps.core.problems import Absent, ProblemError
from apps.delivery.domain import Environment
from apps.integrations import operations
from apps.integrations.domain.git_history import DeploymentKind, GitHistory, HistoryOptions
from apps.integrations.git_reader import GitError, read_history
from apps.integrations.management.arguments import instant
from apps.services import queries as services
from apps.services.models import Service


class Command(BaseCommand):
    """Import the history of a local clone; nothing is fetched, no author is kept."""

    help = "Read deployments, changes and remediations out of a local clone. Reading it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        parser.add_argument("path", help="top folder of a local clone")
        parser.add_argument("--service", required=True, metavar="SLUG")
        parser.add_argument("--deployments", choices=[kind.value for kind in DeploymentKind], default="tags")
        parser.add_argument("--tag-glob", default="v*", help="which tags are deployments (default: v*)")
        parser.add_argument("--branch", default="main", help="the main line (default: main)")
        parser.add_argument("--since", type=instant, metavar="DATE", help="leave out what was deployed before")
        parser.add_argument(
            "--environment", choices=[e.value for e in Environment], default=Environment.PRODUCTION.value
        )
        parser.add_argument("--dry-run", action="store_true", help="read and count only, store nothing")

    def handle(self, **options: Any) -> None:
        """Read the clone, then store its rows unless this is a dry run."""
        service = _service(options["service"])
        asked = HistoryOptions(
            service=service.slug, deployments=DeploymentKind(options["deployments"]), tag_glob=options["tag_glob"],
            branch=options["branch"], since=options["since"], environment=options["environment"], now=clock.as_of(),
        )  # fmt: skip
        try:
            history = read_history(options["path"], asked)
            if options["dry_run"]:
                self._report_reading(history)
            else:
                done = operations.import_git_history(service=service, history=history, options=asked, by=SYSTEM)
                self._report_import(done)
        except GitError as error:
            raise CommandError(error.sentence) from error
        except ProblemError as problem:
            raise CommandError(problem.sentence) from problem

    def _report_reading(self, history: GitHistory) -> None:
        for name in ("deployments", "changes", "remediations"):
            self.stdout.write(f"{name}: {len(getattr(history, name))} read")
        self._report_notes(history.notes)
        self.stdout.write("Nothing stored.")

    def _report_import(self, done: operations.GitImport) -> None:
        for name, counts in done.counts.items():
            self.stdout.write(f"{name}: " + ", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome))
        self._report_notes(done.notes)

    def _report_notes(self, notes: list[str]) -> None:
        for note in notes:
            self.stdout.write(note)


def _service(slug: str) -> Service:
    try:
        return services.get_service(slug)
    except Absent as error:
        known = ", ".join(services.list_services().values_list("slug", flat=True)[:20]) or "none yet"
        raise CommandError(f"There is no service {slug}. Known: {known}.") from error
