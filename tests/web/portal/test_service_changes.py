"""Handing a service over, and adding one, by page."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from apps.services.models import Ownership, Service
from tests.web.portal.pages import links_of, words_of

OVER = "/services/checkout-api/hand-over/"
GOOD = {"to": "harbour", "from_on": "2026-09-01", "reason": "The platform runs it from September on."}
NEW = "/services/new/"
SERVICE = {
    "name": "Gift cards", "slug": "gift-cards", "owner": "checkout", "began_on": "2026-08-01", "tier": "important",
    "description": "",
}  # fmt: skip
pytestmark = pytest.mark.usefixtures("organisation")
Clients = Callable[..., Client]


@pytest.mark.parametrize("persona", ["cy", "gus", "hal"])
def test_hand_over__begins_at_midnight_of_the_reporting_zone(persona: str, client_as: Clients) -> None:
    text = words_of(client_as(persona).post(OVER, GOOD, follow=True))
    assert "Handed over. From 1 Sep 2026 on Checkout API counts for Harbour." in text
    assert "Harbour 1 Sep 2026, 00:00 Now The platform runs it from September on." in text
    row = Ownership.objects.current().get(service__slug="checkout-api", until_at=None)
    assert row.from_at == datetime(2026, 8, 31, 22, tzinfo=UTC)


def test_hand_over__says_who_has_it_and_what_stays(client_as: Clients) -> None:
    text = words_of(client_as("cy").get(OVER))
    assert "Checkout has it now. What lies before the day stays with the former owner, also in later numbers." in text
    client_as("cy").post(OVER, GOOD)
    assert "Harbour has it from 1 Sep 2026 on." in words_of(client_as("gus").get(OVER))


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("to", "checkout", "Select a valid choice"),
        ("to", "nobody", "Select a valid choice"),
        ("from_on", "", "Enter a day."),
        ("from_on", "1.9.2026", "Enter a day that exists, such as 2026-08-31."),
        ("from_on", "2026-02-30", "Enter a day that exists, such as 2026-08-31."),
        ("from_on", "0001-01-01", "Enter a day between 2000 and 2999."),
        ("from_on", "2023-01-01", "Checkout owns it from 1 January 2024; choose a later time."),
        ("reason", "", "Say why it moves."),
    ],
)
def test_hand_over__a_wrong_field_is_named_and_nothing_typed_is_lost(
    field: str, value: str, sentence: str, client_as: Clients
) -> None:
    answer = client_as("cy").post(OVER, GOOD | {field: value})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in text
    assert "<title>Error: Hand Checkout API over" in text
    kept = {"from_on": GOOD["from_on"], "reason": GOOD["reason"]} | ({field: value} if field != "to" else {})
    assert all(f'value="{typed}"' in text for typed in kept.values() if typed)
    assert Ownership.objects.current().filter(service__slug="checkout-api").count() == 1


@pytest.mark.parametrize("persona", ["dee", "ana", "bo", "eli", "fay"])
def test_hand_over__is_offered_to_those_who_may(persona: str, client_as: Clients) -> None:
    client = client_as(persona)
    assert OVER not in links_of(client.get("/services/checkout-api/"))
    assert client.get(OVER).status_code == client.post(OVER, GOOD).status_code == 403
    assert OVER in links_of(client_as("cy").get("/services/checkout-api/"))


def test_hand_over__of_what_is_not_there(client_as: Clients) -> None:
    assert client_as("hal").get("/services/nobody/hand-over/").status_code == 404
    assert client_as("hal").get(f"{OVER}?to=harbour").status_code == 400
    assert client_as("hal").delete(OVER).status_code == 405


@pytest.mark.parametrize("persona", ["gus", "hal"])
def test_new_service__has_its_owner_from_its_first_day(persona: str, client_as: Clients) -> None:
    client = client_as(persona)
    assert NEW in links_of(client.get("/services/"))
    text = words_of(client.post(NEW, SERVICE | {"slug": "Gift-Cards"}, follow=True))
    assert "Added. Facts of this service are taken from now on." in text
    assert "Checkout 1 Aug 2026, 00:00 Now First owner." in text
    assert Service.objects.get(name="Gift cards").slug == "gift-cards"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"slug": "checkout-api"}, "Service with this Slug already exists."),
        ({"slug": "gift cards"}, "Enter a valid “slug”"),
        ({"slug": "new"}, "This short name is the address of a page."),
        ({"owner": ""}, "This field is required."),
        ({"began_on": "soon"}, "Enter a day that exists"),
    ],
)
def test_new_service__a_wrong_field_is_named(change: dict[str, Any], sentence: str, client_as: Clients) -> None:
    answer = client_as("gus").post(NEW, SERVICE | change)
    assert answer.status_code == 422
    assert sentence in words_of(answer)
    assert not Service.objects.filter(name="Gift cards").exists()


def test_new_service__is_for_stewards_and_administrators(client_as: Clients) -> None:
    assert client_as("cy").post(NEW, SERVICE).status_code == 403
    assert NEW not in links_of(client_as("cy").get("/services/"))
