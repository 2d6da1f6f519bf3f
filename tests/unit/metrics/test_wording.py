"""The parts of a spec that people change: into a form and back, without touching what was not said."""

import json

import pytest

from apps.core.fact_sources import sources
from apps.metrics.domain import wording
from apps.metrics.domain.canonical import canonical_text
from apps.metrics.domain.parsing import parse_spec
from apps.metrics.domain.sentences import say_spec
from apps.metrics.domain.starter import STARTER, StarterVersion
from apps.metrics.domain.wording import Row
from apps.metrics.wording_form import WordingForm


def document(version: StarterVersion) -> dict:
    found: dict = json.loads(canonical_text(parse_spec(version.spec, sources)))
    return found


def lead_time() -> dict:
    return document(next(one for one in STARTER if one.slug == "change-lead-time"))


def read(changed: dict) -> str:
    return say_spec(parse_spec(changed, sources))


@pytest.mark.parametrize("version", STARTER, ids=lambda one: one.slug)
def test_form__sent_back_untouched_says_the_same(version: StarterVersion) -> None:
    content = {"name": version.name, "spec": document(version), "contract": version.contract}
    form = WordingForm(content=content)
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    sent = WordingForm({name: value for name, value in values.items() if value is not None}, content=content)
    assert sent.is_valid(), sent.errors
    assert sent.spec() == content["spec"]


def test_clock__of_the_start_moves_and_stages_follow() -> None:
    changed = wording.reworded(lead_time(), {"from": "merged_at"})
    assert changed["value"]["from"] == "merged_at"
    assert [stage[0] for stage in changed["value"]["stages"]] == ["release"]
    assert "time from the merge of each change to" in read(changed)


def test_clock__that_breaks_the_chain_drops_the_stages() -> None:
    changed = wording.reworded(lead_time(), {"from": "opened_at"})
    assert changed["value"]["stages"] == []
    assert read(changed)


def test_clocks__are_offered_in_words_with_those_of_linked_facts() -> None:
    offered = dict(wording.instants(lead_time(), sources))
    assert offered["merged_at"] == "its merge"
    assert offered["linked.finished_at"] == "the finish of the linked deployment"


def test_exclusion__is_written_with_its_reason() -> None:
    frequency = document(next(one for one in STARTER if one.slug == "deployment-frequency"))
    rows = [Row("intent", "in", "rollback, config", "They repair, they do not deliver.")]
    changed = wording.reworded(frequency, {"exclude": rows})
    assert changed["exclude"] == [
        {"where": [["intent", "in", ["rollback", "config"]]], "reason": "They repair, they do not deliver."}
    ]
    assert wording.excluded_rows(changed) == rows


def test_conditions__that_a_form_cannot_say_are_carried_over() -> None:
    odd = {"any": [["size", "at_least", 3], ["intent", "is", "set"]]}
    frequency = document(next(one for one in STARTER if one.slug == "deployment-frequency"))
    frequency["of"]["where"].append(odd)
    untouched = wording.reworded(frequency, {"where": wording.rows_of(frequency["of"]["where"])})
    assert untouched == frequency
    changed = wording.reworded(frequency, {"where": [Row("size", "at_least", "2")]})
    assert changed["of"]["where"] == [odd, ["size", "at_least", 2]]


def test_form__a_begun_condition_wants_its_value_and_its_reason() -> None:
    frequency = next(one for one in STARTER if one.slug == "deployment-frequency")
    content = {"name": frequency.name, "spec": document(frequency), "contract": frequency.contract}
    form = WordingForm(content=content)
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    sent = WordingForm(
        {**{k: v for k, v in values.items() if v is not None}, "leave_1_path": "intent"}, content=content
    )
    assert not sent.is_valid()
    assert set(sent.errors) == {"leave_1_value", "leave_1_reason"}


def test_form__an_edited_spec_is_used_as_it_stands() -> None:
    frequency = next(one for one in STARTER if one.slug == "deployment-frequency")
    content = {"name": frequency.name, "spec": document(frequency), "contract": frequency.contract}
    form = WordingForm(content=content)
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    edited = {**document(frequency), "min_n": 9}
    sent = WordingForm(
        {**{k: v for k, v in values.items() if v is not None}, "min_n": 3, "spec": json.dumps(edited)}, content=content
    )
    assert sent.is_valid()
    assert sent.spec()["min_n"] == 9
