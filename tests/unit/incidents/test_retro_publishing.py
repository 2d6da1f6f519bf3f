"""Publishing, amending, waiving: checks with their places, snapshots with their hash, second persons, redaction."""

import json
from collections.abc import Iterator
from datetime import date

import pytest

from apps.accounts.domain import Principal
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.problems import Absent, Conflict, Forbidden, Invalid, Outdated
from apps.incidents.domain.publish_checks import Check
from apps.incidents.domain.retro_snapshots import as_markdown, read_text, sha256_of
from apps.incidents.domain.retro_words import RowKind, SectionKey
from apps.incidents.models import (
    Action,
    Incident,
    IncidentFact,
    KnownCause,
    PublishedFactor,
    PublishedSafeguard,
    Retro,
    RetroFact,
)
from apps.incidents.operations import (
    cause_linking,
    follow_up,
    retro_amending,
    retro_opening,
    retro_publishing,
    retro_saving,
    retro_waiving,
)
from apps.incidents.operations.rating import change_severity
from apps.incidents.operations.redacting import redact_incident
from apps.incidents.operations.restricting import give_access, restrict_incident
from apps.incidents.queries import retros
from apps.notifications.models import Notification
from tests.incidents import NOW
from tests.learning import SUMMARY, add, fill, publish, published, resolved_incident, retro_of, write
from tests.personas import Organisation, principal_of

pytestmark = [pytest.mark.sql, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _in_may() -> Iterator[None]:
    with clock.playing(NOW):
        yield


@pytest.fixture
def by(organisation: Organisation):
    """Principals by first name."""
    return {name: principal_of(user) for name, user in organisation.people.items()}


def audited(action: str) -> list[dict]:
    return [json.loads(e.payload_text)["data"] for e in AuditEvent.objects.filter(action=action).order_by("seq")]


def test_publish__an_empty_retro_of_level_one_lists_every_unmet_check(organisation: Organisation, by) -> None:
    retro = retro_of(resolved_incident(severity=1))
    with pytest.raises(Invalid) as caught:
        publish(retro, by["ana"])
    codes = [error.code for error in caught.value.errors]
    assert codes == [
        Check.SUMMARY_EMPTY, Check.IMPACT_UNSTATED, Check.IMPACT_UNSTATED, Check.IMPACT_UNSTATED, Check.NO_TRIGGER,
        Check.NO_MONITORED_ACTION, Check.FACILITATOR_MISSING,
    ]  # fmt: skip
    assert retro_of(retro.incident).state == "draft"


def test_publish__snapshot_hash_actions_facts_and_one_entry_in_the_chain(organisation: Organisation, by) -> None:
    retro = fill(retro_of(resolved_incident()), by["dee"])
    snapshot = publish(retro, by["ana"])
    retro = retro_of(retro.incident)
    assert (retro.state, retro.first_published_at, snapshot.number) == ("published", NOW, 1)
    assert snapshot.sha256 == sha256_of(snapshot.text)
    (entry,) = audited("retro.published")
    assert entry == {"incident": f"I-{retro.incident_id}", "snapshot": 1, "sha256": snapshot.sha256}
    action = Action.objects.get()
    assert (action.text, action.owner_team.slug, str(action.origin)) == ("Bound the pool", "checkout", "retro")
    assert PublishedFactor.objects.get().kind == "capacity"
    assert PublishedSafeguard.objects.get().outcome == "absent"
    assert IncidentFact.objects.get(until_seq=None).cause == "capacity"
    assert RetroFact.objects.get(until_seq=None).published_at == NOW


def test_publish__of_a_draft_that_was_written_on_is_refused(organisation: Organisation, by) -> None:
    retro = fill(retro_of(resolved_incident()), by["dee"])
    read = retros.sha256_of_draft(retros.get_draft(retro))
    write(retro, SectionKey.LEARNED, by["dee"], went_well="Something new.")
    with pytest.raises(Outdated):
        retro_publishing.publish_retro(retro=retro, draft_sha256=read, by=by["ana"])
    assert not Action.objects.exists()


def test_publish__twice_at_once_publishes_once(organisation: Organisation, by) -> None:
    retro = fill(retro_of(resolved_incident()), by["dee"])
    publish(retro, by["ana"])
    with pytest.raises(Conflict) as caught:
        publish(retro, by["cy"])
    assert caught.value.code == "retro_published"
    assert len(retros.list_snapshots(retro)) == 1


@pytest.mark.parametrize("name", ["dee", "bo", "eli", "fay", "gus", "hal"])
def test_publish__is_for_leads_and_the_facilitator(organisation: Organisation, by, name: str) -> None:
    with pytest.raises(Forbidden):
        publish(fill(retro_of(resolved_incident()), by["dee"]), by[name])


def test_publish__by_the_facilitator_of_another_team(organisation: Organisation, by) -> None:
    retro = retro_of(resolved_incident(severity=1))
    retro_opening.name_facilitator(retro=retro, facilitator=organisation.people["eli"], by=by["dee"])
    retro = fill(retro_of(retro.incident), by["eli"])
    assert publish(retro, by["eli"]).number == 1


def test_publish__when_an_action_cannot_open_nothing_is_published(organisation: Organisation, by) -> None:
    retro = fill(retro_of(resolved_incident()), by["dee"])
    add(retro, RowKind.ACTION, by["dee"], text="x", done_when="y", kind="prevent", team="nobody")
    with pytest.raises(Invalid) as caught:
        publish(retro, by["ana"])
    (error,) = caught.value.errors
    assert (error.code, error.pointer[:13]) == (Check.ACTION_INCOMPLETE, "/actions/row-")
    assert not Action.objects.exists()


def test_blame__hints_alone_stop_nothing(organisation: Organisation, by) -> None:
    retro = fill(retro_of(resolved_incident()), by["dee"])
    blaming = "Dee Moor should have looked, @dee failed to; a human error."
    write(retro, SectionKey.SUMMARY, by["dee"], **{**SUMMARY, "what_happened": blaming})
    assert publish(retro, by["ana"]).number == 1


def test_amend__is_the_next_snapshot_with_its_reason_and_timeliness_stays(organisation: Organisation, by) -> None:
    retro = published(organisation)
    first = retros.get_snapshot(retro, 1)
    retro_amending.begin_amendment(retro=retro, reason="The number of users was counted anew.", by=by["dee"])
    write(retro, SectionKey.SUMMARY, by["dee"], users="5,000")
    assert read_text(retros.get_snapshot(retro).text) == read_text(first.text)
    row = retros.list_rows(retro, RowKind.ACTION)[0]
    retro_saving.save_row(retro=retro, key=row.key, values={"text": "Bound it well"}, revision=1, by=by["dee"])
    second = publish(retro_of(retro.incident), by["ana"])
    retro = retro_of(retro.incident)
    assert (retro.state, second.number, retro.first_published_at) == ("amended", 2, first.published_at)
    assert "users was counted anew" in as_markdown(read_text(second.text))
    assert retros.get_snapshot(retro, 1).sha256 == first.sha256
    assert Action.objects.count() == 1
    assert [entry["snapshot"] for entry in audited("retro.amended")] == [2]


def test_amend__dropped_leaves_what_is_published_and_keeps_the_revisions(organisation: Organisation, by) -> None:
    retro = published(organisation)
    retro_amending.begin_amendment(retro=retro, reason="A try.", by=by["dee"])
    write(retro, SectionKey.SUMMARY, by["dee"], what_happened="Otherwise.")
    added = add(retro, RowKind.FACTOR, by["dee"], sentence="Another")
    retro_amending.drop_amendment(retro=retro, by=by["dee"])
    draft = retros.get_draft(retro)
    assert draft.text(SectionKey.SUMMARY, "what_happened") == SUMMARY["what_happened"]
    assert added.key not in {row.key for row in draft.rows}
    assert "Otherwise." in {row.texts["what_happened"] for row in retros.list_revisions(retro, SectionKey.SUMMARY)}
    with pytest.raises(Conflict):
        write(retro, SectionKey.SUMMARY, by["dee"], what_happened="Later.")


def test_waive__a_second_person_agrees_and_it_is_no_longer_asked_for(organisation: Organisation, by) -> None:
    retro = retro_of(resolved_incident())
    retro_waiving.ask_waiver(retro=retro, reason="The same as last week's.", by=by["cy"])
    retro = retro_of(retro.incident)
    for name, status in (("cy", "second_person_required"), ("ana", "role_missing"), ("gus", "role_missing")):
        with pytest.raises(Forbidden) as caught:
            retro_waiving.waive_retro(retro=retro, by=by[name])
        assert caught.value.code == status
    retro_waiving.waive_retro(retro=retro, by=by["fay"])
    retro, fact = retro_of(retro.incident), RetroFact.objects.get(until_seq=None)
    assert (retro.state, retro.is_required, fact.required, fact.waived) == ("waived", False, False, True)
    assert IncidentFact.objects.get(until_seq=None).retro_required is False


def test_waive__refused_it_is_written_after_all(organisation: Organisation, by) -> None:
    retro = retro_of(resolved_incident())
    with pytest.raises(Conflict):
        retro_waiving.waive_retro(retro=retro, by=by["fay"])
    with pytest.raises(Invalid):
        retro_waiving.ask_waiver(retro=retro, reason=" ", by=by["dee"])
    retro_waiving.ask_waiver(retro=retro, reason="Why not.", by=by["dee"])
    retro_waiving.refuse_waiver(retro=retro_of(retro.incident), by=by["cy"])
    retro = retro_of(retro.incident)
    assert (retro.state, retro.is_required, retro.waiver_asked_at) == ("draft", True, None)


def test_steps__of_a_draft(organisation: Organisation, by) -> None:
    retro = retro_of(resolved_incident())
    retro_opening.submit_retro(retro=retro, by=by["dee"])
    with pytest.raises(Conflict):
        retro_opening.submit_retro(retro=retro, by=by["dee"])
    write(retro, SectionKey.SUMMARY, by["dee"], what_happened="Still written.")
    retro_opening.take_retro_back(retro=retro, by=by["dee"])
    assert retro_of(retro.incident).state == "draft"


def test_open__by_hand_where_no_severity_asks(organisation: Organisation, by) -> None:
    incident = resolved_incident(severity=4)
    with pytest.raises(Forbidden):
        retro_opening.open_retro(incident=incident, by=by["eli"])
    retro, is_new = retro_opening.open_retro(incident=incident, by=by["dee"])
    again, is_newer = retro_opening.open_retro(incident=incident, by=by["dee"])
    assert (retro.form, retro.is_required, is_new, again.pk, is_newer) == ("short", False, True, retro.pk, False)
    assert RetroFact.objects.get(until_seq=None).required is False


def test_drafts__are_their_teams_and_published_ones_are_shared(organisation: Organisation, by) -> None:
    draft, out = retro_of(resolved_incident()), published(organisation, day=5)
    readers = {name: {row.pk for row in retros.visible_retros(by[name])} for name in by}
    both = {draft.pk, out.pk}
    assert readers["dee"] == readers["fay"] == readers["gus"] == readers["hal"] == both
    assert readers["eli"] == {out.pk}


def test_restricted__a_stranger_meets_what_a_random_number_answers(organisation: Organisation, by) -> None:
    retro = published(organisation)
    restrict_incident(incident=retro.incident, by=by["ana"])
    said = []
    for pk in (retro.incident_id, 987_654):
        for name in ("eli", "fay", "gus", "hal"):
            with pytest.raises(Absent) as caught:
                retros.get_retro(pk, by[name])
            said.append(str(caught.value))
    assert len(set(said)) == 1
    assert not retros.list_retros(by["gus"]).exists()
    assert retros.get_retro(retro.incident_id, by["ana"]).pk == retro.pk


def test_restricted__a_facilitator_is_on_its_list_first(organisation: Organisation, by) -> None:
    retro = retro_of(resolved_incident())
    restrict_incident(incident=retro.incident, by=by["ana"])
    with pytest.raises(Invalid) as caught:
        retro_opening.name_facilitator(retro=retro, facilitator=organisation.people["eli"], by=by["ana"])
    assert "access list first" in caught.value.sentence


def test_restricted__a_facilitator_may_see_it_through_a_listed_team(organisation: Organisation, by) -> None:
    retro = retro_of(resolved_incident())
    restrict_incident(incident=retro.incident, by=by["ana"])
    retro.incident.refresh_from_db()
    give_access(incident=retro.incident, team=organisation.harbour, by=by["ana"])
    retro_opening.name_facilitator(retro=retro, facilitator=organisation.people["eli"], by=by["ana"])
    assert retros.get_retro(retro.incident_id, by["eli"]).facilitator == organisation.people["eli"]


def test_redact__reaches_drafts_revisions_and_snapshots_and_the_chain_names_both_hashes(
    organisation: Organisation, by
) -> None:
    secret = 'hunter2"\\<'
    retro = retro_of(resolved_incident())
    write(retro, SectionKey.SUMMARY, by["dee"], what_happened=f"The key {secret} was in a log.")
    retro = fill(retro, by["dee"], factor={"sentence": f"{secret} in the log"})
    write(retro, SectionKey.SUMMARY, by["dee"], what_happened=f"Again {secret}.")
    before = publish(retro, by["ana"])
    redact_incident(incident=retro.incident, secret=secret, by=by["gus"])
    after = retros.get_snapshot(retro)
    assert after.sha256 == sha256_of(after.text) != before.sha256
    said = json.dumps(read_text(after.text)) + str(
        [one.texts for one in retros.list_revisions(retro, SectionKey.SUMMARY)]
        + [row.values for row in retros.list_rows(retro)]
    )
    assert "hunter2" not in said + after.text
    (entry,) = [data for data in _every_entry() if "snapshots" in data]
    assert entry["snapshots"] == [{"number": 1, "before_sha256": before.sha256, "after_sha256": after.sha256}]


def test_redact__reaches_actions_causes_and_inboxes_and_outdates_open_pages(organisation: Organisation, by) -> None:
    secret = "hunter2"
    retro = fill(retro_of(resolved_incident(services=("checkout-api",))), by["dee"])
    cause = cause_linking.open_cause(
        title=f"Key {secret}", text=secret, team=organisation.checkout, incident=retro.incident, by=by["ana"]
    )
    values = {"text": f"Rotate {secret}", "done_when": f"{secret} opens nothing", "kind": "prevent", "team": "checkout"}
    key = add(retro, RowKind.ACTION, by["dee"], **values).key
    publish(retro, by["ana"])
    action = Action.objects.get(retro_row=key)
    action = follow_up.change_links(
        action=action, assignee_id=None, metric_slug="", metric_subject="", by=by["ana"],
        external_url=f"https://tracker.example.org/{secret}",
    )  # fmt: skip
    action = follow_up.ask_drop(action=action, reason=f"{secret} is gone.", by=by["ana"])
    follow_up.set_date(action=action, due_on=date(2026, 6, 1), reason=f"Sooner: {secret}.", by=by["ana"])
    action.refresh_from_db()

    places = redact_incident(incident=retro.incident, secret=secret, by=by["gus"])

    told = Action.objects.get(pk=action.pk)
    assert (told.text, told.done_when, told.drop_reason, told.external_url) == (
        "Rotate [redacted]", "[redacted] opens nothing", "[redacted] is gone.", "",
    )  # fmt: skip
    known = KnownCause.objects.get(pk=cause.pk)
    assert (known.title, known.text) == ("Key [redacted]", "[redacted]")
    assert places == 4 + 2 + 1 + 1 + 1  # of the action, the cause, the draft's row, its revision, the snapshot
    assert (told.revision, known.revision) == (action.revision + 1, cause.revision + 1)
    assert [one.reason for one in told.dates.all()] == ["", f"Sooner: {secret}."]  # written once
    assert not Notification.objects.filter(title__contains=secret).exists()
    with pytest.raises(Outdated):
        retro_saving.save_row(
            retro=begun_anew(retro, by["ana"]), key=key, values={**values, "text": f"Do {secret}"}, revision=1,
            by=by["dee"],
        )  # fmt: skip


def begun_anew(retro: Retro, by: Principal) -> Retro:
    return retro_amending.begin_amendment(retro=retro_of(retro.incident), reason="One word.", by=by)


def _every_entry() -> list[dict]:
    return [json.loads(event.payload_text)["data"] for event in AuditEvent.objects.order_by("seq")]


def test_short_form__asks_for_neither_safeguards_nor_what_was_learned(organisation: Organisation, by) -> None:
    retro = fill(retro_of(resolved_incident(severity=3)), by["dee"], guard=False)
    snapshot = publish(retro, by["ana"])
    keys = [section["key"] for section in read_text(snapshot.text)["sections"]]
    assert keys == ["summary", "timeline", "factors", "actions"]
    with pytest.raises(Conflict):
        add(retro_of(retro.incident), RowKind.FACTOR, by["dee"])


def test_short_form__becomes_the_full_one_when_it_gets_worse(organisation: Organisation, by) -> None:
    retro = retro_of(resolved_incident(severity=3))
    with pytest.raises(Invalid):
        add(retro, RowKind.SAFEGUARD, by["dee"])
    change_severity(incident=Incident.objects.get(pk=retro.incident_id), level=1, at=NOW, reason="More.", by=by["ana"])
    assert Retro.objects.get(pk=retro.pk).form == "full"
