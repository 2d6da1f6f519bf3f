"""An organisation with a year of weekly releases, read on one Monday."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from apps.accounts.models import User
from apps.core import clock
from apps.core.fact_sources import sources
from apps.measurements import operations as measurements
from apps.metrics import operations as metrics
from apps.services import operations as services
from tests.personas import Organisation, make_organisation, principal_of

MONDAY = datetime(2026, 8, 24, 10, tzinfo=UTC)
WEEKS = 56
LEAD_HOURS = (20, 26, 31, 18, 24, 40, 22)


@pytest.fixture(autouse=True)
def monday() -> Iterator[datetime]:
    """Both clocks stand still on a Monday noon."""
    with clock.playing(MONDAY):
        yield MONDAY


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[Organisation]:
    """The organisation of the personas with a year of computed facts, made once for all page tests.

    It stands in an open transaction; each test's own transaction is a savepoint in it.
    """
    with django_db_blocker.unblock(), transaction.atomic(), clock.playing(MONDAY):
        organisation = make_organisation()
        metrics.adopt_starter(owner_team=organisation.harbour, by=principal_of(organisation.people["gus"]))
        deliver(organisation)
        measurements.rebuild()
        yield organisation
        transaction.set_rollback(True)


@pytest.fixture
def organisation(world: Organisation, db: None) -> Organisation:
    """The organisation all page tests share, with people read afresh."""
    return replace(world, people={name: User.objects.get(pk=user.pk) for name, user in world.people.items()})


def deliver(organisation: Organisation) -> None:
    """checkout-api released once a week with six changes; every fourth release was mended by the next one.

    The newest release is five days old. No source reports the other two services.
    """
    first = MONDAY - timedelta(weeks=WEEKS) + timedelta(days=2)
    releases = [first + timedelta(weeks=week) for week in range(WEEKS)]
    service = organisation.checkout_api.pk
    deployments = [{"key": f"r{i}", "service": service, "finished_at": at, "size": 6} for i, at in enumerate(releases)]
    changes = [
        {"key": f"c{i}-{n}", "service": service, "deployment": f"r{i}",
         "first_commit_at": at - timedelta(hours=LEAD_HOURS[(i + n) % 7]), "merged_at": at - timedelta(hours=2)}
        for i, at in enumerate(releases) for n in range(6)
    ]  # fmt: skip
    repairs = [
        {"key": f"m{i}", "service": service, "failed": f"r{i}", "fixed_by": f"r{i + 1}"} for i in range(0, 52, 4)
    ]
    for source, rows in (("deployments", deployments), ("changes", changes), ("remediations", repairs)):
        services.record_facts(
            source=sources.get(source), channel="ci", rows=rows, connected_from=first - timedelta(days=90),
            complete_until=MONDAY,
        )  # fmt: skip
