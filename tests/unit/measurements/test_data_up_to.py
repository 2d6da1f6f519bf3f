"""Up to when the data of a team is known: by the services it owns today, planned hand-overs included."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.core.periods import parse_period
from apps.measurements import queries
from apps.metrics import operations as metrics
from apps.services import operations as services
from tests.measuring import connect, subject_of
from tests.personas import principal_of

NOW = datetime(2025, 7, 16, 12, tzinfo=UTC)
HEARD = NOW - timedelta(hours=2)
WEEK = parse_period("2025-W28")


@pytest.fixture
def shop(organisation: Any) -> Any:
    """Checkout's two services are reported; the definitions are in force."""
    with clock.playing(NOW):
        metrics.adopt_starter(owner_team=organisation.checkout, by=principal_of(organisation.people["gus"], NOW))
        for service in (organisation.checkout_api, organisation.checkout_web):
            connect(service, "deployments", heard_at=HEARD)
    return organisation


def _hand_over_all(shop: Any, from_at: datetime) -> None:
    for service in (shop.checkout_api, shop.checkout_web):
        services.hand_over(service=service, to=shop.harbour, from_at=from_at, reason="Moves.", by=SYSTEM)


def _data_up_to(shop: Any) -> datetime | None:
    cells = queries.get_cells([subject_of(shop.checkout)], ["deployment-frequency"], [WEEK])
    return next(iter(cells.values())).data_up_to


def test_data_up_to__stays_while_a_hand_over_is_planned(shop: Any) -> None:
    with clock.playing(NOW):
        _hand_over_all(shop, NOW + timedelta(days=30))
        assert _data_up_to(shop) == HEARD


def test_data_up_to__ends_with_the_last_service(shop: Any) -> None:
    with clock.playing(NOW):
        _hand_over_all(shop, NOW - timedelta(days=30))
        assert _data_up_to(shop) is None
