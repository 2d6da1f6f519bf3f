"""`manage.py import_openslo`: take over OpenSLO files as proposals, all of them or none."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts.models import User
from apps.core import clock
from apps.core.problems import ProblemError
from apps.objectives.domain.openslo_text import MOST_BYTES
from apps.objectives.operations.importing_openslo import NameMap, Plan, apply_import, plan_import
from apps.teams import queries as teams


class Command(BaseCommand):
    """Say what becomes of each object; with --apply draft the proposals."""

    help = "Take over OpenSLO v1 files as proposals of SLIs and SLOs. Without --apply nothing is proposed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        parser.add_argument("files", nargs="+", metavar="FILE", help="YAML or JSON; references hold across files")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="who drafts: their sign-in address")
        parser.add_argument("--service", action="append", default=[], metavar="NAME=SERVICE[/FLOW]",
                            help="what a service of the files is here")  # fmt: skip
        parser.add_argument("--server", action="append", default=[], metavar="NAME=SOURCE",
                            help="which registered server a data source is")  # fmt: skip
        parser.add_argument("--reason", default="", help="why, at least 40 characters; it stands with each version")
        parser.add_argument("--apply", action="store_true", help="draft the proposals")

    def handle(self, **options: Any) -> None:
        """Look, or look and draft."""
        files = {name: _body(Path(name)) for name in options["files"]}
        mapping = NameMap(
            {name: _place(value) for name, value in map(_pair, options["service"])}, dict(map(_pair, options["server"]))
        )
        plan = plan_import(files, mapping)
        self._tell(plan)
        if not plan.is_applicable:
            raise CommandError("Something is refused or not mapped, so nothing is proposed.")
        if not options["apply"]:
            self.stdout.write(f"{plan.count} would be proposed, {len(plan.unchanged)} stand already. Add --apply.")
            return
        user = User.objects.filter(email=options["by"].lower()).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {options['by']}.")
        by = teams.principal_of_user(user, clock.now())
        try:
            found = apply_import(files=files, mapping=mapping, reason=options["reason"], by=by)
        except ProblemError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Drafted {', '.join(map(str, found)) or 'nothing: all of it is in force already'}.")

    def _tell(self, plan: Plan) -> None:
        for name, faults in plan.read.file_faults.items():
            for fault in faults:
                self.stdout.write(f"{name}{fault.pointer}: {fault.detail}")
        for one in plan.read.verdicts:
            self.stdout.write(f"{one.kind} {one.name}: {one.verdict}")
            for fault in (*one.faults, *one.warnings):
                self.stdout.write(f"  {fault.pointer}: {fault.detail}")
        for fault in plan.problems:
            self.stdout.write(f"{fault.pointer}: {fault.detail}")


def _body(path: Path) -> bytes:
    if not path.is_file():
        raise CommandError(f"There is no file {path}.")
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _pair(text: str) -> tuple[str, str]:
    name, is_there, value = text.partition("=")
    if not is_there or not value:
        raise CommandError(f"Write {text!r} as NAME=VALUE.")
    return name, value


def _place(text: str) -> tuple[str, str]:
    service, _, flow = text.partition("/")
    return service, flow
