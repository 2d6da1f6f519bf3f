"""/api/v1/proposals/: tools draft, revise, submit and withdraw; people sign on pages."""

import json

import pytest

from apps.audit.models import AuditEvent
from apps.governance.models import Proposal, ProposalRevision, Signature
from apps.governance.tasks import run_previews
from tests.governed import REASON, RULE, Path, Rules

pytestmark = pytest.mark.sql
URL = "/api/v1/proposals/"
CANARIES = ("Ana Tamm", "Cy Emmer", "Bo Park", "@example.org")


def body(computing: str = "b", **more):
    content = {"wording": "from merge", "computing": computing}
    item = {"kind": RULE, "op": "change", "key": "lead-time", "content": content}
    return {"items": [item], "reason": REASON, "category": "improvement", **more}


def post(client, address, document=None, **headers):
    return client.post(address, document or {}, format="json", headers=headers)


def draft(client, **more) -> dict:
    answer = post(client, URL, body(**more))
    assert answer.status_code == 201, answer.content
    run_previews()
    made: dict = answer.json()
    return made


def test_draft__by_a_tool_is_its_own(path: Path, api_client_as) -> None:
    client = api_client_as("proposing")
    made = draft(client)
    assert (made["number"], made["state"], made["origin"], made["team"]) == (1, "draft", "token", "checkout")
    assert made["items"][0]["is_meaning"] is True
    read = client.get(f"{URL}1/")
    assert read.headers["ETag"] == f'"{made["revision_sha256"]}"'
    assert api_client_as("read").get(f"{URL}1/").status_code == 404
    assert api_client_as("harbour_proposing").get(f"{URL}1/").status_code == 404


def test_draft__needs_the_scope(path: Path, api_client_as) -> None:
    for who, code in (("push", "scope_missing"), ("read", "scope_missing"), ("harbour_proposing", "role_missing")):
        answer = post(api_client_as(who), URL, body())
        assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert api_client_as("only_propose").get(URL).json()["code"] == "scope_missing"
    assert post(api_client_as("only_propose"), URL, body()).status_code == 201


def test_draft__every_fault_is_located(path: Path, api_client_as) -> None:
    wrong = body(date="2026-05-12") | {"items": [{"kind": "weather", "op": "change", "key": "x", "content": {}}]}
    answer = post(api_client_as("proposing"), URL, wrong)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/items/0/kind"]
    typo = post(api_client_as("proposing"), URL, body() | {"resaon": "x"})
    assert typo.json()["errors"][0]["code"] == "unknown_field"
    off = post(api_client_as("proposing"), URL, body(date="2026-05-12")).json()
    assert (off["code"], off["errors"][0]["pointer"]) == ("not_a_boundary", "/date")
    assert Proposal.objects.count() == 0


def test_revise__names_the_revision_it_was_made_on(path: Path, api_client_as) -> None:
    client = api_client_as("proposing")
    made = draft(client)
    tag = f'"{made["revision_sha256"]}"'
    bare = client.put(f"{URL}1/", body("c"), format="json")
    assert (bare.status_code, bare.json()["code"]) == (428, "if_match_required")
    done = client.put(f"{URL}1/", body("c"), format="json", headers={"If-Match": tag})
    assert done.status_code == 200
    assert done.json()["revision_number"] == 2
    stale = client.put(f"{URL}1/", body("d"), format="json", headers={"If-Match": tag})
    assert (stale.status_code, stale.json()["code"]) == (412, "revision_changed")
    assert stale.headers["ETag"] == done.headers["ETag"]
    assert client.put(f"{URL}1/", body("d"), format="json", headers={"If-Match": "W/x"}).status_code == 412
    assert ProposalRevision.objects.count() == 2


def test_submit__by_a_tool_signs_nothing_and_asks_two(path: Path, api_client_as) -> None:
    client = api_client_as("proposing")
    made = draft(client)
    assert post(client, f"{URL}1/submit/").status_code == 428
    done = post(client, f"{URL}1/submit/", **{"If-Match": f'"{made["revision_sha256"]}"'})
    assert (done.status_code, done.json()["state"]) == (200, "in_review")
    assert Signature.objects.count() == 0
    checks = client.get(f"{URL}1/checks/").json()
    assert {one["check"] for one in checks["checks"] if not one["ok"]} == {"roles_signed", "two_people"}
    assert "Waits for the tech lead." in checks["waits_for"]
    again = post(client, f"{URL}1/submit/", **{"If-Match": f'"{made["revision_sha256"]}"'})
    assert (again.status_code, again.json()["code"]) == (409, "state_forbids")


def test_submit__waits_for_the_preview_and_a_reason(path: Path, api_client_as) -> None:
    client = api_client_as("proposing")
    made = post(client, URL, body()).json()
    tag = {"If-Match": f'"{made["revision_sha256"]}"'}
    early = post(client, f"{URL}1/submit/", **tag)
    assert (early.status_code, early.json()["code"]) == (409, "preview_stale")
    thin = post(client, URL, body("e", reason="Better.")).json()
    run_previews()
    refused = post(client, f"{URL}2/submit/", **{"If-Match": f'"{thin["revision_sha256"]}"'})
    assert refused.json()["errors"][0]["pointer"] == "/reason"


def test_withdraw__its_own_only(path: Path, api_client_as) -> None:
    path.submitted()
    draft(api_client_as("proposing"), computing="c")
    other = post(api_client_as("proposing"), f"{URL}1/withdraw/")
    assert (other.status_code, other.json()["code"]) == (403, "role_missing")
    done = post(api_client_as("proposing"), f"{URL}2/withdraw/", {"reason": "The pipeline moved."})
    assert (done.status_code, done.json()["state"]) == (200, "withdrawn")
    late = post(api_client_as("proposing"), f"{URL}2/withdraw/")
    assert (late.status_code, late.json()["code"]) == (409, "already_decided")


def test_signing__has_no_address_here(path: Path, api_client_as) -> None:
    path.submitted()
    assert post(api_client_as("proposing"), f"{URL}1/sign/").status_code == 404
    page = api_client_as("proposing").post("/proposals/1/sign/")
    assert page.status_code == 403


def test_parts__are_read_without_anybodys_name(path: Path, api_client_as, client_as) -> None:
    proposal = path.signed("cy")
    client_as("cy").post("/proposals/1/request-changes/", {"request-text": "Say what a squashed merge is."})
    client = api_client_as("read")
    parts = {part: client.get(f"{URL}1/{part}/") for part in (
        "revisions", "signatures", "comments", "preview", "checks", "diff",
    )}  # fmt: skip
    assert {part: answer.status_code for part, answer in parts.items()} == dict.fromkeys(parts, 200)
    said = "".join(answer.content.decode() for name, answer in parts.items() if name != "checks")
    assert [word for word in CANARIES if word in said + client.get(f"{URL}1/").content.decode()] == []
    assert [(row["role"], row["act"]) for row in parts["signatures"].json()] == [
        ("tech_lead", "submit"), ("engineering_manager", "approve"),
    ]  # fmt: skip
    assert parts["comments"].json()[0]["is_open"] is True
    assert parts["preview"].json()["sections"][0]["sentences"] == ["No value changes in 26 weeks."]
    assert parts["diff"].json()[0]["fields"] == [
        {"field": "computing", "before": "", "after": "b"},
        {"field": "wording", "before": "from first commit", "after": "from merge"},
    ]
    revision = parts["revisions"].json()[0]
    assert revision["sha256"] == proposal.revision_sha256
    assert json.loads(revision["text"]) == revision["document"]


def test_checks__name_nobody(path: Path, api_client_as, client_as) -> None:
    path.submitted()
    client_as("cy").post("/proposals/1/request-changes/", {"request-text": "Say what a squashed merge is."})
    said = api_client_as("read").get(f"{URL}1/checks/").content.decode()
    assert "Say what a squashed merge is." in said
    assert [word for word in CANARIES if word in said] == []


def test_list__filters_and_refuses_what_it_does_not_know(path: Path, api_client_as) -> None:
    path.submitted()
    path.submitted(computing="c")
    client = api_client_as("read")
    assert [row["number"] for row in client.get(URL).json()["results"]] == [2, 1]
    assert client.get(f"{URL}?state=in_review&team=checkout&kind={RULE}&key=lead-time").json()["count"] == 2
    assert client.get(f"{URL}?state=activated").json()["count"] == 0
    assert client.get(f"{URL}?stat=draft").status_code == 400
    assert client.get(f"{URL}?ordering=title").json()["code"] == "ordering_not_offered"
    assert api_client_as(None).get(URL).status_code == 401


def test_writes__leave_their_trace(path: Path, api_client_as, rules: Rules) -> None:
    made = draft(api_client_as("proposing"))
    post(api_client_as("proposing"), f"{URL}1/submit/", **{"If-Match": f'"{made["revision_sha256"]}"'})
    actions = AuditEvent.objects.filter(action__startswith="proposal.").values_list("action", flat=True)
    assert list(actions.order_by("seq")) == ["proposal.drafted", "proposal.submitted"]
