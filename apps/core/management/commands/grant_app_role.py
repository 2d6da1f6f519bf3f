"""`manage.py grant_app_role ROLE`: what the serving role needs on PostgreSQL, and nothing more."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection, transaction

from apps.core.granting import grant_serving_role, make_serving_role


class Command(BaseCommand):
    """Grant a role reading and writing of rows; run it as the tables' owner after each migration."""

    help = "Grant ROLE what serving needs: rows may be read and written, written-once rows only added."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The role, which has to exist unless its password is given."""
        parser.add_argument("role", metavar="ROLE")
        parser.add_argument(
            "--password-file", metavar="FILE", help="Make ROLE if it is missing; FILE holds its password."
        )

    def handle(self, **options: Any) -> None:
        """Grant all or nothing."""
        if connection.vendor != "postgresql":
            raise CommandError("SQLite has no roles; this is for PostgreSQL.")
        try:
            with transaction.atomic():
                if options["password_file"]:
                    make_serving_role(options["role"], _password(options["password_file"]))
                changed, added = grant_serving_role(options["role"])
        except DatabaseError as error:
            raise CommandError(f"Nothing was granted: {error}") from error
        self.stdout.write(f"{options['role']} may change rows of {changed} tables and only add to {added}.")


def _password(path: str) -> str:
    try:
        found = Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise CommandError(f"Nothing was granted: {path} cannot be read.") from error
    if not found:
        raise CommandError(f"Nothing was granted: {path} is empty.")
    return found
