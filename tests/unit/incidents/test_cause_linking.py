"""Known causes: suggested, confirmed, known since a publication, how they stood when they came again."""

from collections.abc import Iterator

import pytest

from apps.core import clock
from apps.core.problems import Absent, Conflict, Forbidden, Invalid, Outdated
from apps.incidents.domain.action_drafts import ActionDraft
from apps.incidents.domain.action_words import ActionKind, CauseStatus
from apps.incidents.models import Action, IncidentCause, IncidentFact, KnownCause
from apps.incidents.operations import cause_linking as operations
from apps.incidents.operations import follow_up
from apps.incidents.operations.action_opening import open_action, open_from_review
from apps.incidents.operations.restricting import restrict_incident
from apps.incidents.queries import causes
from tests.follow_up import draft
from tests.incidents import NOW, at
from tests.learning import cause_of, published, resolved_incident
from tests.personas import Organisation, principal_of

pytestmark = [pytest.mark.sql, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _in_may() -> Iterator[None]:
    with clock.playing(NOW):
        yield


@pytest.fixture
def by(organisation: Organisation):
    return {name: principal_of(user) for name, user in organisation.people.items()}


@pytest.fixture
def known(organisation: Organisation) -> KnownCause:
    """A cause that a retro published on 6 May names."""
    cause = cause_of(organisation)
    with clock.playing(at("12:00", 6)):
        published(organisation, day=4, factor={"known_cause": f"C-{cause.pk}"})
    cause.refresh_from_db()
    return cause


def state_of(incident) -> tuple[str, str]:
    fact = IncidentFact.objects.get(incident=f"I-{incident.pk}", until_seq=None)
    return fact.known_cause, fact.repeat_state


def test_known__since_the_first_publication_and_that_incident_is_no_repeat(known: KnownCause) -> None:
    link = IncidentCause.objects.get()
    assert (known.known_since, link.is_confirmed, link.repeat_state) == (at("12:00", 6), True, "")
    assert state_of(link.incident) == (f"C-{known.pk}", "")


def test_suggested__by_service_and_kind_within_ninety_days(organisation: Organisation, known: KnownCause, by) -> None:
    again = published(organisation, day=10).incident
    other = published(organisation, day=11, factor={"kind": "tooling"}).incident
    elsewhere = published(organisation, day=12, services=("checkout-web",)).incident
    found = {i.pk: [c.pk for c in causes.list_suggested(i, by["dee"])] for i in (again, other, elsewhere)}
    assert found == {again.pk: [known.pk], other.pk: [], elsewhere.pk: []}
    assert state_of(again) == ("", "")  # suggested alone counts for nothing


def test_suggested__by_a_boundary_in_either_direction(organisation: Organisation, by) -> None:
    cause = cause_of(organisation)
    ends = {"boundary_from": "checkout-api", "boundary_to": "harbour-cluster"}
    published(organisation, day=4, factor={**ends, "known_cause": f"C-{cause.pk}"})
    turned = {"boundary_from": "harbour-cluster", "boundary_to": "checkout-api", "kind": "dependency"}
    again = published(organisation, day=9, factor=turned, services=("checkout-web",)).incident
    assert [c.pk for c in causes.list_suggested(again, by["dee"])] == [cause.pk]


def test_refuse__is_not_suggested_again(organisation: Organisation, known: KnownCause, by) -> None:
    again = published(organisation, day=10).incident
    operations.refuse_cause(incident=again, cause=known, reason="Another pool.", by=by["dee"])
    assert causes.list_suggested(again, by["dee"]) == []
    with pytest.raises(Conflict):
        operations.refuse_cause(incident=again, cause=known, by=by["dee"])
    operations.confirm_cause(incident=again, cause=known, by=by["dee"])
    assert state_of(again) == (f"C-{known.pk}", "no_action")


@pytest.mark.parametrize("name", ["eli", "fay", "gus"])
def test_confirm__is_the_owner_teams(organisation: Organisation, known: KnownCause, by, name: str) -> None:
    with pytest.raises(Forbidden):
        operations.confirm_cause(incident=resolved_incident(day=10), cause=known, by=by[name])


@pytest.mark.parametrize(
    ("done", "accepted", "state"),
    [(None, False, "while_open"), (7, False, "after_done"), (7, True, "after_done"), (12, False, "while_open")],
)
def test_repeat__the_first_state_that_holds_at_impact(
    organisation: Organisation, known: KnownCause, by, done, accepted, state
) -> None:
    day = at("12:00", done) if done else None
    Action.objects.create(
        origin="tool", source="x", text="x", done_when="x", kind="prevent", owner_team=organisation.checkout,
        known_cause=known, opened_at=at("13:00", 6), first_due_on=NOW.date(), first_due_at=NOW, due_on=NOW.date(),
        due_at=NOW, done_at=day, state="done" if done else "open",
    )  # fmt: skip
    if accepted:
        with clock.playing(at("18:00", 6)):
            operations.change_cause_status(cause=known, status=CauseStatus.ACCEPTED, reason="Rare.", by=by["ana"])
    again = resolved_incident(day=10)
    operations.confirm_cause(incident=again, cause=known, by=by["dee"])
    assert state_of(again) == (f"C-{known.pk}", state)


def test_repeat__while_accepted_and_after_it_no_longer_was(organisation: Organisation, known: KnownCause, by) -> None:
    with clock.playing(at("18:00", 6)):
        operations.change_cause_status(cause=known, status=CauseStatus.ACCEPTED, reason="Rare.", by=by["ana"])
    first, second = resolved_incident(day=8), resolved_incident(day=12)
    for incident in (first, second):
        operations.confirm_cause(incident=incident, cause=known, by=by["dee"])
    assert (state_of(first)[1], state_of(second)[1]) == ("accepted", "accepted")
    with clock.playing(at("12:00", 10)):
        operations.change_cause_status(cause=known, status=CauseStatus.OPEN, reason="Not rare.", by=by["ana"])
    assert (state_of(first)[1], state_of(second)[1]) == ("accepted", "no_action")


def test_repeat__after_a_done_action_reopens_the_cause_and_stands_on_the_agenda(
    organisation: Organisation, known: KnownCause, by
) -> None:
    Action.objects.create(
        origin="tool", source="x", text="x", done_when="x", kind="prevent", owner_team=organisation.checkout,
        known_cause=known, opened_at=at("13:00", 6), first_due_on=NOW.date(), first_due_at=NOW, due_on=NOW.date(),
        due_at=NOW, done_at=at("12:00", 7), state="done",
    )  # fmt: skip
    operations.change_cause_status(cause=known, status=CauseStatus.FIXED, reason="Bounded.", by=by["ana"])
    again = resolved_incident(day=10)
    operations.confirm_cause(incident=again, cause=known, by=by["dee"])
    known.refresh_from_db()
    assert known.status == CauseStatus.OPEN
    newest = causes.list_status_changes(known)[0]
    assert f"I-{again.pk}" not in newest.reason  # a restricted incident would be told by it
    teams = [organisation.checkout.pk]
    week = causes.list_returned(teams, at("00:00", 4), at("00:00", 11), by["dee"])
    assert [link.incident_id for link in week] == [again.pk]
    assert causes.list_returned(teams, at("00:00", 11), at("00:00", 18), by["dee"]) == []
    restrict_incident(incident=again, by=by["ana"])
    assert causes.list_returned(teams, at("00:00", 4), at("00:00", 11), by["fay"]) == []


def test_restricted__what_was_written_down_for_one_is_its_lists(organisation: Organisation, by) -> None:
    hidden, open_one = resolved_incident(day=4), resolved_incident(day=5)
    restrict_incident(incident=hidden, by=by["ana"])
    hidden.refresh_from_db()
    secret = operations.open_cause(title="Leak", team=organisation.checkout, incident=hidden, by=by["ana"])
    shared = cause_of(organisation, open_one)
    operations.confirm_cause(incident=hidden, cause=shared, by=by["ana"])
    for name in ("eli", "fay", "gus", "hal"):
        assert [c.pk for c in causes.list_causes(by[name])] == [shared.pk]
        assert [link.incident_id for link in causes.list_links_of_cause(shared, by[name])] == [open_one.pk]
        with pytest.raises(Absent):
            causes.get_cause(secret.pk, by[name])
    assert {c.pk for c in causes.list_causes(by["ana"])} == {secret.pk, shared.pk}


def test_cause__is_kept_by_its_team(organisation: Organisation, known: KnownCause, by) -> None:
    with pytest.raises(Forbidden):
        operations.edit_cause(cause=known, title="x", text="", services=[], revision=1, by=by["eli"])
    operations.edit_cause(cause=known, title="Small pools", text="", services=[], revision=1, by=by["dee"])
    with pytest.raises(Outdated):
        operations.edit_cause(cause=known, title="Other", text="", services=[], revision=1, by=by["dee"])
    with pytest.raises(Invalid):
        operations.change_cause_status(cause=known, status=CauseStatus.FIXED, reason=" ", by=by["dee"])
    with pytest.raises(Conflict):
        operations.change_cause_status(cause=known, status=CauseStatus.OPEN, reason="x", by=by["dee"])


def test_restricted__its_cause_is_named_by_no_action_of_others_and_on_no_page_of_theirs(
    organisation: Organisation, by, client_as
) -> None:
    incident = resolved_incident(day=4)
    cause = cause_of(organisation, incident, title="A zeppelin of a key")
    draft = ActionDraft(text="Rotate it", kind=ActionKind.PREVENT, done_when="It is new", due_on=NOW.date())
    action, _ = open_action(draft=draft, team="checkout", known_cause=str(cause), by=by["ana"])
    restrict_incident(incident=incident, by=by["ana"])
    assert "zeppelin" in client_as("ana").get(f"/actions/{action.pk}/").content.decode()
    assert "zeppelin" not in client_as("fay").get(f"/actions/{action.pk}/").content.decode()
    for number in (cause.pk, 987_654):
        with pytest.raises(Invalid) as caught:
            open_action(draft=draft, team="harbour", known_cause=f"C-{number}", by=by["eli"])
        assert caught.value.errors[0].code == "unknown_value"


def test_repeat__after_an_action_that_is_taken_back_did_not_come_after_a_done_one(known: KnownCause, by) -> None:
    with clock.playing(at("13:00", 6)):
        action, _ = open_action(draft=draft(due_on=NOW.date()), team="checkout", known_cause=str(known), by=by["ana"])
    with clock.playing(at("12:00", 7)):
        follow_up.finish(action=action, by=by["dee"])
    again = resolved_incident(day=10)
    operations.confirm_cause(incident=again, cause=known, by=by["dee"])
    assert state_of(again)[1] == "after_done"
    follow_up.take_back(action=action, by=by["dee"])
    assert state_of(again)[1] == "while_open"
    assert IncidentCause.objects.get(incident=again).repeat_state == "while_open"


def test_actions__of_a_review_are_shown_to_its_team_alone(organisation: Organisation, known: KnownCause, by) -> None:
    given = {"team": organisation.checkout, "review_key": "weekly-7", "cause": known, "by": by["ana"]}
    action = open_from_review(draft=draft(), **given)
    assert {name: causes.list_actions_on(known, by[name]) for name in ("dee", "eli")} == {"dee": [action], "eli": []}
