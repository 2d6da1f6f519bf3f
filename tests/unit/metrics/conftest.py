"""What the tests of the operations start from."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from apps.accounts.domain import Principal
from apps.core import clock
from apps.governance.domain.kinds import Op
from apps.metrics.domain.starter import CHANGE_FAILURE_RATE, STARTER, StarterVersion
from apps.metrics.models import DefinitionVersion
from tests.agreeing import adopt_kit, agree, newest_version, starter_item
from tests.laid_again import laid_again
from tests.personas import Organisation, principal_of

WEDNESDAY = datetime(2026, 7, 8, 12, tzinfo=UTC)
NEXT_MONDAY = date(2026, 7, 13)

ASKING = ("reason", "restate_from", "at_once_reason", "from_beginning")
Adopt = Callable[..., DefinitionVersion]


@pytest.fixture(autouse=True)
def _wednesday() -> Iterator[None]:
    """It is Wednesday, 8 July 2026."""
    with clock.playing(WEDNESDAY):
        yield


@pytest.fixture
def lead(organisation: Organisation) -> Principal:
    """Ana, tech lead of Checkout."""
    return principal_of(organisation.people["ana"])


@pytest.fixture
def adopt(organisation: Organisation) -> Adopt:
    """Agrees on a starter definition for Checkout: Ana proposes, the others sign; any part can be replaced."""

    def make(
        version: StarterVersion = CHANGE_FAILURE_RATE, on: date | None = None, author: str = "ana", **changes: Any
    ) -> DefinitionVersion:
        asking = {key: changes.pop(key) for key in ASKING if key in changes}
        item = starter_item(version, changes.pop("owner_team", organisation.checkout), **changes)
        first = {"from_beginning": True} if item.op is Op.CREATE and not on and not asking else {}
        reason = asking.pop("reason", version.reason)
        agree(item, author=organisation.people[author], on=on, reason=reason, **first, **asking)
        return newest_version(item.key)

    return make


@pytest.fixture
def starter(organisation: Organisation) -> dict[str, DefinitionVersion]:
    """The whole starter catalogue, by slug."""
    items = [starter_item(version, organisation.checkout) for version in STARTER]
    laid_again("starter", lambda: adopt_kit(*items, steward=organisation.people["gus"]).pk)
    return {version.slug: newest_version(version.slug) for version in STARTER}
