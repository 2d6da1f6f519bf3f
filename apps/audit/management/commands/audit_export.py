"""`manage.py audit_export FILE`: the whole chain as one document that a stranger checks."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.audit import queries


class Command(BaseCommand):
    """Write the chain into a new file."""

    help = "Write the whole audit chain into FILE, in the form that check_proof.py checks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        parser.add_argument("file", type=Path, metavar="FILE", help="a file that does not exist yet")

    def handle(self, **options: Any) -> None:
        """Write, or say why not; a file that stands is never overwritten."""
        path: Path = options["file"]
        try:
            with path.open("x", encoding="utf-8") as file:
                file.writelines(queries.export_lines())
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from error
        self.stdout.write(f"Written to {path}: {queries.get_head() or 'the chain is empty'}.")
