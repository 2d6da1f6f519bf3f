"""Reading one fact: what is taken, what is refused where, and that nothing whatever makes it fail otherwise."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.fact_parsing import (
    FactParser,
    Fault,
    names_a_person,
    parse_decimal,
    parse_instant,
    parse_labels,
    parse_text,
    pointer_to,
    printable,
)
from apps.core.fact_sources import FactField, FactSource, FieldType

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SOURCE = FactSource(
    key="runs", label="Runs", description="Runs of a job.", model=None, clocks=("began_at", "ended_at"),
    main_clock="ended_at", ordered_pairs=(("began_at", "ended_at"),),
    fields=(
        FactField("began_at", FieldType.TIME, ""),
        FactField("ended_at", FieldType.TIME, "", required=True),
        FactField("state", FieldType.ENUM, "", choices=("good", "bad"), default="good"),
        FactField("labels", FieldType.LABELS, ""),
        FactField("count", FieldType.INT, ""),
        FactField("cost", FieldType.DECIMAL, ""),
        FactField("is_dry", FieldType.BOOL, ""),
        FactField("note", FieldType.CODE, ""),
    ),
)  # fmt: skip
PARSER = FactParser(SOURCE)
VALID = {"source": "runs", "key": "r1", "service": "checkout-api", "ended_at": "2026-05-31T10:00:00Z"}


def codes(**changes: object) -> list[tuple[str, str]]:
    _, problems = PARSER.parse({**VALID, **changes}, now=NOW)
    return [(p.pointer, p.code) for p in problems]


def test_parse__a_full_item_gives_typed_values():
    values, problems = PARSER.parse(
        {
            **VALID, "began_at": "2026-05-31T11:30:00.1234567+02:00", "state": "bad", "labels": ["a", "b", "a"],
            "count": 3, "cost": "12.50", "is_dry": False, "note": "ünï",
        },
        now=NOW,
    )  # fmt: skip
    assert problems == []
    assert values == {
        "key": "r1", "service": "checkout-api", "ended_at": datetime(2026, 5, 31, 10, tzinfo=UTC),
        "began_at": datetime(2026, 5, 31, 9, 30, 0, 123456, tzinfo=UTC), "state": "bad", "labels": ["a", "b"],
        "count": 3, "cost": Decimal("12.50"), "is_dry": False, "note": "ünï",
    }  # fmt: skip


def test_parse__null_is_absent_and_the_minimum_is_enough():
    values, problems = PARSER.parse({**VALID, "count": None, "labels": None}, now=NOW)
    assert problems == []
    assert set(values) == {"key", "service", "ended_at"}


def test_parse__all_faults_of_an_item_are_found_at_once():
    found = codes(key="", ended_at="soon", state="ugly", count=1.5, author="x", cuont=1)
    assert sorted(found) == [
        ("/author", "person_field"), ("/count", "wrong_type"), ("/cuont", "unknown_field"),
        ("/ended_at", "not_a_time"), ("/key", "required"), ("/state", "unknown_value"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("2026-05-31T10:00:00", "zone_required"), ("2026-05-31", "not_a_time"), ("2026-W22-7T10:00:00Z", "not_a_time"),
        ("20260531T100000Z", "not_a_time"), ("2026-05-31T24:00:00Z", "not_a_time"),
        ("2026-05-31T10:00:60Z", "not_a_time"), ("2026-13-01T10:00:00Z", "not_a_time"),
        ("٢٠٢٦-05-31T10:00:00Z", "not_a_time"), ("2026-05-31T10:00:00+24:00", "not_a_time"),
        ("1999-12-31T23:59:59Z", "before_2000"), ("2026-06-01T12:05:01Z", "in_future"),
        (1780000000, "wrong_type"), ([], "wrong_type"), ("", "not_a_time"),
    ],
)  # fmt: skip
def test_instant__refused(value, code):
    with pytest.raises(Fault) as raised:
        parse_instant(value, NOW)
    assert raised.value.code == code


@pytest.mark.parametrize(
    "value", ["2026-06-01T12:05:00Z", "2000-01-01T00:00:00Z", "2026-06-01t12:00:00z", "2026-06-01 14:00:00+02:00"]
)
def test_instant__taken(value):
    assert parse_instant(value, NOW).tzinfo is UTC


@given(
    st.datetimes(datetime(2000, 1, 2), datetime(2026, 5, 30)),
    st.integers(-14 * 60, 14 * 60),
)
def test_instant__is_the_same_moment_in_any_zone(at, minutes):
    local = at.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert parse_instant(local.isoformat(timespec="microseconds"), NOW) == local


def test_order__an_end_before_its_start_is_named_at_the_end():
    assert codes(began_at="2026-05-31T10:00:40Z") == [("/ended_at", "ends_before_start")]
    assert codes(began_at="2026-05-31T10:00:00Z") == []


@pytest.mark.parametrize(
    ("name", "nearest"), [("finishd_at", ""), ("endd_at", "ended_at"), ("labls", "labels"), ("Key ", "key")]
)
def test_unknown__hears_the_nearest_name_or_the_known_ones(name, nearest):
    _, problems = PARSER.parse({**VALID, name: 1}, now=NOW)
    assert problems[0].code == "unknown_field"
    assert (f"Did you mean {nearest}?" if nearest else "") in problems[0].detail


@pytest.mark.parametrize(
    "name", ["author", "Email", "committer_email", "deployed_by", "assigneeId", "user-id", "reviewer_login", "name"]
)
def test_person__fields_about_people_are_recognised(name):
    assert names_a_person(name)
    assert codes(**{name: "x"})[0][1] == "person_field"


@pytest.mark.parametrize("name", ["service_name", "owner_team", "finished_at", "standby", "authority"])
def test_person__fields_about_things_are_not(name):
    assert not names_a_person(name)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("1e5", "not_a_number"), ("", "not_a_number"), ("1.5 ", "not_a_number"), (True, "wrong_type"),
        ("9" * 16, "out_of_range"), (1e300, "out_of_range"), (None, "wrong_type"),
    ],
)  # fmt: skip
def test_decimal__refused(value, code):
    with pytest.raises(Fault) as raised:
        parse_decimal(value)
    assert raised.value.code == code


def test_text__limits_are_counted_in_characters():
    assert parse_text("ü" * 200) == "ü" * 200
    with pytest.raises(Fault):
        parse_text("ü" * 201)


def test_labels__too_many_or_no_texts_are_refused():
    for value in (["a"] * 51, [1], "a", {"a": 1}):
        with pytest.raises(Fault):
            parse_labels(value)


def test_pointer__escapes_and_stays_printable():
    assert pointer_to("a/b~c") == "/a~1b~0c"
    assert printable("\ud800\0" + "x" * 100).encode() == b"??" + b"x" * 78


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)
NAMES = st.sampled_from([*PARSER.known]) | st.text(st.characters(), max_size=20)


@given(st.dictionaries(NAMES, JSON, max_size=8))
def test_parse__whatever_is_sent_gives_values_or_located_faults(item):
    values, problems = PARSER.parse(item, now=NOW)
    assert set(values) <= set(PARSER.known)
    for problem in problems:
        assert problem.pointer.startswith("/")
        problem.detail.encode()
    complete = {"key", "service", "ended_at"} <= set(values)
    assert problems or complete
