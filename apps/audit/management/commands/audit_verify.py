"""`manage.py audit_verify`: recompute the chain; exit 1 names the first bad event."""

import re
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.audit import queries

HEAD = re.compile(r"[0-9]{1,18}:[0-9a-fA-F]{64}")


class Command(BaseCommand):
    """Verify hashes, order and columns of the audit chain."""

    help = "Recompute the audit chain. Exit 1 names the first event that does not hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        parser.add_argument(
            "--expect", metavar="SEQ:HASH", help="a head noted earlier, which must still be in the chain"
        )

    def handle(self, **options: Any) -> None:
        """Print the head or the fault."""
        fault = queries.find_fault(expect=_expected(options["expect"]))
        if fault:
            self.stderr.write(f"Event {fault.seq}: {fault.sentence}")
            sys.exit(1)
        head = queries.get_head()
        self.stdout.write(f"The chain holds: {head}." if head else "The chain is empty.")


def _expected(text: str | None) -> tuple[int, str] | None:
    if not text:
        return None
    seq, _, digest = text.strip().partition(":")
    if not HEAD.fullmatch(text.strip()):
        raise CommandError("--expect takes SEQ:HASH, for example 12:94f2…")
    return int(seq), digest.lower()
