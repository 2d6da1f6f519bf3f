"""Reads a spec: any JSON document becomes a `Spec` with all defaults filled in, or a list of located faults. Pure."""

import json
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from apps.core.fact_sources import FactSource, FieldType
from apps.metrics.domain.conditions import ConditionReader, read_decimal
from apps.metrics.domain.faults import Faults, SpecProblems, said, unknown
from apps.metrics.domain.fields import Scope, Sources, find_field
from apps.metrics.domain.guards import guard_population
from apps.metrics.domain.links import LinkReader
from apps.metrics.domain.spec import (
    Clause,
    Direction,
    Exclusion,
    FieldAmount,
    Link,
    Measure,
    Population,
    Reading,
    Span,
    Spec,
    TimeAt,
    Window,
)
from apps.metrics.domain.times import read_span, read_time
from apps.metrics.domain.units import fitting_units, read_unit

MOST_BYTES = 16 * 1024
MOST_LEVELS = 32
GRAINS = ("week", "month", "quarter")
KEYS = (
    "measure", "of", "numerator", "link", "value", "q", "per", "window", "exclude", "min_n", "min_coverage", "empty",
    "settle_days", "reading", "direction", "unit", "paused_by_freeze",
)  # fmt: skip
REQUIRED = ("measure", "of", "direction", "unit")
# Keys that only some measures have.
ONLY_FOR = {
    "numerator": (Measure.RATIO,),
    "value": (Measure.QUANTILE, Measure.MEAN),
    "q": (Measure.QUANTILE,),
    "per": (Measure.RATE,),
}
NEEDED_BY = (("numerator", (Measure.RATIO,)), ("value", (Measure.QUANTILE, Measure.MEAN)))
ALWAYS_ZERO = (Measure.COUNT, Measure.RATE)
ONE_IS_ENOUGH = (Measure.COUNT, Measure.RATE, Measure.LATEST, Measure.ATTAINMENT)
POPULATION_KEYS = ("facts", "clock", "where", "amount", "until")
STANDING_BY = (Measure.COUNT, Measure.RATIO)
GOOD_AND_VALID = ("good", "valid")


def parse_spec(document: Any, sources: Sources) -> Spec:
    """Read a JSON document into a spec; raises `SpecProblems` with every fault and its JSON Pointer."""
    faults = Faults()
    if _is_small(document, faults) and faults.keys(document, "", known=KEYS, required=REQUIRED):
        spec = _SpecReader(document, sources, faults).read()
        if spec is not None:
            return spec
    raise SpecProblems(faults.found)


def _is_small(document: Any, faults: Faults) -> bool:
    """False when the document nests too deep or is too long; the depth comes first, since writing it out recurses."""
    level = [document]
    for _ in range(MOST_LEVELS):
        level = [inner for item in level for inner in _items(item)]
        if not level:
            break
    else:
        faults.add("", "too_deep", f"The spec nests deeper than {MOST_LEVELS} levels.")
        return False
    size = len(json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass"))
    if size > MOST_BYTES:
        faults.add("", "too_large", f"The spec has {size:,} bytes; at most {MOST_BYTES:,} fit.")
    return size <= MOST_BYTES


def _items(item: Any) -> list[Any]:
    if isinstance(item, dict):
        return list(item.values())
    return item if isinstance(item, list) else []


@dataclass
class _SpecReader:
    """Reads one document; each method reads one key."""

    document: dict[str, Any]
    sources: Sources
    faults: Faults

    def read(self) -> Spec | None:
        """The spec; None when a fault was noted."""
        self.conditions = ConditionReader(self.faults)
        links = LinkReader(self.faults, self.conditions, self.sources)
        self.link_ends = links.find_ends(self.document.get("link"))
        measure = self._measure()
        link = links.read(self.document["link"], self.link_ends) if "link" in self.document else None
        of = self._populations(self.document.get("of"), "/of", measure, several=measure is Measure.RATIO)
        scope = self._first_scope(linked=True)
        numerator = self._numerator(scope, measure)
        value = self._value(scope) if "value" in self.document else None
        rest = {**self._plain(measure), "exclude": self._exclude(self._first_scope(linked=False))}
        unit = self._unit(measure, numerator, value, of, rest["per"])
        self._check_link_reaches(of)
        self._check_all_stand((*of, *numerator[1]))
        if rest["exclude"] and len({population.facts for population in of}) > 1:
            self.faults.add("/exclude", "not_applicable", "Facts are left out of populations of one source only.")
        self._check_good_and_valid(measure, scope)
        if self.faults.found or measure is None or unit is None:
            return None
        return self._spec(measure, of, numerator, link, value, unit, rest)

    def _spec(
        self, measure: Measure, of: tuple[Population, ...],
        numerator: tuple[tuple[Clause, ...], tuple[Population, ...]], link: Link | None,
        value: Span | FieldAmount | None, unit: str, rest: dict[str, Any],
    ) -> Spec:  # fmt: skip
        return Spec(
            measure=measure, of=of, numerator_where=numerator[0], numerator_of=numerator[1], link=link, value=value,
            unit=unit, **rest,
        )  # fmt: skip

    def _measure(self) -> Measure | None:
        if "measure" not in self.document:
            return None
        name = self.faults.one_of(self.document["measure"], tuple(Measure), "/measure", "a measure")
        if name is None:
            return None
        measure = Measure(name)
        for key, measures in ONLY_FOR.items():
            if key in self.document and measure not in measures:
                belongs = " and ".join(measures)
                self.faults.add(f"/{key}", "not_applicable", f"*{key}* belongs to {belongs}, not to {measure}.")
        for key, measures in NEEDED_BY:
            if key not in self.document and measure in measures:
                self.faults.add(f"/{key}", "required", f"A {measure} needs *{key}*.")
        return measure

    def _populations(
        self, value: Any, pointer: str, measure: Measure | None, *, several: bool
    ) -> tuple[Population, ...]:
        if value is None and pointer == "/of" and "of" not in self.document:
            return ()
        if not isinstance(value, list):
            single = self._population(value, pointer, measure)
            return (single,) if single else ()
        items = self.faults.list_of(value, pointer, longest=6, shortest=1)
        if len(items) > 1 and not several:
            self.faults.add(pointer, "not_applicable", "Only a ratio may list several populations.")
        read = [self._population(item, f"{pointer}/{index}", measure) for index, item in enumerate(items)]
        return tuple(population for population in read if population)

    def _population(self, value: Any, pointer: str, measure: Measure | None) -> Population | None:
        if not self.faults.keys(value, pointer, known=POPULATION_KEYS, required=("facts", "clock")):
            return None
        scope = self._scope(value.get("facts"), f"{pointer}/facts", linked=True, noted="facts" not in value)
        if scope is None:
            return None
        clock = None
        if "clock" in value:
            clock = read_time(value["clock"], f"{pointer}/clock", scope, self.faults, clock=True)
        plain = Scope(scope.source, self.sources)
        where = self.conditions.read_all(value["where"], f"{pointer}/where", plain) if "where" in value else ()
        amount = self._amount(value["amount"], f"{pointer}/amount", plain) if "amount" in value else ""
        until = self._until(value["until"], f"{pointer}/until", plain, measure) if "until" in value else None
        if clock is None or amount is None:
            return None
        population = Population(scope.source.key, clock, where, amount, until)
        if measure is not None:
            guard_population(population, measure, pointer, self.faults)
        return population

    def _until(self, value: Any, pointer: str, scope: Scope, measure: Measure | None) -> TimeAt | None:
        """When what stands ends; facts of several services, linked ones and other measures have no such count."""
        if measure is not None and measure not in STANDING_BY:
            self.faults.add(pointer, "not_applicable", f"*until* belongs to count and ratio, not to {measure}.")
        if "link" in self.document or scope.source.counted_once_by:
            self.faults.add(
                pointer, "not_applicable", f"What stands of {scope.source.key} is not counted, or not with a link."
            )
        return read_time(value, pointer, scope, self.faults)

    def _scope(self, key: Any, pointer: str, *, linked: bool, noted: bool = False) -> Scope | None:
        """Where paths of a population start; None for a source nobody reports."""
        source = find_source(key, pointer, self.sources, self.faults, noted=noted)
        if source is None:
            return None
        start, end = self.link_ends
        if linked and start is not None and end is not None:
            if source is start:
                return Scope(source, self.sources, end)
            if source is end:
                return Scope(source, self.sources, start, linked_many=True)
        return Scope(source, self.sources)

    def _first_scope(self, *, linked: bool) -> Scope | None:
        of = self.document.get("of")
        first = of[0] if isinstance(of, list) and of else of
        key = first.get("facts") if isinstance(first, dict) else None
        quiet = Faults()
        source = find_source(key, "", self.sources, quiet)
        return self._scope(key, "", linked=linked) if source else None

    def _amount(self, value: Any, pointer: str, scope: Scope) -> str | None:
        if not self.faults.is_a(value, str, pointer):
            return None
        found = find_field(value, scope, pointer, self.faults)
        if found is None:
            return None
        if found.field.type not in (FieldType.INT, FieldType.DECIMAL):
            self.faults.add(pointer, "wrong_field_type", f"{said(value)} is no number, so it cannot be added up.")
            return None
        return str(value)

    def _numerator(
        self, scope: Scope | None, measure: Measure | None
    ) -> tuple[tuple[Clause, ...], tuple[Population, ...]]:
        value = self.document.get("numerator")
        if "numerator" not in self.document or scope is None:
            return (), ()
        if isinstance(value, dict) and "facts" not in value:
            self.faults.keys(value, "/numerator", known=("where",), required=("where",))
            where = self.conditions.read_all(value.get("where", []), "/numerator/where", scope)
            if value.get("where") == []:
                self.faults.add("/numerator/where", "required", "The list is empty; name at least one.")
            if isinstance(self.document["of"], list) and len(self.document["of"]) > 1:
                self.faults.add("/numerator", "not_applicable", "A share has one population in `of`.")
            return where, ()
        return (), self._populations(value, "/numerator", measure, several=True)

    def _value(self, scope: Scope | None) -> Span | FieldAmount | None:
        value = self.document["value"]
        if scope is None:
            return None
        if isinstance(value, dict) and "field" in value:
            self.faults.keys(value, "/value", known=("field",))
            path = self._amount(value["field"], "/value/field", scope)
            return FieldAmount(path) if path else None
        return read_span(value, "/value", scope, self.faults)

    def _exclude(self, scope: Scope | None) -> tuple[Exclusion, ...]:
        items = self.faults.list_of(self.document.get("exclude", []), "/exclude", longest=20)
        read = [self._exclusion(item, f"/exclude/{index}", scope) for index, item in enumerate(items)]
        return tuple(exclusion for exclusion in read if exclusion)

    def _exclusion(self, item: Any, pointer: str, scope: Scope | None) -> Exclusion | None:
        if not self.faults.keys(item, pointer, known=("where", "reason"), required=("where", "reason")):
            return None
        reason = self.faults.text(item["reason"], f"{pointer}/reason", longest=300) if "reason" in item else None
        if scope is None or "where" not in item:
            return None
        where = self.conditions.read_all(item["where"], f"{pointer}/where", scope)
        if item["where"] == []:
            self.faults.add(f"{pointer}/where", "required", "The list is empty; it would take out every fact.")
        return Exclusion(where, reason) if reason else None

    def _plain(self, measure: Measure | None) -> dict[str, Any]:
        """The keys that refer to no facts, with their defaults."""
        faults, document = self.faults, self.document
        reading = faults.one_of(document.get("reading", "process"), tuple(Reading), "/reading", "a reading")
        direction = faults.one_of(document.get("direction", "neither"), tuple(Direction), "/direction", "a direction")
        enough = 1 if measure in ONE_IS_ENOUGH or reading == Reading.COMMITMENT else 5
        days = faults.whole(document.get("settle_days", 7), "/settle_days", least=0, most=90)
        return {
            "q": self._quantile(),
            "per": faults.one_of(document.get("per", "week"), ("day", "working_day", "week"), "/per", "a time here"),
            "window": self._window(),
            "min_n": faults.whole(document.get("min_n", enough), "/min_n", least=1, most=1_000_000),
            "min_coverage": self._min_coverage(),
            "empty": self._empty(measure),
            "settle": timedelta(days=days or 0),
            "reading": Reading(reading) if reading else None,
            "direction": Direction(direction) if direction else None,
            "paused_by_freeze": self._paused_by_freeze(),
        }

    def _paused_by_freeze(self) -> bool:
        value = self.document.get("paused_by_freeze", False)
        return self.faults.is_a(value, bool, "/paused_by_freeze") and value

    def _min_coverage(self) -> Fraction | None:
        text = read_decimal(self.document.get("min_coverage", "0"), "/min_coverage", self.faults)
        if text is None:
            return None
        least = Fraction(Decimal(text))
        if not 0 <= least <= 1 or len(text) > 8:
            sentence = f"{said(text)} is no share: it lies between 0 and 1, 6 decimals."
            self.faults.add("/min_coverage", "out_of_range", sentence)
            return None
        return least

    def _quantile(self) -> Fraction | None:
        text = read_decimal(self.document.get("q", "0.5"), "/q", self.faults)
        if text is None:
            return None
        q = Fraction(Decimal(text))
        if not 0 < q < 1 or len(text) > 8:
            self.faults.add("/q", "out_of_range", f"{said(text)} is no quantile: it lies between 0 and 1, 6 decimals.")
            return None
        return q

    def _empty(self, measure: Measure | None) -> str | None:
        always = measure in ALWAYS_ZERO
        empty = self.faults.one_of(
            self.document.get("empty", "zero" if always else "none"), ("none", "zero"), "/empty", "a value here"
        )
        if always and empty == "none":
            self.faults.add("/empty", "not_applicable", f"A {measure} without facts is zero, always.")
        return empty

    def _window(self) -> Window | None:
        value = self.document.get("window", {})
        if not self.faults.keys(value, "/window", known=("grains", "rolling")):
            return None
        items = self.faults.list_of(value.get("grains", list(GRAINS)), "/window/grains", shortest=1, longest=3)
        read = [self.faults.one_of(g, GRAINS, f"/window/grains/{i}", "a grain") for i, g in enumerate(items)]
        rolling = self.faults.whole(value.get("rolling", 1), "/window/rolling", least=1, most=53)
        grains = tuple(grain for grain in GRAINS if grain in read)
        if len(grains) < len([grain for grain in read if grain]):
            self.faults.add("/window/grains", "named_twice", "A grain is named twice.")
        if rolling and rolling > 1 and len(grains) > 1:
            sentence = f"{rolling} rolling periods need one grain; {len(grains)} are named: {', '.join(grains)}."
            self.faults.add("/window/rolling", "impossible_window", sentence)
        return Window(grains, rolling) if grains and rolling else None

    def _unit(
        self, measure: Measure | None, numerator: tuple[tuple[Clause, ...], tuple[Population, ...]],
        value: Span | FieldAmount | None, of: tuple[Population, ...], per: str | None,
    ) -> str | None:  # fmt: skip
        if "unit" not in self.document or measure is None:
            return None
        has_amount = any(population.amount for population in of)
        fitting = fitting_units(
            measure, per=per or "week", is_share=not numerator[1], has_amount=has_amount, value=value
        )
        return read_unit(self.document["unit"], fitting, "/unit", self.faults)

    def _check_all_stand(self, populations: tuple[Population, ...]) -> None:
        if len({population.until is None for population in populations}) > 1:
            self.faults.add("/of", "not_applicable", "Either every population says *until*, or none does.")

    def _check_link_reaches(self, of: tuple[Population, ...]) -> None:
        start, end = self.link_ends
        if start and end and of and not any(p.facts in (start.key, end.key) for p in of):
            sentence = f"The link ties {start.key} to {end.key}, but *of* is about other facts."
            self.faults.add("/link", "link_unused", sentence)

    def _check_good_and_valid(self, measure: Measure | None, scope: Scope | None) -> None:
        if measure is Measure.LATEST and isinstance(self.document.get("of"), dict):
            if "amount" not in self.document["of"]:
                self.faults.add("/of/amount", "required", "The latest amount needs *amount*.")
        elif measure is Measure.ATTAINMENT and scope is not None:
            for name in GOOD_AND_VALID:
                if scope.source.field(name) is None:
                    self.faults.add("/of/facts", "no_good_and_valid", f"{scope.source.key} carry no count *{name}*.")


def find_source(key: Any, pointer: str, sources: Sources, faults: Faults, *, noted: bool = False) -> FactSource | None:
    """The fact source of that key; a fault unless one has been `noted` already."""
    if noted or not faults.is_a(key, str, pointer):
        return None
    if key in sources:
        return sources.get(key)
    faults.add(pointer, "unknown_source", unknown(key, "a kind of fact that is reported here", sources.keys()))
    return None
