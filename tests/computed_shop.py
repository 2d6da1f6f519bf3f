"""Facts of three months under three definitions, computed once, for tests of what is stored and computed again."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import TestCase

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.measurements import operations, queries
from apps.metrics.domain.starter import CHANGE_FAILURE_RATE, DEPLOYMENT_FREQUENCY
from apps.metrics.models import DefinitionVersion
from apps.services import operations as services
from apps.services.models import Service
from tests.measuring import (
    adopt,
    change,
    connect,
    deployment,
    publish,
    remediation,
)
from tests.personas import Organisation, make_organisation, principal_of

NOW = datetime(2024, 5, 15, 12, tzinfo=UTC)
COUNTED: dict[str, Any] = {
    "measure": "count", "of": {"facts": "deployments", "clock": "finished_at"}, "direction": "neither", "unit": "count",
}  # fmt: skip
LEAD: dict[str, Any] = {
    "measure": "quantile", "direction": "neither", "unit": "seconds",
    "of": {"facts": "changes", "clock": "linked.finished_at"},
    "link": {
        "from": "changes", "at": "merged_at", "to": "deployments", "explicit": ["deployment"], "infer": "first_after",
        "max_gap": "10d",
    },
    "value": {"from": "merged_at", "to": "linked.finished_at"},
}  # fmt: skip


def day(number: int, month: int = 3) -> datetime:
    """Noon of a day in 2024."""
    return datetime(2024, month, number, 12, tzinfo=UTC)


def found() -> list[str]:
    """What differs from its own facts."""
    return [str(difference) for difference in queries.find_differences(queries.list_values())]


class Shop(TestCase):
    """Facts of three months under three definitions, computed once for all tests of a class."""

    shop: Organisation

    @classmethod
    def setUpTestData(cls) -> None:
        """Publish and rebuild."""
        with clock.playing(NOW):
            cls.shop = shop = make_organisation()
            cls.adopt("deployment-frequency", DEPLOYMENT_FREQUENCY.spec)
            cls.adopt("change-failure-rate", CHANGE_FAILURE_RATE.spec)
            cls.adopt("lead", LEAD)
            api, web = shop.checkout_api, shop.checkout_web
            for service in (api, web, shop.harbour_cluster):
                connect(service, "deployments", "changes", "remediations", heard_at=NOW)
            publish("deployments", [deployment(api, f"v{index}", day(index)) for index in range(1, 29, 3)])
            publish("deployments", [deployment(web, f"v{index}", day(index, 4)) for index in range(2, 9)])
            publish(
                "changes", [change(api, f"c{n}", day(n, 2), day(n), f"v{n}" if n % 2 else "") for n in range(1, 20)]
            )
            publish("remediations", [remediation(api, "v4", "v10"), remediation(web, "v2", "v3")])
            operations.rebuild()

    @classmethod
    def adopt(cls, slug: str, spec: dict[str, Any]) -> DefinitionVersion:
        """One more definition, not computed yet."""
        return adopt(slug, spec, owner=cls.shop.checkout, by=principal_of(cls.shop.people["gus"], NOW))

    @pytest.fixture(autouse=True)
    def _today(self) -> Iterator[None]:
        with clock.playing(NOW):
            yield

    def move(self, service: Service, at: datetime) -> None:
        """Harbour takes a service over."""
        services.hand_over(service=service, to=self.shop.harbour, from_at=at, reason="It lies nearer.", by=SYSTEM)
