"""Facts over REST: a thousand in a call against one in a call, through the whole stack but the socket."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from apps.accounts.domain import Scope
from apps.accounts.models import User
from apps.core import clock
from apps.portal.bench.organisation import STEWARD
from apps.portal.bench.scratch import Figures
from apps.portal.bench.sizes import AS_OF
from apps.portal.bench.timing import taken
from apps.services.queries import list_services
from apps.teams import operations as teams
from apps.teams.queries import principal_of_user

ADDRESS = "/api/v1/facts/batch/"
BAR, GOAL = 20.0, 5_000
PER_CALL, CALLS, SINGLES = 1_000, 20, 300


def ingest() -> Figures:
    """Facts a second in calls of a thousand and in calls of one."""
    with clock.playing(AS_OF):
        client = pushing_client()
        slugs = list(list_services().values_list("slug", flat=True)[:100])
        facts = [_fact(number, slugs, AS_OF) for number in range(PER_CALL * CALLS + SINGLES)]
        singles, bulk = facts[:SINGLES], facts[SINGLES:]
        post_facts(client, [_fact(-1, slugs, AS_OF)])
        with taken() as one_by_one:
            for fact in singles:
                post_facts(client, [fact])
        with taken() as in_bulk:
            for start in range(0, len(bulk), PER_CALL):
                post_facts(client, bulk[start : start + PER_CALL])
    slow, quick = SINGLES / one_by_one.seconds, len(bulk) / in_bulk.seconds
    ratio = quick / slow
    return {"single_per_second": slow, "bulk_per_second": quick, "ratio": ratio, "bar": BAR, "met": ratio >= BAR}


def pushing_client() -> Client:
    """A tool that may push for everybody."""
    by = principal_of_user(User.objects.get(email=STEWARD), AS_OF)
    _, secret = teams.create_token(name="bench", team=None, scopes=frozenset({Scope.PUSH}), days=30, by=by)
    return Client(headers={"Authorization": f"Bearer {secret}", "Host": "127.0.0.1"})


def _fact(number: int, slugs: Sequence[str], at: datetime) -> dict[str, Any]:
    """Two changes, then a deployment that carries them."""
    when = (at - timedelta(minutes=number + 2)).isoformat()
    shared = {"key": f"posted-{number}", "service": slugs[number // 3 % len(slugs)]}
    if number % 3 == 0:
        return {"source": "deployments", "finished_at": when, **shared}
    carrier = f"posted-{number - number % 3}"
    return {"source": "changes", "merged_at": when, "first_commit_at": when, "deployment": carrier, **shared}


def post_facts(client: Client, facts: Sequence[dict[str, Any]]) -> None:
    """One call; raises where an item is refused."""
    answer = client.post(ADDRESS, json.dumps({"facts": facts}), content_type="application/json")
    if answer.status_code != 200 or answer.json()["rejected"]:
        raise RuntimeError(f"{ADDRESS} answered {answer.status_code}: {answer.content[:500]!r}")
