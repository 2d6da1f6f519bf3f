"""What a page of a retro offers to choose from, and when it was last saved."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max

from apps.accounts.domain import Principal
from apps.core import clock
from apps.incidents.domain.retro_sections import Section
from apps.incidents.domain.retro_words import RowKind
from apps.incidents.models import Action, Incident, IncidentService, Retro, RetroRevision, RetroRow
from apps.incidents.queries.causes import list_causes
from apps.services import queries as services
from apps.services.models import Service
from apps.teams import queries as teams

MOST_CAUSES = 200
Choices = list[tuple[str, str]]


def list_choices(retro: Retro, section: Section, by: Principal) -> dict[str, Choices]:
    """Short names with their words for the fields of a page's rows."""
    found: dict[str, Choices] = {}
    if RowKind.FACTOR in section.rows:
        found["services"] = _services(retro)
    if section.rows:
        found["causes"] = [(f"C-{cause.pk}", cause.title) for cause in list_causes(by)[:MOST_CAUSES]]
    if RowKind.ACTION in section.rows:
        found["teams"] = list(teams.list_teams().values_list("slug", "name"))
    return found


def _services(retro: Retro) -> Choices:
    """The services the incident touched, then those of its team; any other can be typed."""
    touched = IncidentService.objects.filter(incident=retro.incident_id).order_by("pk")
    found = dict(touched.values_list("service__slug", "service__name"))
    own = services.list_services_of(retro.incident.owner_team_id, clock.as_of())
    return list((found | dict(own.values_list("slug", "name"))).items())


def list_opened(retro: Retro) -> Iterable[str]:
    """Keys of the rows that are actions already."""
    return set(Action.objects.filter(retro=retro).values_list("retro_row", flat=True))


def last_saved_at(retro: Retro, section: Section) -> datetime | None:
    """When something on a page was last saved; None while nothing was ever written there."""
    keys = [section.key.value]
    if section.rows:
        kinds = [kind.value for kind in section.rows]
        keys += list(RetroRow.objects.filter(retro=retro, kind__in=kinds).values_list("key", flat=True))
    newest = RetroRevision.objects.filter(retro=retro, part__in=keys).aggregate(at=Max("saved_at"))
    found: datetime | None = newest["at"]
    return found


def touched_services(incident: Incident | None) -> Choices:
    """The services an incident touched, by slug and name."""
    if incident is None:
        return []
    rows = IncidentService.objects.filter(incident=incident).order_by("pk")
    return list(rows.values_list("service__slug", "service__name"))


def services_by_slug(slugs: Iterable[str]) -> list[Service]:
    """Services of these short names."""
    return list(Service.objects.filter(slug__in=list(slugs)))
