"""`manage.py adopt_starter`: a metrics steward adopts the starter catalogue for a team."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts.models import User
from apps.core import clock
from apps.core.problems import ProblemError
from apps.metrics import operations
from apps.metrics.domain.starter_catalogues import CATALOGUES, DELIVERY
from apps.teams import queries as teams


class Command(BaseCommand):
    """Adopt the starter definitions that are not there yet, in force from the beginning."""

    help = "Adopt the starter catalogue as a metrics steward. Definitions that exist stay as they are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        parser.add_argument("--by", required=True, metavar="EMAIL", help="the steward who signs: their sign-in address")
        parser.add_argument("--owner", required=True, metavar="TEAM", help="short name of the team that owns them")
        keys = [catalogue.key for catalogue in CATALOGUES]
        parser.add_argument("--of", choices=keys, default=DELIVERY.key, help="which matter (default: delivery)")

    def handle(self, **options: Any) -> None:
        """Adopt and say what was done."""
        user = User.objects.filter(email=options["by"].lower()).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {options['by']}.")
        try:
            owner = teams.get_team(options["owner"])
            catalogue = next(one for one in CATALOGUES if one.key == options["of"])
            by = teams.principal_of_user(user, clock.now())
            adopted = operations.adopt_starter(owner_team=owner, catalogue=catalogue, by=by)
        except ProblemError as error:
            raise CommandError(str(error)) from error
        for version in adopted:
            self.stdout.write(f"{version}: {version.name}")
        self.stdout.write(f"{len(adopted)} definitions adopted.")
