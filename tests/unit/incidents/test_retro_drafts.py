"""What a retro asks and what of a draft can be stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.incidents.domain.retro_drafts import (
    DraftRow,
    cause_of,
    clean,
    input_problems,
    read_count,
    read_values,
)
from apps.incidents.domain.retro_sections import CHOICE_WORDS, MOST_CHARACTERS, ROWS, SECTIONS, sections_of
from apps.incidents.domain.retro_words import Cause, FactorKind, RetroForm, RowKind, SectionKey

SUMMARY = SECTIONS[SectionKey.SUMMARY].fields
FACTOR = ROWS[RowKind.FACTOR]


def factor(kind: str, role: str = "triggered") -> DraftRow:
    """A factor of a kind."""
    return DraftRow(key="1", kind=RowKind.FACTOR, values={"kind": kind, "role": role, "sentence": "It had no limit."})


def test_sections__the_short_form_is_pages_1_2_5_and_the_factors_of_3() -> None:
    assert [section.number for section in sections_of(RetroForm.FULL)] == [1, 2, 3, 4, 5]
    assert [section.number for section in sections_of(RetroForm.SHORT)] == [1, 2, 3, 5]
    assert SECTIONS[SectionKey.FACTORS].rows_in(RetroForm.SHORT) == (RowKind.FACTOR,)


def test_sections__no_field_asks_for_a_root_cause() -> None:
    fields = [one for section in SECTIONS.values() for one in section.fields] + [
        f for row in ROWS.values() for f in row
    ]
    assert not [one.name for one in fields if "root" in f"{one.name} {one.label}".lower()]


def test_choices__each_has_its_words() -> None:
    assert {choice for fields in ROWS.values() for one in fields for choice in one.choices} == set(CHOICE_WORDS)


@pytest.mark.parametrize(
    ("sent", "pointer", "code"),
    [
        ({"nothing": "x"}, "/nothing", "unknown_field"),
        ({"what_happened": 4}, "/what_happened", "wrong_type"),
        ({"what_happened": "a\0b"}, "/what_happened", "nul_not_allowed"),
        ({"what_happened": "\ud800"}, "/what_happened", "surrogate_not_allowed"),
        ({"users_unknown": "x" * 301}, "/users_unknown", "too_long"),
        ({"what_happened": "x" * (MOST_CHARACTERS + 1)}, "/what_happened", "too_long"),
        ({"what_happened": "x" * MOST_CHARACTERS, "users": "1"}, "", "too_long"),
    ],
)
def test_input_problems__name_the_place(sent: dict[str, object], pointer: str, code: str) -> None:
    (problem,) = input_problems(SUMMARY, sent)
    assert (problem.pointer, problem.code) == (pointer, code)


def test_input_problems__a_choice_is_one_of_the_list_or_open() -> None:
    (problem,) = input_problems(FACTOR, {"kind": "somebody"})
    assert problem.code == "unknown_value"
    assert input_problems(FACTOR, {"kind": "", "role": "triggered"}) == []


@given(st.dictionaries(st.sampled_from([one.name for one in SUMMARY]), st.text(max_size=200)))
def test_drafts__any_words_of_people_are_stored_as_they_are(sent: dict[str, str]) -> None:
    if not input_problems(SUMMARY, sent):
        assert read_values(SUMMARY, sent) == {name: clean(text) for name, text in sent.items()}


@given(st.text())
def test_clean__twice_is_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert "\r" not in clean(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [("0", 0), ("4200", 4200), (" 4,200 ", 4200), ("4 200", 4200), ("1'000’000", 1_000_000), ("", None),
     ("about 40", None), ("-3", None), ("4.5", None), ("٣", None), ("9" * 16, None)],
)  # fmt: skip
def test_read_count__reads_what_people_write(text: str, count: int | None) -> None:
    assert read_count(text) == count


@given(st.integers(min_value=0, max_value=10**15 - 1))
def test_read_count__reads_every_grouped_number(number: int) -> None:
    assert read_count(f"{number:,}") == read_count(str(number)) == number


@pytest.mark.parametrize(
    ("kind", "cause"),
    [("code_change", "change"), ("schema_or_data", "change"), ("infrastructure", "change"),
     ("deployment_process", "change"), ("config_drift", "config"), ("dependency", "dependency"),
     ("capacity", "capacity"), ("external", "external"), ("hidden_coupling", "unknown"), ("", "unknown")],
)  # fmt: skip
def test_cause_of__folds_the_first_triggered_factor(kind: str, cause: str) -> None:
    rows = [factor("capacity", role="propagated"), factor(kind), factor("external")]
    assert cause_of(rows) is Cause(cause)


def test_cause_of__without_a_trigger_is_unknown() -> None:
    assert cause_of([factor(kind.value, role="delayed_detection") for kind in FactorKind]) is Cause.UNKNOWN
