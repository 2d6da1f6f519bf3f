"""What the endpoint tests of metrics start from."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from apps.accounts.models import User
from apps.core import clock
from apps.metrics import operations
from apps.metrics.domain.starter import CHANGE_FAILURE_RATE_WITHIN_30_DAYS
from apps.metrics.domain.targets import Baseline
from apps.metrics.models import DefinitionVersion, Target
from tests.agreeing import agree, newest_target, newest_version, starter_item, target_item
from tests.personas import Organisation, make_organisation, principal_of

WEDNESDAY = datetime(2026, 7, 8, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Catalogue:
    """The starter catalogue, a second version from Monday, 13 July 2026, and a target of Checkout."""

    second: DefinitionVersion
    target: Target


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[Organisation]:
    """The organisation with its catalogue, made once for all these tests.

    It stands in an open transaction; each test's own transaction is a savepoint in it.
    """
    with django_db_blocker.unblock(), transaction.atomic(), clock.playing(WEDNESDAY):
        organisation = make_organisation()
        ana, owner, version = organisation.people["ana"], organisation.checkout, CHANGE_FAILURE_RATE_WITHIN_30_DAYS
        operations.adopt_starter(owner_team=owner, by=principal_of(organisation.people["gus"]))
        agree(starter_item(version, owner), author=ana, reason=version.reason)
        wanted = target_item(
            version.slug, owner, "2026-Q3", "0.187", baseline=Baseline("2026-Q2", 0.22, 150, 1, 0.161, 0.293),
            reason="Staged rollouts begin in July.",
        )  # fmt: skip
        agree(wanted, author=ana)
        yield organisation
        transaction.set_rollback(True)


@pytest.fixture
def organisation(world: Organisation, db: None) -> Organisation:
    """The organisation all these tests share, with people read afresh."""
    return replace(world, people={name: User.objects.get(pk=user.pk) for name, user in world.people.items()})


@pytest.fixture
def catalogue(organisation: Organisation) -> Iterator[Catalogue]:
    """It is Wednesday, 8 July 2026; Checkout owns the definitions."""
    slug = CHANGE_FAILURE_RATE_WITHIN_30_DAYS.slug
    with clock.playing(WEDNESDAY):
        yield Catalogue(newest_version(slug), newest_target(slug, organisation.checkout, "2026-Q3"))
