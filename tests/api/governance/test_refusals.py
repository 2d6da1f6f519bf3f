"""Bad input to proposals: each row of the design's table, with nothing written and what holds untouched."""

import json

import pytest

from apps.core import clock
from apps.governance import operations
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.upstairs import upstairs
from apps.governance.models import FreezeWindow, Proposal, Signature
from apps.governance.tasks import run_previews
from apps.metrics.domain.starter import CHANGE_FAILURE_RATE
from apps.metrics.models import DefinitionVersion
from tests.agreeing import agree, starter_item
from tests.api.governance.test_proposals import URL, body, draft, post
from tests.governed import MONDAY, REASON, RULE, Path, Rules

pytestmark = pytest.mark.sql
FREEZE = {"name": "launch freeze", "team": "checkout", "starts_on": "2026-05-06", "last_on": "2026-05-14"}


def items(count: int) -> dict:
    """So many changes in one proposal."""
    item = {"kind": RULE, "op": "change", "content": {"computing": "b"}}
    return {**body(), "items": [{**item, "key": f"rule-{n}"} for n in range(count)]}


def tagged(made: dict) -> dict[str, str]:
    return {"If-Match": f'"{made["revision_sha256"]}"'}


def test_size__over_1_mib_answers_413(path: Path, api_client_as) -> None:
    document = json.dumps(body(computing="x" * 1024 * 1024))
    answer = api_client_as("proposing").generic("POST", URL, document, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert not Proposal.objects.exists()


def test_size__2001_items_answer_422_and_2000_are_read(path: Path, api_client_as, rules: Rules) -> None:
    answer = post(api_client_as("proposing"), URL, items(2001))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "too_many_items")
    assert not Proposal.objects.exists()
    assert post(api_client_as("proposing"), URL, items(2000)).status_code == 201
    assert Proposal.objects.get().items.count() == 2000


def test_import__names_every_bad_row_and_keeps_no_part(path: Path, api_client_as) -> None:
    document = items(6)
    document["items"][1]["kind"] = "weather"
    document["items"][3]["op"] = "end"
    document["items"][5]["key"] = "rule-0"
    document["items"][3]["kind"] = "scorecard"
    answer = post(api_client_as("proposing"), URL, document)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [
        "/items/1/kind", "/items/3/kind", "/items/5/key",
    ]  # fmt: skip
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    ("asked", "pointer", "words"),
    [
        ({"date": "2026-05-12"}, "/date", "The next valid date is Monday 18 May 2026."),
        ({"date": "2026-04-27"}, "/date", "The next valid date is Monday 11 May 2026."),
        ({"date": "2027-05-31"}, "/date", "more than a year away"),
        ({"restate_from": "2026-04-29"}, "/restate_from", "The valid date before it is Monday 27 April 2026."),
        ({"restate_from": "2026-05-11"}, "/restate_from", "choose Monday 4 May 2026 or an earlier boundary"),
    ],
)
def test_date__off_a_boundary_or_past_names_the_next(path: Path, api_client_as, asked, pointer, words) -> None:
    answer = post(api_client_as("proposing"), URL, body(**asked))
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["pointer"], words in error["detail"]) == (422, pointer, True)
    assert not Proposal.objects.exists()


def test_base__that_moved_on_is_neither_submitted_nor_signed(path: Path, api_client_as, rules: Rules) -> None:
    client = api_client_as("proposing")
    made, waiting = draft(client), path.submitted(computing="c")
    rules.texts["lead-time"] = (2, "from review", "z")
    operations.ask_preview(proposal=Proposal.objects.get(number=made["number"]))
    operations.ask_preview(proposal=waiting)
    run_previews()
    early = post(client, f"{URL}{made['number']}/submit/", **tagged(made))
    assert (early.status_code, early.json()["code"]) == (409, "base_moved")
    assert "lead-time is at version 2 by now" in early.json()["detail"]
    before = Signature.objects.count()
    with pytest.raises(Exception, match="lead-time is at version 2 by now"):
        operations.sign_proposal(proposal=waiting, sha256=waiting.revision_sha256, by=path.by("cy"))
    assert (Signature.objects.count(), rules.texts["lead-time"][0]) == (before, 2)


def test_base__that_moved_on_is_built_on_again_by_a_revision(path: Path, api_client_as, rules: Rules) -> None:
    client = api_client_as("proposing")
    made = draft(client)
    rules.texts["lead-time"] = (2, "from review", "z")
    again = client.put(f"{URL}1/", body(), format="json", headers=tagged(made))
    assert again.status_code == 200
    run_previews()
    assert post(client, f"{URL}1/submit/", **tagged(again.json())).status_code == 200


def test_quarter__under_review_is_not_restated(path: Path, api_client_as, organisation) -> None:
    operations.open_quarter(team=organisation.harbour, quarter="2026-Q1")
    client = api_client_as("proposing")
    made = draft(client, restate_from="2026-03-02")
    answer = post(client, f"{URL}1/submit/", **tagged(made))
    assert (answer.status_code, answer.json()["code"]) == (409, "quarter_under_review")
    assert answer.json()["detail"].startswith("2026-Q1 is under review")
    assert Proposal.objects.get().state == "draft"


def test_decided__already_takes_no_further_act(path: Path, api_client_as) -> None:
    client = api_client_as("proposing")
    made = draft(client)
    post(client, f"{URL}1/withdraw/")
    for answer in (
        post(client, f"{URL}1/submit/", **tagged(made)),
        client.put(f"{URL}1/", body("c"), format="json", headers=tagged(made)),
        post(client, f"{URL}1/withdraw/"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "already_decided")


@pytest.fixture
def real(organisation, monkeypatch: pytest.MonkeyPatch):
    """The kinds of the product themselves, on the same Monday."""
    monkeypatch.setattr(upstairs, "receivers", [])
    with clock.playing(MONDAY):
        yield organisation


def sent(kind: str, op: str, key: str, content: dict) -> dict:
    item = {"kind": kind, "op": op, "key": key, "content": content}
    return {"items": [item], "reason": REASON, "category": "improvement"}


def test_freeze__in_force_is_never_edited(real, api_client_as) -> None:
    agree(Item("freeze_window", Op.CREATE, "", FREEZE), author=real.people["cy"])
    answer = post(api_client_as("proposing"), URL, sent("freeze_window", "change", "F-1", FREEZE))
    assert (answer.status_code, answer.json()["code"]) == (409, "only_ended")
    assert answer.json()["detail"].startswith("F-1 holds as it was agreed on")
    row = FreezeWindow.objects.get()
    assert (row.last_on.isoformat(), row.ended_at) == ("2026-05-14", None)


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        ({"expires_at": ""}, "expires_at"),
        ({"expires_at": "2026-09-01"}, "expires_at"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_exemption__without_an_end_or_over_the_cap(real, api_client_as, content, pointer) -> None:
    asked = {
        "kind": "exclude_data", "team": "checkout", "definitions": [], "starts_at": "2026-04-20",
        "expires_at": "2026-05-18",
    } | content  # fmt: skip
    answer = post(api_client_as("proposing"), URL, sent("exemption", "create", "", asked))
    assert answer.status_code == 422
    assert f"/items/0/content/{pointer}" in [error["pointer"] for error in answer.json()["errors"]]
    assert not Proposal.objects.exists()


def test_slug__that_is_taken_and_a_bad_spec(real, api_client_as) -> None:
    item = starter_item(CHANGE_FAILURE_RATE, real.checkout)
    agree(item, author=real.people["ana"], from_beginning=True)
    taken = post(api_client_as("proposing"), URL, sent(item.kind, "create", item.key, dict(item.content)))
    assert (taken.status_code, taken.json()["code"]) == (409, "slug_taken")
    wrong = {**item.content, "spec": {**CHANGE_FAILURE_RATE.spec, "unit": "percent", "mood": 1}}
    answer = post(api_client_as("proposing"), URL, sent(item.kind, "change", item.key, wrong))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [
        "/items/0/content/spec/mood", "/items/0/content/spec/unit",
    ]  # fmt: skip
    assert (DefinitionVersion.objects.count(), Proposal.objects.count()) == (1, 1)
