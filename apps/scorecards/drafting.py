"""A scorecard template as somebody proposes it, read beside the one that holds; nothing is stored here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.core.calendar_words import day_words
from apps.core.problems import Conflict, FieldProblem, Invalid
from apps.governance.domain.kinds import Item
from apps.metrics import queries as metrics
from apps.scorecards import queries
from apps.scorecards.domain.templates import Slot, slots_of, template_problems
from apps.scorecards.models import TemplateVersion
from apps.teams.domain import TeamType


@dataclass(frozen=True)
class TemplateDraft:
    """A whole template that makes a card, and the newest one it follows (None: the first)."""

    team_type: TeamType
    slots: Sequence[Slot]
    current: TemplateVersion | None

    @property
    def stored(self) -> list[dict[str, Any]]:
        """The slots as a template version keeps them."""
        return [slot.as_dict() for slot in self.slots]


def read_template(item: Item) -> TemplateDraft:
    """The template an item proposes; raises `Invalid` with every fault, `Conflict` where nothing differs."""
    problems = [*_key_problems(item.key), *_slot_problems(item.content)]
    problems = problems or _gone_problems(item.content["slots"])
    if problems:
        raise Invalid("validation_failed", "The template cannot be agreed on as it is.", problems)
    team_type = TeamType(item.key)
    draft = TemplateDraft(team_type, slots_of(item.content["slots"]), queries.newest_template(team_type))
    if draft.current is not None and draft.current.slots == draft.stored:
        raise Conflict("already_current", "Nothing differs from the newest template.")
    return draft


def _gone_problems(slots: Sequence[dict[str, Any]]) -> list[FieldProblem]:
    """Slots whose definition has left or has another short name by now."""
    versions = metrics.versions_by_slug({slot["definition"] for slot in slots if slot["definition"]})
    found = []
    for index, slot in enumerate(slots):
        at = f"/content/slots/{index}/definition"
        definition = versions[slot["definition"]][0].definition if slot["definition"] in versions else None
        if definition is not None and definition.retired_on is not None:
            words = f"{definition.slug} is retired since {day_words(definition.retired_on)}. Leave the slot out."
            found.append(FieldProblem(at, "retired", words))
        elif definition is not None and definition.slug != slot["definition"]:
            words = f"{slot['definition']} is called {definition.slug} by now."
            found.append(FieldProblem(at, "renamed", words))
    return found


def _key_problems(key: str) -> list[FieldProblem]:
    if key in set(TeamType):
        return []
    return [FieldProblem("/key", "unknown_value", f"A template is of a team type: {', '.join(TeamType)}.")]


def _slot_problems(content: Any) -> list[FieldProblem]:
    slots = content.get("slots")
    if set(content) != {"slots"} or not isinstance(slots, list):
        return [FieldProblem("/content/slots", "required", "A template has slots, as a list, and nothing else.")]
    return [FieldProblem(f"/content{one.pointer}", one.code, one.detail) for one in template_problems(slots)]
