"""The page on which a metric that decides nothing is kept, or taken further."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from rest_framework.test import APIClient

from apps.core import clock
from apps.reviews.models import DefinitionOpening, KeptDefinition
from apps.reviews.operations import ornaments
from tests.cards import FREEZES_AT, House
from tests.web.portal.pages import links_of, words_of

ADDRESS = "/governance/ornaments/deployment-frequency/"
As = Callable[..., Client]
pytestmark = pytest.mark.sql


@pytest.fixture
def looked_at(house: House, client_as: As, monkeypatch: pytest.MonkeyPatch) -> House:
    """Somebody opened deployment frequency in six weeks, on its page and on its trend."""
    monkeypatch.setattr(ornaments, "_counted", {})
    for number in range(6):
        with clock.playing(FREEZES_AT - timedelta(days=7 * number)):
            end = "trend/" if number % 2 else ""
            assert client_as("dee").get(f"/metrics/deployment-frequency/{end}").status_code == 200
    return house


def test_openings__of_people_alone_are_counted(looked_at: House, api_client_as: Callable[..., APIClient]) -> None:
    assert DefinitionOpening.objects.count() == 6
    with clock.playing(FREEZES_AT + timedelta(days=70)):
        tool = api_client_as("read")
        assert tool.get("/metrics/deployment-frequency/").status_code == 200
        tool.get("/api/v1/metric-definitions/deployment-frequency/")
    assert DefinitionOpening.objects.count() == 6


def test_keep__from_the_page_of_governance(looked_at: House, client_as: As) -> None:
    with clock.playing(FREEZES_AT):
        listed = client_as("gus").get("/governance/")
        assert ADDRESS in links_of(listed)
        page = client_as("gus").get(ADDRESS)
        assert "In two quarters opened in 6 weeks, cited by no decision. Off the card, or retire?" in words_of(page)
        assert {"/metrics/deployment-frequency/deprecate/", "/scorecards/templates/"} <= set(links_of(page))
        assert client_as("gus").post(ADDRESS, {"reason": ""}).status_code == 422
        done = client_as("gus").post(ADDRESS, {"reason": "It stands beside lead time."}, follow=True)
        assert "Deployment frequency stays. It is asked again from 1 Apr 2027 on." in words_of(done)
        assert "It is kept for a reason" in words_of(client_as("gus").get(ADDRESS))
        assert client_as("gus").post(ADDRESS, {"reason": "Again."}).status_code == 409
    assert KeptDefinition.objects.get().reason == "It stands beside lead time."


def test_page__is_for_those_who_sign(looked_at: House, client_as: As) -> None:
    with clock.playing(FREEZES_AT):
        assert ADDRESS not in links_of(client_as("dee").get("/governance/"))
        assert client_as("dee").get(ADDRESS).status_code == 403
        assert client_as("gus").get("/governance/ornaments/nothing/").status_code == 404
