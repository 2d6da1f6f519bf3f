"""The end of a definition's life as somebody proposes it, read beside what stands; nothing is stored here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from apps.core import clock
from apps.core.calendar_words import day_words
from apps.core.problems import Conflict, FieldProblem, Invalid
from apps.governance.domain.kinds import Item
from apps.metrics import queries
from apps.metrics.domain.faults import Faults
from apps.metrics.domain.lifecycle import Lifecycle, sunset_problem
from apps.metrics.drafting import require_not_retired
from apps.metrics.models import DefinitionVersion, MetricDefinition

KEYS = ("successor", "sunset_on")


@dataclass(frozen=True)
class DeprecationDraft:
    """A definition that is to leave: what replaces it (None: nothing), and the day from which it may be retired."""

    current: DefinitionVersion
    successor: MetricDefinition | None
    successor_name: str
    sunset_on: date

    @property
    def definition(self) -> MetricDefinition:
        """The definition as it stands."""
        return self.current.definition

    @property
    def text(self) -> str:
        """What becomes of it, in a sentence."""
        instead = f"{self.successor_name} replaces it" if self.successor else "nothing replaces it"
        return f"It leaves on {day_words(self.sunset_on)}; {instead}."


@dataclass(frozen=True)
class RetirementDraft:
    """A deprecated definition on which nothing depends any more."""

    current: DefinitionVersion

    @property
    def definition(self) -> MetricDefinition:
        """The definition as it stands."""
        return self.current.definition

    @property
    def text(self) -> str:
        """What becomes of it, in a sentence."""
        return "It is computed no more; its values until then stay."


def read_deprecation(item: Item) -> DeprecationDraft:
    """A deprecation as an item proposes it; raises `Invalid` with every fault, `Conflict` for what stands."""
    current = _read_current(item)
    faults = Faults()
    faults.keys(item.content, "/content", known=KEYS, required=KEYS)
    sunset_on = _read_day(item.content.get("sunset_on"), faults) if "sunset_on" in item.content else None
    successor = _read_successor(item.content, current.definition, faults)
    if faults.found or sunset_on is None:
        raise Invalid("validation_failed", "Some fields need attention.", faults.found)
    draft = DeprecationDraft(current, successor[0], successor[1], sunset_on)
    _refuse_repetition(draft)
    return draft


def late_deprecation(draft: DeprecationDraft, asked_on: date) -> Iterator[FieldProblem]:
    """Why the last day leaves people too little time, counted from the day on which it is asked for."""
    problem = sunset_problem(draft.sunset_on, asked_on)
    if problem:
        yield FieldProblem("/sunset_on", "too_soon", problem)


def read_retirement(item: Item) -> RetirementDraft:
    """A retirement as an item proposes it; raises `Conflict` naming what still depends on the definition."""
    current = _read_current(item)
    definition = current.definition
    faults = Faults()
    faults.keys(item.content, "/content", known=(), required=())
    if faults.found:
        raise Invalid("validation_failed", "Some fields need attention.", faults.found)
    if definition.lifecycle != Lifecycle.DEPRECATED:
        words = f"{current.name} is in force. Deprecate it first, so that people can plan for its last day."
        raise Conflict("not_deprecated", words)
    require_unused(definition)
    return RetirementDraft(current)


def require_unused(definition: MetricDefinition) -> None:
    """Raise `Conflict` naming everything that still depends on a definition."""
    uses = queries.list_uses(definition)
    if uses:
        raise Conflict("still_used", f"Something still depends on {definition.slug}. {' '.join(uses)}")


def _read_current(item: Item) -> DefinitionVersion:
    """The newest version of a definition that has not left; raises `Invalid` or `Conflict`."""
    current = queries.newest_version(item.key)
    if current is not None:
        require_not_retired(current.definition)
        return current
    renamed = queries.find_renamed(item.key)
    if renamed is not None:
        raise Conflict("renamed", f"{item.key} is called {renamed.slug} by now. Propose under that name.")
    words = f"There is no definition {item.key[:50]!r}."
    raise Invalid("validation_failed", words, [FieldProblem("/key", "unknown_value", words)])


def _read_day(value: Any, faults: Faults) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        faults.add("/content/sunset_on", "not_a_day", "Write a day, such as 2027-03-01.")
        return None


def _read_successor(
    content: Mapping[str, Any], definition: MetricDefinition, faults: Faults
) -> tuple[MetricDefinition | None, str]:
    """What replaces it with its name; null or an empty text says that nothing does."""
    slug, at = content.get("successor"), "/content/successor"
    if slug in (None, ""):
        return None, ""
    version = queries.newest_version(slug) if isinstance(slug, str) else None
    if version is None:
        faults.add(at, "unknown_value", "There is no such definition. Name one by its short name, or leave it empty.")
        return None, ""
    found = version.definition
    if found.pk == definition.pk:
        faults.add(at, "unknown_value", "A definition does not replace itself.")
    elif found.lifecycle != Lifecycle.ACTIVE:
        faults.add(at, "unknown_value", f"{version.name} is to leave or has left. Name one that stays.")
    return found, version.name


def _refuse_repetition(draft: DeprecationDraft) -> None:
    """Deprecating again names another last day or another successor."""
    standing = draft.definition
    successor = draft.successor.pk if draft.successor else None
    if standing.sunset_on == draft.sunset_on and standing.replaced_by_id == successor:
        since = day_words(standing.deprecated_on or clock.today())
        raise Conflict("already_current", f"{draft.current.name} is deprecated so since {since}.")
