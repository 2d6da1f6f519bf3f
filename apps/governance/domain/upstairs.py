"""What apps further up tell governance, as it must not import them: names of definitions, faults of fact conditions,
what should be looked at again, who must hear that facts are left out or come back, and what they would ask about a
definition. Pure."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from apps.accounts.domain import Principal
from apps.core.problems import FieldProblem
from apps.governance.domain.questions import Question


@dataclass(frozen=True)
class Touched:
    """Facts of some services whose own time lies in `[start, end)` are left out from now on, or not any more."""

    service_ids: frozenset[int]
    start: datetime
    end: datetime


@dataclass(frozen=True)
class FactsAsked:
    """Single facts and a slice as an exemption asks for them, with the definitions it names."""

    definitions: Sequence[str]
    facts: Sequence[Mapping[str, Any]]
    slice: Mapping[str, Any]


@dataclass(frozen=True)
class DueLook:
    """A governed object that somebody should look at again: whose it is, since when, and where the reader confirms."""

    name: str
    owner: str
    looked_on: date
    due_on: date
    url: str
    confirm_url: str = ""


@dataclass(frozen=True)
class SlicesAsked:
    """Slices that an exemption is to take out of budgets: of these objectives, and of these keys or (none) all."""

    objectives: Sequence[str]
    keys: Sequence[str]
    category: str
    starts_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class SlicesRead:
    """The same as its app reads it: names by short name, the one team that owns them all, what is at fault."""

    names: Mapping[str, str] = field(default_factory=dict)
    team_id: int | None = None
    problems: Sequence[FieldProblem] = ()


def _no_slices(_asked: SlicesAsked) -> SlicesRead:
    words = "Nothing here promises anything yet, so nothing can be left out of a budget."
    return SlicesRead(problems=[FieldProblem("/objectives", "unknown_value", words)])


def _no_names() -> Mapping[str, str]:
    return {}


def _no_problems(_asked: FactsAsked) -> list[FieldProblem]:
    return []


def _no_creeps(_slugs: Collection[str] | None = None) -> list[Question]:
    return []


@dataclass(frozen=True)
class Standing:
    """What is asked of objects that stay: which of them decide nothing, and which should be looked at again."""

    ornaments: Sequence[Question] = ()
    due_looks: Sequence[DueLook] = ()


def _nothing(_by: Principal) -> Standing:
    return Standing()


@dataclass
class Upstairs:
    """Set once, when the apps are ready."""

    definition_names: Callable[[], Mapping[str, str]] = _no_names
    find_fact_problems: Callable[[FactsAsked], list[FieldProblem]] = _no_problems
    # Rules that leave much out, of some definitions or (None) of all; then what stays and is not used or looked at.
    list_creeps: Callable[[Collection[str] | None], list[Question]] = _no_creeps
    list_standing: Callable[[Principal], Standing] = _nothing
    receivers: list[Callable[[Touched], None]] = field(default_factory=list)
    # Exemptions from budgets: how they are read, and who hears that slices are left out or count again.
    read_slices: Callable[[SlicesAsked], SlicesRead] = _no_slices
    slice_receivers: list[Callable[[Collection[str], datetime], None]] = field(default_factory=list)

    def tell(self, touched: Touched) -> None:
        """Let every receiver hear of it, within the caller's transaction."""
        for receiver in self.receivers:
            receiver(touched)

    def tell_slices(self, objectives: Collection[str], since: datetime) -> None:
        """Let every receiver hear that slices of these objectives from an instant on are judged anew."""
        for receiver in self.slice_receivers:
            receiver(objectives, since)


upstairs = Upstairs()
