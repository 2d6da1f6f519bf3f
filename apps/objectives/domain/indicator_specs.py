"""The statement of an indicator's version: who is hurt, what is valid and good, how the counts come. Pure."""

from dataclasses import dataclass
from typing import Any

from apps.core.faults import Faults
from apps.objectives.domain.documents import compact_json, decimal_in, decimal_text, text_in
from apps.objectives.domain.indicator_words import (
    DEFAULT_SLICE_SECONDS,
    KINDS,
    SLICE_SECONDS,
    Dimension,
    IndicatorKind,
    Limit,
    MeasuredAt,
    SampleSource,
)

LONGEST_TEXT, LONGEST_QUERY = 500, 4000
WINDOW_WORD = "$window"
WORDING = ("name", "hurts", "blind_spot", "valid", "good", "links")
PULLED = ("valid_query", "good_query", "bad_query", "dimension_label", "absent_bad_is_zero", "monitoring_source")
KEYS = (*WORDING, "kind", "measured_at", "limit", "slice_seconds", "dimension", "source", "ticket_kinds", *PULLED)
REQUIRED = ("name", "kind", "hurts", "blind_spot", "measured_at")


@dataclass(frozen=True)
class IndicatorSpec:
    """One immutable statement of what is counted; `computing_text` is the part whose change breaks the series."""

    name: str
    kind: IndicatorKind
    hurts: str
    blind_spot: str
    valid: str
    good: str
    measured_at: MeasuredAt
    limit: str = ""  # a decimal as text, in the unit of the kind
    slice_seconds: int = DEFAULT_SLICE_SECONDS
    dimension: Dimension = Dimension.NONE
    source: SampleSource = SampleSource.PUSH
    ticket_kinds: tuple[str, ...] = ()
    valid_query: str = ""
    good_query: str = ""
    bad_query: str = ""
    dimension_label: str = ""
    absent_bad_is_zero: bool = False
    monitoring_source: str = ""
    links: tuple[str, ...] = ()

    @property
    def limit_seconds(self) -> int:
        """The limit of freshness and support in whole seconds; 0 for other kinds."""
        return int(self.limit) if KINDS[self.kind].limit is Limit.SECONDS and self.limit else 0

    def as_document(self) -> dict[str, Any]:
        """The JSON document with every default written out; keys that do not fit the source stay out."""
        document: dict[str, Any] = {
            "name": self.name, "kind": str(self.kind), "hurts": self.hurts, "blind_spot": self.blind_spot,
            "valid": self.valid, "good": self.good, "measured_at": str(self.measured_at),
            "slice_seconds": self.slice_seconds, "dimension": str(self.dimension), "source": str(self.source),
            "links": list(self.links),
        }  # fmt: skip
        if self.limit:
            document["limit"] = self.limit
        if self.source is SampleSource.TICKETS:
            document["ticket_kinds"] = list(self.ticket_kinds)
        if self.source is SampleSource.PULL:
            document |= {name: getattr(self, name) for name in PULLED}
        return document

    @property
    def computing_text(self) -> str:
        """Canonical text of what decides counts: everything but the words."""
        return compact_json({key: value for key, value in self.as_document().items() if key not in WORDING})

    @property
    def canonical_text(self) -> str:
        """Canonical text of the whole statement."""
        return compact_json(self.as_document())


def read_indicator(document: Any, faults: Faults) -> IndicatorSpec | None:
    """Read a document; None after any fault, each at its JSON Pointer."""
    before = len(faults.found)
    if not faults.keys(document, "", known=KEYS, required=REQUIRED):
        return None
    kind = faults.one_of(document.get("kind", ""), tuple(IndicatorKind), "/kind", "a kind of indicator")
    read = _Reader(document, faults, IndicatorKind(kind) if kind else None)
    spec = read.spec()
    return spec if len(faults.found) == before else None


@dataclass
class _Reader:
    """Reads one document whose kind is known, or not."""

    document: dict[str, Any]
    faults: Faults
    kind: IndicatorKind | None

    def spec(self) -> IndicatorSpec | None:
        """The statement; what is wrong stands in the faults."""
        source = self._source()
        dimension = Dimension(self._one("dimension", Dimension, "none"))
        measured = MeasuredAt(self._one("measured_at", MeasuredAt, "server"))
        pulled = self._pulled(source, dimension)
        if self.kind is None:
            return None
        valid, good = self._sentences(self.kind)
        return IndicatorSpec(
            name=text_in(self.document, "name", self.faults, longest=120), kind=self.kind,
            hurts=text_in(self.document, "hurts", self.faults, longest=LONGEST_TEXT),
            blind_spot=text_in(self.document, "blind_spot", self.faults, longest=LONGEST_TEXT),
            valid=valid, good=good, measured_at=measured, limit=self._limit(self.kind),
            slice_seconds=self._slice_seconds(), dimension=dimension, source=source,
            ticket_kinds=tuple(self._texts("ticket_kinds", 20)), links=tuple(self._texts("links", 10)), **pulled,
        )  # fmt: skip

    def _one(self, key: str, words: Any, default: str) -> str:
        found = self.faults.one_of(self.document.get(key, default), tuple(words), f"/{key}", f"a value of {key}")
        return found or default

    def _source(self) -> SampleSource:
        is_support = self.kind is not None and KINDS[self.kind].from_tickets
        source = SampleSource(self._one("source", SampleSource, "tickets" if is_support else "push"))
        if source is SampleSource.TICKETS and self.kind is not None and not is_support:
            self.faults.add("/source", "not_applicable", "Only support response and resolution are read from tickets.")
        return source

    def _sentences(self, kind: IndicatorKind) -> tuple[str, str]:
        """What is valid and good: as written, else in the kind's own words where it has some."""
        rules = KINDS[kind]
        found = []
        for key, words in (("valid", rules.valid), ("good", rules.good)):
            is_given = bool(self.document.get(key)) or rules.needs_words
            found.append(text_in(self.document, key, self.faults, longest=LONGEST_TEXT) if is_given else words)
        return found[0], found[1]

    def _limit(self, kind: IndicatorKind) -> str:
        unit, given = KINDS[kind].limit, self.document.get("limit")
        if unit is Limit.NONE:
            if given not in (None, ""):
                self.faults.add("/limit", "not_applicable", f"{KINDS[kind].label} has no limit; leave it out.")
            return ""
        if given in (None, ""):
            self.faults.add("/limit", "required", f"Say the limit in {unit}: it decides what is good.")
            return ""
        limit = decimal_in(given, "/limit", self.faults)
        if limit is not None and limit <= 0:
            self.faults.add("/limit", "out_of_range", "The limit is more than zero.")
        elif limit is not None and unit is Limit.SECONDS and limit != int(limit):
            self.faults.add("/limit", "out_of_range", "The limit is a whole number of seconds.")
        return "" if limit is None else decimal_text(limit)

    def _slice_seconds(self) -> int:
        seconds = self.document.get("slice_seconds", DEFAULT_SLICE_SECONDS)
        if self.faults.is_a(seconds, int, "/slice_seconds") and seconds not in SLICE_SECONDS:
            known = ", ".join(map(str, SLICE_SECONDS))
            self.faults.add("/slice_seconds", "unknown_value", f"Slices last {known} seconds.")
        return seconds if seconds in SLICE_SECONDS else DEFAULT_SLICE_SECONDS

    def _texts(self, key: str, longest: int) -> list[str]:
        found = self.faults.list_of(self.document.get(key, []), f"/{key}", longest=longest)
        return [text for i, item in enumerate(found) if (text := self.faults.text(item, f"/{key}/{i}", longest=500))]

    def _pulled(self, source: SampleSource, dimension: Dimension) -> dict[str, Any]:
        """The queries and their label; without a pull none of them stands."""
        if source is not SampleSource.PULL:
            for key in PULLED:
                if self.document.get(key):
                    self.faults.add(f"/{key}", "not_applicable", "Only an indicator that is pulled has queries.")
            return {}
        found = {key: self._query(key) for key in ("valid_query", "good_query", "bad_query")}
        if not found["valid_query"]:
            self.faults.add("/valid_query", "required", "Write the query of valid events.")
        if bool(found["good_query"]) == bool(found["bad_query"]):
            self.faults.add("/good_query", "required", "Write the query of good events or that of bad ones, not both.")
        zero = self.document.get("absent_bad_is_zero", False)
        self.faults.is_a(zero, bool, "/absent_bad_is_zero")
        if zero is True and not found["bad_query"]:
            self.faults.add("/absent_bad_is_zero", "not_applicable", "It speaks of the query of bad events.")
        needs_label = dimension is not Dimension.NONE
        label = text_in(self.document, "dimension_label", self.faults, longest=120) if needs_label else ""
        server = text_in(self.document, "monitoring_source", self.faults, longest=60)
        return {
            **found, "absent_bad_is_zero": zero is True, "dimension_label": label, "monitoring_source": server,
        }  # fmt: skip

    def _query(self, key: str) -> str:
        if not self.document.get(key):
            return ""
        query = self.faults.text(self.document[key], f"/{key}", longest=LONGEST_QUERY) or ""
        if query and WINDOW_WORD not in query:
            words = f"Write {WINDOW_WORD} as the range, such as sum(increase(requests_total[{WINDOW_WORD}]))."
            self.faults.add(f"/{key}", "window_missing", words)
        return query


def query_for(query: str, window_text: str) -> str:
    """A query as it is sent: `$window` replaced by a length such as `5m`, nothing else touched."""
    return query.replace(WINDOW_WORD, window_text)


def window_text(seconds: int) -> str:
    """A length as Prometheus writes it: `5m`, `1h`, `90s`."""
    for size, letter in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds % size == 0:
            return f"{seconds // size}{letter}"
    return f"{seconds}s"
