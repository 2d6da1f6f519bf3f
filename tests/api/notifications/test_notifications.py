"""Notifications over REST: a person's own, and no token's."""

import pytest

from apps.accounts.domain import SYSTEM
from apps.notifications import operations
from apps.notifications.domain.notices import About, Notice
from tests.personas import principal_of

pytestmark = pytest.mark.django_db
URL = "/api/v1/notifications/"


@pytest.fixture(autouse=True)
def _told(ana, bo) -> None:
    about = [About(f"proposal:{n}", f"P-{n}: a rule", f"/proposals/{n}/") for n in (1, 2)]
    found = [Notice(ana.pk, "signature_needed", one, "Sign it.", "you sign as tech lead", "r1") for one in about]
    found.append(Notice(bo.pk, "change_in_force", about[0], "It is in force.", "you wrote it", "r1"))
    operations.notify(notices=found, by=SYSTEM)


def test_list__ones_own_newest_first(api_client_as) -> None:
    rows = api_client_as("ana").get(URL).json()["results"]
    assert [row["about"] for row in rows] == ["proposal:2", "proposal:1"]
    assert {key: rows[0][key] for key in ("kind", "title", "text", "link", "reason", "due_on", "read_at")} == {
        "kind": "signature_needed", "title": "P-2: a rule", "text": "Sign it.", "link": "/proposals/2/",
        "reason": "you sign as tech lead", "due_on": None, "read_at": None,
    }  # fmt: skip
    assert api_client_as("dee").get(URL).json()["results"] == []


@pytest.mark.parametrize("token", ["read", "push", "organisation_push"])
def test_list__a_token_is_no_person(api_client_as, token: str) -> None:
    answer = api_client_as(token).get(URL)
    assert (answer.status_code, answer.json()["code"]) == (403, "needs_a_person")


def test_list__nobody_signed_in(api_client_as) -> None:
    assert api_client_as(None).get(URL).status_code == 401


def test_list__by_kind_object_and_whether_it_was_read(api_client_as, ana) -> None:
    operations.note_acted(about="proposal:1", by=principal_of(ana))
    client = api_client_as("ana")
    found = {
        query: [row["about"] for row in client.get(f"{URL}?{query}").json()["results"]]
        for query in ("is_read=false", "is_read=true", "about=proposal:1", "kind=freeze", "kind=signature_needed")
    }
    assert found == {
        "is_read=false": ["proposal:2"], "is_read=true": ["proposal:1"], "about=proposal:1": ["proposal:1"],
        "kind=freeze": [], "kind=signature_needed": ["proposal:2", "proposal:1"],
    }  # fmt: skip


@pytest.mark.parametrize("query", ["reciepient=1", "ordering=text"])
def test_list__refuses_what_it_does_not_read(api_client_as, query: str) -> None:
    assert api_client_as("ana").get(f"{URL}?{query}").status_code == 400


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_list__is_read_only(api_client_as, method: str) -> None:
    assert getattr(api_client_as("ana"), method)(URL, {}, format="json").status_code == 405
