"""OpenSLO v1 objects as proposals of indicators and objectives: a verdict per object, each fault at its path. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from apps.core.faults import Faults
from apps.core.problems import FieldProblem
from apps.objectives.domain.openslo_fields import unknown_fields
from apps.objectives.domain.openslo_slo import SloReader
from apps.objectives.domain.openslo_text import MOST_OBJECTS, TOO_MANY, SourceObject, TextRead, read_text

API_VERSION = "openslo/v1"
MAPPED = ("SLO", "SLI", "DataSource", "Service")
IGNORED = {
    "AlertPolicy": "Burn alerts are derived here from target and window; this policy is not taken over.",
    "AlertCondition": "Burn alerts are derived here from target and window; this condition is not taken over.",
    "AlertNotificationTarget": "Notices go by each person's own wishes; this target is not taken over.",
}


class VerdictKind(StrEnum):
    """What becomes of an object."""

    MAPPED = "mapped"
    USED = "used"
    IGNORED = "ignored"
    REFUSED = "refused"


@dataclass(frozen=True)
class ImportedObjective:
    """One objective to be proposed, with its indicator, as documents that the readers here read."""

    slug: str
    indicator_slug: str
    service: str
    indicator: Mapping[str, Any]
    promise: Mapping[str, Any]
    data_source: str = ""
    # The name of the SLI object that holds the indicator; empty where it stands in the SLO itself.
    sli_object: str = ""


@dataclass(frozen=True)
class Verdict:
    """What becomes of one object, with its faults and warnings."""

    file: str
    pointer: str
    kind: str
    name: str
    verdict: VerdictKind
    faults: tuple[FieldProblem, ...] = ()
    warnings: tuple[FieldProblem, ...] = ()
    objectives: tuple[ImportedObjective, ...] = ()


@dataclass
class ImportRead:
    """All files together: a verdict per object, and faults of files that could not be read at all."""

    verdicts: list[Verdict] = field(default_factory=list)
    file_faults: dict[str, list[FieldProblem]] = field(default_factory=dict)
    documents: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def is_applicable(self) -> bool:
        """Nothing was refused: the import applies as a whole, or not at all."""
        refused = any(one.verdict is VerdictKind.REFUSED for one in self.verdicts)
        return not refused and not any(self.file_faults.values()) and bool(self.verdicts)

    @property
    def objectives(self) -> list[ImportedObjective]:
        """Everything that would be proposed."""
        return [one for verdict in self.verdicts for one in verdict.objectives]

    @property
    def services(self) -> list[str]:
        """Names of services to be mapped to services or flows here."""
        return sorted({one.service for one in self.objectives})


def read_import(files: Mapping[str, bytes], *, zone_name: str, revisit_on: date) -> ImportRead:
    """Read files together, so that references hold across them. `revisit_on` is for promises that name no such day."""
    texts = {name: read_text(name, body) for name, body in sorted(files.items())}
    found = ImportRead(
        file_faults={name: text.faults for name, text in texts.items() if text.faults},
        documents={name: text.documents for name, text in texts.items()},
    )
    objects = [one for text in texts.values() for one in text.objects]
    if len(objects) > MOST_OBJECTS:
        return ImportRead(file_faults={"All files": [FieldProblem("", "too_many", TOO_MANY)]})
    known = _by_name(objects)
    used: set[tuple[str, str]] = set()
    reader = SloReader(known, used, zone_name=zone_name, revisit_on=revisit_on)
    for one in objects:
        if one.kind == "SLO":
            found.verdicts.append(_slo(one, reader, objects))
    found.verdicts += [_other(one, used, objects) for one in objects if one.kind != "SLO"]
    found.verdicts.sort(key=lambda one: (one.file, _place(one.pointer)))
    return found


def _place(pointer: str) -> list[int]:
    return [int(step) if step.isdigit() else 0 for step in pointer.split("/")[1:]]


def _by_name(objects: Sequence[SourceObject]) -> dict[tuple[str, str], SourceObject]:
    """The first object of each kind and name."""
    found: dict[tuple[str, str], SourceObject] = {}
    for one in objects:
        found.setdefault((one.kind, one.name), one)
    return found


def _common_faults(one: SourceObject, objects: Sequence[SourceObject]) -> Iterator[FieldProblem]:
    """What is refused of any object: its version, a kind nobody knows, a name that is missing or taken."""
    yield from one.faults
    version = one.document.get("apiVersion")
    if version != API_VERSION:
        yield FieldProblem(f"{one.pointer}/apiVersion", "unknown_value", f"Only {API_VERSION} is read here.")
    if one.kind not in (*MAPPED, *IGNORED):
        known = ", ".join((*MAPPED, *IGNORED))
        yield FieldProblem(f"{one.pointer}/kind", "unknown_value", f"OpenSLO v1 has no such kind. Known: {known}.")
    if not one.name:
        yield FieldProblem(f"{one.pointer}/metadata/name", "required", "An object has a name.")
    elif any(other is not one and (other.kind, other.name) == (one.kind, one.name) for other in objects):
        words = f"Two objects of kind {one.kind} have this name."
        yield FieldProblem(f"{one.pointer}/metadata/name", "repeated", words)


def _slo(one: SourceObject, reader: SloReader, objects: Sequence[SourceObject]) -> Verdict:
    faults, warnings = Faults(list(_common_faults(one, objects))), Faults(list(unknown_fields(one)))
    proposals = reader.read(one, faults, warnings)
    objectives = tuple(ImportedObjective(**proposal) for proposal in proposals)
    if faults.found:
        return _verdict(one, VerdictKind.REFUSED, faults.found, warnings.found)
    return _verdict(one, VerdictKind.MAPPED, [], warnings.found, objectives)


def _other(one: SourceObject, used: set[tuple[str, str]], objects: Sequence[SourceObject]) -> Verdict:
    faults = list(_common_faults(one, objects))
    warnings = list(unknown_fields(one))
    if faults:
        return _verdict(one, VerdictKind.REFUSED, faults, warnings)
    if one.kind in IGNORED:
        return _verdict(one, VerdictKind.IGNORED, [], [FieldProblem(one.pointer, "not_taken", IGNORED[one.kind])])
    if (one.kind, one.name) in used:
        return _verdict(one, VerdictKind.USED, [], warnings)
    words = f"No SLO of these files refers to this {one.kind}."
    return _verdict(one, VerdictKind.IGNORED, [], [FieldProblem(one.pointer, "not_taken", words), *warnings])


def _verdict(
    one: SourceObject, verdict: VerdictKind, faults: Sequence[FieldProblem], warnings: Sequence[FieldProblem],
    objectives: tuple[ImportedObjective, ...] = (),
) -> Verdict:  # fmt: skip
    return Verdict(one.file, one.pointer, one.kind, one.name, verdict, tuple(faults), tuple(warnings), objectives)


__all__ = ["ImportRead", "ImportedObjective", "TextRead", "Verdict", "VerdictKind", "read_import"]
