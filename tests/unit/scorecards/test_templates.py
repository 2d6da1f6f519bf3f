"""Which slots make a card."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.metrics.domain.lenses import Lens
from apps.scorecards import queries
from apps.scorecards.domain.templates import Slot, slots_of, template_problems

KITS = sorted((Path(queries.__file__).parent / "kits").glob("*.json"))


def kit(name: str) -> Any:
    return json.loads((Path(queries.__file__).parent / "kits" / f"{name}.json").read_text())["slots"]


def codes(slots: object) -> set[str]:
    return {problem.code for problem in template_problems(slots)}


@pytest.mark.parametrize("path", KITS, ids=lambda path: path.stem)
def test_kit__has_nine_slots_and_every_lens(path: Path) -> None:
    slots = json.loads(path.read_text())["slots"]
    assert template_problems(slots) == []
    assert len(slots) == 9
    assert {slot["lens"] for slot in slots} == set(Lens)


def test_kits__one_for_each_team_type() -> None:
    assert [found["team_type"] for found in queries.list_kits()] == ["platform", "product", "mixed"]


def test_kits__share_six_slots_and_differ_in_three() -> None:
    slugs = [[slot["definition"] for slot in found["slots"]] for found in queries.list_kits()]
    assert slugs[0][:6] == slugs[1][:6] == slugs[2][:6]
    assert slugs[0][6:] == ["active-consuming-teams", "support-first-response", "unit-cost"]
    assert slugs[1][6:] == ["correct-outcomes", "guard-kpi", "failed-deployment-recovery-time"]
    assert slugs[2][6:] == ["active-consuming-teams", "support-first-response", "correct-outcomes"]


@pytest.mark.parametrize(("count", "is_fine"), [(3, False), (4, True), (9, True), (10, False)])
def test_template__four_to_nine_slots(count: int, is_fine: bool) -> None:
    slots = [
        {"lens": lens, "rank": rank, "label": f"Slot {rank}", "definition": ""}
        for rank, lens in enumerate((list(Lens) * 3)[:count], start=1)
    ]
    slots[1]["definition"] = "change-failure-rate"
    assert ("out_of_range" not in codes(slots)) is is_fine


def test_template__every_lens_needs_a_slot() -> None:
    slots = [slot for slot in kit("product") if slot["lens"] != "learning"]
    assert codes(slots) == {"lens_empty"}


def test_template__flow_needs_a_failure_or_rework_slot_beside_it() -> None:
    slots = kit("mixed")
    slots[3]["definition"] = ""
    assert codes(slots) == {"flow_unguarded"}
    slots[3]["definition"] = "deployment-rework-rate"
    assert codes(slots) == set()


def test_template__ranks_and_definitions_stand_once() -> None:
    slots = kit("product")
    slots[1]["rank"] = 1
    slots[1]["definition"] = slots[0]["definition"]
    found = {(problem.pointer, problem.code) for problem in template_problems(slots)}
    assert found == {(f"/slots/{i}/{key}", "repeated") for i in (0, 1) for key in ("rank", "definition")}


def test_template__empty_definitions_may_repeat() -> None:
    slots = kit("product")
    slots[4]["definition"] = slots[5]["definition"] = ""
    assert template_problems(slots) == []


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"lens": "speed"}, "/slots/0/lens", "unknown_lens"),
        ({"rank": 0}, "/slots/0/rank", "out_of_range"),
        ({"rank": True}, "/slots/0/rank", "out_of_range"),
        ({"rank": "1"}, "/slots/0/rank", "out_of_range"),
        ({"label": "  "}, "/slots/0/label", "required"),
        ({"label": "x" * 121}, "/slots/0/label", "required"),
        ({"definition": None}, "/slots/0/definition", "shape"),
        ({"definition": "x" * 51}, "/slots/0/definition", "shape"),
        ({"weight": 2}, "/slots/0", "shape"),
    ],
)
def test_template__each_fault_is_located(change: dict[str, object], pointer: str, code: str) -> None:
    slots = kit("platform")
    slots[0] = {**slots[0], **change}
    assert [(p.pointer, p.code) for p in template_problems(slots)] == [(pointer, code)]


@given(st.permutations(range(9)))
def test_template__order_of_the_document_does_not_matter(order: list[int]) -> None:
    slots = kit("product")
    shuffled = [slots[index] for index in order]
    assert template_problems(shuffled) == []
    assert slots_of(shuffled) == slots_of(slots)


@given(st.lists(st.sampled_from(list(Lens)), min_size=4, max_size=9))
def test_template__a_lens_without_a_slot_is_always_found(lenses: list[Lens]) -> None:
    slots = [Slot(rank, lens, f"Slot {rank}").as_dict() for rank, lens in enumerate(lenses, start=1)]
    found = [problem for problem in template_problems(slots) if problem.code == "lens_empty"]
    assert len(found) == 4 - len(set(lenses))
