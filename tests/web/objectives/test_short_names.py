"""Short names that are addresses of pages: whatever stands beside `<slug>` in the routes is refused to objects."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.core.problems import Invalid
from apps.objectives.models import MonitoringSource
from tests.agreeing import draft
from tests.architecture.walking import routes
from tests.personas import Organisation
from tests.promising import indicator_item, objective_item, policy_item

pytestmark = pytest.mark.django_db
# Where an address has the short name of an object; SLIs, SLOs and policies share the words that none may have.
AGREED = (
    "objectives/", "objectives/indicators/", "objectives/policies/", "api/v1/objectives/", "api/v1/indicators/",
    "api/v1/budget-policies/",
)  # fmt: skip
SERVERS = ("objectives/monitoring/", "api/v1/monitoring-sources/")


def words_at(*places: str) -> set[str]:
    """The words that stand in routes where others have a short name."""
    found: dict[str, set[str]] = defaultdict(set)
    for route, _ in routes():
        for place in places:
            word = route.removeprefix(place).partition("/")[0]
            if route.startswith(place) and word and not word.startswith("<"):
                found[place].add(word)
    return set().union(*found.values())


@pytest.mark.parametrize("item", [indicator_item, objective_item, policy_item])
def test_agreed__none_has_the_address_of_a_page(organisation: Organisation, item: Any) -> None:
    words = words_at(*AGREED)
    assert {"move", "import", "calculator", "monitoring"} <= words
    for word in sorted(words):
        with pytest.raises(Invalid) as refused:
            draft(item(word), author=organisation.people["ana"])
        said = {problem.pointer: problem.detail for problem in refused.value.errors}
        assert said["/items/0/key"] == f"{word} is the address of a page. Choose another short name."


def test_server__none_has_the_address_of_a_page(client_as: Callable[..., Client], settings: Any) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = ["prom.example.org"]
    assert words_at(*SERVERS) == {"new"}
    form = {"name": "Main", "slug": "new", "base_url": "https://prom.example.org", "is_active": "on"}
    refused = client_as("hal").post("/objectives/monitoring/new/", form)
    assert (refused.status_code, b"new is the address of a page" in refused.content) == (422, True)
    assert not MonitoringSource.objects.exists()
