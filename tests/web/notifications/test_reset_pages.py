"""A new password by mail: asked for, chosen once within the hour; every session of the old one ends."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail as outbox
from django.test import Client

from apps.core import clock
from apps.notifications.tasks import send_mail
from tests.personas import PASSWORD
from tests.web.portal.pages import main_of, words_of

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
URL = "/password-reset/"
NEW = "three walks along the quay"


@pytest.fixture(autouse=True)
def _mail_server(settings) -> None:
    settings.PLUMBLINE_MAIL = True


def ask(client: Client, mail: str = "dee@example.org"):
    return client.post(URL, {"email": mail}, follow=True)


def link_to(client: Client) -> str:
    """The address in the letter, as far as it is the portal's own; followed to the page that takes the password."""
    send_mail()
    found = re.search(r"https://plumbline\.example\.org(/password-reset/\S+)", outbox.outbox[-1].body)
    assert found
    return str(client.get(found.group(1), follow=True).request["PATH_INFO"])


def test_reset__from_the_sign_in_page_to_a_new_password(organisation, client: Client, client_as: As) -> None:
    old_session = client_as("dee")
    assert f'href="{URL}"' in main_of(client.get("/sign-in/"))
    answer = ask(client)
    assert "The letter is on its way" in words_of(answer)
    done = client.post(link_to(client), {"new_password1": NEW, "new_password2": NEW}, follow=True)
    assert "The new password holds" in words_of(done)
    given = {"username": "dee@example.org", "password": NEW}
    assert Client().post("/sign-in/", given).status_code == 302
    assert Client().post("/sign-in/", given | {"password": PASSWORD}).status_code == 422
    assert old_session.get("/account/").status_code == 302


def test_reset__an_unknown_address_reads_the_same_and_gets_no_letter(organisation, client: Client) -> None:
    known, unknown = (main_of(ask(client, name)) for name in ("dee@example.org", "nobody@example.org"))
    assert known == unknown
    send_mail()
    assert len(outbox.outbox) == 1


def test_reset__a_link_holds_once(organisation, client: Client) -> None:
    ask(client)
    address = link_to(client)
    letter = re.search(r"/password-reset/\S+", outbox.outbox[-1].body).group()
    client.post(address, {"new_password1": NEW, "new_password2": NEW})
    assert "This link does not hold any more" in words_of(Client().get(letter, follow=True))


def test_reset__a_link_holds_for_an_hour(organisation, client: Client, settings) -> None:
    ask(client)
    send_mail()
    letter = re.search(r"/password-reset/\S+", outbox.outbox[-1].body).group()
    assert settings.PASSWORD_RESET_TIMEOUT == 3600
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert "This link does not hold any more" in words_of(client.get(letter, follow=True))


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [("short", "short", "too short"), (NEW, "another", "match"), ("", "", "Enter the new password.")],
)
def test_reset__a_password_that_will_not_do_is_refused(
    organisation, client: Client, first: str, second: str, said: str
) -> None:
    ask(client)
    answer = client.post(link_to(client), {"new_password1": first, "new_password2": second})
    assert answer.status_code == 422
    assert said in words_of(answer)
    assert NEW not in answer.content.decode()


@pytest.mark.parametrize("mail", ["", "no address"])
def test_reset__what_is_no_address_is_named(client: Client, db: None, mail: str) -> None:
    answer = client.post(URL, {"email": mail})
    assert answer.status_code == 422
    assert "Enter" in words_of(answer)
    assert "<title>Error: A new password" in answer.content.decode()


def test_reset__above_the_limit_it_says_how_long_to_wait(organisation, client: Client) -> None:
    with clock.playing(datetime(2026, 8, 24, 10, tzinfo=UTC) + timedelta(minutes=1)):
        for _ in range(5):
            ask(client)
        answer = client.post(URL, {"email": "dee@example.org"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "86400")


def test_reset__without_a_mail_server_there_is_no_such_page(client: Client, db: None, settings) -> None:
    settings.PLUMBLINE_MAIL = False
    assert URL not in main_of(client.get("/sign-in/"))
    for address in (URL, f"{URL}asked/", f"{URL}done/", f"{URL}MQ/set-password/"):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("is_on", [True, False])
def test_reset__no_page_takes_another_method(client: Client, db: None, settings, is_on: bool) -> None:
    settings.PLUMBLINE_MAIL = is_on
    for address in (URL, f"{URL}asked/", f"{URL}done/", f"{URL}MQ/set-password/"):
        assert {client.put(address).status_code, client.delete(address).status_code} == {405}
