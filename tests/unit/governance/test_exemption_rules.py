"""The one predicate of exemptions against a naive reference, and the limits of exemptions and freezes."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from apps.governance.domain import exemptions, freezes
from apps.governance.domain.exemptions import Scope, Standing, Validity, find_renewed, is_exempt
from apps.governance.domain.freezes import Days, is_frozen

CASES = 10_000
START = datetime(2026, 3, 2, tzinfo=UTC)


def naive(validity: Validity, at: datetime) -> bool:
    """The rule of the design, clause by clause."""
    if not validity.is_approved:
        return False
    if validity.expires_at is None:
        return False
    if at < validity.starts_at:
        return False
    if at >= validity.expires_at:
        return False
    return validity.ended_at is None or at < validity.ended_at


def some_validity(chance: random.Random) -> Validity:
    """Any validity near START; edges meet often, as instants are whole hours."""

    def hour(least: int, most: int) -> datetime:
        return START + timedelta(hours=chance.randint(least, most))

    return Validity(
        hour(0, 12),
        hour(0, 30) if chance.random() < 0.9 else None,
        hour(-6, 36) if chance.random() < 0.5 else None,
        is_approved=chance.random() < 0.9,
    )


def test_is_exempt__equals_a_naive_reference_on_ten_thousand_cases() -> None:
    chance, seen = random.Random(20260302), set()
    for _ in range(CASES):
        validity, at = some_validity(chance), START + timedelta(hours=chance.randint(-8, 40))
        expected = naive(validity, at)
        assert is_exempt(validity, at) is expected, (validity, at)
        seen.add(expected)
    assert seen == {True, False}


def test_is_exempt__an_expired_one_keeps_what_it_left_out_and_takes_nothing_later() -> None:
    validity = Validity(START, START + timedelta(days=7))
    assert is_exempt(validity, START)
    assert is_exempt(validity, START + timedelta(days=7) - timedelta(microseconds=1))
    assert not is_exempt(validity, START + timedelta(days=7))


def naive_frozen(days: Days, on: date) -> bool:
    """Each day of the freeze written out, without those from its early end on."""
    count = (days.last_on - days.starts_on).days + 1
    listed = {days.starts_on + timedelta(days=i) for i in range(count)}
    return on in {day for day in listed if days.ended_on is None or day < days.ended_on}


def test_is_frozen__equals_a_naive_reference_on_ten_thousand_cases() -> None:
    chance, seen = random.Random(20260817), set()
    for _ in range(CASES):
        first = START.date() + timedelta(days=chance.randint(0, 9))
        ended = first + timedelta(days=chance.randint(-3, 30)) if chance.random() < 0.5 else None
        days = Days(first, first + timedelta(days=chance.randint(0, 27)), ended)
        on = START.date() + timedelta(days=chance.randint(-3, 42))
        assert is_frozen(days, on) is naive_frozen(days, on), (days, on)
        seen.add(is_frozen(days, on))
    assert seen == {True, False}


def limits(**given: object) -> list[tuple[str, str]]:
    """Pointers and codes of the limits that an exemption breaks."""
    asked = {
        "starts_at": START, "expires_at": START + timedelta(days=90), "definitions": ["lead-time"], "facts": 0,
        "renewals": 0,
    }  # fmt: skip
    problems = exemptions.find_limit_problems(**{**asked, **given})
    return [(problem.pointer, problem.code) for problem in problems]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, []),
        ({"renewals": 1, "definitions": [f"d-{i}" for i in range(10)]}, []),
        ({"expires_at": None}, [("/expires_at", "required")]),
        ({"expires_at": START}, [("/expires_at", "out_of_order")]),
        ({"expires_at": START + timedelta(days=90, microseconds=1)}, [("/expires_at", "too_long")]),
        ({"definitions": []}, [("/definitions", "required")]),
        ({"definitions": [f"d-{i}" for i in range(11)]}, [("/definitions", "too_many")]),
        ({"definitions": ["a", "a"]}, [("/definitions", "repeated")]),
        ({"facts": 51}, [("/facts", "too_many")]),
        ({"renewals": 2}, [("/starts_at", "renewed_already")]),
    ],
)
def test_limits__are_told_with_their_places(given: dict, found: list) -> None:
    assert limits(**given) == found


def test_late__an_exemption_reaches_back_28_days_and_a_freeze_7() -> None:
    assert exemptions.late_problems(START, START + timedelta(days=28)) == []
    assert exemptions.late_problems(START, START + timedelta(days=28, seconds=1))[0].code == "too_far_back"
    assert freezes.late_problems(START.date(), START.date() + timedelta(days=7)) == []
    assert freezes.late_problems(START.date(), START.date() + timedelta(days=8))[0].code == "too_late"


def test_freeze_limits__28_days_and_a_name() -> None:
    first = date(2026, 8, 3)
    assert freezes.find_limit_problems("launch freeze", Days(first, first + timedelta(days=27))) == []
    faults = freezes.find_limit_problems("x", Days(first, first + timedelta(days=28)))
    assert [problem.code for problem in faults] == ["length", "too_long"]
    assert freezes.find_limit_problems("launch", Days(first, first - timedelta(days=1)))[0].code == "out_of_order"


def test_find_renewed__the_same_place_and_facts_within_28_days() -> None:
    scope = Scope("exclude_data", 1, None, frozenset({"a", "b"}), "")
    standing = [Standing(3, scope, Validity(START, START + timedelta(days=10)), 0)]
    near, far = START + timedelta(days=30), START + timedelta(days=38)
    assert find_renewed(scope, near, standing) == standing[0]
    assert find_renewed(scope, far, standing) is None
    other = Scope("exclude_data", 1, None, frozenset({"c"}), "")
    assert find_renewed(other, near, standing) is None
