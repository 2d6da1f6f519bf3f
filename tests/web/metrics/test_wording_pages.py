"""Proposing a change of a definition in words: checked, saved, revised."""

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.test import Client

from apps.core import clock
from apps.governance.models import Proposal
from apps.metrics import operations
from tests.personas import Organisation, principal_of
from tests.web.portal.pages import main_of, words_of

As = Callable[..., Client]
URL = "/proposals/new/metric_definition/?key=change-lead-time"
REASON = "The first commit of a squashed branch says little about when work began."


@pytest.fixture(autouse=True)
def _adopted(organisation: Organisation) -> None:
    by = principal_of(organisation.people["gus"], clock.now())
    operations.adopt_starter(owner_team=organisation.checkout, by=by)


class Fields(HTMLParser):
    """What a browser would send back of the page's form."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self.select = self.area = ""

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        said = dict(pairs)
        name, kind = said.get("name") or "", said.get("type") or "text"
        if tag == "input" and (kind not in ("checkbox", "radio") or "checked" in said):
            self.sent.setdefault(name, []).append(said.get("value") or "")
        self.select = name if tag == "select" else self.select
        self.area = name if tag == "textarea" else self.area
        if tag == "option" and "selected" in said:
            self.sent[self.select] = [said.get("value") or ""]

    def handle_endtag(self, tag: str) -> None:
        self.area = "" if tag == "textarea" else self.area

    def handle_data(self, data: str) -> None:
        if self.area:
            self.sent[self.area] = [self.sent.get(self.area, [""])[0] + data]


def filled(client: Client, address: str, **changed: str) -> dict[str, list[str] | str]:
    fields = Fields()
    fields.feed(main_of(client.get(address)))
    return {**{k: v for k, v in fields.sent.items() if k and k != "csrfmiddlewaretoken"}, **changed}


def test_words__are_checked_as_a_sentence_and_saved(client_as: As) -> None:
    client = client_as("ana")
    sent = filled(client, URL, **{"from": "merged_at", "reason": REASON})
    checked = client.post(URL, {**sent, "act": "check"})
    page = main_of(checked)
    assert "<del>first commit</del> <ins>merge</ins>" in page
    assert "It changes what is computed. Nothing is stored yet." in words_of(checked)
    done = client.post(URL, {**sent, "act": "save"}, follow=True)
    assert "Saved as P-2." in words_of(done)
    assert Proposal.objects.get(number=2).state == "draft"


def test_words__alone_change_words_only(client_as: As) -> None:
    sent = filled(client_as("ana"), URL, purpose="Shows how long a finished change waits.", reason=REASON)
    assert "It changes words only." in words_of(client_as("ana").post(URL, {**sent, "act": "check"}))


def test_words__that_change_nothing_are_told(client_as: As) -> None:
    answer = client_as("ana").post(URL, {**filled(client_as("ana"), URL, reason=REASON), "act": "save"})
    assert answer.status_code == 409
    assert "Version 1 says exactly this." in words_of(answer)


def test_words__a_fault_stands_at_its_field_and_nothing_is_lost(client_as: As) -> None:
    sent = filled(client_as("ana"), URL, leave_1_path="opened_at", min_n="0", reason=REASON)
    answer = client_as("ana").post(URL, {**sent, "act": "save"})
    assert answer.status_code == 422
    page = words_of(answer)
    assert "Say why these facts are left out; it is shown beside them." in page
    assert REASON in main_of(answer)


def test_words__are_for_the_owning_team_and_stewards(client_as: As) -> None:
    statuses = {name: client_as(name).get(URL).status_code for name in ("ana", "dee", "eli", "gus", "fay")}
    assert statuses == {"ana": 200, "dee": 200, "eli": 403, "gus": 200, "fay": 403}
    assert client_as("ana").get("/proposals/new/metric_definition/?key=nothing").status_code == 404
    assert client_as("ana").get("/proposals/new/metric_definition/").status_code == 302


def test_words__of_a_draft_are_edited_on_the_hash_that_was_read(client_as: As) -> None:
    client = client_as("ana")
    client.post(URL, {**filled(client, URL, **{"from": "merged_at", "reason": REASON}), "act": "save"})
    address = "/proposals/2/words/"
    assert address in client.get("/proposals/2/").content.decode()
    sent = filled(client, address, settle_days="14")
    assert sent["from"] == ["merged_at"]
    done = client.post(address, {**sent, "act": "save"}, follow=True)
    assert "Saved as a new revision." in words_of(done)
    late = client.post(address, {**sent, "settle_days": "21", "act": "save"})
    assert late.status_code == 412
    assert "What you typed is kept here and was not written over it." in words_of(late)
    assert client_as("eli").get(address).status_code == 404
