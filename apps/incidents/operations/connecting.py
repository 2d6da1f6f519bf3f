"""What a team reports here, it reports of all its services: where nothing broke, that is known, too."""

from collections.abc import Collection
from datetime import datetime

from apps.core import clock
from apps.core.facts import FactSource
from apps.incidents.models import Incident
from apps.incidents.queries import incidents
from apps.services import operations as services
from apps.services import queries as service_queries

CHANNEL = incidents.CHANNEL


def connect_mates(source: FactSource, incident: Incident, told: Collection[int], since: datetime) -> None:
    """Connect the owner team's other services to a source from an incident on, beside those it was told for."""
    owned = service_queries.list_services_of(incident.owner_team_id, since).values_list("pk", flat=True)
    mates = set(owned) - set(told)
    standing = service_queries.list_connections(mates).filter(source=source.key, channel=CHANNEL)
    known = dict(standing.values_list("service_id", "connected_from"))
    for pk in sorted(mates):
        if pk not in known or known[pk] > since:
            services.hear(source=source.key, service_id=pk, channel=CHANNEL, at=clock.as_of(), connected_from=since)
