"""Each refusal has a page in its own words, with one way on; nothing falls back to another status's page."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory

from apps.accounts.domain import ANONYMOUS
from apps.core import problems
from apps.core.problem_pages import problem_page
from tests.personas import Organisation
from tests.web.portal.pages import links_of, words_of

HEADINGS = {
    problems.Unreadable: "This address cannot be read",
    problems.NotSignedIn: "Please sign in first",
    problems.Forbidden: "This needs another role",
    problems.Absent: "There is no page here for you",
    problems.WrongMethod: "This address is not opened this way",
    problems.Conflict: "Not possible in this state",
    problems.Outdated: "Somebody else changed this meanwhile",
    problems.TooLarge: "This is too much for one request",
    problems.UnsupportedType: "This kind of content is not read here",
    problems.Invalid: "Some of this cannot be saved yet",
    problems.PreconditionMissing: "This does not say what it was read on",
    problems.TooMany: "Please wait a moment",
}


def asked() -> HttpRequest:
    """A request of nobody, as the middlewares leave it."""
    request = RequestFactory().get("/somewhere/")
    request.principal, request.user = ANONYMOUS, None  # type: ignore[attr-defined, assignment]
    request.resolver_match = None
    return request


def test_problem_pages__every_refusal_is_in_the_list() -> None:
    assert {kind for kind in vars(problems).values() if _is_refusal(kind)} == set(HEADINGS)


def _is_refusal(kind: Any) -> bool:
    """What is moved is led on to, not refused."""
    if not isinstance(kind, type) or not issubclass(kind, problems.ProblemError):
        return False
    return kind not in (problems.ProblemError, problems.Moved)


@pytest.mark.parametrize("kind", HEADINGS, ids=lambda kind: kind.__name__)
def test_problem_page__speaks_its_own_words(kind: type[problems.ProblemError]) -> None:
    answer = problem_page(asked(), kind("code", ""))
    assert answer.status_code == kind.status
    assert f"<h1>{HEADINGS[kind]}</h1>" in answer.content.decode()
    assert len(links_of(answer)) == 1


def test_problem_page__says_how_long_to_wait() -> None:
    answer = problem_page(asked(), problems.TooMany("slow_down", "", headers={"Retry-After": "600"}))
    assert answer.headers["Retry-After"] == "600"
    assert "Try again in 10 min." in words_of(answer)


def test_a_wrong_method__has_a_page_and_names_the_right_one(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    answer = client_as("dee").post("/teams/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert "This address is not opened this way" in words_of(answer)


def test_too_much__has_a_page(organisation: Organisation, client_as: Callable[..., Client], settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = client_as("dee").post("/annotations/new/", {"text": "x" * 200}, content_type="application/json")
    assert answer.status_code in (413, 422)
    answer = client_as("dee").post("/annotations/new/", {"text": "x" * 200})
    assert answer.status_code == 413
    assert "This is too much for one request" in words_of(answer)


def test_an_expired_form__has_a_page(organisation: Organisation) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(organisation.people["dee"])
    answer = client.post("/annotations/new/", {"text": "A launch."})
    assert answer.status_code == 403
    assert "This form was opened before you last signed in" in words_of(answer)
