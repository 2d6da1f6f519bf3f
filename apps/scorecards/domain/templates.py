"""Which slots a card may have. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.core.problems import FieldProblem
from apps.metrics.domain.lenses import Lens

LEAST_SLOTS, MOST_SLOTS = 4, 9
LONGEST_LABEL, LONGEST_SLUG = 120, 50
SLOT_KEYS = frozenset({"lens", "rank", "label", "definition"})
# Speed alone gets gamed: a flow slot stands beside one of these.
GUARDS_OF_FLOW = frozenset({"change-failure-rate", "deployment-rework-rate"})


@dataclass(frozen=True, order=True)
class Slot:
    """One place of a card; `definition` is a slug, or empty while nobody has defined the measure."""

    rank: int
    lens: Lens
    label: str
    definition: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The slot as stored in a template version."""
        return {"lens": str(self.lens), "rank": self.rank, "label": self.label, "definition": self.definition}


def slots_of(stored: Sequence[Mapping[str, Any]]) -> list[Slot]:
    """Slots of a stored template, by rank."""
    return sorted(Slot(s["rank"], Lens(s["lens"]), s["label"], s["definition"]) for s in stored)


def template_problems(slots: Sequence[Any]) -> list[FieldProblem]:
    """Everything that is wrong with proposed slots, each at its JSON Pointer; empty when they make a card."""
    shape = [problem for index, slot in enumerate(slots) for problem in _slot_problems(index, slot)]
    return shape or [*_size_problems(slots), *_repeat_problems(slots), *_balance_problems(slots)]


def _slot_problems(index: int, slot: Any) -> list[FieldProblem]:
    at = f"/slots/{index}"
    if not isinstance(slot, Mapping) or set(slot) != SLOT_KEYS:
        return [FieldProblem(at, "shape", "A slot has exactly: lens, rank, label, definition.")]
    found = []
    if slot["lens"] not in set(Lens):
        found.append(FieldProblem(f"{at}/lens", "unknown_lens", f"Choose one of: {', '.join(Lens)}."))
    if not isinstance(slot["rank"], int) or isinstance(slot["rank"], bool) or slot["rank"] < 1:
        found.append(FieldProblem(f"{at}/rank", "out_of_range", "Ranks count from 1."))
    if not isinstance(slot["label"], str) or not 0 < len(slot["label"].strip()) <= LONGEST_LABEL:
        found.append(FieldProblem(f"{at}/label", "required", f"Name the slot in 1 to {LONGEST_LABEL} characters."))
    if not isinstance(slot["definition"], str) or len(slot["definition"]) > LONGEST_SLUG:
        found.append(FieldProblem(f"{at}/definition", "shape", "Name a definition by its slug, or leave it empty."))
    return found


def _size_problems(slots: Sequence[Mapping[str, Any]]) -> list[FieldProblem]:
    if LEAST_SLOTS <= len(slots) <= MOST_SLOTS:
        return []
    return [FieldProblem("/slots", "out_of_range", f"A card has {LEAST_SLOTS} to {MOST_SLOTS} slots.")]


def _repeat_problems(slots: Sequence[Mapping[str, Any]]) -> list[FieldProblem]:
    ranks = Counter(slot["rank"] for slot in slots)
    slugs = Counter(slot["definition"] for slot in slots if slot["definition"])
    found = []
    for index, slot in enumerate(slots):
        if ranks[slot["rank"]] > 1:
            found.append(FieldProblem(f"/slots/{index}/rank", "repeated", "Each rank stands once on a card."))
        if slugs[slot["definition"]] > 1:
            found.append(FieldProblem(f"/slots/{index}/definition", "repeated", "A definition fills one slot."))
    return found


def _balance_problems(slots: Sequence[Mapping[str, Any]]) -> list[FieldProblem]:
    present = {slot["lens"] for slot in slots}
    found = [
        FieldProblem("/slots", "lens_empty", f"The lens {lens} needs at least one slot.")
        for lens in Lens
        if lens not in present
    ]
    if Lens.FLOW in present and not GUARDS_OF_FLOW & {slot["definition"] for slot in slots}:
        sentence = "A flow slot needs a failure or rework slot beside it: speed alone gets gamed."
        found.append(FieldProblem("/slots", "flow_unguarded", sentence))
    return found
