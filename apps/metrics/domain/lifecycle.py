"""The life of a definition: in force, deprecated with a last day, retired; and the yearly look at it. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from types import MappingProxyType

from apps.core.calendar_words import day_words
from apps.core.periods import Period

NOTICE_DAYS = 28
LOOKED_AT_FOR = timedelta(days=365)
LONGEST_LOOK = 500


class Lifecycle(StrEnum):
    """Where a definition stands."""

    ACTIVE = "active"
    DEPRECATED = "deprecated"
    RETIRED = "retired"

    @property
    def label(self) -> str:
        """The word on pages."""
        return LIFECYCLE_WORDS[self]


LIFECYCLE_WORDS: Mapping[Lifecycle, str] = MappingProxyType(
    {Lifecycle.ACTIVE: "In force", Lifecycle.DEPRECATED: "Deprecated", Lifecycle.RETIRED: "Retired"}
)


class Step(StrEnum):
    """What became of a definition as a whole, beside its versions."""

    MOVED = "moved"
    DEPRECATED = "deprecated"
    RETIRED = "retired"


STEP_WORDS: Mapping[Step, str] = MappingProxyType(
    {Step.MOVED: "Moved", Step.DEPRECATED: "Deprecated", Step.RETIRED: "Retired"}
)


def first_sunset(since: date) -> date:
    """The first last day that gives people four weeks from a day on."""
    return since + timedelta(days=NOTICE_DAYS)


def sunset_problem(sunset_on: date, since: date) -> str:
    """Why a last day comes too soon, with the first that does not; empty when it can be planned for."""
    first = first_sunset(since)
    if sunset_on >= first:
        return ""
    return f"{day_words(sunset_on)} is too soon: people get {NOTICE_DAYS} days. The first day is {day_words(first)}."


def covers(retired_on: date | None, period: Period) -> bool:
    """True while a definition is computed and judged for a period: it ends by the day of the retirement, if any."""
    return retired_on is None or period.end_on <= retired_on


def state_words(lifecycle: str, *, sunset_on: date | None, retired_on: date | None, successor: str) -> str:
    """The state in a few calm words, such as `leaves on 1 March 2027, replaced by Lead time`; empty in force."""
    words = short_state_words(lifecycle, sunset_on=sunset_on, retired_on=retired_on)
    return f"{words}, replaced by {successor or 'nothing'}" if words else ""


def short_state_words(lifecycle: str, *, sunset_on: date | None, retired_on: date | None) -> str:
    """The same without what replaces it: `leaves on 1 March 2027`."""
    if lifecycle == Lifecycle.DEPRECATED and sunset_on is not None:
        return f"leaves on {day_words(sunset_on)}"
    if lifecycle == Lifecycle.RETIRED and retired_on is not None:
        return f"retired on {day_words(retired_on)}"
    return ""


def due_on(looked_on: date) -> date:
    """The day from which somebody should look at a definition again."""
    return looked_on + LOOKED_AT_FOR


@dataclass(frozen=True)
class Notice:
    """What tools are told with every answer about a definition that leaves or has left."""

    deprecated_at: datetime
    sunset_at: datetime
    page: str
    successor: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """`Deprecation` by RFC 9745, `Sunset` by RFC 8594, and where to read on."""
        links = [f'<{self.page}>; rel="{rel}"; type="text/html"' for rel in ("deprecation", "sunset")]
        links += [f'<{self.successor}>; rel="successor-version"'] if self.successor else []
        return {
            "Deprecation": f"@{int(self.deprecated_at.timestamp())}",
            "Sunset": format_datetime(self.sunset_at.astimezone(UTC), usegmt=True),
            "Link": ", ".join(links),
        }


Reader = Callable[[Iterable[str]], Iterable[str]]


@dataclass
class Dependants:
    """Who uses a definition, in sentences; apps further up add their readers when they are ready."""

    readers: list[Reader] = field(default_factory=list)

    def add(self, reader: Reader) -> None:
        """Take a reader in, once: it answers sentences about all names of one definition."""
        if reader not in self.readers:
            self.readers.append(reader)

    def sentences(self, names: Iterable[str]) -> Iterator[str]:
        """What apps further up say about a definition's present and former short names."""
        asked = tuple(names)
        for reader in self.readers:
            yield from reader(asked)


dependants = Dependants()
