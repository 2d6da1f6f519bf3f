"""What stands between a draft and its publication."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.incidents.domain.action_drafts import DueRule
from apps.incidents.domain.publish_checks import NEEDED_MILESTONES, Around, Check, anchor_of, check, read_day
from apps.incidents.domain.retro_drafts import Draft, DraftRow
from apps.incidents.domain.retro_sections import ROWS
from apps.incidents.domain.retro_words import RetroForm, RowKind

TEXTS = {"summary": {"what_happened": "Payments stalled.", "users": "1,200", "requests_unknown": "no such counter",
                     "contacts": "0"}}  # fmt: skip
TRIGGER = DraftRow("f1", RowKind.FACTOR, {"sentence": "No limit.", "kind": "capacity", "role": "triggered"})
ACTION = DraftRow(
    "a1", RowKind.ACTION,
    {"text": "Limit the retries", "done_when": "A load test passes", "kind": "prevent", "team": "checkout",
     "due_on": "2026-09-30", "metric": "change-failure-rate"},
)  # fmt: skip
LOST = DraftRow("s1", RowKind.SAFEGUARD, {"sentence": "Quota", "kind": "prevent", "outcome": "absent", "action": "a1"})
WHOLE = Draft(RetroForm.FULL, TEXTS, [TRIGGER, LOST, ACTION])
AROUND = Around(settled_milestones=frozenset(NEEDED_MILESTONES), living_teams=frozenset({"checkout"}))
STRICT = replace(AROUND, needs_monitored_action=True, needs_other_facilitator=True, has_other_facilitator=True)


def codes(draft: Draft, around: Around = STRICT) -> list[str]:
    """The codes of all findings in order."""
    return [finding.code.value for finding in check(draft, around)]


def with_row(row: DraftRow, **values: str) -> Draft:
    """The whole retro with one of its rows changed."""
    new = replace(row, values={**row.values, **values})
    return replace(WHOLE, rows=[new if one.key == row.key else one for one in WHOLE.rows])


def test_check__a_whole_retro_is_ready() -> None:
    assert check(WHOLE, STRICT) == []


def test_check__an_empty_one_lists_everything() -> None:
    found = check(Draft(RetroForm.FULL), Around(needs_monitored_action=True, needs_other_facilitator=True))
    assert [finding.code for finding in found] == [
        Check.SUMMARY_EMPTY, *[Check.IMPACT_UNSTATED] * 3, *[Check.MILESTONE_MISSING] * 4, Check.NO_TRIGGER,
        Check.NO_MONITORED_ACTION, Check.FACILITATOR_MISSING,
    ]  # fmt: skip
    assert all(finding.sentence.endswith(".") and finding.anchor for finding in found)


@pytest.mark.parametrize("name", ["users", "requests", "contacts"])
def test_check__an_impact_is_a_number_or_a_reason(name: str) -> None:
    def stated(**values: str) -> list[str]:
        around = {"what_happened": "x", "users": "1", "requests": "1", "contacts": "1", name: "", **values}
        return codes(replace(WHOLE, texts={"summary": around}))

    assert stated() == ["impact_unstated"]
    assert stated(**{name: "many"}) == ["impact_unstated"]
    assert stated(**{name: "12"}) == stated(**{f"{name}_unknown": "nobody counts it"}) == []


@pytest.mark.parametrize("kind", sorted(NEEDED_MILESTONES))
def test_check__a_milestone_is_known_or_cannot_be(kind: str) -> None:
    around = replace(STRICT, settled_milestones=set(NEEDED_MILESTONES) - {kind})
    (finding,) = check(WHOLE, around)
    assert (finding.code, finding.section, finding.anchor) == (Check.MILESTONE_MISSING, "timeline", f"milestone-{kind}")


def test_check__acknowledging_is_asked_of_nobody() -> None:
    assert "acknowledged" not in NEEDED_MILESTONES


@pytest.mark.parametrize("values", [{"role": "propagated"}, {"kind": ""}, {"sentence": "  "}])
def test_check__a_trigger_has_its_kind_and_sentence(values: dict[str, str]) -> None:
    assert codes(with_row(TRIGGER, **values)) == ["no_trigger"]


@pytest.mark.parametrize(
    ("values", "is_answered"),
    [({}, True), ({"action": ""}, False), ({"action": "gone"}, False), ({"action": "", "outcome": "worked"}, True),
     ({"action": "", "accepted_because": "Too rare."}, True), ({"outcome": ""}, False), ({"kind": ""}, False),
     ({"outcome": "present_failed"}, True)],
)  # fmt: skip
def test_check__a_safeguard_that_did_not_hold_is_answered(values: dict[str, str], is_answered: bool) -> None:
    assert codes(with_row(LOST, **values)) == ([] if is_answered else ["safeguard_unanswered"])


def test_check__the_short_form_asks_for_no_safeguard() -> None:
    draft = replace(with_row(LOST, action=""), form=RetroForm.SHORT)
    assert codes(draft) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("text", ""), ("done_when", " "), ("kind", "hope"), ("team", "dissolved"), ("due_on", "soon")],
)
def test_check__an_action_is_complete(name: str, value: str) -> None:
    (finding,) = check(with_row(ACTION, **{name: value}), STRICT)
    assert (finding.code, finding.anchor) == (Check.ACTION_INCOMPLETE, anchor_of(ACTION, name))


def test_check__an_action_without_a_day_takes_the_policys() -> None:
    assert codes(with_row(ACTION, due_on="")) == []
    assert codes(with_row(ACTION, due_on=""), replace(STRICT, has_default_due_day=False)) == ["action_incomplete"]


def test_check__an_open_action_is_not_asked_again() -> None:
    assert codes(with_row(ACTION, team="dissolved"), replace(STRICT, opened={"a1"})) == []


def test_check__at_a_high_severity_one_action_is_monitored() -> None:
    bare = with_row(ACTION, metric="")
    assert codes(bare) == ["no_monitored_action"]
    assert codes(bare, AROUND) == []
    named = with_row(ACTION, metric="", known_cause="3")
    assert codes(named, replace(STRICT, known_causes={"3"})) == []
    assert codes(named) == ["action_incomplete"]


@pytest.mark.parametrize(
    ("values", "anchor"), [({"due_on": "2026-12-01"}, "due_on"), ({"metric": "Failure Rate"}, "metric")]
)
def test_check__what_opening_an_action_would_refuse_is_said_before(values: dict[str, str], anchor: str) -> None:
    rule = DueRule(date(2026, 9, 1), date(2026, 10, 1), 2, 30)
    (finding,) = check(with_row(ACTION, **values), replace(STRICT, due_rules={"checkout": rule}))
    assert (finding.code, finding.anchor) == (Check.ACTION_INCOMPLETE, anchor_of(ACTION, anchor))


def test_check__the_facilitator_comes_from_another_team() -> None:
    assert codes(WHOLE, replace(STRICT, has_other_facilitator=False)) == ["facilitator_missing"]


@given(st.data())
def test_check__any_words_in_any_row_are_judged_and_never_fail(data: Any) -> None:
    kind = data.draw(st.sampled_from(list(RowKind)))
    values = {one.name: data.draw(st.text(max_size=12)) for one in ROWS[kind]}
    draft = replace(WHOLE, rows=[*WHOLE.rows, DraftRow("x", kind, values)])
    assert {finding.code for finding in check(draft, STRICT)} <= {Check.SAFEGUARD_UNANSWERED, Check.ACTION_INCOMPLETE}


@pytest.mark.parametrize("text", ["", "2026-13-01", "2026-1-1", "20260101", "tomorrow"])
def test_read_day__reads_days_that_exist(text: str) -> None:
    assert read_day(text) is None
