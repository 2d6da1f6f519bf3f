"""Acts on actions: who may, what they leave behind, what they refuse, and that nothing is half written."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from apps.accounts.domain import SYSTEM, Principal
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.problems import Absent, Conflict, Forbidden, Invalid, Outdated, ProblemError
from apps.incidents.domain.action_drafts import ActionDraft, EvidenceDraft
from apps.incidents.domain.action_words import ActionKind
from apps.incidents.models import Action, ActionDate, ActionEvidence, ActionFact, ActionReminder
from apps.incidents.operations import action_opening, follow_up
from apps.incidents.queries import follow_up as queries
from apps.notifications.models import Notification
from apps.services import operations as services
from apps.teams import queries as teams
from apps.teams.models import Team
from tests.follow_up import DOCUMENT, WEDNESDAY, draft, open_one
from tests.measuring import connect, deployment, publish
from tests.personas import Organisation, principal_of

pytestmark = [pytest.mark.sql, pytest.mark.django_db]
By = Callable[[str], Principal]


@pytest.fixture
def by(organisation: Organisation) -> By:
    return lambda name: principal_of(organisation.people[name], WEDNESDAY)


@pytest.fixture(autouse=True)
def _today():
    with clock.playing(WEDNESDAY):
        yield


def fact_of(action: Action) -> ActionFact:
    return ActionFact.objects.get(key=str(action), until_seq=None)


def acts(action: Action) -> list[str]:
    events = AuditEvent.objects.filter(subject=f"incidents.action:{action.pk}").order_by("seq")
    return list(events.values_list("action", flat=True))


def refused(kind: type[ProblemError], code: str, do: Callable[[], object]) -> ProblemError:
    with pytest.raises(kind) as caught:
        do()
    codes = [caught.value.code, *(error.code for error in caught.value.errors)]
    assert code in codes, codes
    return caught.value


def test_open__by_a_member_is_complete_and_stands_in_the_teams_inbox(organisation: Organisation, by: By) -> None:
    action = open_one(by("dee"))
    assert (action.state, action.due_on, action.first_due_on) == ("open", date(2026, 7, 10), date(2026, 7, 10))
    assert action.due_at == datetime(2026, 7, 10, 21, 59, 59, tzinfo=UTC)  # the last second in Berlin
    told = Notification.objects.filter(kind="action_opened").values_list("recipient__email", flat=True)
    assert sorted(told) == ["ana@example.org", "bo@example.org", "cy@example.org"]  # not whoever opened it
    fact = fact_of(action)
    assert (fact.team_id, fact.service_id) == (organisation.checkout.pk, organisation.checkout_api.pk)
    assert acts(action) == ["action.opened"]


def test_open__a_sender_who_repeats_a_key_hears_of_the_first_one(by: By) -> None:
    first, is_new = action_opening.open_action(draft=draft(), team="checkout", external_key="J-1", by=by("dee"))
    again, is_new_again = action_opening.open_action(
        draft=draft(text="Other words"), team="checkout", external_key="J-1", by=by("dee")
    )
    assert (first.pk, is_new, is_new_again, again.text) == (again.pk, True, False, "Add a gate")
    assert Notification.objects.filter(kind="action_opened").count() == 3


def test_open__a_stranger_is_refused(by: By) -> None:
    refused(Forbidden, "role_missing", lambda: open_one(by("eli")))
    assert Action.objects.count() == 0


@pytest.mark.parametrize(
    ("more", "pointer", "code"),
    [
        ({"text": " "}, "/text", "required"),
        ({"done_when": ""}, "/done_when", "required"),
        ({"due_on": None}, "/due_on", "required"),
        ({"due_on": date(2026, 6, 9)}, "/due_on", "out_of_range"),
        ({"metric_slug": "No Slug"}, "/metric_slug", "unknown_value"),
        ({"metric_subject": "team:checkout"}, "/metric_subject", "out_of_range"),
        ({"assignee_id": 10_000}, "/assignee", "unknown_value"),
    ],
)
def test_open__what_is_missing_is_named_and_nothing_is_written(
    by: By, more: dict[str, object], pointer: str, code: str
) -> None:
    problem = refused(Invalid, code, lambda: open_one(by("dee"), **more))
    assert [error.pointer for error in problem.errors] == [pointer]
    assert (Action.objects.count(), ActionDate.objects.count(), ActionReminder.objects.count()) == (0, 0, 0)


def test_open__unknown_and_closed_teams(organisation: Organisation, by: By) -> None:
    refused(Invalid, "unknown_team", lambda: open_one(by("dee"), team="nobody"))
    Team.objects.filter(pk=organisation.checkout.pk).update(closed_on=date(2026, 6, 1))
    refused(Invalid, "state_forbids", lambda: open_one(by("dee")))


def test_acts__of_a_team_that_closed_meanwhile_are_a_stewards_too(organisation: Organisation, by: By) -> None:
    kept, moved = open_one(by("dee")), open_one(by("dee"))
    Team.objects.filter(pk=organisation.checkout.pk).update(closed_on=date(2026, 6, 9))
    kept, moved = (queries.get_action(action.pk, by=SYSTEM) for action in (kept, moved))
    later = {"due_on": date(2026, 7, 17), "reason": "Nobody is left."}
    told = refused(Forbidden, "role_missing", lambda: follow_up.set_date(action=moved, **later, by=by("eli")))
    assert "Checkout is closed: a metrics steward may, too." in told.sentence
    assert follow_up.set_date(action=moved, **later, by=by("gus")).due_on == later["due_on"]
    follow_up.ask_drop(action=kept, reason="The team is gone.", by=by("dee"))
    for act in (follow_up.confirm_drop, follow_up.keep):
        told = refused(Forbidden, "role_missing", partial(act, action=kept, by=by("eli")))
        assert "a metrics steward may, too" in told.sentence
    assert follow_up.confirm_drop(action=kept, by=by("gus")).state == "dropped"


def test_open__without_a_service_nothing_is_published(organisation: Organisation, by: By) -> None:
    from_now = WEDNESDAY - timedelta(days=1)
    for service in (organisation.checkout_api, organisation.checkout_web):
        services.hand_over(service=service, to=organisation.harbour, from_at=from_now, reason="Moved.", by=SYSTEM)
    action = open_one(by("dee"))
    assert not queries.is_filed(action)
    assert ActionFact.objects.count() == 0


def test_set_date__the_first_stays_and_every_one_is_visible(by: By) -> None:
    action = open_one(by("dee"))
    moved = follow_up.set_date(
        action=action, due_on=date(2026, 7, 17), reason="The vendor is late.", revision=1, by=by("ana")
    )
    assert (moved.first_due_on, moved.due_on, moved.revision) == (date(2026, 7, 10), date(2026, 7, 17), 2)
    rows = [(one.due_on, one.reason) for one in queries.get_action(action.pk, by=SYSTEM).dates.all()]
    assert rows == [(date(2026, 7, 10), ""), (date(2026, 7, 17), "The vendor is late.")]
    fact = fact_of(action)
    assert (fact.first_due_at, fact.due_at) == (action.first_due_at, moved.due_at)


def test_set_date__refusals(by: By) -> None:
    action = open_one(by("dee"))
    day = date(2026, 7, 17)
    refused(Outdated, "revision_changed", lambda: follow_up.set_date(
        action=action, due_on=day, reason="x", revision=7, by=by("dee")))  # fmt: skip
    refused(Invalid, "required", lambda: follow_up.set_date(action=action, due_on=day, reason=" ", by=by("dee")))
    refused(Invalid, "out_of_range", lambda: follow_up.set_date(
        action=action, due_on=date(2026, 7, 10), reason="x", by=by("dee")))  # fmt: skip
    refused(Forbidden, "role_missing", lambda: follow_up.set_date(action=action, due_on=day, reason="x", by=by("eli")))
    assert ActionDate.objects.count() == 1


def test_verify__a_second_person_with_evidence(by: By) -> None:
    action = follow_up.finish(action=open_one(by("dee")), by=by("dee"))
    assert (action.state, action.done_at) == ("done", WEDNESDAY)
    refused(Forbidden, "second_person_required", lambda: follow_up.verify(
        action=action, evidence=DOCUMENT, by=by("dee")))  # fmt: skip
    refused(Invalid, "required", lambda: follow_up.verify(action=action, by=by("ana")))
    refused(Forbidden, "role_missing", lambda: follow_up.verify(action=action, evidence=DOCUMENT, by=by("eli")))
    verified = follow_up.verify(action=action, evidence=DOCUMENT, by=by("ana"))
    assert (verified.state, verified.verified_at) == ("verified", WEDNESDAY)
    assert (fact_of(action).state, acts(action)[-1]) == ("verified", "action.verified")


def test_verify__what_a_tool_marked_as_done_is_anybodys_to_verify(organisation: Organisation, by: By) -> None:
    tool = teams.principal_of_secret(organisation.secrets["push"], clock.now())
    action = follow_up.finish(action=open_one(by("dee")), evidence=DOCUMENT, by=tool)
    assert follow_up.verify(action=action, by=by("dee")).state == "verified"
    refused(Forbidden, "needs_a_person", lambda: follow_up.verify(action=action, by=tool))


def test_finish__a_deployment_nobody_reported_is_refused(organisation: Organisation, by: By) -> None:
    action, api = open_one(by("dee")), organisation.checkout_api
    shown = EvidenceDraft("deployment", service_id=api.pk, fact_key="v9")
    refused(Invalid, "unknown_value", lambda: follow_up.finish(action=action, evidence=shown, by=by("dee")))
    action.refresh_from_db()
    assert (action.state, ActionEvidence.objects.count()) == ("open", 0)
    connect(api, "deployments", heard_at=WEDNESDAY)
    publish("deployments", [deployment(api, "v9", WEDNESDAY)])
    assert follow_up.finish(action=action, evidence=shown, by=by("dee")).state == "done"


def test_take_back__opens_again_with_its_dates(by: By) -> None:
    action = follow_up.finish(action=open_one(by("dee")), by=by("dee"))
    again = follow_up.take_back(action=action, by=by("ana"))
    assert (again.state, again.done_at, again.done_by_id, again.due_on) == ("open", None, None, date(2026, 7, 10))
    assert fact_of(action).done_at is None


def test_drop__is_asked_for_and_confirmed_by_another_lead(by: By) -> None:
    action = open_one(by("dee"))
    asked = follow_up.ask_drop(action=action, reason="The part is retired.", by=by("ana"))
    assert asked.state == "open"
    assert Notification.objects.filter(kind="action_drop_asked").exists()
    refused(Forbidden, "second_person_required", lambda: follow_up.confirm_drop(action=asked, by=by("ana")))
    refused(Forbidden, "role_missing", lambda: follow_up.confirm_drop(action=asked, by=by("dee")))
    dropped = follow_up.confirm_drop(action=asked, by=by("cy"))
    assert (dropped.state, dropped.drop_reason) == ("dropped", "The part is retired.")
    assert fact_of(action).dropped_at == WEDNESDAY


def test_drop__needs_a_reason_and_can_be_kept(by: By) -> None:
    action = open_one(by("dee"))
    refused(Conflict, "illegal_transition", lambda: follow_up.confirm_drop(action=action, by=by("cy")))
    refused(Invalid, "required", lambda: follow_up.ask_drop(action=action, reason="", by=by("dee")))
    asked = follow_up.ask_drop(action=action, reason="Not worth it.", by=by("dee"))
    refused(Conflict, "illegal_transition", lambda: follow_up.ask_drop(action=asked, reason="Again.", by=by("ana")))
    kept = follow_up.keep(action=asked, by=by("cy"))
    assert (kept.drop_asked_at, kept.drop_reason, kept.state) == (None, "", "open")
    assert follow_up.keep(action=follow_up.ask_drop(action=kept, reason="x", by=by("dee")), by=by("dee")).revision == 5


@pytest.mark.parametrize("act", ["finish", "set_date", "verify", "ask_drop", "take_back"])
def test_what_is_dropped_stays_dropped(by: By, act: str) -> None:
    action = follow_up.ask_drop(action=open_one(by("dee")), reason="Retired.", by=by("dee"))
    action = follow_up.confirm_drop(action=action, by=by("ana"))
    more = {"set_date": {"due_on": date(2026, 7, 17), "reason": "x"}, "ask_drop": {"reason": "x"},
            "verify": {"evidence": DOCUMENT}}.get(act, {})  # fmt: skip
    refused(Conflict, "illegal_transition", lambda: getattr(follow_up, act)(action=action, **more, by=by("cy")))


def test_change_links__the_assignee_belongs_to_the_team(organisation: Organisation, by: By) -> None:
    action, links = open_one(by("dee")), {"metric_slug": "", "metric_subject": "", "external_url": ""}
    eli, dee = organisation.people["eli"], organisation.people["dee"]
    refused(Invalid, "unknown_value", lambda: follow_up.change_links(
        action=action, assignee_id=eli.pk, **links, by=by("ana")))  # fmt: skip
    changed = follow_up.change_links(action=action, assignee_id=dee.pk, **links, by=by("ana"))
    assert changed.assignee_id == dee.pk
    assert set(ActionReminder.objects.filter(action=action).values_list("recipient", flat=True)) == {
        f"team:{organisation.checkout.pk}", f"person:{dee.pk}",
    }  # fmt: skip


def test_a_rolled_back_act_leaves_nothing(by: By, monkeypatch: pytest.MonkeyPatch) -> None:
    action = open_one(by("dee"))
    before = AuditEvent.objects.count()

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the chain is away")

    monkeypatch.setattr("apps.incidents.operations.follow_up.audit.record", fail)
    with pytest.raises(RuntimeError):
        follow_up.finish(action=action, evidence=DOCUMENT, by=by("dee"))
    action.refresh_from_db()
    assert (action.state, ActionEvidence.objects.count(), AuditEvent.objects.count()) == ("open", 0, before)
    assert fact_of(action).state == "open"


def test_agenda__overdue_and_done_for_two_weeks_unverified(organisation: Organisation, by: By) -> None:
    late, done, fresh = (open_one(by("dee"), text=text) for text in ("late", "done", "fresh"))
    follow_up.finish(action=done, by=by("dee"))
    later = datetime(2026, 7, 11, 8, tzinfo=UTC)
    with clock.playing(later):
        follow_up.set_date(action=fresh, due_on=date(2026, 8, 3), reason="Moved.", by=by("dee"))
        unfinished = queries.list_unfinished(organisation.checkout.pk, later, by=SYSTEM).order_by("due_on", "pk")
        assert queries.count_unfinished(unfinished, later) == queries.Counted(2, 1, 1)
        assert [action.text for action in queries.pick_agenda(unfinished, later)] == ["late", "done"]
    assert late.state == "open"


def test_visible__an_action_of_a_review_is_its_teams(organisation: Organisation, by: By) -> None:
    action = action_opening.open_from_review(
        draft=draft(), team=organisation.checkout, review_key="weekly-7", by=by("ana")
    )
    assert action.origin == "review"
    assert queries.get_action(action.pk, by=by("dee")) == action
    refused(Absent, "not_found", lambda: queries.get_action(action.pk, by=by("eli")))


def test_drafts__say_a_kind() -> None:
    assert ActionDraft(text="x", kind=ActionKind.PREVENT).kind == "prevent"
