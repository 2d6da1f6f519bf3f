"""The pages of a retro without JavaScript: five pages, rows, three texts, checks, publishing, amending, waiving."""

import json
import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.incidents.domain.retro_words import RowKind, SectionKey
from apps.incidents.models import Action, Retro
from apps.incidents.operations import cause_linking, retro_saving
from apps.incidents.operations.restricting import restrict_incident
from apps.incidents.queries import retros
from tests.incidents import NOW, make_incident, moments
from tests.learning import (
    ACTION,
    FACTOR,
    SUMMARY,
    WHOLE,
    add,
    cause_of,
    fill,
    publish,
    published,
    resolved_incident,
    retro_of,
    write,
)
from tests.personas import Organisation, principal_of
from tests.web.portal.pages import links_of, words_of

As = Callable[..., Client]
pytestmark = pytest.mark.sql


@pytest.fixture(autouse=True)
def _in_may(organisation: Organisation) -> Iterator[None]:
    with clock.playing(NOW):
        yield


@pytest.fixture
def retro() -> Retro:
    return retro_of(resolved_incident())


def url(retro: Retro, rest: str = "") -> str:
    return f"/retros/{retro.incident_id}/{rest}"


def hidden(html: str) -> dict[str, str]:
    """Fields of the page's form as a browser would send them back, the token left out."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", html):
        name, value = (re.search(rf'{part}="([^"]*)"', tag) for part in ("name", "value"))
        if name and name[1] not in ("csrfmiddlewaretoken", "q", "next"):
            found[name[1]] = unescape(value[1]) if value else ""
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\n?(.*?)</textarea>', html, re.DOTALL):
        found[name] = unescape(text)
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', html, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def send(client: Client, place: str, act: str = "save", **changes: str):
    """Open a page, change some of its fields, press a button."""
    page = client.get(place)
    assert page.status_code == 200, page.content.decode()
    return client.post(place, {**hidden(page.content.decode()), **changes, "act": act})


def key_of(retro: Retro, kind: RowKind, place: int = 0) -> str:
    return retros.list_rows(retro, kind)[place].key


def test_five_pages__written_with_plain_forms_checked_and_published(retro: Retro, client_as: As) -> None:
    dee = client_as("dee")
    tasks = dee.get(url(retro))
    assert words_of(tasks).count("Not started") == 5
    assert {url(retro, f"{key}/") for key in SectionKey} <= set(links_of(tasks))
    assert send(dee, url(retro, "summary/"), **SUMMARY).status_code == 302
    assert send(dee, url(retro, "timeline/"), how_known="An alert.").status_code == 302
    for kind, values, page in (("factor", FACTOR, "factors/"), ("action", ACTION, "actions/")):
        answer = send(dee, url(retro, page), f"add-{kind}")
        key = key_of(retro, RowKind(kind))
        assert answer.headers["Location"] == f"{url(retro, page)}?saved=1#row-{key}"
        send(dee, url(retro, page), **{f"row-{key}-{name}": text for name, text in values.items()})
    assert send(dee, url(retro, "learned/"), went_well="The alert came first.").status_code == 302
    check = client_as("ana").get(url(retro, "check/"))
    assert "Still missing" not in words_of(check)
    done = client_as("ana").post(url(retro, "publish/"), hidden(check.content.decode()), follow=True)
    assert "Published. Its actions are open." in words_of(done)
    assert Action.objects.get().text == ACTION["text"]
    read = client_as("eli").get(url(retro))
    assert "Payments were refused for 53 minutes." in words_of(read)
    assert "Amend it" not in words_of(read)


def test_action__begins_with_the_team_that_owns_the_incident(retro: Retro, client_as: As) -> None:
    send(client_as("dee"), url(retro, "actions/"), "add-action")
    assert retros.list_rows(retro, RowKind.ACTION)[0].values == {"team": "checkout"}


def test_rows__are_moved_removed_and_brought_back_by_buttons_and_what_is_typed_is_saved_first(
    retro: Retro, client_as: As
) -> None:
    dee, place = client_as("dee"), url(retro, "factors/")
    send(dee, place, "add-factor")
    send(dee, place, "add-factor", conditions="Everyday work.")
    first, second = (key_of(retro, RowKind.FACTOR, n) for n in (0, 1))
    send(dee, place, f"up-{second}", **{f"row-{first}-sentence": "First", f"row-{second}-sentence": "Second"})
    assert [row.values.get("sentence") for row in retros.list_rows(retro, RowKind.FACTOR)] == ["Second", "First"]
    send(dee, place, f"remove-{first}")
    page = dee.get(place)
    assert f'value="restore-{first}"' in page.content.decode()
    assert f"row-{first}-sentence" not in page.content.decode()
    send(dee, place, f"restore-{first}")
    assert f"row-{first}-sentence" in dee.get(place).content.decode()
    assert retros.get_section(retro, "factors").texts == {"conditions": "Everyday work."}


def test_conflict__shows_three_texts_and_saves_what_is_chosen(
    retro: Retro, client_as: As, organisation: Organisation
) -> None:
    place = url(retro, "summary/")
    write(retro, SectionKey.SUMMARY, principal_of(organisation.people["ana"]), what_happened="It was.", users="1")
    dee, page = client_as("dee"), client_as("dee").get(place)
    write(retro, SectionKey.SUMMARY, principal_of(organisation.people["ana"]), what_happened="Theirs <b>.", users="2")
    sent = {**hidden(page.content.decode()), "what_happened": "Yours.", "act": "save"}
    clash = dee.post(place, sent)
    said = words_of(clash)
    assert clash.status_code == 412
    assert all(text in said for text in ("It was.", "Theirs <b>.", "Yours."))
    assert retros.get_section(retro, "summary").texts["what_happened"] == "Theirs <b>."
    fields = hidden(clash.content.decode())
    assert fields["part--what_happened-both"] == "Theirs <b>.\n\nYours."
    chosen = {"part--what_happened-choice": "both", "part--users-choice": "theirs", "act": "resolve"}
    assert dee.post(place, {**fields, **chosen}).status_code == 302
    texts = retros.get_section(retro, "summary").texts
    assert (texts["what_happened"], texts["users"]) == ("Theirs <b>.\n\nYours.", "2")


@pytest.mark.parametrize(("choice", "stands"), [("theirs", "Theirs."), ("mine", "Yours."), ("both", "A third.")])
def test_conflict__each_choice_of_a_row(
    retro: Retro, client_as: As, organisation: Organisation, choice: str, stands: str
) -> None:
    ana, place = principal_of(organisation.people["ana"]), url(retro, "factors/")
    row = add(retro, RowKind.FACTOR, ana, sentence="It was.")
    dee = client_as("dee")
    sent = hidden(dee.get(place).content.decode())
    retro_saving.save_row(retro=retro, key=row.key, values={"sentence": "Theirs."}, revision=1, by=ana)
    clash = dee.post(place, {**sent, f"row-{row.key}-sentence": "Yours.", "act": "save"})
    part = f"part-{row.key}-sentence"
    fields = {**hidden(clash.content.decode()), f"{part}-both": "A third.", f"{part}-choice": choice}
    assert dee.post(place, {**fields, "act": "resolve"}).status_code == 302
    assert retros.get_row(retro, row.key).values["sentence"] == stands


def test_conflict__a_third_writer_is_met_again(retro: Retro, client_as: As, organisation: Organisation) -> None:
    ana, place = principal_of(organisation.people["ana"]), url(retro, "summary/")
    dee = client_as("dee")
    sent = hidden(dee.get(place).content.decode())
    write(retro, SectionKey.SUMMARY, ana, what_happened="Second.")
    clash = dee.post(place, {**sent, "what_happened": "Mine.", "act": "save"})
    write(retro, SectionKey.SUMMARY, ana, what_happened="Third.")
    fields = {**hidden(clash.content.decode()), "part--what_happened-choice": "mine", "act": "resolve"}
    again = dee.post(place, fields)
    assert again.status_code == 412
    assert all(text in words_of(again) for text in ("Second.", "Third.", "Mine."))


def test_conflict__of_a_row_that_was_removed(retro: Retro, client_as: As, organisation: Organisation) -> None:
    ana, place = principal_of(organisation.people["ana"]), url(retro, "factors/")
    row = add(retro, RowKind.FACTOR, ana, sentence="It was.")
    dee = client_as("dee")
    sent = hidden(dee.get(place).content.decode())
    retro_saving.remove_row(retro=retro, key=row.key, revision=1, by=ana)
    clash = dee.post(place, {**sent, f"row-{row.key}-sentence": "Yours.", "act": "save"})
    assert "The other person removed this row" in words_of(clash)
    fields = hidden(clash.content.decode())
    chosen = {f"part-{row.key}-removed": "mine", f"part-{row.key}-sentence-choice": "mine", "act": "resolve"}
    assert dee.post(place, {**fields, **chosen}).status_code == 302
    assert retros.get_draft(retro).rows_of(RowKind.FACTOR)[0].values["sentence"] == "Yours."


def test_paste__of_200_kb_is_refused_and_comes_back_whole(retro: Retro, client_as: As) -> None:
    text = "<script>x</script> " * 10_600
    answer = send(client_as("dee"), url(retro, "summary/"), what_happened=text, users="12")
    assert answer.status_code == 422
    fields = hidden(answer.content.decode())
    assert (fields["what_happened"], fields["users"]) == (text, "12")
    assert 'href="#id_what_happened"' in answer.content.decode()
    assert "<script>x" not in answer.content.decode()
    assert retros.get_section(retro, "summary").revision == 1


@pytest.mark.parametrize("changes", [{"revision": ""}, {"revision": "x"}, {"act": "explode"}, {"act": "add-cause"}])
def test_save__what_cannot_be_read_is_400(retro: Retro, client_as: As, changes: dict[str, str]) -> None:
    client = client_as("dee")
    sent = {**hidden(client.get(url(retro, "summary/")).content.decode()), "act": "save", **changes}
    assert client.post(url(retro, "summary/"), sent).status_code == 400


def script(client: Client, place: str, **fields: str):
    """A save as draft.js sends it."""
    return client.post(place, fields, headers={"Accept": "application/json"})


def test_autosave__answers_revisions_status_and_hints_and_stores_none(retro: Retro, client_as: As) -> None:
    dee, place = client_as("dee"), url(retro, "summary/")
    saved = script(dee, place, revision="1", what_happened="Ana Tamm should have looked.")
    body = saved.json()
    assert (saved.status_code, body["revisions"], body["newer"]) == (200, {"": 2}, {})
    assert body["status"] == "Draft saved 12:00 UTC · not published"
    assert "should have" in body["hints"]
    assert "Ana Tamm" in body["hints"]
    assert "should have" not in json.dumps([row.texts for row in retros.list_revisions(retro, "summary")]).replace(
        "Ana Tamm should have looked.", ""
    )
    assert "Another way to say it" not in words_of(dee.get(place))
    assert "Another way to say it" in words_of(dee.get(f"{place}?saved=1"))
    assert script(dee, place, revision="1", what_happened="Other.").status_code == 412
    long = script(dee, place, revision="2", what_happened="x" * 60_000)
    assert (long.status_code, long.json()["errors"][0]["pointer"]) == (422, "/what_happened")


def test_autosave__after_a_logout_leads_to_the_sign_in(retro: Retro, client_as: As) -> None:
    assert script(client_as(None), url(retro, "summary/"), revision="1").status_code == 302


def test_check__an_empty_retro_of_level_one_lists_every_unmet_check_with_a_working_link(client_as: As) -> None:
    retro = retro_of(make_incident(severity=1, milestones=moments(impact_started="10:05", detected="10:17")))
    ana = client_as("ana")
    page = ana.get(url(retro, "check/"))
    links = [link for link in links_of(page) if "#" in link and link.startswith("/retros/")]
    assert len(links) == 9  # summary, three impacts, mitigated, resolved, trigger, monitored action, facilitator
    for link in links:
        place, _, anchor = link.partition("#")
        assert f'id="{anchor}"' in ana.get(place).content.decode(), link
    read = retros.sha256_of_draft(retros.get_draft(retro))
    refused = ana.post(url(retro, "publish/"), {"draft_sha256": read})
    assert (refused.status_code, "Nothing was published yet" in words_of(refused)) == (422, True)
    assert retro_of(retro.incident).state == "draft"


def test_publish__of_what_was_written_on_meanwhile(retro: Retro, client_as: As, organisation: Organisation) -> None:
    dee = principal_of(organisation.people["dee"])
    fill(retro, dee)
    read = hidden(client_as("ana").get(url(retro, "check/")).content.decode())
    write(retro, SectionKey.LEARNED, dee, lucky="It was a Monday.")
    answer = client_as("ana").post(url(retro, "publish/"), read)
    assert (answer.status_code, "Somebody wrote on meanwhile" in words_of(answer)) == (412, True)


def test_amend__a_second_publication_beside_the_first(organisation: Organisation, client_as: As) -> None:
    retro, ana = published(organisation), client_as("ana")
    assert ana.post(url(retro, "amend/"), {"amend-reason": ""}).status_code == 422
    assert ana.post(url(retro, "amend/"), {"amend-reason": "Counted anew."}).status_code == 302
    send(ana, url(retro, "summary/"), users="5,000")
    assert "5,000" not in words_of(client_as("eli").get(url(retro)))
    check = ana.get(url(retro, "check/"))
    assert ana.post(url(retro, "publish/"), hidden(check.content.decode())).status_code == 302
    newest, first = client_as("eli").get(url(retro)), client_as("eli").get(url(retro, "snapshots/1/"))
    assert "Amended: Counted anew." in words_of(newest)
    assert ("5,000" in words_of(newest), "4,200" in words_of(first)) == (True, True)
    assert client_as("eli").get(url(retro, "snapshots/2/markdown/")).status_code == 200
    assert client_as("eli").get(url(retro, "snapshots/2/json/")).headers["Content-Type"] == "application/json"
    assert client_as("eli").get(url(retro, "revisions/")).status_code == 404
    assert "5,000" in words_of(ana.get(url(retro, "revisions/?part=summary")))


def test_waive__asked_and_answered_by_others(retro: Retro, client_as: As) -> None:
    assert client_as("dee").post(url(retro, "waiver/"), {"waiver-reason": "Like last week's."}).status_code == 302
    assert client_as("dee").post(url(retro, "waiver/agree/")).status_code == 403
    assert "Like last week's." in words_of(client_as("fay").get(url(retro)))
    assert client_as("fay").post(url(retro, "waiver/agree/")).status_code == 302
    assert "Waived" in words_of(client_as("dee").get(url(retro)))
    assert client_as("dee").post(url(retro, "waiver/"), {"waiver-reason": "Again."}).status_code == 409


def test_facilitator__is_named_by_mail_address(retro: Retro, client_as: As) -> None:
    dee = client_as("dee")
    assert dee.post(url(retro, "facilitator/"), {"facilitator": "nobody@example.org"}).status_code == 422
    assert dee.post(url(retro, "facilitator/"), {"facilitator": "Eli@example.org"}).status_code == 302
    assert send(client_as("eli"), url(retro, "summary/"), users="3").status_code == 302
    assert "facilitated by Eli Strand" in words_of(dee.get(url(retro)))


@pytest.mark.parametrize("rest", ["", "summary/", "check/", "revisions/"])
@pytest.mark.parametrize(("persona", "status"), [("eli", 404), ("fay", 200), (None, 302)])
def test_draft__is_its_teams(retro: Retro, client_as: As, rest: str, persona: str | None, status: int) -> None:
    wanted = 403 if (persona, rest) == ("fay", "summary/") else status
    assert client_as(persona).get(url(retro, rest)).status_code == wanted


def test_restricted__is_the_404_of_a_number_nobody_has(organisation: Organisation, client_as: As) -> None:
    retro = published(organisation, title="Zeppelinword in the payments")
    restrict_incident(incident=retro.incident, by=principal_of(organisation.people["ana"]))
    for persona in ("eli", "fay", "gus", "hal"):
        client = client_as(persona)
        for rest in ("", "check/", "snapshots/1/", "snapshots/1/json/", "snapshots/1/markdown/", "summary/"):
            hidden_page, absent = client.get(url(retro, rest)), client.get(f"/retros/987654/{rest}")
            assert hidden_page.status_code == absent.status_code == 404
            assert bare(hidden_page, retro.incident_id) == bare(absent, 987654)
        for place in ("/retros/", "/causes/", "/teams/checkout/synthesis/?month=2026-05", "/search/?q=Zeppelinword"):
            answer = client.get(place)
            assert answer.status_code in (200, 404)
            assert "Payments were refused" not in words_of(answer)
            assert "Zeppelinword in" not in words_of(answer)
    assert client_as("ana").get(url(retro)).status_code == 200


def bare(answer, number: int) -> str:
    """A page without its own address and form tokens."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())
    return text.replace(f"/retros/{number}/", "")


def test_short_form__has_four_pages_and_no_safeguards(client_as: As) -> None:
    retro = retro_of(make_incident(severity=3, milestones=moments(**WHOLE, resolved="11:30")))
    dee = client_as("dee")
    assert dee.get(url(retro, "learned/")).status_code == 404
    assert "add-safeguard" not in dee.get(url(retro, "factors/")).content.decode()


def test_list__open_ones_first_by_due_time(organisation: Organisation, client_as: As) -> None:
    out, draft = published(organisation, day=5), retro_of(resolved_incident())
    page = client_as("dee").get("/retros/")
    links = [link for link in links_of(page) if re.fullmatch(r"/retros/\d+/", link)]
    assert links == [url(draft), url(out)]
    assert "Was due 7 May 2026, 13:30" in words_of(page)


@pytest.mark.parametrize("rest", ["", "summary/", "timeline/", "factors/", "actions/", "factors/?saved=1", "check/"])
def test_pages__of_who_writes_ask_twelve_times_at_most(
    retro: Retro, client_as: As, organisation: Organisation, rest: str
) -> None:
    fill(retro, principal_of(organisation.people["dee"]))
    client = client_as("dee")
    client.get(url(retro, rest))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url(retro, rest)).status_code == 200
    assert len(queries) <= 12, [query["sql"][:120] for query in queries]


def test_save__asks_a_fixed_number_of_times_however_many_rows(
    retro: Retro, client_as: As, organisation: Organisation
) -> None:
    dee, client, place = principal_of(organisation.people["dee"]), client_as("dee"), url(retro, "factors/")
    counts = []
    for more in (1, 20):
        for _ in range(more):
            add(retro, RowKind.FACTOR, dee, sentence="A pool")
        sent = {**hidden(client.get(place).content.decode()), "conditions": f"Work of {more}.", "act": "save"}
        with CaptureQueriesContext(connection) as queries:
            assert client.post(place, sent).status_code == 302
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 16


def test_published__a_script_is_text_on_the_retro_its_snapshot_and_its_cause(
    organisation: Organisation, client_as: As
) -> None:
    """Plain text as it was typed, Markdown of a fixed subset: neither becomes markup."""
    ana, script = principal_of(organisation.people["ana"]), "<script>alert(1)</script>"
    retro = fill(retro_of(resolved_incident()), ana, factor={"sentence": f"Pool {script}"})
    write(retro, SectionKey.SUMMARY, ana, **{**SUMMARY, "what_happened": f"**Refused** {script}"})
    cause = cause_of(organisation, retro.incident, title=f"Small pool {script}")
    cause_linking.edit_cause(cause=cause, title=cause.title, text=script, services=[], revision=1, by=ana)
    publish(retro, ana)
    for place in (url(retro), url(retro, "snapshots/1/"), f"/causes/{cause.pk}/", "/causes/"):
        answer = client_as("eli").get(place)
        html = answer.content.decode()
        assert answer.status_code == 200, place
        assert "<script>alert" not in html, place
        assert "&lt;script&gt;alert(1)" in html, place
