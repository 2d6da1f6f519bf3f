"""Actions out of files: checked as a whole, the same file again changes nothing, and they remind nobody."""

from collections.abc import Iterator
from io import BytesIO

import pytest

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.incidents.models import Action, ActionFact, ActionReminder
from apps.incidents.operations import follow_up
from apps.integrations import operations as integrations
from apps.integrations import queries
from apps.integrations.domain.csv_columns import CsvKind
from apps.integrations.models import ImportRun
from apps.notifications.models import Notification
from tests.follow_up import WEDNESDAY
from tests.personas import Organisation, principal_of

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
HEADER = "action,team,due_on,state,done_at,metric_slug,assignee\n"
GOOD = (
    "J-1,checkout,2026-06-03,done,2026-06-02T12:00:00+02:00,change-failure-rate,Ana\n"
    "J-2,checkout,2026-06-15,open,,,\n"
    "J-3,checkout,2026-06-18,dropped,2026-06-09T12:00:00+02:00,,\n"
)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.playing(WEDNESDAY):
        yield


def _bring(text: str, organisation: Organisation) -> ImportRun:
    by, stream = principal_of(organisation.people["dee"]), BytesIO(text.encode())
    run = integrations.check_import(
        stream=stream, kind=CsvKind.ACTIONS, file_name="f.csv", team=organisation.checkout, by=by
    )  # fmt: skip
    return integrations.apply_import(run=run, stream=stream, by=by)


def test_actions__are_taken_over_once_and_remind_nobody(organisation: Organisation) -> None:
    run = _bring(HEADER + GOOD, organisation)
    assert (run.created_count, run.error_count) == (3, 0)
    assert "assignee" in run.notices
    done, still_open, dropped = Action.objects.order_by("external_key")
    assert (done.state, done.text, done.metric_slug, done.is_imported) == ("done", "J-1", "change-failure-rate", True)
    assert (still_open.state, str(still_open.due_on), dropped.state) == ("open", "2026-06-15", "dropped")
    assert ActionFact.objects.filter(until_seq=None, imported=True, team=organisation.checkout).count() == 3
    assert (ActionReminder.objects.count(), Notification.objects.count()) == (0, 0)
    again = _bring(HEADER + GOOD, organisation)
    assert (again.created_count, again.updated_count, again.unchanged_count) == (0, 0, 3)


def test_actions__a_newer_file_moves_them_on_and_the_first_day_stays(organisation: Organisation) -> None:
    _bring(HEADER + GOOD, organisation)
    run = _bring(HEADER + "J-2,checkout,2026-06-29,open,,,\n", organisation)
    action = Action.objects.get(external_key="J-2")
    assert (run.updated_count, str(action.first_due_on), str(action.due_on)) == (1, "2026-06-15", "2026-06-29")
    assert [str(one.due_on) for one in action.dates.order_by("pk")] == ["2026-06-15", "2026-06-29"]


def test_actions__what_people_did_here_stands(organisation: Organisation) -> None:
    _bring(HEADER + GOOD, organisation)
    follow_up.finish(action=Action.objects.get(external_key="J-2"), by=SYSTEM)
    run = _bring(HEADER + GOOD, organisation)
    assert (run.unchanged_count, Action.objects.get(external_key="J-2").state) == (3, "done")


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("J-1,harbour,2026-06-03,open,,,", "team", "unknown_team"),
        ("J-1,checkout,soon,open,,,", "due_on", "not_a_day"),
        ("J-1,checkout,2026-06-03,finished,,,", "state", "unknown_value"),
        ("J-1,checkout,2026-06-03,done,,,", "done_at", "required"),
        ("J-1,checkout,2026-06-03,open,2026-06-02T12:00:00Z,,", "done_at", "out_of_range"),
    ],
)
def test_actions__what_cannot_be_read_is_located(organisation: Organisation, row: str, column: str, code: str) -> None:
    by = principal_of(organisation.people["dee"])
    check = integrations.examine_file(
        stream=BytesIO(f"{HEADER}{row}\n".encode()), kind=CsvKind.ACTIONS, team=organisation.checkout, by=by
    )  # fmt: skip
    (error,) = check.errors
    assert (error.column, error.code) == (column, code)
    assert Action.objects.count() == 0


def test_actions__errors_are_kept_with_the_run(organisation: Organisation) -> None:
    by = principal_of(organisation.people["dee"])
    run = integrations.check_import(
        stream=BytesIO(f"{HEADER}J-1,harbour,2026-06-03,open,,,\n".encode()), kind=CsvKind.ACTIONS,
        file_name="f.csv", team=organisation.checkout, by=by,
    )  # fmt: skip
    assert [error.code for error in queries.list_errors(run)] == ["unknown_team"]
