"""Load the demonstration: a real organisation's history under invented people, played in order."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.portal.demo import story, summary
from apps.teams.models import Team

DEFAULT_ADDRESS = "http://127.0.0.1:8000/"


class Command(BaseCommand):
    """Plays the story into an empty database and prints what came of it; a loaded one is only described."""

    help = "Load the demonstration organisation into an empty database, or describe the one that is there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Only to describe."""
        parser.add_argument(
            "--summary", action="store_true", help="print address, sign-ins and scorecards, load nothing"
        )

    def handle(self, **options: Any) -> None:
        """Load once; then, and on every later call, print the summary."""
        if not settings.PLUMBLINE_DEMO:
            raise CommandError("The demonstration is loaded with its own settings: config.settings.demo.")
        if story.is_loaded():
            self._say_it_is_there(quiet=options["summary"])
        elif options["summary"]:
            raise CommandError("This database holds no demonstration. Load it: manage.py load_demo.")
        else:
            self._load()
        for line in summary.summary_lines(os.environ.get("PLUMBLINE_ADDRESS", DEFAULT_ADDRESS)):
            self.stdout.write(line)

    def _say_it_is_there(self, *, quiet: bool) -> None:
        if not quiet:
            self.stdout.write("The demonstration is loaded already; nothing was changed.\n\n")

    def _load(self) -> None:
        if Team.objects.exists():
            raise CommandError(
                "This database holds teams already, or a demonstration that was cut off. It is loaded into an empty "
                "database only: python3 dev.py demo --fresh, or name another one with DATABASE_URL."
            )
        self.stdout.write("Playing the story of the demonstration from January 2023 to 24 August 2026 ...")
        secret = story.play(self._tell)
        self.stdout.write(f"\nCommerce's API token (push and read), shown this once: {secret}\n\n")

    def _tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
