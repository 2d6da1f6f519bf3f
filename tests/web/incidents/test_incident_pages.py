"""Incidents on pages: reported and corrected without script, said with both times, restricted for all but the list."""

import re

import pytest

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.delivery.facts import DEPLOYMENTS
from apps.incidents.domain.incident_words import LinkKind, MilestoneKind
from apps.incidents.models import ChangeLink, Incident, Milestone, SeverityPolicy, TimelineEntry
from apps.incidents.operations import linking, restricting, timeline
from apps.incidents.operations.statements import record_milestone
from apps.incidents.operations.timeline import Line
from apps.services import operations as services
from tests.incidents import NOW, at, make_incident, moments
from tests.personas import principal_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_may(organisation):
    """All of this happens on 20 May 2026, a Wednesday."""
    with clock.playing(NOW):
        yield


def text_of(response) -> str:
    """What a page says, without tags and repeated blanks."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_list__those_that_go_on_first_the_oldest_on_top_and_no_undivided_count(client_as, ana) -> None:
    for title, day, end in (("second", 5, None), ("first", 4, None), ("over", 3, "11:00")):
        times = {"impact_started": "10:05", **({"resolved": end} if end else {})}
        make_incident(title=title, milestones=moments(day, **times), severity=3)
    said = text_of(client_as("eli").get("/incidents/"))
    assert said.index("I-2: first") < said.index("I-1: second") < said.index("I-3: over")
    assert "at least" in said
    assert not re.search(r"\b3 incidents\b|of 3\b", said)


def test_list__is_narrowed_and_refuses_what_it_does_not_read(client_as) -> None:
    make_incident(title="Ours")
    make_incident(title="Theirs", services=("harbour-cluster",))
    client = client_as("eli")
    said = text_of(client.get("/incidents/?team=harbour&standing=going-on&kind=incident"))
    assert "Theirs" in said
    assert "Ours" not in said
    assert client.get("/incidents/?order=severity").status_code == 400


def test_report__by_form_with_times_of_the_zone(client_as) -> None:
    client = client_as("dee")
    assert client.get("/incidents/new/").status_code == 200
    body = {"title": "Payments are refused", "origin": "checkout-api", "touched": ["checkout-web"], "severity": "2",
            "detected_by": "customer", "kind": "incident", "impact_started": "2026-05-04 12:05",
            "detected_at": "2026-05-04 12:17"}  # fmt: skip
    response = client.post("/incidents/new/", body)
    incident = Incident.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/incidents/{incident.pk}/")
    zone = clock.reporting_zone()
    assert incident.started_at.astimezone(zone).strftime("%H:%M") == "12:05"
    assert incident.owner_team.slug == "checkout"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"title": ""}, "This field is required."),
        ({"impact_started": "yesterday"}, "Enter a time such as"),
        ({"impact_started": "2026-05-04 12:05", "resolved_at": "2026-05-04 11:00", "detected_at": "2026-05-04 10:00"},
         "lies before impact started"),
        ({"detected_at": "2026-06-04 12:05"}, "ahead of the clock"),
    ],
)  # fmt: skip
def test_report__what_does_not_fit_stands_beside_its_field_and_keeps_what_was_typed(client_as, changed, sentence):
    body = {"title": "Payments", "origin": "checkout-api", "detected_by": "unknown", "kind": "incident"} | changed
    response = client_as("dee").post("/incidents/new/", body)
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert not Incident.objects.exists()


def test_report__of_another_teams_service_is_refused_in_words(client_as) -> None:
    body = {"title": "x", "origin": "checkout-api", "detected_by": "unknown", "kind": "incident"}
    assert client_as("eli").post("/incidents/new/", body).status_code == 403


def test_page__shows_moments_with_their_witnesses_lengths_and_why_there_is_none(client_as, ana) -> None:
    incident = make_incident(milestones=moments(detected="10:17", mitigated="10:58"), severity=3)
    said = text_of(client_as("eli").get(f"/incidents/{incident.pk}/"))
    assert "≈" in said
    assert "the start is assumed, so no number counts it" in said
    assert "at least" in said
    record_milestone(
        incident=incident, kind=MilestoneKind.MITIGATED, at=at("10:40"), reason="The graph.", by=principal_of(ana)
    )
    record_milestone(
        incident=incident, kind=MilestoneKind.MITIGATED, at=at("10:50"), by=principal_of(ana), reason="No."
    )
    said = text_of(client_as("eli").get(f"/incidents/{incident.pk}/"))
    assert "a tool said" in said
    assert "a person said" in said


def test_page__says_what_a_source_said_later_than_a_person(client_as, ana) -> None:
    incident = make_incident()
    record_milestone(incident=incident, kind=MilestoneKind.RESOLVED, at=at("14:00"), by=principal_of(ana))
    record_milestone(incident=incident, kind=MilestoneKind.RESOLVED, at=at("14:20"), by=SYSTEM)
    said = text_of(client_as("eli").get(f"/incidents/{incident.pk}/"))
    shown = f"{at('14:20').astimezone(clock.reporting_zone()):%H:%M}"
    assert re.search(rf"source disagrees: [^;]*\b{shown}\b", said)
    assert "the person's time holds" in said.replace("&#x27;", "'")


def test_page__a_stranger_reads_and_has_no_button(client_as) -> None:
    incident = make_incident()
    assert "now</button>" not in client_as("eli").get(f"/incidents/{incident.pk}/").content.decode()
    assert "Mitigated now" in client_as("dee").get(f"/incidents/{incident.pk}/").content.decode()


def test_page__says_how_a_retro_stands_and_links_it_for_those_who_may_read_it(client_as) -> None:
    incident = make_incident(severity=2)
    address, link = f"/incidents/{incident.pk}/", f'href="/retros/{incident.pk}/"'
    for name in ("eli", "dee", "fay"):
        page, retro = client_as(name).get(address), client_as(name).get(f"/retros/{incident.pk}/")
        assert "Retro: draft" in text_of(page).replace("Draft", "draft")
        assert (link in page.content.decode()) is (retro.status_code == 200)
    assert client_as("eli").get(f"/retros/{incident.pk}/").status_code == 404


def test_buttons__say_now_and_a_correction_needs_a_reason(client_as) -> None:
    incident, client = make_incident(), client_as("dee")
    for kind in ("acknowledged", "resolved"):
        assert client.post(f"/incidents/{incident.pk}/now/{kind}/").status_code == 302
    assert Milestone.objects.filter(origin="human").count() == 2
    assert "Resolved now" not in client.get(f"/incidents/{incident.pk}/").content.decode()
    address = f"/incidents/{incident.pk}/moments/1/resolved/"
    assert client.get(address).status_code == 200
    wrong = client.post(address, {"at": "2026-05-04 13:00"})
    assert wrong.status_code == 422
    assert "both stay readable" in text_of(wrong)
    assert client.post(address, {"at": "2026-05-04 14:00", "reason": "The log."}).status_code == 302
    assert client.get(f"/incidents/{incident.pk}/moments/2/resolved/").status_code == 404
    assert client.post(f"/incidents/{incident.pk}/now/began/").status_code == 404


def test_reopen__begins_the_next_stretch(client_as) -> None:
    incident = make_incident(milestones=moments(impact_started="10:05", resolved="11:00"))
    client = client_as("dee")
    address = f"/incidents/{incident.pk}/reopen/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"at": "2026-05-05 10:00"}).status_code == 302
    assert "Reopened, stretch 2" in text_of(client.get(f"/incidents/{incident.pk}/"))


def test_acts__severity_edit_exclude_include_services(client_as) -> None:
    incident, client = make_incident(), client_as("dee")
    one = f"/incidents/{incident.pk}"
    assert client.post(f"{one}/severity/", {"level": "1"}).status_code == 302
    assert client.post(f"{one}/severity/", {"level": "7"}).status_code == 422
    edited = {"title": "Other", "kind": "drill", "detected_by": "alert", "revision": "1"}
    assert client.post(f"{one}/edit/", edited).status_code == 302
    stale = client.post(f"{one}/edit/", edited | {"title": "Third"})
    assert (stale.status_code, "Somebody else saved this meanwhile" in text_of(stale)) == (412, True)
    assert client.post(f"{one}/services/", {"service": "checkout-web", "role": "affected"}).status_code == 302
    assert client.post(f"{one}/services/checkout-web/release/", {"reason": "It was not."}).status_code == 302
    assert (
        client.post(f"{one}/exclude/", {"exclusion": "duplicate", "duplicate_of": "I-99", "reason": "x"}).status_code
        == 422
    )
    assert client.post(f"{one}/exclude/", {"exclusion": "false_alarm", "reason": "A test."}).status_code == 302
    assert "it counts in no number" in text_of(client.get(f"{one}/"))
    assert client.post(f"{one}/include/", {"reason": "It was real."}).status_code == 302
    for name in ("severity", "edit", "services", "exclude", "include", "links", "timeline"):
        assert client.get(f"{one}/{name}/").status_code == 200, name


def test_links__candidates_are_linked_by_one_button_and_ruled_out_with_a_reason(client_as, organisation) -> None:
    rows = [{"service": organisation.checkout_api.pk, "key": "team/v1", "finished_at": at("9:25")}]
    services.record_facts(source=DEPLOYMENTS, channel="ci", rows=rows)
    incident, client = make_incident(), client_as("dee")
    one = f"/incidents/{incident.pk}"
    said = text_of(client.get(f"{one}/candidates/"))
    assert "40 min before, a service it touched" in said
    assert client.post(f"{one}/candidates/checkout-api/team/v1/link/").status_code == 302
    assert "Deployment team/v1 of Checkout API: caused it" in text_of(client.get(f"{one}/"))
    out = f"{one}/links/caused_by/deployments/checkout-api/team/v1/rule-out/"
    assert client.get(out).status_code == 200
    assert client.post(out, {"reason": ""}).status_code == 422
    assert client.post(out, {"reason": "Rolled out after."}).status_code == 302
    assert "ruled out" in text_of(client.get(f"{one}/"))
    body = {"kind": LinkKind.FIXED_BY.value, "fact": "deployments", "service": "checkout-api", "key": "v2"}
    assert client.post(f"{one}/links/", body).status_code == 302
    assert ChangeLink.objects.count() == 3


def test_timeline__lines_are_added_changed_hidden_and_taken_over(client_as, organisation) -> None:
    rows = [{"service": organisation.checkout_api.pk, "key": "v1", "finished_at": at("9:25")}]
    services.record_facts(source=DEPLOYMENTS, channel="ci", rows=rows)
    incident, client = make_incident(), client_as("dee")
    one = f"/incidents/{incident.pk}"
    assert (
        client.post(f"{one}/timeline/", {"at": "2026-05-04 12:30", "text": "<b>Traffic</b> was moved."}).status_code
        == 302
    )
    entry = TimelineEntry.objects.get()
    page = client.get(f"{one}/").content.decode()
    assert "&lt;b&gt;Traffic" in page
    assert client.get(f"{one}/timeline/{entry.pk}/").status_code == 200
    body = {"at": "2026-05-04 12:31", "text": "Moved.", "revision": "1"}
    assert client.post(f"{one}/timeline/{entry.pk}/", body).status_code == 302
    assert client.post(f"{one}/timeline/{entry.pk}/", body | {"text": "Other."}).status_code == 412
    assert client.post(f"{one}/timeline/{entry.pk}/hide/").status_code == 302
    taken = {"source": "deployments", "service": "checkout-api", "key": "v1"}
    assert client.post(f"{one}/candidates/accept/", taken).status_code == 302
    assert client.post(f"{one}/candidates/accept/", taken).status_code == 404
    assert TimelineEntry.objects.count() == 2


def test_restricted__every_address_is_that_of_a_missing_one(client_as, ana) -> None:
    incident = make_incident(title="zanzibar one", summary="zanzibar two", severity=1)
    by = principal_of(ana)
    entry = timeline.add_timeline_entry(incident=incident, line=Line(at("10:30"), "zanzibar three"), by=by)
    linking.link_change(
        incident=incident, kind=LinkKind.CAUSED_BY, service="checkout-api", key="v1", reason="zanzibar four", by=by
    )
    restricting.restrict_incident(incident=incident, by=by)
    addresses = [f"/incidents/{incident.pk}/{rest}" for rest in
                 ("", "candidates/", "edit/", "severity/", f"timeline/{entry.pk}/", "lift/", "access/")]  # fmt: skip
    for persona in ("eli", "fay", "gus", "hal"):
        client = client_as(persona)
        for address in addresses:
            hidden = client.get(address)
            missing = client.get(address.replace(f"/{incident.pk}/", "/987654/", 1))
            assert hidden.status_code == missing.status_code == 404, (persona, address)
        for address in ("/incidents/", "/search/?q=zanzibar", "/governance/audit/", "/services/checkout-api/"):
            answer = client.get(address)
            said = [word for word in ("one", "two", "three", "four") if f"zanzibar {word}" in answer.content.decode()]
            assert said == [], (persona, address)
    listed = client_as("dee").get(f"/incidents/{incident.pk}/").content.decode()
    assert all(f"zanzibar {word}" in listed for word in ("one", "two", "three", "four"))


def test_restricted__by_one_button_listed_and_lifted_by_two(client_as, gus) -> None:
    incident, dee, ana = make_incident(), client_as("dee"), client_as("ana")
    one = f"/incidents/{incident.pk}"
    assert dee.post(f"{one}/restrict/").status_code == 302
    assert client_as("gus").get(f"{one}/").status_code == 404
    assert dee.post(f"{one}/access/", {"email": "nobody@example.org"}).status_code == 422
    assert dee.post(f"{one}/access/", {"email": "gus@example.org"}).status_code == 302
    assert client_as("gus").get(f"{one}/").status_code == 200
    row = incident.access.get(user=gus)
    assert dee.post(f"{one}/access/{row.pk}/take/").status_code == 302
    assert dee.post(f"{one}/lift/", {"reason": "It is fixed."}).status_code == 302
    assert dee.post(f"{one}/lift/agree/").status_code == 403
    assert "Lift it" not in dee.get(f"{one}/").content.decode()
    assert "Lift it" in ana.get(f"{one}/").content.decode()
    assert ana.post(f"{one}/lift/agree/").status_code == 302
    assert client_as("gus").get(f"{one}/").status_code == 200


def test_redact__is_the_stewards(client_as) -> None:
    incident = make_incident(summary="The key is sk-99887.")
    address = f"/incidents/{incident.pk}/redact/"
    assert client_as("dee").get(address).status_code == 403
    client = client_as("gus")
    assert client.get(address).status_code == 200
    assert client.post(address, {"secret": "sk-99887"}).status_code == 302
    assert "sk-99887" not in client.get(f"/incidents/{incident.pk}/").content.decode()


def test_policy__is_read_by_all_and_written_by_the_steward(client_as) -> None:
    address = "/governance/severity-policy/"
    assert "flow down for most" in text_of(client_as("eli").get(address))
    assert client_as("dee").get(f"{address}write/").status_code == 403
    client = client_as("gus")
    assert client.get(f"{address}write/").status_code == 200
    lines = "down | full | 48 | yes | no | 10\nhurt | short | 72 | no | no | 30"
    assert client.post(f"{address}write/", {"levels": lines.replace("48", "x"), "reason": "y"}).status_code == 422
    assert client.post(f"{address}write/", {"levels": lines, "reason": "Two are enough."}).status_code == 302
    assert SeverityPolicy.objects.count() == 2
    assert "Two are enough." in text_of(client.get(address))
