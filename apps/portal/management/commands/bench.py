"""`manage.py bench`: measures rebuilds, late facts, ingest, pages and previews on PostgreSQL beside plain baselines."""

import json
import os
from argparse import SUPPRESS, ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.portal.bench import report
from apps.portal.bench.running import KINDS, measure
from apps.portal.bench.scratch import NoServerError, StepFailedError, server_url
from apps.portal.bench.sizes import SIZES
from apps.portal.bench.steps import STEPS


class Command(BaseCommand):
    """Print figures; fail on a missed bar, or with --compare also on a ratio a fifth worse than before."""

    help = (
        "Measure on PostgreSQL, in scratch databases that are dropped at the end. Ratios are judged, seconds are not."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        parser.add_argument("--size", choices=[*SIZES, "all"], default="small", help="of the rebuild (default small)")
        parser.add_argument("--only", default=",".join(KINDS), metavar="KINDS", help=f"some of {','.join(KINDS)}")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
        parser.add_argument("--compare", type=Path, metavar="OLD", help="figures of an earlier run to hold against")
        parser.add_argument("--step", help=SUPPRESS)

    def handle(self, **options: Any) -> None:
        """Measure and report, or run one step in this process."""
        if options["step"]:
            self._step(json.loads(options["step"]))
            return
        old = json.loads(options["compare"].read_text()) if options["compare"] else None
        found = self._measure(options)
        for line in report.lines(found):
            self.stdout.write(line)
        if options["json"]:
            options["json"].write_text(json.dumps(found, indent=1) + "\n")
        self._judge(found, old)

    def _step(self, given: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(STEPS[given["step"]](given)))

    def _measure(self, options: dict[str, Any]) -> dict[str, Any]:
        sizes = list(SIZES) if options["size"] == "all" else [options["size"]]
        kinds = [kind.strip() for kind in options["only"].split(",")]
        if unknown := sorted(set(kinds) - set(KINDS)):
            raise CommandError(f"--only knows {', '.join(KINDS)}, not {', '.join(unknown)}.")
        try:
            return measure(server_url(os.environ), sizes, kinds, self.stderr.write)
        except (NoServerError, StepFailedError) as stop:
            raise CommandError(str(stop)) from stop

    def _judge(self, found: dict[str, Any], old: dict[str, Any] | None) -> None:
        worse = list(report.worse_than(found, old)) if old else []
        for line in worse:
            self.stdout.write(f"worse by more than a fifth: {line}")
        if worse or not report.is_met(found):
            raise CommandError("A bar is missed or a ratio became worse; the lines above say which.")
