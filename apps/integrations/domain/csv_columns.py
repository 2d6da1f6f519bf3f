"""The columns each kind of CSV file has, and what is done with those it has besides."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from apps.core.fact_parsing import names_a_person
from apps.delivery.domain import Environment, Intent, Status
from apps.incidents.domain.action_words import ActionKind, ActionState
from apps.incidents.domain.incident_words import IncidentKind
from apps.incidents.domain.page_news import UNNAMED_RULE
from apps.incidents.domain.page_words import Label, Urgency
from apps.integrations.domain.csv_records import CsvError
from apps.objectives.domain.probes import ProbeState


class CsvKind(StrEnum):
    """What a file tells about."""

    DEPLOYMENTS = "deployments"
    CHANGES = "changes"
    REMEDIATIONS = "remediations"
    INCIDENTS = "incidents"
    PAGES = "pages"
    TICKETS = "tickets"
    ACTIONS = "actions"
    SLI_SAMPLES = "sli_samples"
    PROBES = "probes"
    BUSINESS = "business"

    @property
    def source(self) -> str:
        """The fact source that its rows end in: checks from outside are counted into samples."""
        return CsvKind.SLI_SAMPLES.value if self is CsvKind.PROBES else self.value


class Cell(StrEnum):
    """How a cell is read."""

    KEY = "key"
    CODE = "code"
    TIME = "time"
    COUNT = "count"
    CHOICE = "choice"
    TRUTH = "truth"
    DAY = "day"
    EVENTS = "events"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in the file, the fact's field it fills, how it is read."""

    name: str
    field: str
    cell: Cell
    is_required: bool = False
    limit: int = 200
    choices: tuple[str, ...] = ()
    default: str | None = None


def _required(name: str, cell: Cell, field: str = "", *, choices: tuple[str, ...] = ()) -> Column:
    return Column(name, field or name, cell, is_required=True, choices=choices)


def _times(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, name, Cell.TIME) for name in names)


_SHARED: Final = (
    Column("kind", "kind", Cell.CODE, limit=40),
    Column("size", "size", Cell.COUNT),
    Column("part", "part", Cell.CODE, limit=40),
    Column("line", "line", Cell.CODE, limit=40),
)

_KEYS: Final = tuple(Column(name, name, Cell.KEY) for name in ("tenant", "segment", "flow"))

COLUMNS: Final[dict[CsvKind, tuple[Column, ...]]] = {
    CsvKind.DEPLOYMENTS: (
        _required("service", Cell.KEY),
        _required("deployment", Cell.KEY, "key"),
        _required("finished_at", Cell.TIME),
        _required("status", Cell.CHOICE, choices=tuple(Status)),
        *_times("started_at"),
        Column("environment", "environment", Cell.CHOICE, choices=tuple(Environment), default=Environment.PRODUCTION),
        Column("intent", "intent", Cell.CHOICE, choices=tuple(Intent), default=Intent.PLANNED),
        Column("commit", "commit", Cell.CODE, limit=64),
        Column("commits", "size", Cell.COUNT),
        Column("remediates", "remediates", Cell.KEY),
        *_SHARED,
    ),
    CsvKind.CHANGES: (
        _required("service", Cell.KEY),
        _required("change", Cell.KEY, "key"),
        _required("merged_at", Cell.TIME),
        *_times("first_commit_at", "opened_at", "first_review_at"),
        Column("deployment", "deployment", Cell.KEY),
        *_SHARED,
    ),
    CsvKind.REMEDIATIONS: (
        _required("service", Cell.KEY),
        _required("failed_deployment", Cell.KEY, "failed"),
        _required("fixed_by_deployment", Cell.KEY, "fixed_by"),
        *_times("at"),
    ),
    CsvKind.INCIDENTS: (
        _required("service", Cell.KEY),
        _required("started_at", Cell.TIME),
        Column("incident", "key", Cell.KEY),
        Column("title", "title", Cell.KEY),
        *_times("detected_at", "acknowledged_at", "mitigated_at", "resolved_at"),
        Column("severity", "severity", Cell.CODE, limit=60),
        Column("kind", "kind", Cell.CHOICE, choices=tuple(IncidentKind), default=IncidentKind.INCIDENT),
        Column("deployment", "deployment", Cell.KEY),
    ),
    CsvKind.PAGES: (
        _required("service", Cell.KEY),
        _required("fired_at", Cell.TIME),
        Column("page", "key", Cell.KEY),
        *_times("acknowledged_at", "ended_at"),
        Column("rule", "rule", Cell.KEY, default=UNNAMED_RULE),
        Column("urgency", "urgency", Cell.CHOICE, choices=tuple(Urgency), default=Urgency.HIGH),
        Column("label", "label", Cell.CHOICE, choices=tuple(Label)),
    ),
    CsvKind.TICKETS: (
        _required("service", Cell.KEY),
        _required("opened_at", Cell.TIME),
        Column("ticket", "key", Cell.KEY),
        *_times("first_response_at", "resolved_at"),
        Column("kind", "kind", Cell.CODE, limit=40),
        Column("tenant", "tenant", Cell.CODE, limit=60),
        Column("deflected", "deflected", Cell.TRUTH),
    ),
    CsvKind.ACTIONS: (
        _required("action", Cell.KEY, "key"),
        _required("team", Cell.KEY),
        _required("due_on", Cell.DAY),
        _required("state", Cell.CHOICE, choices=tuple(ActionState)),
        *_times("opened_at", "done_at"),
        Column("metric_slug", "metric_slug", Cell.CODE, limit=60),
        Column("text", "text", Cell.KEY, limit=500),
        Column("done_when", "done_when", Cell.KEY, limit=500),
        Column("kind", "kind", Cell.CHOICE, choices=tuple(ActionKind), default=ActionKind.INVESTIGATE),
    ),
    CsvKind.SLI_SAMPLES: (
        _required("service", Cell.KEY),
        _required("indicator", Cell.KEY),
        _required("slice_start", Cell.TIME),
        _required("valid", Cell.EVENTS),
        Column("good", "good", Cell.EVENTS),
        Column("bad", "bad", Cell.EVENTS),
        Column("total", "total", Cell.EVENTS),
        *_KEYS,
    ),
    CsvKind.PROBES: (
        _required("service", Cell.KEY),
        _required("checked_at", Cell.TIME, "slice_start"),
        _required("state", Cell.CHOICE, choices=tuple(ProbeState)),
        Column("indicator", "indicator", Cell.KEY),
        Column("http_status", "http_status", Cell.COUNT),
        Column("response_ms", "response_ms", Cell.COUNT),
        *_KEYS,
    ),
    CsvKind.BUSINESS: (
        _required("service", Cell.KEY),
        _required("series", Cell.KEY),
        _required("at", Cell.TIME),
        _required("amount", Cell.NUMBER),
        Column("measurement", "key", Cell.KEY),
        Column("unit", "unit", Cell.CODE, limit=20),
        *(Column(name, name, Cell.CODE, limit=60) for name in ("tenant", "flow", "segment")),
    ),
}
ORDERED: Final = {
    CsvKind.DEPLOYMENTS: (("started_at", "finished_at"),),
    CsvKind.INCIDENTS: (
        ("started_at", "mitigated_at"),
        ("started_at", "resolved_at"),
        ("mitigated_at", "resolved_at"),
        ("detected_at", "acknowledged_at"),
    ),
    CsvKind.PAGES: (("fired_at", "acknowledged_at"), ("fired_at", "ended_at")),
    CsvKind.TICKETS: (("opened_at", "first_response_at"), ("opened_at", "resolved_at")),
    CsvKind.ACTIONS: (("opened_at", "done_at"),),
}
# What makes a row the one it is, where the file gives it no key of its own.
HASHED: Final = {
    CsvKind.REMEDIATIONS: ("service", "failed", "fixed_by"),
    CsvKind.INCIDENTS: ("service", "started_at"),
    CsvKind.PAGES: ("service", "fired_at", "rule"),
    CsvKind.TICKETS: ("service", "opened_at"),
    CsvKind.SLI_SAMPLES: ("service", "indicator", "slice_start", "tenant", "segment"),
    CsvKind.PROBES: ("service", "indicator", "slice_start", "tenant", "segment"),
    CsvKind.BUSINESS: ("service", "series", "at", "tenant", "flow", "segment"),
}
NOT_KEPT: Final = frozenset({"revert_commit", "reverted_commit"})


@dataclass(frozen=True, slots=True)
class Layout:
    """Which cell fills which column, and sentences on the columns that are not read."""

    width: int
    names: tuple[str, ...]
    places: tuple[tuple[int, Column], ...]
    absent: tuple[Column, ...]
    notices: tuple[str, ...]


def lay_out(header: Sequence[str], kind: CsvKind) -> Layout:
    """Match a header with the columns of a kind; raises `CsvError` for what is missing, twice or misspelt."""
    names = tuple(re.sub(r"[\s-]+", "_", name.strip().lower()) for name in header)
    known = {column.name: column for column in COLUMNS[kind]}
    _require_once(names)
    _require_all(names, kind)
    others = [name for name in names if name and name not in known]
    _require_no_misspelling(others, [name for name in known if name not in names])
    places = tuple((place, known[name]) for place, name in enumerate(names) if name in known)
    filled = {column.field for _, column in places}
    absent = tuple(column for column in COLUMNS[kind] if column.field not in filled)
    return Layout(len(names), names, places, absent, _notices(others))


def _require_once(names: Sequence[str]) -> None:
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise CsvError("column_twice", f"The header names a column twice: {', '.join(twice)}.")
    if "commits" in names and "size" in names:
        raise CsvError("column_twice", "The columns commits and size say the same thing. Keep one of them.")


def _require_all(names: Sequence[str], kind: CsvKind) -> None:
    required = [column.name for column in COLUMNS[kind] if column.is_required]
    missing = [name for name in required if name not in names]
    if missing:
        found = ", ".join(_shown(name) for name in names if name) or "none"
        what = f"column {missing[0]}" if len(missing) == 1 else f"columns {', '.join(missing)}"
        raise CsvError("missing_column", f"A file of {kind} needs the {what}. Columns found: {found[:500]}.")


def _require_no_misspelling(others: Sequence[str], missing: Sequence[str]) -> None:
    """A misspelt column would silently stay empty; better to stop."""
    for name in others:
        near = get_close_matches(name[:80], missing, n=1, cutoff=0.85)
        if near and not names_a_person(name):
            raise CsvError(
                "unknown_column",
                f"The column {_shown(name)} is not known; {near[0]} is. Rename it, or take it out of the file.",
            )


def _notices(others: Sequence[str]) -> tuple[str, ...]:
    persons = [_shown(name) for name in others if names_a_person(name)]
    unread = [_shown(name) for name in others if not names_a_person(name) and name not in NOT_KEPT]
    unkept = [name for name in others if name in NOT_KEPT]
    sentences = (
        ("Dropped, as facts hold no persons", persons),
        ("Not kept", unkept),
        ("Not read, as they are not known", unread),
    )
    return tuple(f"{sentence}: {', '.join(names)[:500]}." for sentence, names in sentences if names)


def _shown(name: str) -> str:
    return name[:60].encode("utf-8", "replace").decode()
