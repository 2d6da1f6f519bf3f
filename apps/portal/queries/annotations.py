"""Reads of the pages on annotations."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from apps.accounts.domain import Principal
from apps.annotations import policies
from apps.annotations import queries as annotations
from apps.annotations.domain import AnnotationKind
from apps.annotations.models import Annotation
from apps.core import clock
from apps.core.problems import Absent
from apps.services import queries as services
from apps.services.models import Ownership, Service
from apps.teams import queries as teams
from apps.teams.models import Team

EVERYWHERE = "organisation:all"


@dataclass(frozen=True)
class Place:
    """Where a mark stands: a team, a service, or (neither) everywhere."""

    team: Team | None = None
    service: Service | None = None


def list_shown(kind: str) -> QuerySet[Annotation]:
    """Standing marks, newest first, of one kind if named."""
    rows = annotations.list_annotations().filter(retracted_at=None)
    return rows.filter(kind=kind) if kind in set(AnnotationKind) else rows


def list_places(principal: Principal) -> list[tuple[str, str]]:
    """Teams and services the person may mark, by name; everywhere for whoever may."""
    at = clock.as_of()
    every = policies.can_annotate(principal, None)
    held = teams.list_teams() if every else teams.list_teams().filter(pk__in=list(principal.team_roles))
    rows = [team for team in held if policies.can_annotate(principal, team.pk)]
    owned = Ownership.objects.standing(at).filter(team__in=rows).select_related("service").order_by("service__name")
    places = [(f"team:{team.slug}", team.name) for team in rows]
    places += [(f"service:{o.service.slug}", o.service.name) for o in owned]
    return [*places, (EVERYWHERE, "The whole organisation")] if every else places


def place_of(address: str) -> Place:
    """The place of a chosen address."""
    kind, _, slug = address.partition(":")
    if kind == "team":
        return Place(team=teams.get_team(slug))
    return Place(service=services.get_service(slug)) if kind == "service" else Place()


def get_standing(public_id: UUID) -> Annotation:
    """A mark that was not taken back; raises `Absent`."""
    annotation = annotations.list_annotations().filter(public_id=public_id, retracted_at=None).first()
    if annotation is None:
        raise Absent("not_found", "Nothing is here for you.")
    return annotation


def owner_id_of(annotation: Annotation) -> int | None:
    """The team a mark belongs to; of a service, its present owner; None for the organisation."""
    if annotation.service is not None:
        return services.owner_id_at(annotation.service, clock.as_of())
    return annotation.team_id


def retractable(rows: Iterable[Annotation], principal: Principal) -> set[int]:
    """Keys of the marks of one page that the person may take back; one query."""
    rows = list(rows)
    services_here = [row.service_id for row in rows if row.service_id]
    owned = Ownership.objects.standing(clock.as_of()).filter(service__in=services_here)
    owners = dict(owned.values_list("service_id", "team_id"))
    return {row.pk for row in rows if _may_retract(row, owners, principal)}


def _may_retract(row: Annotation, owners: dict[int, int], principal: Principal) -> bool:
    team_id = owners.get(row.service_id) if row.service_id else row.team_id
    return row.sender == principal.sender or policies.can_annotate(principal, team_id)
