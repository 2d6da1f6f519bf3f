"""The starter definitions of actions, read by the engine: the worked example, and what does not help."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.core.periods import parse_period
from apps.incidents.domain.action_dates import end_of_day
from apps.incidents.facts import ACTIONS
from apps.incidents.models import Action
from apps.incidents.operations.action_settling import settle_action
from apps.measurements import operations, queries
from apps.measurements.domain.readings import Reading
from apps.measurements.domain.subjects import Subject, SubjectKind
from apps.metrics.domain.starter import StarterVersion
from apps.metrics.domain.starter_follow_up import ACTIONS_ON_TIME, ACTIONS_VERIFIED, FOLLOW_UP_STARTER
from apps.services import operations as services
from tests.measuring import adopt, answer
from tests.personas import Organisation, principal_of

pytestmark = [pytest.mark.sql, pytest.mark.django_db]
BERLIN = ZoneInfo("Europe/Berlin")
AUGUST = datetime(2026, 8, 3, 9, tzinfo=UTC)
Opens = Callable[..., Action]


def june(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 6, day, hour, tzinfo=BERLIN)


@pytest.fixture
def opens(organisation: Organisation) -> Opens:
    """Opens an action that is first due on a day of June."""
    with clock.playing(AUGUST):
        for one in FOLLOW_UP_STARTER:
            by = principal_of(organisation.people["gus"])
            adopt(one.slug, one.spec, owner=organisation.checkout, by=by, lens=one.lens, name=one.name)

    def open_one(due: int, *, moved: int = 0, **more: object) -> Action:
        first, now = date(2026, 6, due), date(2026, 6, moved or due)
        ended = "verified" if "verified_at" in more else "done" if "done_at" in more else "dropped"
        action = Action.objects.create(
            origin="tool", source="test", text="x", done_when="y", kind="prevent", owner_team=organisation.checkout,
            opened_at=june(1), first_due_on=first, first_due_at=end_of_day(first, BERLIN), due_on=now,
            due_at=end_of_day(now, BERLIN), state=ended if more else "open",
            drop_reason="z" if "dropped_at" in more else "", **more,
        )  # fmt: skip
        with clock.playing(AUGUST):
            settle_action(action, now=AUGUST)
        return action

    return open_one


def reading(organisation: Organisation, slug: str, period: str = "2026-06") -> Reading:
    subject = Subject(SubjectKind.TEAM, organisation.checkout.pk)
    with clock.playing(AUGUST):
        operations.rebuild()
        cells = queries.get_cells([subject], [slug], [parse_period(period)])
    return cells[subject, slug, period, "whole"].reading


def test_actions_on_time__the_worked_example_is_two_of_five(organisation: Organisation, opens: Opens) -> None:
    opens(3, done_at=june(2))
    opens(10, done_at=june(10, 23))
    opens(12, moved=22, done_at=june(20))
    opens(15)
    opens(18, dropped_at=june(11))
    opens(25, dropped_at=june(29))
    found = reading(organisation, "actions-on-time")
    assert (found.numerator, found.denominator, found.value) == (2, 5, 0.4)


def test_actions_on_time__neither_a_new_date_nor_a_late_drop_helps(organisation: Organisation, opens: Opens) -> None:
    opens(10, done_at=june(10, 23))
    late = opens(12)
    before = reading(organisation, "actions-on-time")
    late.due_on, late.due_at = date(2026, 6, 30), end_of_day(date(2026, 6, 30), BERLIN)
    late.save()
    with clock.playing(AUGUST):
        settle_action(late, now=AUGUST)
    assert reading(organisation, "actions-on-time") == before
    late.state, late.dropped_at, late.drop_reason = "dropped", june(20), "Too late."
    late.save()
    with clock.playing(AUGUST):
        settle_action(late, now=AUGUST)
    assert reading(organisation, "actions-on-time") == before
    assert (before.numerator, before.denominator) == (1, 2)


def test_actions_verified__within_thirty_days(organisation: Organisation, opens: Opens) -> None:
    opens(3, done_at=june(2), verified_at=june(30))
    opens(3, done_at=june(2), verified_at=june(2) + timedelta(days=31))
    opens(3, done_at=june(2))
    found = reading(organisation, "actions-verified")
    assert (found.numerator, found.denominator) == (1, 3)


def test_settling_twice_writes_nothing(organisation: Organisation, opens: Opens) -> None:
    action = opens(3)
    rows = ACTIONS.model.objects.count()
    with clock.playing(AUGUST):
        settle_action(action, now=AUGUST)
    assert ACTIONS.model.objects.count() == rows


def test_facts__belong_to_the_team_though_the_service_moves(organisation: Organisation, opens: Opens) -> None:
    opens(3, done_at=june(2))
    with clock.playing(AUGUST):
        services.hand_over(
            service=organisation.checkout_api, to=organisation.harbour, from_at=june(1), reason="Moved.", by=SYSTEM
        )
    assert reading(organisation, "actions-on-time").numerator == 1


@pytest.mark.parametrize("one", [ACTIONS_ON_TIME, ACTIONS_VERIFIED], ids=lambda one: one.slug)
def test_commitments__are_judged_exactly(one: StarterVersion) -> None:
    assert one.spec["reading"] == "commitment"


def test_backlog__what_is_open_at_the_end_of_the_month_and_its_overdue_part(
    organisation: Organisation, opens: Opens
) -> None:
    opens(3, done_at=june(2))
    opens(12, moved=30)
    opens(15, done_at=datetime(2026, 7, 6, tzinfo=UTC))
    opens(18, dropped_at=june(29))
    assert reading(organisation, "reliability-backlog").value == 2
    assert reading(organisation, "reliability-backlog-overdue").value == 1.0
    assert reading(organisation, "reliability-backlog", "2026-07").value == 1
    assert reading(organisation, "reliability-backlog", "2026-Q2").n == 2


def test_backlog__a_drop_months_later_reaches_the_months_between(organisation: Organisation, opens: Opens) -> None:
    action = opens(3)
    assert reading(organisation, "reliability-backlog", "2026-07").value == 1
    action.state, action.dropped_at, action.drop_reason = "dropped", june(30), "Retired."
    action.save()
    with clock.playing(AUGUST):
        settle_action(action, now=AUGUST)
        answer()
        cells = queries.get_cells(
            [Subject(SubjectKind.TEAM, organisation.checkout.pk)], ["reliability-backlog"],
            [parse_period("2026-06"), parse_period("2026-07")],
        )  # fmt: skip
    assert [cell.reading.value for cell in cells.values()] == [0, 0]
    assert [str(found) for found in queries.find_differences(queries.list_values())] == []


def test_backlog__evidence_says_what_had_ended(organisation: Organisation, opens: Opens) -> None:
    opens(12)
    opens(15, done_at=june(16))
    reading(organisation, "reliability-backlog")
    subject = Subject(SubjectKind.TEAM, organisation.checkout.pk)
    with clock.playing(AUGUST):
        found = queries.get_evidence(subject, "reliability-backlog", parse_period("2026-06"))
    assert {reason.name: count for reason, count in found.counts.items()} == {"COUNTED": 1, "ENDED": 1}
