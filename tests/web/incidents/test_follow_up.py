"""Pages of actions: the list by standing, one action with its acts, plain forms, and what strangers see."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.incidents.domain.incident_words import IncidentKind
from apps.incidents.models import Action
from apps.incidents.operations import action_opening, cause_linking, follow_up
from apps.incidents.operations.retro_opening import open_retro
from apps.measurements.models import ActionEffect
from apps.measurements.tasks import follow_actions
from tests.follow_up import DOCUMENT, WEDNESDAY, draft, open_one
from tests.incidents import NOW, at
from tests.learning import cause_of, fill, publish, published, resolved_incident
from tests.personas import Organisation, principal_of
from tests.web.portal.pages import words_of

pytestmark = pytest.mark.django_db
NEW = "/actions/new/"
GOOD = {
    "team": "checkout", "text": "Add a gate", "done_when": "A bad release stops", "kind": "prevent",
    "due_on": "2026-07-10", "assignee": "", "metric_slug": "", "metric_subject": "", "known_cause": "",
    "external_url": "",
}  # fmt: skip
ClientAs = Callable[..., Client]


@pytest.fixture(autouse=True)
def _today(organisation: Organisation) -> Iterator[None]:
    with clock.playing(WEDNESDAY):
        yield


@pytest.fixture
def action(organisation: Organisation) -> Action:
    return open_one(principal_of(organisation.people["dee"]), assignee_id=organisation.people["ana"].pk)


def test_create__opens_it_and_leads_to_its_page(client_as: ClientAs) -> None:
    text = words_of(client_as("dee").post(NEW, GOOD, follow=True))
    assert "Opened. A-" in text
    assert "stands in the team's inbox." in text
    assert "Done when A bad release stops" in text
    assert "Due 10 Jul 2026" in text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("text", "", "What changes: write something here."),
        ("due_on", "soon", "Enter a day that exists, such as 2026-08-31."),
        ("due_on", "2026-06-01", "Enter a day from 10 June 2026 on."),
        ("team", "harbour", "Select a valid choice"),
        ("known_cause", "C-9", "There is no known cause of this number."),
        ("metric_subject", "team:checkout", "Name the definition too, or leave the subject out."),
    ],
)
def test_create__a_wrong_field_is_named_and_what_was_typed_is_kept(
    client_as: ClientAs, field: str, value: str, sentence: str
) -> None:
    answer = client_as("dee").post(NEW, {**GOOD, field: value})
    assert answer.status_code == 422
    assert sentence in words_of(answer)
    assert "There is a problem" in words_of(answer)
    assert "A bad release stops" in answer.content.decode()
    assert Action.objects.count() == 0


def test_list__by_standing_and_filtered_but_never_by_person(
    client_as: ClientAs, organisation: Organisation, action: Action
) -> None:
    later = open_one(principal_of(organisation.people["dee"]), text="Later work")
    follow_up.finish(action=action, by=SYSTEM)
    with clock.playing(datetime(2026, 7, 13, 8, tzinfo=UTC)):
        text = words_of(client_as("eli").get("/actions/"))
        assert text.index("Overdue") < text.index("Later work") < text.rindex("Done, unverified")
        assert "Ana" not in text
        assert f"{later}: Later work" in words_of(client_as("eli").get("/actions/?standing=overdue&team=checkout"))
        assert "Later work" not in words_of(client_as("eli").get("/actions/?team=harbour"))
        mine = words_of(client_as("ana").get("/actions/?whose=mine"))
        assert "Add a gate" in mine
        assert "Later work" not in mine
    assert client_as("eli").get("/actions/?assignee=1").status_code == 400
    assert client_as("eli").get("/actions/?standing=late").status_code == 400


def test_page__offers_what_each_may_do_now(client_as: ClientAs, action: Action) -> None:
    own, other = (words_of(client_as(name).get(f"/actions/{action.pk}/")) for name in ("dee", "eli"))
    assert "Mark as done" in own
    assert "Ask to drop it" in own
    assert "Who does it Ana Tamm" in own
    assert "Mark as done" not in other
    assert "Ana" not in other
    follow_up.finish(action=action, by=SYSTEM)
    done = words_of(client_as("ana").get(f"/actions/{action.pk}/"))
    assert "Done, unverified A second person looks at what shows it" in done
    assert "Mark as done" not in done


def test_acts__from_open_to_verified_by_forms_alone(client_as: ClientAs, action: Action) -> None:
    page = f"/actions/{action.pk}/"
    assert client_as("dee").get(f"{page}date/").status_code == 200
    moved = client_as("dee").post(
        f"{page}date/", {"due_on": "2026-07-17", "reason": "The vendor is late."}, follow=True
    )
    assert "Due 17 Jul 2026 (first 10 Jul 2026)" in words_of(moved)
    assert "The vendor is late." in words_of(moved)
    done = client_as("dee").post(f"{page}done/", {"kind": ""}, follow=True)
    assert "Done, unverified. A second person looks at what shows it." in words_of(done)
    assert client_as("dee").get(f"{page}verify/").status_code == 403
    missing = client_as("ana").post(f"{page}verify/", {"kind": "document"})
    assert (missing.status_code, "Give an address, or say in a note where it is seen." in words_of(missing)) == (
        422, True,
    )  # fmt: skip
    seen = {"kind": "document", "url": "https://docs.example.org/gate"}
    assert "Verified. Its effect is read" in words_of(client_as("ana").post(f"{page}verify/", seen, follow=True))
    assert client_as("dee").post(f"{page}drop/", {"reason": "x"}).status_code == 409


def test_acts__drop_by_two_people(client_as: ClientAs, action: Action) -> None:
    page = f"/actions/{action.pk}/"
    asked = client_as("ana").post(f"{page}drop/", {"reason": "The part is retired."}, follow=True)
    assert "It is asked to drop this action" in words_of(asked)
    assert client_as("ana").get(f"{page}confirm-drop/").status_code == 403
    assert "counts neither as late nor as done" in words_of(client_as("cy").get(f"{page}confirm-drop/"))
    dropped = client_as("cy").post(f"{page}confirm-drop/", follow=True)
    assert "Dropped. It stays readable with its reason." in words_of(dropped)


def test_acts__strangers_are_refused(client_as: ClientAs, action: Action) -> None:
    for act in ("date", "done", "evidence", "drop", "links"):
        assert client_as("eli").get(f"/actions/{action.pk}/{act}/").status_code == 403, act
    assert client_as("eli").get("/actions/999/").status_code == 404


def test_effect__says_why_there_is_none_yet(client_as: ClientAs, organisation: Organisation) -> None:
    by = principal_of(organisation.people["dee"])
    action = open_one(by, metric_slug="no-such-metric")
    page = f"/actions/{action.pk}/"
    assert "Values are read from the whole weeks after it is done." in words_of(client_as("eli").get(page))
    follow_up.finish(action=action, evidence=DOCUMENT, by=by)
    assert "computed within minutes" in words_of(client_as("eli").get(page))
    follow_actions()
    assert "There is no definition of this short name." in words_of(client_as("eli").get(page))


def test_home__leads_to_the_overdue_action(client_as: ClientAs, action: Action) -> None:
    with clock.playing(datetime(2026, 7, 13, 8, tzinfo=UTC)):
        text = words_of(client_as("dee").get("/"))
    assert "1 action overdue" in text
    assert f"Set a new date for {action}, or drop it" in text


def test_list__what_is_done_shows_what_moved_around_it(client_as: ClientAs, organisation: Organisation) -> None:
    action = open_one(principal_of(organisation.people["dee"]), metric_slug="deployment-frequency")
    follow_up.finish(action=action, by=SYSTEM)
    read = {"code": "no_signal", "sentence": "No signal: 3 to 4 a week, ×0.5 to ×2.1"}
    ActionEffect.objects.create(
        action=action, slug="deployment-frequency", subject="team:checkout", action_done_at=WEDNESDAY, stage="early",
        result=read, due_at=WEDNESDAY,
    )  # fmt: skip
    page = client_as("eli").get("/actions/?standing=done")
    assert "Early No signal : 3 to 4 a week, ×0.5 to ×2.1" in words_of(page)
    assert f'href="/actions/{action.pk}/#effect"' in page.content.decode()


@pytest.mark.sql  # one query unites actions, reviews and causes
def test_home__names_a_cause_that_came_again_after_an_action_was_done(
    client_as: ClientAs, organisation: Organisation
) -> None:
    by = principal_of(organisation.people["ana"])
    cause = cause_of(organisation)
    with clock.playing(at("12:00", 5)):
        published(organisation, day=4, factor={"known_cause": str(cause)})
        due = draft(due_on=date(2026, 5, 8))
        done, _ = action_opening.open_action(draft=due, team="checkout", known_cause=str(cause), by=by)
    with clock.playing(at("12:00", 6)):
        follow_up.finish(action=done, by=by)
    with clock.playing(NOW):
        for day in (12, 13):
            cause_linking.confirm_cause(incident=resolved_incident(day=day), cause=cause, by=by)
        text = words_of(client_as("dee").get("/"))
        other = words_of(client_as("dee").get("/teams/harbour/"))
    assert "1 known cause came again after an action was done" in text
    assert f"Look at {cause}, which came again" in text
    assert text.count(f"{cause}: Small pool") == 1
    assert "came again" not in other
    with clock.playing(datetime(2026, 6, 1, 12, tzinfo=UTC)):  # the week after the next
        assert "came again" not in words_of(client_as("dee").get("/"))


def test_page__of_an_action_out_of_a_drill_says_that_it_counts_nowhere(
    client_as: ClientAs, organisation: Organisation
) -> None:
    by = principal_of(organisation.people["ana"])
    with clock.playing(NOW):
        retro, _ = open_retro(incident=resolved_incident(kind=IncidentKind.DRILL), by=by)
        publish(fill(retro, by), by)
    text = words_of(client_as("dee").get(f"/actions/{Action.objects.get().pk}/"))
    assert "It counts in no definition: it comes out of a drill" in text
