"""What a measurement is about. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class SubjectKind(StrEnum):
    """Kinds of subjects that exist so far."""

    SERVICE = "service"
    TEAM = "team"
    GROUP = "group"
    ORGANISATION = "organisation"
    UNOWNED = "unowned"


@dataclass(frozen=True, order=True)
class Subject:
    """A kind and a primary key; the organisation and what nobody owned have key 0."""

    kind: SubjectKind
    id: int = 0


# Parts of a cell beside the stages of a span: all its facts, and what each linked fact says alone.
WHOLE, PER_LINK = "whole", "per_link"
ORGANISATION = Subject(SubjectKind.ORGANISATION)
UNOWNED = Subject(SubjectKind.UNOWNED)
# What stands in addresses for subjects that have no slug; others are `team:checkout`.
WHOLE_ADDRESSES: Mapping[str, Subject] = {"organisation:all": ORGANISATION, "unowned:all": UNOWNED}
