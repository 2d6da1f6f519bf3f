"""The duty of freezing cards: once, twice, two at once, killed at each step, after a pause."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from apps.audit import operations as audit
from apps.core import clock, due
from apps.core.periods import parse_period
from apps.measurements.models import RecomputeRequest
from apps.scorecards import operations
from apps.scorecards.domain import schedule
from apps.scorecards.models import CardDue, Scorecard, ScorecardCell, TemplateVersion
from apps.scorecards.tasks import freeze_due_cards
from tests.cards import House, adopt_templates, house

__all__ = ["house"]

MONDAY = datetime(2026, 6, 29, 3, tzinfo=UTC)


class Killed(BaseException):
    """The worker died."""


@pytest.fixture
def recent(organisation: Any) -> SimpleNamespace:
    """Templates since the middle of June 2026: two open teams, nothing frozen yet; no computation is waited for."""
    with clock.playing(datetime(2026, 6, 15, tzinfo=UTC)):
        adopt_templates(organisation, date(2026, 6, 29))
    RecomputeRequest.objects.all().delete()
    return SimpleNamespace(organisation=organisation)


@pytest.fixture
def monday(recent: SimpleNamespace) -> Iterator[datetime]:
    with clock.playing(MONDAY):
        yield MONDAY


def frozen() -> list[tuple[str, str]]:
    return list(Scorecard.objects.order_by("pk").values_list("team__slug", "period"))


def bytes_of() -> list[Any]:
    cards = Scorecard.objects.order_by("team__slug", "period").values_list("team__slug", "period", "revision", "sha256")
    return [list(cards), ScorecardCell.objects.count(), CardDue.objects.filter(done_at=None).count()]


def test_freeze__once(monday: datetime) -> None:
    freeze_due_cards()
    assert sorted(frozen()) == [("checkout", "2026-W26"), ("harbour", "2026-W26")]
    assert CardDue.objects.exclude(done_at=None).count() == 2


def test_freeze__a_minute_too_early_nothing_is_due(recent: SimpleNamespace) -> None:
    with clock.playing(MONDAY - timedelta(minutes=1)):
        freeze_due_cards()
    assert (frozen(), CardDue.objects.count()) == ([], 0)


def test_freeze__ten_beats_make_one(monday: datetime) -> None:
    freeze_due_cards()
    once = bytes_of()
    for _ in range(9):
        freeze_due_cards()
    assert bytes_of() == once


def test_freeze__two_at_once(monday: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second worker runs the whole duty while the first holds its claim on a row."""
    freeze, others = operations.freeze_card, []

    def freeze_while_another_works(**given: Any) -> Scorecard:
        if not others:
            others.append("working")
            freeze_due_cards()
        return freeze(**given)

    monkeypatch.setattr(operations, "freeze_card", freeze_while_another_works)
    freeze_due_cards()
    assert sorted(frozen()) == [("checkout", "2026-W26"), ("harbour", "2026-W26")]
    assert CardDue.objects.filter(done_at=None).count() == 0


def kill_once(monkeypatch: pytest.MonkeyPatch, holder: Any, name: str) -> None:
    original: Callable[..., Any] = getattr(holder, name)
    deaths: list[str] = []

    def die_first(*args: Any, **given: Any) -> Any:
        if not deaths:
            deaths.append(name)
            raise Killed
        return original(*args, **given)

    monkeypatch.setattr(holder, name, die_first)


@pytest.mark.parametrize(
    ("holder", "name"),
    [
        (operations, "ask_missing_cards"),
        (due, "claim"),
        (operations, "freeze_card"),
        (operations, "_write_card"),
        (ScorecardCell.objects, "bulk_create"),
        (audit, "record"),
        (due, "mark_done"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_freeze__killed_at_each_step(
    recent: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, holder: Any, name: str
) -> None:
    kill_once(monkeypatch, holder, name)
    with clock.playing(MONDAY), pytest.raises(Killed):
        freeze_due_cards()
    with clock.playing(MONDAY + due.CLAIM):
        freeze_due_cards()
    interrupted = bytes_of()
    assert sorted(frozen()) == [("checkout", "2026-W26"), ("harbour", "2026-W26")]
    assert interrupted[1:] == [18, 0]


def test_freeze__three_weeks_without_beat_are_caught_up_in_order(recent: SimpleNamespace) -> None:
    with clock.playing(MONDAY + timedelta(weeks=3)):
        freeze_due_cards()
    ours = [period for team, period in frozen() if team == "checkout"]
    assert ours == ["2026-W26", "2026-06", "2026-Q2", "2026-W27", "2026-W28", "2026-W29"]
    late = dict(Scorecard.objects.filter(team__slug="checkout").values_list("period", "computed_late"))
    assert late == {**dict.fromkeys(ours, True), "2026-W29": False}


def test_ask__at_most_53_periods_back(house: House) -> None:
    with clock.playing(datetime(2030, 1, 7, 4, tzinfo=UTC)):
        operations.ask_missing_cards()
    keys = CardDue.objects.filter(team=house.team).order_by("due_at").values_list("period", flat=True)
    weeks = [key for key in keys if parse_period(key).grain == "week"]
    assert (len(weeks), weeks[-1]) == (53, "2030-W01")
    assert all(
        row.due_at == schedule.due_at(parse_period(row.period), clock.reporting_zone()) for row in CardDue.objects.all()
    )


def test_ask__a_team_that_did_not_exist_yet_has_no_card(house: House) -> None:
    house.team.began_on = date(2026, 6, 29)
    house.team.save()
    with clock.playing(MONDAY + timedelta(weeks=1)):
        operations.ask_missing_cards()
    keys = set(CardDue.objects.filter(team=house.team).values_list("period", flat=True))
    assert keys == {"2026-W27", "2026-06", "2026-Q2"}


def test_ask__a_closed_team_has_no_new_card(recent: SimpleNamespace, monday: datetime) -> None:
    team = recent.organisation.harbour
    team.closed_on = date(2026, 6, 1)
    team.save()
    freeze_due_cards()
    assert frozen() == [("checkout", "2026-W26")]


def test_ask__without_a_template_nothing_is_due(organisation: Any) -> None:
    assert TemplateVersion.objects.count() == 0
    with clock.playing(MONDAY):
        freeze_due_cards()
    assert CardDue.objects.count() == 0


def test_freeze__waits_up_to_half_an_hour_without_counting_attempts(recent: SimpleNamespace) -> None:
    RecomputeRequest.objects.create(
        source="deployments", service=recent.organisation.checkout_api, day=date(2026, 6, 25), due_at=MONDAY
    )
    at = MONDAY
    while at < MONDAY + schedule.WAITS:
        with clock.playing(at):
            freeze_due_cards()
        assert [team for team, _ in frozen()] == ["harbour"]
        at += timedelta(minutes=1)
    row = CardDue.objects.get(team=recent.organisation.checkout)
    assert (row.attempts, row.last_error) == (0, "")
    with clock.playing(at):
        freeze_due_cards()
    assert sorted(team for team, _ in frozen()) == ["checkout", "harbour"]


def test_freeze__one_failing_card_stops_no_other(monday: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    freeze = operations.freeze_card

    def fail_for_checkout(**given: Any) -> Scorecard:
        if given["team"].slug == "checkout":
            raise RuntimeError("the values cannot be read")
        return freeze(**given)

    monkeypatch.setattr(operations, "freeze_card", fail_for_checkout)
    freeze_due_cards()
    assert frozen() == [("harbour", "2026-W26")]
    row = CardDue.objects.get(team__slug="checkout")
    assert (row.done_at, row.attempts) == (None, 1)
    assert "cannot be read" in row.last_error
