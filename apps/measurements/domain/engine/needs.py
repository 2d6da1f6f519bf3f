"""Which fields of which sources a spec reads, so that no other column is fetched."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from apps.core.fact_sources import FactField, FactSource, Registry
from apps.measurements.domain.engine.once import columns_of
from apps.metrics.domain.spec import (
    AnyOf,
    Clause,
    Condition,
    FieldAmount,
    Link,
    Measure,
    Population,
    Span,
    Spec,
)

LINKED = "linked"
GOOD_AND_VALID = ("good", "valid")


@dataclass
class Needs:
    """Columns by source, the derived references used, and every source that is read."""

    columns: dict[str, set[str]] = field(default_factory=dict)
    vias: set[tuple[str, str]] = field(default_factory=set)

    def add(self, source: str, column: str) -> None:
        """Note one column."""
        self.columns.setdefault(source, set()).add(column)

    def merge(self, other: "Needs") -> None:
        """Add what another spec needs."""
        for source, columns in other.columns.items():
            self.columns.setdefault(source, set()).update(columns)
        self.vias |= other.vias

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of all sources that are read."""
        return tuple(sorted(self.columns))


def paths_of_clauses(clauses: Iterable[Clause]) -> Iterator[str]:
    """Every path that conditions name."""
    for clause in clauses:
        if isinstance(clause, Condition):
            yield clause.path
        elif isinstance(clause, AnyOf):
            yield from paths_of_clauses(clause.options)
        else:
            yield from paths_of_span(clause.span)


def paths_of_span(span: Span) -> Iterator[str]:
    """Every path a span and its stages name."""
    yield from span.start.paths
    yield from span.end.paths
    for _, start, end in span.stages:
        yield from start.paths
        yield from end.paths


def paths_of_population(spec: Spec, population: Population) -> set[str]:
    """Every path read on rows of one population, `linked.…` included."""
    found = set(population.clock.paths) | set(paths_of_clauses(population.where)) | set(_spec_paths(spec))
    if spec.link and population.facts == spec.link.source:
        found |= {spec.link.at, *spec.link.explicit, *paths_of_clauses((*spec.link.where, *spec.link.keep))}
    if spec.measure is Measure.ATTAINMENT:
        found |= set(GOOD_AND_VALID)
    if population.until is not None:
        found |= set(population.until.paths)
    return found | ({population.amount} if population.amount else set())


def _spec_paths(spec: Spec) -> Iterator[str]:
    """Paths of the parts of a spec that apply to every population."""
    yield from paths_of_clauses(spec.numerator_where)
    for exclusion in spec.exclude:
        yield from paths_of_clauses(exclusion.where)
    if isinstance(spec.value, Span):
        yield from paths_of_span(spec.value)
    elif isinstance(spec.value, FieldAmount):
        yield spec.value.path


def linked_paths(spec: Spec, side: str) -> set[str]:
    """Fields of the partner that facts of one side read as `linked.…` (also `linked.first.…`, `linked.last.…`)."""
    paths = set(_spec_paths(spec)) if spec.of[0].facts == side else set()
    for population in spec.of + spec.numerator_of:
        if population.facts == side:
            paths |= {*population.clock.paths, *paths_of_clauses(population.where)}
    return {rest.removeprefix("first.").removeprefix("last.") for rest in _behind_link(paths)}


def explicit_paths(link: Link, source: FactSource) -> tuple[str, ...]:
    """Fields that name a partner, in the order in which they are asked: what was declared goes before the rule's own.

    A declaration holds in every definition, also in one whose rule names no field.
    """
    declared = source.declared
    first = (declared.named,) if declared and declared.target == link.target else ()
    return tuple(dict.fromkeys((*first, *link.explicit)))


def declared_paths(link: Link, source: FactSource) -> tuple[str, ...]:
    """Fields of the link's source that hold what was declared and ruled out about its partners."""
    declared = source.declared
    return declared.fields if declared and declared.target == link.target else ()


def kept_paths(link: Link) -> set[str]:
    """Fields of the partner that decide whether a link is kept."""
    return set(_behind_link(paths_of_clauses(link.keep)))


def _behind_link(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        head, _, rest = path.partition(".")
        if head == LINKED and rest:
            yield rest


def needs_of(spec: Spec, sources: Registry) -> Needs:
    """All columns of all sources that computing this spec reads."""
    needs = Needs()
    for population in spec.of + spec.numerator_of:
        source = sources.get(population.facts)
        for path in paths_of_population(spec, population):
            if path.partition(".")[0] != LINKED:
                _need_path(needs, source, path, sources)
        needs.columns.setdefault(source.key, set()).update(columns_of(source))
    if spec.link:
        _need_link(needs, spec, sources)
    return needs


def _need_link(needs: Needs, spec: Spec, sources: Registry) -> None:
    link = spec.link
    assert link is not None  # noqa: S101 - told to the type checker; the caller tested it
    source, target = sources.get(link.source), sources.get(link.target)
    near = {link.at, *paths_of_clauses((*link.where, *link.keep)), *linked_paths(spec, target.key)}
    near |= {*declared_paths(link, source), *explicit_paths(link, source), *columns_of(source)}
    far = {link.target_clock, *paths_of_clauses(link.target_where), *kept_paths(link), *linked_paths(spec, source.key)}
    for path in near:
        _need_path(needs, source, path, sources)
    for path in far:
        _need_path(needs, target, path, sources)


def _need_path(needs: Needs, source: FactSource, path: str, sources: Registry) -> None:
    head, _, rest = path.partition(".")
    field_ = source.field(head)
    if field_ is None:
        return
    if field_.via is None:
        needs.add(source.key, head)
    else:
        _need_via(needs, source, field_)
    if field_.ref:
        partner = sources.get(field_.ref)
        needs.columns.setdefault(partner.key, set())
        if rest:
            _need_path(needs, partner, rest, sources)


def is_placed_by_many(spec: Spec) -> bool:
    """True when the facts that point to a fact decide its period: then no stretch of time holds all that matters."""
    if spec.link is None:
        return False
    far_side = (p for p in spec.of + spec.numerator_of if p.facts == spec.link.target != spec.link.source)
    return any(path.partition(".")[0] == LINKED for population in far_side for path in population.clock.paths)


def steps_of(spec: Spec, sources: Registry) -> int:
    """How many facts lie at most between a counted fact and one it reads by key; a derived reference makes two."""
    return max(
        _steps(sources.get(population.facts), path, spec, sources)
        for population in spec.of + spec.numerator_of
        for path in paths_of_population(spec, population)
    )


def _steps(source: FactSource | None, path: str, spec: Spec, sources: Registry) -> int:
    head, _, rest = path.partition(".")
    field_ = source.field(head) if source else None
    if head == LINKED and spec.link and source:
        far = spec.link.target if source.key == spec.link.source else spec.link.source
        return 1 + _steps(sources.get(far), rest.removeprefix("first.").removeprefix("last."), spec, sources)
    if field_ is None or not field_.ref:
        return 0
    return (1 if field_.is_stored else 2) + _steps(sources.get(field_.ref), rest, spec, sources)


def _need_via(needs: Needs, source: FactSource, field_: FactField) -> None:
    via = field_.via
    assert via is not None  # noqa: S101 - told to the type checker; the caller tested it
    needs.vias.add((source.key, field_.name))
    needs.add(via.source, via.match)
    needs.add(via.source, via.pick)
    needs.add(source.key, via.clock)
    needs.add(field_.ref, via.clock)
