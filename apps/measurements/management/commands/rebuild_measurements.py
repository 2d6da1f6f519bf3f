"""`manage.py rebuild_measurements`: compute every cell of every version anew and write what differs."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.measurements import operations


class Command(BaseCommand):
    """Compute all measurements from their facts."""

    help = "Compute every cell anew. Final values that change are restated and keep what they were. Safe while serving."

    def handle(self, **options: Any) -> None:
        """Say each step, then how many cells were written and restated."""
        outcome = operations.rebuild(progress=self.stdout.write)
        self.stdout.write(
            f"{outcome.written:,} cells of {outcome.versions:,} versions written, {outcome.restated:,} restated."
        )
