"""Retros and known causes over REST: drafts with If-Match, snapshots as JSON and Markdown, restricted ones absent."""

from collections.abc import Iterator

import pytest

from apps.core import clock
from apps.incidents.domain.retro_snapshots import sha256_of
from apps.incidents.models import Retro
from apps.incidents.operations.restricting import restrict_incident
from apps.incidents.queries import retros
from tests.incidents import NOW
from tests.learning import cause_of, published, resolved_incident, retro_of
from tests.personas import Organisation, principal_of

pytestmark = pytest.mark.django_db
URL = "/api/v1/retros/"


@pytest.fixture(autouse=True)
def _in_may(organisation: Organisation) -> Iterator[None]:
    with clock.playing(NOW):
        yield


@pytest.fixture
def retro() -> Retro:
    return retro_of(resolved_incident())


def address(retro: Retro, rest: str = "") -> str:
    return f"{URL}{retro.incident_id}/{rest}"


def save(client, retro: Retro, revision: str | None, **texts):
    headers = {} if revision is None else {"If-Match": revision}
    return client.patch(address(retro, "sections/summary/"), texts, format="json", headers=headers)


def test_sections__are_saved_on_the_revision_that_was_read(api_client_as, retro: Retro) -> None:
    tool = api_client_as("push")
    read = tool.get(address(retro, "sections/summary/"))
    assert (read.status_code, read.headers["ETag"], read.json()["texts"]) == (200, '"1"', {})
    assert save(tool, retro, None, what_happened="x").status_code == 428
    saved = save(tool, retro, '"1"', what_happened="From a tool.", users=None)
    assert (saved.status_code, saved.headers["ETag"]) == (200, '"2"')
    assert saved.json()["texts"] == {"what_happened": "From a tool.", "users": ""}


def test_sections__a_stale_save_is_412_with_three_texts_and_the_present_tag(api_client_as, retro: Retro) -> None:
    tool = api_client_as("push")
    save(tool, retro, '"1"', what_happened="Theirs.")
    stale = save(tool, retro, '"1"', what_happened="Yours.")
    body = stale.json()
    assert (stale.status_code, body["code"], stale.headers["ETag"]) == (412, "revision_conflict", '"2"')
    assert [body[name].get("what_happened", "") for name in ("base", "theirs", "yours")] == ["", "Theirs.", "Yours."]
    assert body["revision"] == 2
    for tag in ("2", 'W/"2"', '"x"', '"99999999999"'):
        assert save(tool, retro, tag, what_happened="y").status_code == 412


def test_rows__are_added_once_changed_and_removed(api_client_as, retro: Retro) -> None:
    tool = api_client_as("push")
    row = {"kind": "factor", "key": "mine-1", "values": {"sentence": "A pool", "kind": "capacity", "role": None}}
    first = tool.post(address(retro, "rows/"), row, format="json")
    again = tool.post(address(retro, "rows/"), row, format="json")
    assert (first.status_code, again.status_code, again.json()["revision"]) == (201, 200, 1)
    place = address(retro, "rows/mine-1/")
    changed = tool.patch(place, {"role": "triggered"}, format="json", headers={"If-Match": '"1"'})
    assert changed.json()["values"] == {"sentence": "A pool", "kind": "capacity", "role": "triggered"}
    assert tool.delete(place, headers={"If-Match": '"1"'}).status_code == 412
    removed = tool.delete(place, headers={"If-Match": '"2"'})
    assert (removed.status_code, removed.json()["is_removed"]) == (200, True)
    assert [one["is_removed"] for one in tool.get(address(retro, "rows/")).json()] == [True]


def test_save__unknown_names_types_and_choices_are_located(api_client_as, retro: Retro) -> None:
    tool = api_client_as("push")
    wrong = save(tool, retro, '"1"', who="x", users=3, what_happened="x" * 50_001)
    assert {e["pointer"]: e["code"] for e in wrong.json()["errors"]} == {
        "/who": "unknown_field", "/users": "wrong_type", "/what_happened": "too_long",
    }  # fmt: skip
    bad = tool.post(address(retro, "rows/"), {"kind": "factor", "values": {"kind": "root_cause"}}, format="json")
    assert (bad.status_code, bad.json()["errors"][0]["code"]) == (422, "unknown_value")
    shape = tool.patch(address(retro, "sections/summary/"), ["x"], format="json", headers={"If-Match": '"1"'})
    assert shape.status_code == 422
    assert tool.get(address(retro, "sections/elsewhere/")).status_code == 404


@pytest.mark.parametrize(
    ("persona", "read", "write"),
    [("dee", 200, 200), ("push", 200, 200), ("organisation_push", 200, 200), ("read", 200, 403), ("fay", 200, 403),
     ("eli", 404, 404), ("harbour_push", 404, 404), (None, 401, 401)],
)  # fmt: skip
def test_drafts__who_reads_and_who_writes(api_client_as, retro: Retro, persona, read, write) -> None:
    client = api_client_as(persona)
    assert client.get(address(retro, "sections/summary/")).status_code == read
    assert save(client, retro, '"1"', what_happened="x").status_code == write


def test_published__is_shared_as_json_and_markdown_and_its_draft_is_not(
    api_client_as, organisation: Organisation
) -> None:
    retro = published(organisation)
    eli = api_client_as("eli")
    (listed,) = eli.get(address(retro, "snapshots/")).json()
    document = eli.get(address(retro, "snapshots/1/"))
    assert sha256_of(document.content.decode()) == listed["sha256"] == retros.get_snapshot(retro).sha256
    text = eli.get(address(retro, "snapshots/1/markdown/"))
    assert text.headers["Content-Type"].startswith("text/markdown")
    assert "## Factors and safeguards" in text.content.decode()
    assert eli.get(address(retro, "snapshots/2/")).status_code == 404
    assert eli.get(address(retro, "rows/")).status_code == 404
    late = save(api_client_as("push"), retro, '"2"', what_happened="Later.")
    assert (late.status_code, late.json()["code"]) == (409, "retro_published")


def test_open__of_an_incident_that_nobody_asks_for(api_client_as) -> None:
    incident = resolved_incident(severity=4)
    tool = api_client_as("push")
    opened = tool.post(URL, {"incident": f"I-{incident.pk}"}, format="json")
    again = tool.post(URL, {"incident": f"I-{incident.pk}"}, format="json")
    assert (opened.status_code, again.status_code, opened.json()["is_required"]) == (201, 200, False)
    assert api_client_as("harbour_push").post(URL, {"incident": f"I-{incident.pk}"}, format="json").status_code == 403
    assert tool.post(URL, {"incident": "I-987654"}, format="json").json()["errors"][0]["code"] == "unknown_value"


def test_list__filters_and_refuses_what_it_does_not_know(api_client_as, organisation: Organisation) -> None:
    published(organisation, day=5)
    resolved_incident()
    dee = api_client_as("dee")
    assert [row["state"] for row in dee.get(f"{URL}?state=draft").json()["results"]] == ["draft"]
    assert dee.get(f"{URL}?team=harbour").json()["results"] == []
    assert [row["state"] for row in api_client_as("eli").get(URL).json()["results"]] == ["published"]
    assert dee.get(f"{URL}?colour=blue").status_code == 400


def test_restricted__answers_like_a_number_nobody_has(api_client_as, organisation: Organisation) -> None:
    retro = published(organisation)
    incident = retro.incident
    cause = cause_of(organisation, incident, title="Leaked key")
    restrict_incident(incident=incident, by=principal_of(organisation.people["ana"]))
    for persona in ("eli", "fay", "gus", "hal", "harbour_push", "organisation_push"):
        client = api_client_as(persona)
        for rest in ("", "snapshots/", "snapshots/1/", "sections/summary/", "rows/"):
            hidden, absent = client.get(address(retro, rest)), client.get(f"{URL}987654/{rest}")
            strip = [{**answer.json(), "instance": ""} for answer in (hidden, absent)]
            assert (hidden.status_code, strip[0]) == (404, strip[1])
        assert client.get(URL).json()["results"] == []
        assert client.get("/api/v1/known-causes/").json()["results"] == []
        assert client.get(f"/api/v1/known-causes/{cause.pk}/").status_code == 404
        named = client.post(URL, {"incident": f"I-{incident.pk}"}, format="json")
        assert named.status_code in (403, 422)
    assert api_client_as("ana").get(address(retro)).status_code == 200


def test_causes__with_the_incidents_they_struck_in(api_client_as, organisation: Organisation) -> None:
    incident = resolved_incident()
    cause = cause_of(organisation, incident)
    body = api_client_as("eli").get(f"/api/v1/known-causes/{cause.pk}/").json()
    assert (body["id"], body["team"], body["status"]) == (f"C-{cause.pk}", "checkout", "open")
    assert body["incidents"] == [{"incident": f"I-{incident.pk}", "repeat_state": ""}]
