"""The frame: where I am, which teams are mine, how it looks."""

import re
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.personas import Organisation


def current_of(answer: HttpResponse) -> list[str]:
    """Labels of the places marked in the navigation, which stands twice: for wide and for narrow screens."""
    return re.findall(r'aria-current="page">([^<]+)</a>', answer.content.decode())


@pytest.mark.parametrize(
    ("page", "place"),
    [("/", "Home"), ("/leadership/", "Leadership"), ("/teams/", "Teams"), ("/teams/checkout/about/", "Teams"),
     ("/services/checkout-api/", "Services"), ("/metrics/", "Metrics"), ("/annotations/new/", "Annotations"),
     ("/data/imports/new/", "Data health"), ("/help/words/", "")],
)  # fmt: skip
def test_frame__marks_the_place(
    page: str, place: str, organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    assert current_of(client_as("dee").get(page)) == ([place] * 2 if place else [])


def test_frame__the_switcher_holds_my_teams_only(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    text = client_as("dee").get("/help/words/").content.decode()
    assert "Team: Checkout" in text
    assert "Harbour" not in text
    assert "Team:" not in client_as("fay").get("/help/words/").content.decode()


@pytest.mark.django_db
def test_frame__a_bad_token_on_a_page_leads_to_sign_in(client: Client) -> None:
    answer = client.get("/", headers={"Authorization": "Bearer plumb_wrong"}, follow=True)
    assert answer.redirect_chain[0][0] == "/sign-in/?next=/"
    assert answer.status_code == 200


def test_theme__is_kept_with_the_person(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    answer = client_as("dee").post("/preferences/", {"theme": "dark", "next": "/teams/"})
    assert answer.headers["Location"] == "/teams/"
    assert 'data-theme="dark"' in client_as("dee").get("/help/words/").content.decode()
    assert 'data-theme="auto"' in client_as("ana").get("/help/words/").content.decode()


@pytest.mark.django_db
def test_theme__is_kept_in_a_cookie_before_sign_in(client: Client) -> None:
    client.post("/preferences/", {"theme": "light"})
    assert 'data-theme="light"' in client.get("/sign-in/").content.decode()


def test_theme__never_leads_to_another_host(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    answer = client_as("dee").post("/preferences/", {"theme": "dark", "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/"


def test_theme__an_unknown_one_changes_nothing(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    client_as("dee").post("/preferences/", {"theme": "neon"})
    organisation.people["dee"].refresh_from_db()
    assert organisation.people["dee"].theme == "auto"


def test_keys__are_switched_off_and_on_for_one_browser(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    client = client_as("dee")
    assert "data-keys" not in client.get("/teams/").content.decode()
    page = client.post("/preferences/keys/", {"keys": "off"}, follow=True).content.decode()
    assert 'data-keys="off"' in page
    assert "Switch the keys on" in page
    assert "(Ctrl K)" not in page
    assert "data-keys" not in client_as("dee").get("/teams/").content.decode()
    client.post("/preferences/keys/", {"keys": "on"})
    assert "data-keys" not in client.get("/teams/").content.decode()


def test_keys__anything_else_changes_nothing(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    client = client_as("dee")
    client.post("/preferences/keys/", {"keys": "maybe"})
    assert "data-keys" not in client.get("/teams/").content.decode()


def test_keys__the_list_of_keys_leads_to_their_switch(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    page = client_as("dee").get("/teams/").content.decode()
    assert 'href="/account/#keys-switch"' in page
    assert 'id="keys-switch"' in client_as("dee").get("/account/").content.decode()


def test_account__lists_the_roles_held(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    assert "tech lead in Checkout" in client_as("ana").get("/account/").content.decode()
    assert "leadership in the organisation" in client_as("fay").get("/account/").content.decode()
