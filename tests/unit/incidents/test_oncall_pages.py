"""Repeats, labels, acknowledgement and load, with the worked week of Madrid to the digit."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.incidents.domain.oncall import Hours, bucket_at, night_at
from apps.incidents.domain.page_words import Bucket, EndReason, Label
from apps.incidents.domain.pages import (
    Load,
    Noise,
    Paged,
    RuleTally,
    first_of_nights,
    is_actionable,
    is_judged,
    load_of,
    noise_of,
    quantile,
    repeats_of,
    tally_of,
)

MADRID = ZoneInfo("Europe/Madrid")
HOURS = Hours(MADRID)
MONDAY, NEXT_MONDAY = date(2026, 8, 17), date(2026, 8, 24)
WEEK = [
    ("A", 17, 9, 10), ("B", 17, 9, 18), ("A", 17, 9, 40), ("C", 17, 15, 0),
    ("A", 18, 21, 30), ("C", 20, 2, 5), ("D", 20, 2, 12), ("E", 22, 11, 0),
]  # fmt: skip


def worked_week(labels: int = 5) -> Load:
    """The week of the design: eight pages, none before, some of them labelled."""
    fired = [(rule, datetime(2026, 8, day, hour, minute, tzinfo=MADRID)) for rule, day, hour, minute in WEEK]
    flags = repeats_of(fired)
    pages = [
        Paged(at, bucket_at(at, HOURS), night_at(at, HOURS), repeat, label=Label.ACTED if index < labels else "")
        for index, ((_, at), repeat) in enumerate(zip(fired, flags, strict=True))
    ]
    return load_of(pages, nights=[page.night for page in pages], first_on=MONDAY, end_on=NEXT_MONDAY)


def test_load__the_worked_week_of_madrid() -> None:
    load = worked_week()
    assert (load.pages, load.business, load.evening, load.night) == (8, 4, 2, 2)
    assert load.out_of_hours == Fraction(1, 2)
    assert (load.repeats, load.repeat_rate) == (3, Fraction(375, 1000))
    assert (load.nights_woken, load.nights) == (1, 7)
    assert load.coverage == Fraction(625, 1000)
    assert not load.is_judged
    assert load.actionable is None


def test_load__without_pages_shares_are_unknown_and_never_zero() -> None:
    load = load_of([], nights=[], first_on=MONDAY, end_on=NEXT_MONDAY)
    assert (load.out_of_hours, load.repeat_rate, load.coverage, load.actionable) == (None, None, None, None)
    assert (load.ended_by_itself, load.acknowledged_p90) == (None, None)
    assert load.woken == 0


def test_load__a_night_after_the_last_day_counts_where_it_began() -> None:
    sunday_night = datetime(2026, 8, 24, 3, tzinfo=MADRID)
    load = load_of([], nights=[night_at(sunday_night, HOURS)], first_on=MONDAY, end_on=NEXT_MONDAY)
    assert load.nights_woken == 1
    later = load_of([], nights=[night_at(sunday_night, HOURS)], first_on=NEXT_MONDAY, end_on=date(2026, 8, 31))
    assert later.nights_woken == 0


@pytest.mark.parametrize(
    ("labelled", "pages", "judged"),
    [(5, 8, False), (10, 16, True), (10, 17, False), (9, 9, False), (12, 20, True), (0, 0, False)],
)
def test_is_judged__needs_ten_labels_and_sixty_percent(labelled: int, pages: int, judged: bool) -> None:
    assert is_judged(labelled=labelled, pages=pages) is judged


def test_load__actionable_is_acted_of_labelled() -> None:
    labels = [Label.ACTED] * 7 + [Label.COULD_WAIT] * 3 + [""] * 6
    at = datetime(2026, 8, 17, 10, tzinfo=UTC)
    load = load_of(
        [Paged(at, Bucket.BUSINESS, label=label) for label in labels], nights=[], first_on=MONDAY, end_on=NEXT_MONDAY
    )
    assert (load.coverage, load.actionable) == (Fraction(10, 16), Fraction(7, 10))


def test_load__pages_that_ended_by_themselves_are_their_own_share() -> None:
    at = datetime(2026, 8, 17, 10, tzinfo=UTC)
    pages = [
        Paged(at, Bucket.BUSINESS, acknowledged_at=at + timedelta(minutes=2), end_reason=EndReason.ACKNOWLEDGED),
        Paged(at, Bucket.BUSINESS, acknowledged_at=at + timedelta(minutes=4), end_reason=EndReason.BY_ITSELF),
        Paged(at, Bucket.BUSINESS, end_reason=EndReason.BY_ITSELF),
        Paged(at, Bucket.BUSINESS, acknowledged_at=at - timedelta(minutes=4)),
    ]
    load = load_of(pages, nights=[], first_on=MONDAY, end_on=NEXT_MONDAY)
    assert load.ended_by_itself == Fraction(1, 4)
    assert load.waits == (timedelta(minutes=2), timedelta(minutes=4))
    assert load.acknowledged_p90 == timedelta(minutes=3, seconds=48)


@pytest.mark.parametrize(
    ("label", "actionable"), [(Label.ACTED, True), (Label.LOOKED_ONLY, False), (Label.CHECK_BROKEN, False), ("", None)]
)
def test_is_actionable(label: str, actionable: bool | None) -> None:
    assert is_actionable(label) is actionable


def test_repeats_of__seven_days_to_the_microsecond() -> None:
    at = datetime(2026, 8, 17, 10, tzinfo=UTC)
    week, instant = timedelta(days=7), timedelta(microseconds=1)
    assert repeats_of([("A", at), ("A", at + week)]) == [False, True]
    assert repeats_of([("A", at), ("A", at + week + instant)]) == [False, False]
    assert repeats_of([("A", at), ("A", at)]) == [False, False]
    assert repeats_of([("A", at), ("B", at + instant)]) == [False, False]


def test_first_of_nights__one_page_of_each_night_and_team() -> None:
    at, night = datetime(2026, 8, 20, 2, tzinfo=MADRID), date(2026, 8, 19)
    rows = [(1, night, at + timedelta(minutes=7)), (1, night, at), (2, night, at), (1, None, at), (1, night, at)]
    assert first_of_nights(rows) == [False, True, True, False, False]


def test_quantile__reads_as_the_engine_does() -> None:
    hours = [timedelta(hours=h) for h in (7, 9, 12, 15, 20, 26, 41, 90)]
    assert quantile(hours, Fraction(1, 2)) == timedelta(hours=17.5)
    assert quantile(hours, Fraction(85, 100)) == timedelta(hours=40.25)
    assert quantile([], Fraction(1, 2)) is None


@pytest.mark.parametrize(
    ("tally", "noise"),
    [
        (RuleTally(pages=4, labelled=4, acted=0, ended_unseen=4), None),
        (RuleTally(pages=5, labelled=3, acted=0, ended_unseen=0), Noise.SELDOM_ACTED),
        (RuleTally(pages=5, labelled=2, acted=0, ended_unseen=2), None),
        (RuleTally(pages=10, labelled=10, acted=3, ended_unseen=0), Noise.SELDOM_ACTED),
        (RuleTally(pages=10, labelled=10, acted=4, ended_unseen=4), None),
        (RuleTally(pages=10, labelled=10, acted=4, ended_unseen=5), Noise.ENDS_BY_ITSELF),
        (RuleTally(pages=6, labelled=0, acted=0, ended_unseen=3), Noise.ENDS_BY_ITSELF),
    ],
)
def test_noise_of__each_bound_from_both_sides(tally: RuleTally, noise: Noise | None) -> None:
    assert noise_of(tally) is noise


def test_tally_of__an_acknowledged_page_did_not_end_unseen() -> None:
    at = datetime(2026, 8, 17, 10, tzinfo=UTC)
    ended = EndReason.BY_ITSELF
    pages = [
        Paged(at, Bucket.BUSINESS, label=Label.ACTED, end_reason=ended),
        Paged(at, Bucket.BUSINESS, acknowledged_at=at, end_reason=ended, label=Label.COULD_WAIT),
        Paged(at, Bucket.BUSINESS),
    ]
    assert tally_of(pages) == RuleTally(pages=3, labelled=2, acted=1, ended_unseen=1)


minutes = st.integers(0, 60 * 24 * 20)
paged = st.lists(st.tuples(st.sampled_from("AB"), minutes), max_size=30)
START = datetime(2026, 8, 1, tzinfo=UTC)


def _fired(rows: list[tuple[str, int]]) -> list[tuple[str, datetime]]:
    return [(rule, START + timedelta(minutes=minute)) for rule, minute in rows]


@given(rows=paged, seed=st.randoms(use_true_random=False))
def test_repeats_of__the_order_of_arrival_does_not_matter(rows: list[tuple[str, int]], seed) -> None:
    fired = _fired(rows)
    shuffled = fired[:]
    seed.shuffle(shuffled)
    in_order = sorted(zip(fired, repeats_of(fired), strict=True))
    assert sorted(zip(shuffled, repeats_of(shuffled), strict=True)) == in_order


@given(rows=paged)
def test_repeats_of__equals_looking_at_every_pair(rows: list[tuple[str, int]]) -> None:
    fired = _fired(rows)
    slow = [
        any(other == rule and timedelta(0) < at - before <= timedelta(days=7) for other, before in fired)
        for rule, at in fired
    ]
    assert repeats_of(fired) == slow


@given(rows=paged)
def test_repeats_of__one_more_page_changes_only_its_own_rule_within_seven_days_after_it(rows) -> None:
    fired = _fired(rows)
    late = ("A", START + timedelta(days=9))
    before, after = repeats_of(fired), repeats_of([*fired, late])[:-1]
    for (rule, at), was, now in zip(fired, before, after, strict=True):
        if was != now:
            assert rule == "A"
            assert timedelta(0) < at - late[1] <= timedelta(days=7)


@given(rows=paged)
def test_first_of_nights__as_many_as_there_are_nights(rows: list[tuple[str, int]]) -> None:
    nights = [(team, night_at(at, HOURS), at) for team, at in _fired(rows)]
    woken = {(team, night) for team, night, _ in nights if night is not None}
    assert sum(first_of_nights(nights)) == len(woken)


@given(rows=paged, labels=st.lists(st.sampled_from(["", *Label]), min_size=30, max_size=30))
def test_load__parts_add_up_and_shares_stay_between_nothing_and_all(rows, labels) -> None:
    fired = _fired(rows)
    pages = [
        Paged(at, bucket_at(at, HOURS), night_at(at, HOURS), repeat, label)
        for (_, at), repeat, label in zip(fired, repeats_of(fired), labels, strict=False)
    ]
    load = load_of(pages, nights=[page.night for page in pages], first_on=date(2026, 7, 25), end_on=date(2026, 9, 1))
    assert load.business + load.evening + load.night == load.pages == len(rows)
    shares = (load.out_of_hours, load.repeat_rate, load.coverage, load.actionable, load.woken, load.ended_by_itself)
    assert all(0 <= share <= 1 for share in shares if share is not None)
    assert load.nights_woken <= load.night
