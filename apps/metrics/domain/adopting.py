"""The rules around a definition's identity: its short name, its lens, and the name of a version. Pure."""

import re
from collections.abc import Iterator

from apps.core.problems import FieldProblem
from apps.metrics.domain.faults import Faults
from apps.metrics.domain.lenses import Lens

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def read_name(name: object, faults: Faults, pointer: str) -> str | None:
    """The name of a version in NFC, or None after a fault."""
    return faults.text(name, pointer, longest=120)


def find_identity_problems(slug: str, lens: str) -> Iterator[FieldProblem]:
    """Faults of a new definition's short name and lens."""
    if not SLUG.fullmatch(slug) or len(slug) > 50:
        sentence = "A short name has small letters, digits and single hyphens, such as change-lead-time."
        yield FieldProblem("/slug", "not_a_slug", sentence)
    if lens not in set(Lens):
        yield FieldProblem("/lens", "unknown_value", f"A lens is one of {', '.join(Lens)}.")
