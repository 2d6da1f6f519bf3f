"""Recording pages: told again they change nothing, and what follows from neighbours does not depend on the order."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.problems import Absent, Forbidden, Invalid
from apps.incidents.domain.page_words import Label
from apps.incidents.models import AlertRule, OnCallProfile, Page, PageFact, PageLabel
from apps.incidents.operations.oncall_recording import receive_pages
from apps.incidents.operations.page_labelling import label_pages, label_rule
from apps.measurements.models import RecomputeRequest
from apps.services.models import FactConnection
from tests.oncall import MONDAY, in_madrid, item, madrid_items, push_token
from tests.personas import Organisation, principal_of

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
SETTLED = ("rule__name", "fired_at", "bucket", "night", "repeat", "woke")


@pytest.fixture(autouse=True)
def _played() -> Iterator[None]:
    with clock.playing(MONDAY):
        yield


@pytest.fixture
def tool(organisation: Organisation) -> Principal:
    """A tool of Checkout."""
    return push_token(organisation.checkout)


def _outcomes(answer: dict[str, Any]) -> list[str]:
    return [result["outcome"] for result in answer["results"]]


def _settled() -> list[tuple[Any, ...]]:
    return list(Page.objects.order_by("fired_at", "pk").values_list(*SETTLED))


def test_receive__the_week_of_madrid(organisation: Organisation, tool: Principal) -> None:
    in_madrid(organisation.checkout)
    assert _outcomes(receive_pages(items=madrid_items(), by=tool)) == ["created"] * 8
    rows = [(rule, bucket, night, repeat, woke) for rule, _, bucket, night, repeat, woke in _settled()]
    wednesday = date(2026, 8, 19)
    assert rows == [
        ("A", "business", None, False, False), ("B", "business", None, False, False),
        ("A", "business", None, True, False), ("C", "business", None, False, False),
        ("A", "evening", None, True, False), ("C", "night", wednesday, True, True),
        ("D", "night", wednesday, False, False), ("E", "evening", None, False, False),
    ]  # fmt: skip
    facts = PageFact.objects.filter(until_seq=None)
    assert facts.count() == 8
    assert facts.filter(out_of_hours=True).count() == 4
    assert facts.filter(repeat=True).count() == 3
    assert set(facts.values_list("team_id", flat=True)) == {organisation.checkout.pk}
    assert AlertRule.objects.count() == 5


def test_receive__told_again_writes_nothing(organisation: Organisation, tool: Principal) -> None:
    receive_pages(items=madrid_items(), by=tool)
    before = PageFact.objects.count()
    RecomputeRequest.objects.all().delete()
    again = receive_pages(items=madrid_items(), by=tool)
    assert _outcomes(again) == ["unchanged"] * 8
    assert again["stored"] == 8
    assert (PageFact.objects.count(), Page.objects.count()) == (before, 8)
    assert RecomputeRequest.objects.count() == 0


def test_receive__a_late_page_settles_its_neighbours(organisation: Organisation, tool: Principal) -> None:
    in_madrid(organisation.checkout)
    receive_pages(items=[item("2026-08-19T03:00:00+02:00", "C")], by=tool)
    assert Page.objects.get().woke
    assert not Page.objects.get().repeat
    receive_pages(items=[item("2026-08-18T23:30:00+02:00", "C")], by=tool)
    earlier, later = Page.objects.order_by("fired_at")
    assert (earlier.woke, later.woke, later.repeat) == (True, False, True)
    fact = PageFact.objects.get(key=f"P-{later.pk}", until_seq=None)
    assert (fact.woke, fact.repeat) == (False, True)


def test_receive__a_page_of_low_urgency_neither_wakes_nor_makes_a_repeat(
    organisation: Organisation, tool: Principal
) -> None:
    in_madrid(organisation.checkout)
    low = item("2026-08-18T23:30:00+02:00", "C", urgency="low")
    receive_pages(items=[item("2026-08-19T03:00:00+02:00", "C"), low], by=tool)
    quiet, urgent = Page.objects.order_by("fired_at")
    assert (quiet.woke, urgent.woke, urgent.repeat) == (False, True, False)
    receive_pages(items=[low | {"urgency": "high"}], by=tool)
    quiet, urgent = Page.objects.order_by("fired_at")
    assert (quiet.woke, urgent.woke, urgent.repeat) == (True, False, True)


def test_receive__summer_time_moves_an_hour_from_evening_to_night(organisation: Organisation, tool: Principal) -> None:
    in_madrid(organisation.checkout)
    receive_pages(items=[item("2026-03-22T20:30:00Z", "A"), item("2026-03-29T20:30:00Z", "A")], by=tool)
    winter, summer = Page.objects.order_by("fired_at")
    assert (winter.bucket, winter.night) == ("evening", None)
    assert (summer.bucket, summer.night) == ("night", date(2026, 3, 29))


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(8)), cut=st.integers(0, 8))
def test_receive__any_order_gives_the_same_rows(
    organisation: Organisation, tool: Principal, order: list[int], cut: int
) -> None:
    Page.objects.all().delete()
    AlertRule.objects.all().delete()
    if not OnCallProfile.objects.exists():
        in_madrid(organisation.checkout)
    items = [madrid_items()[index] for index in order]
    for part in (items[:cut], items[cut:], items[:2]):
        if part:
            receive_pages(items=part, by=tool)
    repeats = [(rule, repeat, woke) for rule, _, _, _, repeat, woke in _settled()]
    assert repeats == [
        ("A", False, False), ("B", False, False), ("A", True, False), ("C", False, False), ("A", True, False),
        ("C", True, True), ("D", False, False), ("E", False, False),
    ]  # fmt: skip


def test_receive__later_news_are_learned_and_blanks_erase_nothing(organisation: Organisation, tool: Principal) -> None:
    page = item("2026-08-19T03:00:00+02:00", "C")
    receive_pages(items=[page | {"acknowledged_at": "2026-08-19T03:04:00+02:00"}], by=tool)
    answer = receive_pages(items=[page | {"ended_at": "2026-08-19T03:20:00+02:00"}], by=tool)
    assert _outcomes(answer) == ["updated"]
    stored = Page.objects.get()
    assert stored.acknowledged_at == datetime(2026, 8, 19, 1, 4, tzinfo=UTC)
    assert stored.end_reason == "acknowledged"
    assert answer["results"][0]["id"] == f"P-{stored.pk}"


def test_receive__an_end_before_any_acknowledgement_came_by_itself(organisation: Organisation, tool: Principal) -> None:
    receive_pages(items=[item("2026-08-19T03:00:00Z", "C", ended_at="2026-08-19T03:20:00Z")], by=tool)
    assert Page.objects.get().end_reason == "by_itself"


def test_receive__each_item_stands_alone_and_says_what_is_wrong(organisation: Organisation, tool: Principal) -> None:
    good = item("2026-08-19T03:00:00Z", "C")
    bad: list[Any] = [
        good | {"service": "harbour-cluster"}, good | {"responder": "somebody"}, good | {"label": "acted"},
        good | {"fired_at": "2026-08-19T03:00:00"}, good | {"urgency": "huge"}, {"rule": "C"}, 7,
        good | {"fired_at": "2023-08-19T03:00:00Z"}, good | {"incident": "I-99"}, good | {"team": "harbour"},
    ]  # fmt: skip
    answer = receive_pages(items=[*bad, good], by=tool)
    assert (answer["stored"], answer["rejected"]) == (1, 10)
    found = [[(e["pointer"], e["code"]) for e in result["errors"]] for result in answer["results"][:-1]]
    assert found == [
        [("/pages/0/service", "unknown_service")], [("/pages/1/responder", "person_field")],
        [("/pages/2/label", "needs_a_person")], [("/pages/3/fired_at", "zone_required")],
        [("/pages/4/urgency", "unknown_value")],
        [("/pages/5/external_key", "required"), ("/pages/5/service", "required"), ("/pages/5/fired_at", "required")],
        [("/pages/6", "wrong_type")], [("/pages/7/fired_at", "before_service")],
        [("/pages/8/incident", "unknown_value")], [("/pages/9/team", "unknown_team")],
    ]  # fmt: skip


def test_receive__a_person_who_works_nowhere_is_refused(organisation: Organisation) -> None:
    with pytest.raises(Forbidden):
        receive_pages(items=madrid_items(), by=principal_of(organisation.people["fay"]))
    assert Page.objects.count() == 0


def test_receive__the_service_is_connected_under_the_one_channel_of_pages(
    organisation: Organisation, tool: Principal
) -> None:
    receive_pages(items=madrid_items(), by=tool)
    connection = FactConnection.objects.get(source="pages", until_seq=None)
    assert (connection.channel, connection.heard_at) == ("pages", datetime(2026, 8, 22, 9, tzinfo=UTC))


def test_profile__places_later_pages_anew(organisation: Organisation, tool: Principal) -> None:
    receive_pages(items=[item("2026-08-19T04:30:00Z", "A"), item("2026-08-19T05:30:00Z", "B")], by=tool)
    in_madrid(organisation.checkout)  # half past six and half past seven there
    assert [p.woke for p in Page.objects.order_by("fired_at")] == [True, False]
    in_madrid(organisation.checkout, date(2026, 8, 1), starts_minute=390, ends_minute=1080)
    assert [(p.bucket, p.woke) for p in Page.objects.order_by("fired_at")] == [("business", False)] * 2
    in_madrid(organisation.checkout, date(2026, 8, 20))
    assert [p.bucket for p in Page.objects.order_by("fired_at")] == ["business"] * 2
    assert PageFact.objects.filter(until_seq=None, bucket="business").count() == 2


def test_profile__refuses_what_cannot_hold(organisation: Organisation) -> None:
    with pytest.raises(Invalid) as wrong:
        in_madrid(
            organisation.checkout, zone="Europe/Nowhere", starts_minute=900, ends_minute=800,
            acknowledgement_seconds=0, reason=" ",
        )  # fmt: skip
    assert [e.pointer for e in wrong.value.errors] == ["/zone", "/acknowledgement_minutes", "/reason"]


def test_labels__the_latest_wins_and_all_are_kept(organisation: Organisation, tool: Principal) -> None:
    receive_pages(items=madrid_items(), by=tool)
    first, *_ = Page.objects.order_by("fired_at")
    dee = principal_of(organisation.people["dee"])
    assert label_pages(team=organisation.checkout, labels={first.pk: "acted"}, by=dee) == 1
    assert label_pages(team=organisation.checkout, labels={first.pk: "acted"}, by=dee) == 0
    assert label_pages(team=organisation.checkout, labels={first.pk: "could_wait"}, by=dee) == 1
    assert list(PageLabel.objects.order_by("pk").values_list("label", flat=True)) == ["acted", "could_wait"]
    fact = PageFact.objects.get(key=f"P-{first.pk}", until_seq=None)
    assert (fact.label, fact.actionable) == ("could_wait", False)


def test_labels__of_a_rule_leave_what_is_labelled(organisation: Organisation, tool: Principal) -> None:
    receive_pages(items=madrid_items(), by=tool)
    rule, dee = AlertRule.objects.get(name="A"), principal_of(organisation.people["dee"])
    first, *_ = Page.objects.filter(rule=rule).order_by("fired_at")
    label_pages(team=organisation.checkout, labels={first.pk: "acted"}, by=dee)
    week = {"start": datetime(2026, 8, 17, tzinfo=UTC), "end": datetime(2026, 8, 24, tzinfo=UTC)}
    given_to = label_rule(rule=rule, team=organisation.checkout, label=Label.THRESHOLD_WRONG, **week, by=dee)
    assert given_to == 2
    assert sorted(Page.objects.filter(rule=rule).values_list("label", flat=True)) == ["acted"] + ["threshold_wrong"] * 2
    every = label_rule(
        rule=rule, team=organisation.checkout, label=Label.CHECK_BROKEN, **week, only_blank=False, by=dee
    )
    assert every == 3


def test_labels__are_given_by_the_people_of_the_team(organisation: Organisation, tool: Principal) -> None:
    receive_pages(items=madrid_items(), by=tool)
    page, *_ = Page.objects.order_by("fired_at")
    for by in (principal_of(organisation.people["eli"]), principal_of(organisation.people["gus"]), tool):
        with pytest.raises(Forbidden):
            label_pages(team=organisation.checkout, labels={page.pk: "acted"}, by=by)
    with pytest.raises(Absent):
        label_pages(team=organisation.harbour, labels={page.pk: "acted"}, by=principal_of(organisation.people["eli"]))
    assert PageLabel.objects.count() == 0
