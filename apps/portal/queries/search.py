"""Search over what the reader may see: teams, services, metrics, incidents."""

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from apps.accounts.domain import Principal
from apps.incidents.queries import incidents
from apps.metrics.models import DefinitionVersion
from apps.services.models import Service
from apps.teams import queries as teams

MOST = 20


@dataclass(frozen=True)
class Found:
    """One thing: its kind, name and address."""

    kind: str
    name: str
    url: str


def find(words: str, by: Principal) -> list[Found]:
    """Teams, services, metrics and incidents that contain the words, at most 20 of each; four queries.

    The first three are shared: everybody signed in may read them. Of incidents only those the reader may know of.
    """
    if not words.strip():
        return []
    return [*_teams(words), *_services(words), *_metrics(words), *_incidents(words, by)]


def _named(words: str) -> Q:
    return Q(name__icontains=words.strip()) | Q(slug__icontains=words.strip())


def _teams(words: str) -> list[Found]:
    rows = teams.list_teams().filter(_named(words))[:MOST]
    return [Found("Team", team.name, reverse("portal:team", args=[team.slug])) for team in rows]


def _services(words: str) -> list[Found]:
    rows = Service.objects.filter(_named(words)).order_by("name")[:MOST]
    return [Found("Service", service.name, reverse("portal:service", args=[service.slug])) for service in rows]


def _incidents(words: str, by: Principal) -> list[Found]:
    rows = incidents.find_named(words, by, MOST)
    return [Found("Incident", f"{one}: {one.title}", reverse("incidents:incident", args=[one.pk])) for one in rows]


def _metrics(words: str) -> list[Found]:
    """By the name of any version, so that a former name still leads to the metric; the newest name is shown."""
    text = words.strip()
    wanted = Q(name__icontains=text) | Q(definition__slug__icontains=text)
    wanted |= Q(definition__steps__former_slug__icontains=text)
    slugs = DefinitionVersion.objects.filter(wanted).values("definition_id")
    newest = DefinitionVersion.objects.filter(definition__in=slugs).order_by("definition__slug", "-number")
    names: dict[str, str] = {}
    for slug, name in newest.values_list("definition__slug", "name"):
        names.setdefault(slug, name)
    found = [Found("Metric", name, reverse("portal:metric", args=[slug])) for slug, name in names.items()]
    return sorted(found, key=lambda one: one.name)[:MOST]
