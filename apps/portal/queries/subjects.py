"""Subjects by their addresses: `team:checkout`, `service:api`, `group:shop`, `organisation:all`, `unowned:all`."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from apps.core.problems import Absent
from apps.measurements.domain.subjects import ORGANISATION, WHOLE_ADDRESSES, Subject, SubjectKind
from apps.services import queries as services
from apps.teams import queries as teams


@dataclass(frozen=True)
class NamedSubject:
    """A subject with its name, its address text and the page it has (empty for the organisation)."""

    subject: Subject
    name: str
    address: str
    url: str = ""


def named_whole(address: str = "organisation:all") -> NamedSubject:
    """The organisation, or what nobody owned."""
    subject = WHOLE_ADDRESSES[address]
    name = settings.ORGANISATION_NAME if subject == ORGANISATION else "Services without an owner"
    return NamedSubject(subject, name, address)


def get_subject(address: str) -> NamedSubject:
    """The subject of an address; raises `Absent`."""
    if address in WHOLE_ADDRESSES:
        return named_whole(address)
    kind, _, slug = address.partition(":")
    if "\0" in slug:  # PostgreSQL takes no NUL in a text
        raise Absent("not_found", "Nothing is here for you.")
    if kind == SubjectKind.TEAM:
        team = teams.get_team(slug)
        return NamedSubject(Subject(SubjectKind.TEAM, team.pk), team.name, address, reverse("portal:team", args=[slug]))
    if kind == SubjectKind.SERVICE:
        service = services.get_service(slug)
        url = reverse("portal:service", args=[slug])
        return NamedSubject(Subject(SubjectKind.SERVICE, service.pk), service.name, address, url)
    group = teams.list_groups().filter(slug=slug).first() if kind == SubjectKind.GROUP else None
    if group is None:
        raise Absent("not_found", "Nothing is here for you.")
    return NamedSubject(Subject(SubjectKind.GROUP, group.pk), group.name, address)
