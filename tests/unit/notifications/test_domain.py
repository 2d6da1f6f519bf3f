"""Who is told what, when letters leave and what they say: pure rules."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.notifications.domain.kinds import Wish, wish_for
from apps.notifications.domain.letters import DAILY_AT, MARGIN, WAITS, Told, head_letter, letter_of, next_daily
from apps.notifications.domain.notices import About, Notice, cut, to_tell, unheard
from tests.unit.notifications.telling import DAILY, KIND, P41, notice

PEOPLE = st.integers(1, 5)
NOTICES = st.lists(
    st.builds(
        Notice, recipient=PEOPLE, kind=st.sampled_from(["a", "b"]), text=st.text(max_size=5), reason=st.just("you"),
        about=st.sampled_from([P41, About("exemption:1", "E-1", "/x/")]), occasion=st.sampled_from(["r1", "r2"]),
    ),
    max_size=40,
)  # fmt: skip
LISBON = ZoneInfo("Europe/Lisbon")
PLACE = {"organisation": "Shop", "portal": "https://plumbline.example.org"}


def identity(one: Notice) -> tuple[object, ...]:
    return one.recipient, one.kind, one.about.key, one.occasion


@given(NOTICES, st.none() | PEOPLE)
def test_to_tell__each_thing_once_the_first_words_and_never_ones_own_act(notices: list, actor: int | None) -> None:
    told = to_tell(notices, actor=actor)
    assert len({identity(one) for one in told}) == len(told)
    assert {identity(one) for one in told} == {identity(one) for one in notices if one.recipient != actor}
    for one in told:
        assert one is next(other for other in notices if identity(other) == identity(one))


@given(NOTICES, NOTICES, st.sets(PEOPLE))
def test_unheard__what_was_told_is_not_told_again_and_nobody_who_left(new: list, old: list, readers: set) -> None:
    told = {one.dedupe_key for one in old}
    found = unheard(new, told, readers)
    known = {identity(one) for one in old}
    assert found == [one for one in new if identity(one) not in known and one.recipient in readers]


@given(st.text(), st.integers(1, 50))
def test_cut__fits_and_stays_in_one_line(text: str, most: int) -> None:
    found = cut(text, most)
    assert len(found) <= most
    assert len(found.splitlines()) <= 1


def test_cut__a_number_keeps_the_space_before_its_unit() -> None:
    assert cut("  0\u00a0% to\n 5\u202f%  ", 20) == "0\u00a0% to 5\u202f%"


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)), st.sampled_from(["Europe/Lisbon", "Asia/Kathmandu"]))
def test_next_daily__is_the_first_eight_o_clock_after(moment: datetime, zone: str) -> None:
    now, place = moment.replace(tzinfo=UTC), ZoneInfo(zone)
    at = next_daily(now, place)
    assert at.astimezone(place).time() == DAILY_AT
    assert now + MARGIN < at <= now + MARGIN + timedelta(hours=25)


@pytest.mark.parametrize(
    ("now", "at"),
    [
        (datetime(2026, 8, 24, 6, 59, tzinfo=UTC), datetime(2026, 8, 24, 7, tzinfo=UTC)),
        (datetime(2026, 8, 24, 6, 59, 31, tzinfo=UTC), datetime(2026, 8, 25, 7, tzinfo=UTC)),
        (datetime(2026, 8, 24, 7, tzinfo=UTC), datetime(2026, 8, 25, 7, tzinfo=UTC)),
        (datetime(2027, 3, 27, 9, tzinfo=UTC), datetime(2027, 3, 28, 7, tzinfo=UTC)),
        (datetime(2027, 10, 30, 9, tzinfo=UTC), datetime(2027, 10, 31, 8, tzinfo=UTC)),
    ],
    ids=["a minute before", "too short before", "on the minute", "the night that is short", "the night that is long"],
)
def test_next_daily__by_the_calendar_of_the_zone(now: datetime, at: datetime) -> None:
    assert next_daily(now, LISBON) == at


def test_waits__are_five_tries_within_a_day_of_the_first() -> None:
    since = [sum(WAITS[:count], timedelta()) for count in range(5)]
    assert since == [timedelta(), timedelta(minutes=10), *(timedelta(hours=h) for h in (1, 6, 24))]


def test_wish_for__what_was_chosen_else_what_the_kind_says() -> None:
    assert wish_for(KIND.key, {}) is Wish.IMMEDIATE
    assert wish_for(KIND.key, {KIND.key: "off"}) is Wish.OFF
    assert wish_for(DAILY.key, {KIND.key: "off"}) is Wish.DAILY
    assert wish_for("nobody-declared-it", {}) is Wish.DAILY


def test_letter__of_one_notice_carries_its_subject_why_and_where() -> None:
    told = Told("P-41: lead time", "It needs\nyour signature.", "you sign as tech lead", "/proposals/41/", None)
    letter = letter_of([told], **PLACE)
    assert letter.subject == "P-41: lead time: It needs your signature."
    assert "Why you: you sign as tech lead\nhttps://plumbline.example.org/proposals/41/\n" in letter.body
    assert letter.body.endswith("What is mailed to you: https://plumbline.example.org/settings/notifications/\n")
    assert "Due" not in letter.body


def test_letter__of_several_says_how_many_and_when_each_is_due() -> None:
    told = Told("E-1: exemption", "It expires.", "you wrote it", "/e/", date(2026, 9, 14))
    letter = letter_of([told, told], **PLACE)
    assert letter.subject == "2 notices from Shop"
    assert letter.body.count("Due: 14 Sep 2026") == 2


def test_head_letter__says_whether_the_chain_holds_and_how_to_check_it() -> None:
    good = head_letter(day=date(2026, 8, 24), head="7:ab", fault="")
    assert good.subject == "Audit chain, 24 Aug 2026"
    assert "audit_verify --expect 7:ab" in good.body
    bad = head_letter(day=date(2026, 8, 24), head="7:ab", fault="Event 2: cut.")
    assert bad.subject == "Audit chain broken, 24 Aug 2026"
    assert "does not hold. Event 2: cut." in bad.body


def test_dedupe_key__tells_people_kinds_objects_and_occasions_apart() -> None:
    keys = {notice(1).dedupe_key, notice(2).dedupe_key, notice(1, kind="b").dedupe_key,
            notice(1, occasion="r2").dedupe_key, notice(1, about=About("proposal:42", "", "")).dedupe_key}  # fmt: skip
    assert len(keys) == 5
