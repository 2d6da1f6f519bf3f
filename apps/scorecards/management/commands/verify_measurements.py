"""`manage.py verify_measurements`: compute numbers again from their facts; exit 1 names those that differ."""

import random
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.measurements import queries as measurements
from apps.scorecards import proving


class Command(BaseCommand):
    """Verify published numbers, or a sample of all stored ones."""

    help = "Compute numbers again at the watermark they were made with. Exit 1 names those that differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--published", action="store_true", help="every number on a scorecard (the default)")
        which.add_argument("--sample", type=int, metavar="N", help="N stored measurements, chosen by --seed")
        parser.add_argument("--seed", type=int, default=1, help="seed of the sample")

    def handle(self, **options: Any) -> None:
        """Print how many were computed again and each that differs."""
        if options["sample"]:
            count, faults = _sample(options["sample"], options["seed"])
        else:
            count, faults = proving.find_unproven()
        for fault in faults:
            self.stderr.write(str(fault))
        self.stdout.write(f"{count:,} numbers computed again, {len(faults)} differences.")
        if faults:
            sys.exit(1)


def _sample(size: int, seed: int) -> tuple[int, list[Any]]:
    keys = measurements.list_value_keys()
    chosen = random.Random(seed).sample(keys, min(size, len(keys)))
    return len(chosen), measurements.find_differences(measurements.list_values(chosen))
