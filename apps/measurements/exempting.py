"""Exemptions seen from the measurements: what they may name, and which cells they make due."""

from collections.abc import Iterable, Mapping
from typing import Any

from apps.core.fact_sources import FactSource, sources
from apps.core.facts import Touched as TouchedFacts
from apps.core.problems import FieldProblem
from apps.governance.domain.upstairs import FactsAsked, Touched
from apps.measurements import operations
from apps.metrics import queries as metrics
from apps.metrics.domain.faults import Faults
from apps.metrics.domain.slices import read_slice
from apps.services.models import Service

FACT_KEYS = ("source", "service", "key")


def definition_names() -> Mapping[str, str]:
    """Names of the definitions that have not left, by short name, as their newest version says them."""
    return metrics.names_by_slug(open_only=True)


def find_fact_problems(asked: FactsAsked) -> list[FieldProblem]:
    """Faults of single facts and slices: sources that the definitions do not count, unknown fields and services."""
    faults = Faults()
    read = _sources_read(asked.definitions)
    if asked.slice:
        read_slice(asked.slice, sources, faults)
        _check_source(asked.slice.get("facts"), read, "/slice/facts", faults)
    known = _known_services(asked.facts)
    for index, fact in enumerate(asked.facts):
        pointer = f"/facts/{index}"
        faults.keys(fact, pointer, known=FACT_KEYS, required=FACT_KEYS)
        if all(isinstance(fact.get(key), str) for key in FACT_KEYS):
            _check_source(fact["source"], read, f"{pointer}/source", faults)
            if fact["service"] not in known:
                faults.add(f"{pointer}/service", "unknown_value", "There is no such service.")
            faults.text(fact["key"], f"{pointer}/key")
    return faults.found


def _sources_read(definitions: Iterable[str]) -> set[str]:
    """Sources whose facts the newest versions of some definitions count or link."""
    found = metrics.versions_by_slug(definitions)
    return {source for versions in found.values() for source in metrics.spec_of(versions[-1]).sources}


def _check_source(key: Any, read: set[str], pointer: str, faults: Faults) -> None:
    if read and key not in read:
        words = f"The definitions named do not count this. They count {', '.join(sorted(read))}."
        faults.add(pointer, "not_counted", words)


def _known_services(facts: Iterable[Mapping[str, Any]]) -> set[str]:
    slugs = {slug for fact in facts if isinstance(slug := fact.get("service"), str)}
    return set(Service.objects.filter(slug__in=slugs).values_list("slug", flat=True)) if slugs else set()


def ask_after_exemption(touched: Touched) -> None:
    """Receiver of an exemption that holds or ends: its facts count as changed, so every cell they decide is due."""
    for source in sources:
        found = _facts_inside(source, touched)
        if found:
            operations.ask_after_facts(found)


def _facts_inside(source: FactSource, touched: Touched) -> list[TouchedFacts]:
    """Current facts of the services whose own time lies in the span, as if they had been published anew."""
    refs = [(field.name, field.ref) for field in source.stored_fields if field.ref]
    clock = source.main_clock
    inside = {f"{clock}__gte": touched.start, f"{clock}__lt": touched.end, "until_seq": None}
    rows = source.model._default_manager.filter(service_id__in=touched.service_ids, **inside)
    by_service: dict[int, tuple[set[str], set[Any], set[tuple[str, str]]]] = {}
    for service, key, *rest in rows.values_list("service_id", "key", *source.clocks, *(name for name, _ in refs)):
        keys, instants, named = by_service.setdefault(service, (set(), set(), set()))
        times, partners = rest[: len(source.clocks)], rest[len(source.clocks) :]
        keys.add(key)
        instants.update(at for at in times if at is not None)
        named.update((ref, name) for (_, ref), name in zip(refs, partners, strict=True) if name)
    return [
        TouchedFacts(source, pk, frozenset(keys), frozenset(instants), frozenset(named))
        for pk, (keys, instants, named) in sorted(by_service.items())
    ]
