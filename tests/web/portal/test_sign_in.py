"""Signing in and out."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.personas import PASSWORD, Organisation

REFUSAL = "This address and password do not belong together."


def test_sign_in__leads_to_the_page_that_was_asked_for(organisation: Organisation, client: Client) -> None:
    given = {"username": "dee@example.org", "password": PASSWORD, "next": "/teams/"}
    answer = client.post("/sign-in/", given)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/teams/")


@pytest.mark.parametrize("address", ["dee@example.org", "nobody@example.org"])
def test_sign_in__wrong_password_and_unknown_address_read_the_same(
    address: str, organisation: Organisation, client: Client
) -> None:
    answer = client.post("/sign-in/", {"username": address, "password": "a wrong one"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert REFUSAL in text
    assert "<title>Error: Sign in" in text
    assert address in text


def test_sign_in__a_disabled_person_reads_the_same(organisation: Organisation, client: Client) -> None:
    dee = organisation.people["dee"]
    dee.is_active = False
    dee.save()
    answer = client.post("/sign-in/", {"username": dee.email, "password": PASSWORD})
    assert answer.status_code == 422
    assert REFUSAL in answer.content.decode()


def test_sign_in__an_empty_form_names_both_fields(organisation: Organisation, client: Client) -> None:
    text = client.post("/sign-in/", {}).content.decode()
    assert "Enter your mail address." in text
    assert "Enter your password." in text


def test_sign_in__never_leads_to_another_host(organisation: Organisation, client: Client) -> None:
    given = {"username": "dee@example.org", "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert client.post("/sign-in/", given).headers["Location"] == "/"


def test_sign_in__names_the_sign_ins_of_the_demonstration_only_there(
    organisation: Organisation, client: Client, settings: Any
) -> None:
    assert "Demonstration sign-ins" not in client.get("/sign-in/").content.decode()
    settings.PLUMBLINE_DEMO = True
    assert "Demonstration sign-ins" in client.get("/sign-in/").content.decode()
    assert "Demonstration sign-ins" not in client.get("/problems/not_json/").content.decode()


def test_sign_out__ends_the_session(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    client = client_as("dee")
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/teams/").headers["Location"].startswith("/sign-in/")
