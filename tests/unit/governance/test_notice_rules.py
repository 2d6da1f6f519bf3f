"""Who hears of what governance does, and why: pure rules, tried on whatever house and whatever signatures."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.governance.domain import consent as consenting
from apps.governance.domain import notices
from apps.governance.domain.consent import Holders, Mark, count, seats_for
from apps.governance.domain.kinds import Need
from apps.governance.domain.notices import Moment, Reminding, Timing, moment_before

NOON = datetime(2026, 8, 24, 10, tzinfo=UTC)
PEOPLE = st.frozensets(st.integers(1, 8))
ROLES = ("tech_lead", "engineering_manager", "product_manager")
PLACES = st.dictionaries(st.tuples(st.integers(1, 3), st.sampled_from(ROLES)), PEOPLE)
HOLDERS = st.builds(
    Holders, team=PLACES, group=PLACES, organisation=st.dictionaries(st.sampled_from(["steward"]), PEOPLE)
)
NEEDS = st.lists(
    st.builds(Need, st.frozensets(st.sampled_from(ROLES), min_size=1, max_size=2), st.integers(1, 3))
    | st.just(Need(frozenset({"steward"}), None)),
    max_size=4, unique=True,
)  # fmt: skip


@given(NEEDS, HOLDERS, PEOPLE, PEOPLE, PEOPLE)
def test_people_to_sign__can_sign_and_wrote_and_signed_nothing(
    needs: list, holders: Holders, authors: frozenset, signers: frozenset, seconders: frozenset
) -> None:
    seats = seats_for(needs, holders, authors, min(authors, default=None))
    marks = [Mark(person, role, person in authors) for person in sorted(signers) for role in ROLES[:1]]
    consent = count(seats, marks, holders)
    found = notices.people_to_sign(consent, authors, signers, seconders)
    assert not set(found) & (authors | signers)
    if consent.open_seats:
        assert set(found) == {p for seat in consent.open_seats for p in seat.people} - authors - signers
        for person, seat in found.items():
            assert person in seat.people
            assert notices.why_to_sign(person, seat, holders, "Harbour")
    elif consent.is_by_two:
        assert found == {}
    else:
        assert set(found) == seconders - authors - signers


@given(HOLDERS, st.lists(st.integers(1, 3), unique=True))
def test_leads_by_person__hold_a_role_in_each_team_they_are_told_of(holders: Holders, team_ids: list) -> None:
    found = notices.leads_by_person(holders, team_ids)
    for person, roles in found.items():
        assert roles
        for team_id, role in roles.items():
            assert team_id in team_ids
            assert person in holders.team[team_id, role]
    held = {p for (team, _), people in holders.team.items() if team in team_ids for p in people}
    assert set(found) == held


ROWS = st.lists(
    st.fixed_dictionaries({"team": st.sampled_from("abc"), "why": st.sampled_from(["", "moves a", "moves b"])}),
    max_size=4,
)


@given(st.lists(st.fixed_dictionaries({"title": st.sampled_from(["One", "Two"]), "teams": ROWS}), max_size=3))
def test_own_figures__never_speak_of_another_team(sections: list) -> None:
    def marked(row: dict) -> dict:
        return row | {"why": row["why"] and f"{row['why']} of-{row['team']}"}

    said = [section | {"teams": [marked(row) for row in section["teams"]]} for section in sections]
    found = notices.own_figures(said, {"a": "Alder"})
    assert "of-b" not in found
    assert "of-c" not in found
    wanted = sum(bool(row["why"]) for section in sections for row in section["teams"] if row["team"] == "a")
    assert found.count("of-a") == wanted


@pytest.mark.parametrize(
    ("seat", "said"),
    [
        (({"tech_lead"}, 1), "you sign as tech lead for Harbour"),
        (({"engineering_manager"}, 1), "nobody else signs as engineering manager for Harbour, so you do as the holder"),
        (({"product_manager"}, 1), "nobody else signs as product manager for Harbour, so you do as metrics steward"),
        (({"steward"}, None), "you sign as metrics steward"),
    ],
    ids=["the role", "the group's holder", "a steward instead", "a steward"],
)
def test_why_to_sign__names_the_role_and_who_stands_in(seat: tuple, said: str) -> None:
    holders = Holders(
        team={(1, "tech_lead"): frozenset({2})}, group={(1, "engineering_manager"): frozenset({3})},
        organisation={"steward": frozenset({4})},
    )  # fmt: skip
    (one,) = seats_for([Need(frozenset(seat[0]), seat[1])], holders, set(), None)
    (person,) = one.people
    team = "Harbour" if seat[1] else ""
    assert notices.why_to_sign(person, one, holders, team).startswith(said)


def test_why_to_sign__where_any_second_person_will_do() -> None:
    holders = Holders({}, {}, {})
    said = notices.why_to_sign(1, None, holders, "Harbour")
    assert said == "you may agree for Harbour, and a second person is missing"
    assert consenting.count([], [], holders).is_by_two is False


def test_why_affected__names_every_team_once() -> None:
    said = notices.why_affected({1: "tech_lead", 2: "product_manager"}, {1: "Harbour", 2: "Quay"})
    assert said == "you are tech lead of Harbour and product manager of Quay"


def test_people_of_freeze__work_first_then_leadership() -> None:
    found = notices.people_of_freeze({1: ["Harbour", "Quay"]}, [1, 2], "Harbour")
    assert found == {1: "you work in Harbour and Quay", 2: "you lead Harbour"}


def test_moment_before__the_second_reminder_takes_over_from_the_first() -> None:
    deadline = NOON + timedelta(days=14)
    first, second = (moment_before(what, deadline) for what in (Reminding.EXPIRES_IN_7, Reminding.EXPIRES_IN_2))
    assert (first.start, first.end, second.end) == (NOON + timedelta(days=7), second.start, deadline)


@given(st.datetimes(NOON.replace(tzinfo=None), (NOON + timedelta(days=20)).replace(tzinfo=None)))
def test_moment__is_early_now_or_over(naive: datetime) -> None:
    at = naive.replace(tzinfo=UTC)
    found = Moment(NOON + timedelta(days=7), NOON + timedelta(days=12)).timing(at)
    assert found is (
        Timing.EARLY if at < NOON + timedelta(days=7) else Timing.NOW if at < NOON + timedelta(days=12) else Timing.OVER
    )
