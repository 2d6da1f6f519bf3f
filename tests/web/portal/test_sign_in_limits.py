"""Guessing at the sign-in: tries are counted per mail address and per caller, and who came in is written down."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.test import Client

from apps.accounts import operations
from apps.accounts.models import SignInTry
from apps.audit.models import AuditEvent
from apps.core import clock
from tests.personas import PASSWORD, Organisation

NOW = datetime(2025, 7, 16, 12, tzinfo=UTC)
DEE = "dee@example.org"
WRONG = "a wrong one"
pytestmark = pytest.mark.usefixtures("organisation")


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with clock.playing(NOW):
        yield


def _try(mail: str = DEE, password: str = WRONG, where: str = "192.0.2.1", path: str = "/sign-in/") -> Any:
    return Client(REMOTE_ADDR=where).post(path, {"username": mail, "password": password})


@pytest.mark.parametrize("mail", [DEE, "nobody@example.org"])
def test_limit__ten_wrong_passwords_for_one_mail_whether_known_or_not(mail: str) -> None:
    assert [_try(mail, where=f"192.0.2.{n}").status_code for n in range(11)] == [422] * 10 + [429]


def test_limit__refuses_the_right_password_too_and_says_how_long() -> None:
    for n in range(10):
        _try(where=f"192.0.2.{n}")
    answer = _try(password=PASSWORD, where="192.0.2.99")
    text = answer.content.decode()
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    assert "Too many tries in the last hour. Try again in 60 minutes." in text
    assert DEE in text
    assert not Session.objects.exists()


def test_limit__spelling_a_mail_otherwise_counts_as_the_same() -> None:
    for n in range(10):
        _try(DEE.upper() if n % 2 else f" {DEE} ", where=f"192.0.2.{n}")
    assert _try(where="192.0.2.99").status_code == 429


def test_limit__twenty_from_one_caller_and_others_come_in() -> None:
    statuses = [_try(f"someone{n}@example.org").status_code for n in range(21)]
    assert statuses == [422] * 20 + [429]
    assert _try(password=PASSWORD).status_code == 429
    assert _try(password=PASSWORD, where="192.0.2.2").status_code == 302


def test_limit__ends_an_hour_after_the_first_try_and_refusals_do_not_prolong_it() -> None:
    for n in range(10):
        with clock.playing(NOW + timedelta(minutes=n)):
            _try()
    with clock.playing(NOW + timedelta(minutes=59)):
        assert _try(password=PASSWORD).headers["Retry-After"] == "60"
    with clock.playing(NOW + timedelta(minutes=60)):
        assert _try(password=PASSWORD).status_code == 302


def test_limit__those_who_come_in_use_up_nothing() -> None:
    assert {_try(password=PASSWORD).status_code for _ in range(25)} == {302}
    assert not SignInTry.objects.exists()


def test_limit__an_unfinished_form_is_no_try() -> None:
    _try(password="")
    assert not SignInTry.objects.exists()


def test_limit__holds_in_front_of_the_admin_too() -> None:
    for n in range(10):
        _try(where=f"192.0.2.{n}", path="/admin/login/")
    assert "Too many tries" in _try(password=PASSWORD, path="/admin/login/").content.decode()
    assert _try(password=PASSWORD).status_code == 429


def test_limit__whoever_cannot_be_counted_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: Any) -> None:
        raise DatabaseError("The table does not answer.")

    monkeypatch.setattr(SignInTry.objects, "create", broken)
    client = Client(raise_request_exception=False)
    assert client.post("/sign-in/", {"username": DEE, "password": PASSWORD}).status_code == 500
    assert not Session.objects.exists()


def test_limit__what_is_kept_names_nobody_and_is_gone_after_the_hour() -> None:
    _try()
    kept = SignInTry.objects.get()
    assert DEE not in str(vars(kept))
    with clock.playing(NOW + timedelta(hours=1)):
        _try("another@example.org")
    assert not SignInTry.objects.filter(pk=kept.pk).exists()


def test_sign_in__is_written_to_the_chain_without_a_name(organisation: Organisation) -> None:
    _try(password=PASSWORD)
    event = AuditEvent.objects.latest("seq")
    dee = organisation.people["dee"]
    assert (event.action, event.actor, event.subject) == (
        "sign_in.succeeded", f"user:{dee.pk}", f"accounts.user:{dee.pk}",
    )  # fmt: skip
    assert "Dee" not in event.payload_text
    assert DEE not in event.payload_text


def test_limit__is_written_to_the_chain_once_without_saying_whose() -> None:
    for _ in range(13):
        _try()
    (event,) = AuditEvent.objects.filter(action="sign_in.limit_reached")
    assert event.actor == "anonymous"
    assert '"data":{"per":"mail","tries":10}' in event.payload_text
    assert operations.TRIES_PER_MAIL == 10


def test_sign_in__begins_a_session_of_its_own() -> None:
    client = Client()
    client.session["kept"] = 1
    session = client.session
    session["kept"] = 1
    session.save()
    client.cookies["sessionid"] = str(session.session_key)
    client.post("/sign-in/", {"username": DEE, "password": PASSWORD})
    assert client.session.session_key != session.session_key
    assert not Session.objects.filter(session_key=session.session_key).exists()


@pytest.mark.parametrize("path", ["/", "/teams/checkout/scorecard/", "/nowhere/", "/api/v1/me/", "/docs/api/"])
def test_signed_in_answers__are_stored_by_nobody(path: str, client_as: Callable[..., Client]) -> None:
    answer = client_as("dee").get(path)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert {"Cookie", "Authorization", "HX-Request"} <= {part.strip() for part in answer.headers["Vary"].split(",")}


def test_token_answers__are_stored_by_nobody(api_client_as: Callable[..., Any]) -> None:
    assert api_client_as("read").get("/api/v1/teams/").headers["Cache-Control"] == "private, no-store"


def test_answers_that_open_a_session__are_stored_by_nobody() -> None:
    assert _try(password=PASSWORD).headers["Cache-Control"] == "private, no-store"
    assert "no-store" not in Client().get("/problems/not_json/").headers.get("Cache-Control", "")
