"""The fold, by the worked examples and by properties: no database, no clock."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.incidents.domain.folding import Disorder, Flag, Folded, Said, fold
from apps.incidents.domain.incident_words import IncidentStatus, MilestoneKind, StatementOrigin
from apps.incidents.domain.lengths import Length, NoLength, Times, lengths_of
from apps.incidents.domain.severities import Rated, rate

K = MilestoneKind
SOURCE, HUMAN, ASSUMED = StatementOrigin.SOURCE, StatementOrigin.HUMAN, StatementOrigin.ASSUMED


def at(clock: str, day: int = 4) -> datetime:
    """A minute of the day of the examples."""
    hours, minutes = clock.split(":")
    return datetime(2026, 5, day, int(hours), int(minutes), tzinfo=UTC)


def said(kind: MilestoneKind, clock: str | None, origin: StatementOrigin = SOURCE, **more: int) -> Said:
    """One statement."""
    return Said(kind, at(clock) if clock else None, origin, **more)


EXAMPLE = [
    said(K.IMPACT_STARTED, "10:05"),
    said(K.DETECTED, "10:17"),
    said(K.ACKNOWLEDGED, "10:21"),
    said(K.MITIGATED, "10:58"),
    said(K.RESOLVED, "11:30"),
    said(K.REOPENED, "13:10"),
    said(K.RESOLVED, "13:52"),
]


def times_of(folded: Folded) -> Times:
    """The times that become the fact row."""
    first = folded.first
    return Times(
        started_at=folded.started_at, detected_at=first.at(K.DETECTED), acknowledged_at=first.at(K.ACKNOWLEDGED),
        mitigated_at=first.at(K.MITIGATED), first_resolved_at=first.at(K.RESOLVED), resolved_at=folded.resolved_at,
        hurt_seconds=folded.hurt_seconds, start_assumed=folded.start_assumed, is_over=folded.is_over,
    )  # fmt: skip


def test_fold__worked_example_to_the_second() -> None:
    folded = fold(EXAMPLE)
    lengths = lengths_of(times_of(folded), at("20:00"))
    assert len(folded.intervals) == 2
    assert (lengths.to_detect, lengths.to_first_resolved, lengths.to_resolved, lengths.hurt) == (
        Length(12 * 60), Length(85 * 60), Length(227 * 60), Length(95 * 60),
    )  # fmt: skip
    assert (folded.status, folded.flags()) == (IncidentStatus.RESOLVED, [])


def test_severity__worked_example_to_the_second() -> None:
    severity = rate([Rated(3, at("10:17"), SOURCE), Rated(1, at("10:30"), SOURCE), Rated(2, at("10:58"), SOURCE)])
    spans = severity.seconds_by_level(fold(EXAMPLE), at("20:00"))
    assert spans == {3: 25 * 60, 1: 28 * 60, 2: 74 * 60}
    assert (severity.worst, severity.final) == (1, 2)


def test_fold__status_follows_the_last_interval() -> None:
    reached = [fold(EXAMPLE[:count]).status.value for count in range(1, 8)]
    assert reached == ["open", "open", "acknowledged", "mitigated", "resolved", "open", "resolved"]


def test_fold__a_reopening_overwrites_nothing_and_leaves_the_end_open() -> None:
    folded = fold(EXAMPLE[:6])
    assert (folded.first.at(K.RESOLVED), folded.resolved_at) == (at("11:30"), None)
    assert folded.hurt_seconds is None
    assert lengths_of(times_of(folded), at("14:05")).to_resolved == Length(240 * 60, NoLength.AT_LEAST)


def test_fold__a_person_wins_over_a_source_and_a_source_over_an_assumption() -> None:
    rows = [
        said(K.IMPACT_STARTED, "10:17", ASSUMED),
        said(K.IMPACT_STARTED, "10:10", number=1),
        said(K.IMPACT_STARTED, "10:12", HUMAN, number=2, interval=1),
    ]
    assert fold(rows[:1]).start_assumed
    assert fold(rows[:2]).started_at == at("10:10")
    folded = fold(rows)
    assert (folded.started_at, folded.start_assumed, folded.flags()) == (at("10:12"), False, [])


def test_fold__the_newest_person_wins_and_a_later_source_is_shown_beside() -> None:
    rows = [
        said(K.IMPACT_STARTED, "10:00"),
        said(K.MITIGATED, "10:58", HUMAN, number=1, interval=1),
        said(K.MITIGATED, "11:10", HUMAN, number=2, interval=1),
        said(K.MITIGATED, "14:20", number=3),
    ]
    folded = fold(rows)
    moment = folded.first.moment(K.MITIGATED)
    assert moment is not None
    assert (moment.at, moment.disagreeing_at) == (at("11:10"), at("14:20"))
    assert folded.flags() == [Flag.SOURCE_DISAGREES]


def test_fold__the_earliest_of_a_source_holds_within_an_interval() -> None:
    rows = [said(K.IMPACT_STARTED, "10:00"), said(K.DETECTED, "10:30"), said(K.DETECTED, "10:12")]
    assert fold(rows).first.at(K.DETECTED) == at("10:12")


def test_fold__what_cannot_be_known_is_no_time_and_still_an_end() -> None:
    rows = [said(K.IMPACT_STARTED, "10:00"), said(K.RESOLVED, None, HUMAN, number=1, interval=1)]
    folded = fold(rows)
    assert (folded.status, folded.is_over, folded.resolved_at) == (IncidentStatus.RESOLVED, True, None)
    assert lengths_of(times_of(folded), at("20:00")).to_resolved == Length(None, NoLength.NOT_KNOWN)
    again = fold([*rows, said(K.REOPENED, "12:00", HUMAN, number=2)])
    assert (len(again.intervals), again.status) == (2, IncidentStatus.OPEN)


def test_fold__a_reopening_that_two_tell_is_one() -> None:
    rows = [*EXAMPLE[:6], said(K.REOPENED, "13:12", HUMAN, number=9)]
    folded = fold(rows)
    assert len(folded.intervals) == 2
    assert folded.last.at(K.IMPACT_STARTED) == at("13:12")


def test_fold__a_reopening_before_any_resolution_begins_nothing() -> None:
    folded = fold([said(K.IMPACT_STARTED, "10:00"), said(K.REOPENED, "10:30")])
    assert (len(folded.intervals), folded.started_at) == (1, at("10:00"))


def test_fold__resolution_and_reopening_at_one_instant_stay_apart() -> None:
    rows = [said(K.IMPACT_STARTED, "10:00"), said(K.RESOLVED, "11:00"), said(K.REOPENED, "11:00")]
    folded = fold(rows)
    assert (folded.first.at(K.RESOLVED), folded.last.at(K.IMPACT_STARTED)) == (at("11:00"), at("11:00"))
    assert folded.status is IncidentStatus.OPEN


@pytest.mark.parametrize(
    ("rows", "disorder"),
    [
        ([(K.IMPACT_STARTED, "10:30"), (K.MITIGATED, "10:10")], (K.IMPACT_STARTED, "10:30", K.MITIGATED, "10:10")),
        ([(K.IMPACT_STARTED, "10:30"), (K.RESOLVED, "10:10")], (K.IMPACT_STARTED, "10:30", K.RESOLVED, "10:10")),
        ([(K.MITIGATED, "10:30"), (K.RESOLVED, "10:10")], (K.MITIGATED, "10:30", K.RESOLVED, "10:10")),
        ([(K.DETECTED, "10:30"), (K.ACKNOWLEDGED, "10:10")], (K.DETECTED, "10:30", K.ACKNOWLEDGED, "10:10")),
    ],
)
def test_fold__times_out_of_order_are_kept_and_flagged(rows, disorder) -> None:
    folded = fold([said(kind, clock) for kind, clock in rows])
    first, first_at, then, then_at = disorder
    assert list(folded.disorders()) == [Disorder(first, at(first_at), then, at(then_at))]
    assert folded.flags() == [Flag.ORDER]
    assert folded.hurt_seconds is None


def test_fold__an_end_after_the_reopening_is_out_of_order_too() -> None:
    rows = [*EXAMPLE[:6], said(K.RESOLVED, "13:20", HUMAN, number=9, interval=1)]
    assert list(fold(rows).disorders()) == [Disorder(K.RESOLVED, at("13:20"), K.REOPENED, at("13:10"))]


def test_lengths__caught_before_impact_and_an_assumed_start_are_no_time_to_detect() -> None:
    caught = fold([said(K.IMPACT_STARTED, "10:30"), said(K.DETECTED, "10:10")])
    assert lengths_of(times_of(caught), at("11:00")).to_detect == Length(None, NoLength.CAUGHT_BEFORE_IMPACT)
    assumed = fold([said(K.IMPACT_STARTED, "10:30", ASSUMED), said(K.DETECTED, "10:30")])
    assert lengths_of(times_of(assumed), at("11:00")).to_detect == Length(None, NoLength.START_ASSUMED)


def test_lengths__an_end_before_the_start_is_never_a_length() -> None:
    folded = fold([said(K.IMPACT_STARTED, "10:30"), said(K.RESOLVED, "10:10")])
    lengths = lengths_of(times_of(folded), at("11:00"))
    assert lengths.to_resolved == Length(None, NoLength.ENDS_BEFORE_START)
    assert lengths.hurt == Length(None, NoLength.ENDS_BEFORE_START)


def test_severity__a_person_is_followed_and_a_later_source_only_shown() -> None:
    rows = [Rated(3, at("10:00"), SOURCE), Rated(1, at("10:30"), HUMAN, 1), Rated(4, at("11:00"), SOURCE)]
    severity = rate(rows)
    assert severity.steps == ((at("10:00"), 3), (at("10:30"), 1))
    assert severity.flags == (Flag.SEVERITY_DISAGREES,)
    assert rate([*rows, Rated(4, at("10:50"), HUMAN, 2)]).flags == ()


def test_severity__a_word_that_is_no_level_is_flagged_and_leaves_the_level() -> None:
    severity = rate([Rated(None, at("10:00"), SOURCE), Rated(2, at("10:05"), SOURCE)])
    assert (severity.worst, severity.flags) == (2, (Flag.UNKNOWN_SEVERITY,))
    assert rate([]).worst is None


def test_severity__saying_it_again_of_one_instant_corrects_it() -> None:
    rows = [Rated(1, at("10:00"), HUMAN, 1), Rated(3, at("10:00"), HUMAN, 2)]
    assert rate(rows).steps == ((at("10:00"), 3),)


MINUTES = st.integers(0, 240).map(lambda minutes: at("08:00") + timedelta(minutes=minutes))
EVENTS = st.lists(st.builds(Said, kind=st.sampled_from(K), at=MINUTES, origin=st.just(SOURCE)), max_size=14)
CORRECTIONS = st.lists(
    st.builds(Said, kind=st.sampled_from([k for k in K if k is not K.REOPENED]), at=st.one_of(st.none(), MINUTES),
              origin=st.just(HUMAN), number=st.integers(1, 99), interval=st.just(1)),
    max_size=3, unique_by=lambda s: s.number,
)  # fmt: skip


@given(events=EVENTS, corrections=CORRECTIONS, seed=st.integers(0, 999))
def test_fold__any_order_and_repetition_of_events_gives_the_same_and_loses_no_correction(
    events, corrections, seed
) -> None:
    rows = [*events, *corrections]
    shuffled = [*rows, *random.Random(seed).choices(events, k=len(events) // 2 if events else 0)]
    random.Random(seed).shuffle(shuffled)
    before, after = fold(rows), fold(shuffled)
    assert times_of(before) == times_of(after)
    assert before.status == after.status
    for kind in {s.kind for s in corrections}:
        newest = max((s for s in corrections if s.kind is kind), key=lambda s: s.number)
        moment = after.first.moment(kind)
        assert moment is not None
        assert moment.said == newest


@given(events=EVENTS, corrections=CORRECTIONS, now=MINUTES)
def test_lengths__none_is_negative_or_a_silent_zero(events, corrections, now) -> None:
    times = times_of(fold([*events, *corrections]))
    lengths = lengths_of(times, now)
    for length in vars(lengths).values():
        assert length.seconds is None or length.seconds >= 0
        assert (length.seconds is None) <= (length.reason is not None)
    if lengths.to_resolved.seconds == 0 and lengths.to_resolved.reason is None:
        assert times.started_at == times.resolved_at


@given(levels=st.lists(st.tuples(st.integers(1, 4), MINUTES), max_size=8), events=EVENTS, now=MINUTES)
def test_severity__spans_add_up_to_the_time_between_impact_and_resolution(levels, events, now) -> None:
    folded = fold(events)
    severity = rate([Rated(level, when, SOURCE) for level, when in levels])
    whole = 0
    for interval in folded.intervals:
        start, end = interval.at(K.IMPACT_STARTED), interval.at(K.RESOLVED)
        if start is not None:
            whole += max(int(((end or now) - start).total_seconds()), 0)
    assert sum(severity.seconds_by_level(folded, now).values()) == (whole if levels else 0)
