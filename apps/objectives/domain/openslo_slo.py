"""One SLO of OpenSLO v1 with the indicator it names: what can be mapped is mapped, the rest refused by path. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from apps.core.faults import Faults, said
from apps.core.problems import FieldProblem
from apps.objectives.domain.documents import decimal_text
from apps.objectives.domain.indicator_specs import read_indicator
from apps.objectives.domain.openslo_sli import read_sli
from apps.objectives.domain.openslo_text import SourceObject
from apps.objectives.domain.openslo_windows import read_window
from apps.objectives.domain.openslo_words import (
    INDICATOR_NOTE,
    PROMISE_NOTE,
    SLUG_NOTE,
    annotations_of,
    indicator_words,
    noted,
    promise_pointer,
    promise_words,
    sli_pointer,
)
from apps.objectives.domain.promises import read_promise

COMPOSITE = ("indicator", "indicatorRef", "compositeWeight")
METHODS = {"Occurrences": "occurrences", "Timeslices": "time_slices"}
SLICE_WINDOWS = {"1m": 60, "5m": 300, "15m": 900, "1h": 3600}


@dataclass
class SloReader:
    """Reads the SLOs of one import; `used` collects the objects that they refer to."""

    known: Mapping[tuple[str, str], SourceObject]
    used: set[tuple[str, str]]
    zone_name: str
    revisit_on: date

    def read(self, one: SourceObject, faults: Faults, warnings: Faults) -> list[dict[str, Any]]:
        """The objectives of an SLO, as arguments of `ImportedObjective`; faults say what is refused."""
        spec, place = one.document.get("spec"), f"{one.pointer}/spec"
        if not faults.is_a(spec, dict, place):
            return []
        assert isinstance(spec, dict)  # noqa: S101 - said by the line above
        if spec.get("alertPolicies"):
            words = "Burn alerts are derived here from target and window; these are not taken over."
            warnings.add(f"{place}/alertPolicies", "not_taken", words)
        method = self._method(spec, place, faults)
        window = read_window(spec.get("timeWindow"), f"{place}/timeWindow", faults, self.zone_name)
        sli = self._indicator(one, spec, place, faults)
        self._use_service(spec)
        listed = faults.list_of(spec.get("objectives"), f"{place}/objectives", shortest=1)
        service = faults.text(spec.get("service", ""), f"{place}/service", longest=120) or ""
        found = []
        for number, item in enumerate(listed):
            base = _Base(one, spec, method, window, sli, service, number, len(listed))
            proposal = self._objective(base, item, f"{place}/objectives/{number}", faults)
            found += [proposal] if proposal else []
        return [] if faults.found else found

    def _method(self, spec: Mapping[str, Any], place: str, faults: Faults) -> str | None:
        given = faults.one_of(
            spec.get("budgetingMethod", ""), METHODS, f"{place}/budgetingMethod", "a method read here"
        )
        return METHODS[given] if given else None

    def _use_service(self, spec: Mapping[str, Any]) -> None:
        if isinstance(spec.get("service"), str):
            self.used.add(("Service", spec["service"]))

    def _indicator(
        self, one: SourceObject, spec: Mapping[str, Any], place: str, faults: Faults
    ) -> tuple[SourceObject, Mapping[str, Any], str] | None:
        """The object that holds the indicator, its spec, and where that stands."""
        inline, name = spec.get("indicator"), spec.get("indicatorRef")
        if (inline is None) == (name is None):
            faults.add(f"{place}/indicator", "required", "Name one indicator: indicator or indicatorRef.")
            return None
        if inline is not None:
            nested = inline.get("spec") if isinstance(inline, dict) else None
            if not faults.is_a(nested, dict, f"{place}/indicator/spec"):
                return None
            return one, nested, f"{place}/indicator/spec"  # type: ignore[return-value]
        target = self.known.get(("SLI", str(name)))
        if target is None:
            faults.add(f"{place}/indicatorRef", "unresolved", f"No file holds an SLI named {said(name)}.")
            return None
        self.used.add(("SLI", target.name))
        nested = target.document.get("spec")
        if not isinstance(nested, dict) or target.faults:
            faults.add(f"{place}/indicatorRef", "unresolved", f"The SLI {said(name)} cannot be read.")
            return None
        return target, nested, f"{target.pointer}/spec"

    def _objective(self, base: "_Base", item: Any, place: str, faults: Faults) -> dict[str, Any] | None:
        """One objective, checked by the readers that read every document here."""
        if not faults.is_a(item, dict, place):
            return None
        if any(item.get(key) is not None for key in COMPOSITE):
            faults.add(place, "composite", "Composite objectives are not read; promise each part by itself.")
            return None
        target = _target(item, place, faults)
        slice_target, slice_seconds = _slices(base, item, place, faults)
        if base.sli is None or base.method is None or base.window is None or target is None:
            return None
        holder, nested, sli_place = base.sli
        inner = Faults()
        indicator, server = read_sli(nested, sli_place, item, place, inner, self.known, self.used)
        own = noted(INDICATOR_NOTE, holder, inner)
        faults.found += [_in_file(fault, holder, base.one, place) for fault in inner.found]
        if indicator is None or faults.found:
            return None
        said_slices = {"slice_seconds": slice_seconds} if item.get("timeSliceWindow") is not None else {}
        # Plain fields win over what an export of this product noted beside them: somebody may have edited them.
        indicator = {**own, **indicator_words(holder, nested, own), **indicator, **said_slices}
        own = noted(PROMISE_NOTE, base.one, faults)
        promise = {**own, **promise_words(base.one, item, own, is_only=base.count == 1, revisit_on=self.revisit_on)}
        promise |= {"target": decimal_text(target), "window": base.window, "method": base.method}
        promise |= {"slice_target": decimal_text(slice_target)} if slice_target is not None else {}
        return _checked(base, item, indicator, promise, server, faults)


def _in_file(fault: FieldProblem, holder: SourceObject, one: SourceObject, place: str) -> FieldProblem:
    """A fault of an SLI that stands in another file than the SLO names that file."""
    if holder.file == one.file or fault.pointer.startswith(f"{place}/"):
        return fault
    return FieldProblem(fault.pointer, fault.code, f"In {holder.file}: {fault.detail}")


@dataclass(frozen=True)
class _Base:
    """What all objectives of an SLO share."""

    one: SourceObject
    spec: Mapping[str, Any]
    method: str | None
    window: dict[str, Any] | None
    sli: tuple[SourceObject, Mapping[str, Any], str] | None
    service: str
    number: int
    count: int

    @property
    def slug(self) -> str:
        """The name of the SLO; of several objectives the second and further have their number."""
        return self.one.name if self.number == 0 else f"{self.one.name}-{self.number + 1}"


def _target(item: Mapping[str, Any], place: str, faults: Faults) -> Decimal | None:
    """T from `target` or `targetPercent`, strictly between nothing and all."""
    given = {key: item[key] for key in ("target", "targetPercent") if item.get(key) is not None}
    if len(given) != 1:
        faults.add(f"{place}/target", "required", "Name target or targetPercent, one of them.")
        return None
    key, value = next(iter(given.items()))
    if not isinstance(value, Decimal):
        faults.add(f"{place}/{key}", "not_a_number", f"{said(value)} is not a number.")
        return None
    target = value / 100 if key == "targetPercent" else value
    if not 0 < target < 1:
        words = f"A target lies between 0 and 1, both excluded. {decimal_text(value)} does not."
        faults.add(f"{place}/{key}", "out_of_range", words)
        return None
    return target


def _slices(base: _Base, item: Mapping[str, Any], place: str, faults: Faults) -> tuple[Decimal | None, int]:
    """The slice target and the slice length that time slices name; 300 s where nothing is said."""
    window = item.get("timeSliceWindow")
    seconds = SLICE_WINDOWS.get(str(window), 300)
    if window is not None and str(window) not in SLICE_WINDOWS:
        known = ", ".join(SLICE_WINDOWS)
        faults.add(f"{place}/timeSliceWindow", "unknown_value", f"Slices last {known} here.")
    given = item.get("timeSliceTarget")
    if base.method != "time_slices":
        return None, seconds
    if not isinstance(given, Decimal) or not 0 < given <= 1:
        faults.add(f"{place}/timeSliceTarget", "required", "Time slices need a timeSliceTarget in (0, 1].")
        return None, seconds
    return given, seconds


def _checked(
    base: _Base, item: Mapping[str, Any], indicator: dict[str, Any], promise: dict[str, Any], server: str,
    faults: Faults,
) -> dict[str, Any] | None:  # fmt: skip
    """The documents as the readers here read them; what they refuse is a fault at the place that it came from."""
    if base.sli is None:
        return None
    holder, nested, sli_place = base.sli
    place = f"{base.one.pointer}/spec/objectives/{base.number}"
    of_sli, of_promise = Faults(), Faults()
    spec = read_indicator(indicator, of_sli)
    agreed = read_promise(promise, of_promise, slice_seconds=spec.slice_seconds if spec else 300)
    for fault in of_sli.found:
        at = sli_pointer(fault.pointer, holder, nested, sli_place, place, item)
        faults.found.append(_in_file(FieldProblem(at, fault.code, fault.detail), holder, base.one, place))
    for fault in of_promise.found:
        at = promise_pointer(fault.pointer, base.one, place, item, is_only=base.count == 1)
        faults.add(at, fault.code, fault.detail)
    if spec is None or agreed is None:
        return None
    is_inline = holder is base.one
    own_slug = base.slug if is_inline else holder.name
    return {
        "slug": base.slug, "indicator_slug": str(annotations_of(holder).get(SLUG_NOTE) or own_slug),
        "service": base.service, "indicator": spec.as_document(), "promise": agreed.as_document(),
        "data_source": server, "sli_object": "" if is_inline else holder.name,
    }  # fmt: skip
