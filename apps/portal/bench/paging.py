"""Pages at five and at five hundred teams: queries, bytes and time."""

from statistics import median

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import User
from apps.core import clock
from apps.portal.bench.organisation import STEWARD
from apps.portal.bench.scratch import Figures, Tell, run_step, scratch_database
from apps.portal.bench.sizes import AS_OF, Size
from apps.portal.bench.timing import taken

FEW = Size("pages-5", teams=5, services=10, deployments=2_000, changes=4_000, days=300)
MANY = Size("pages-500", teams=500, services=1_000, deployments=100_000, changes=200_000, days=300)
QUERIES, KILOBYTES = 12, 100
TIMES = 5


def pages() -> Figures:
    """Queries, bytes and milliseconds of each page for somebody who belongs to a team."""
    client = Client(headers={"Host": "127.0.0.1"})
    with clock.playing(AS_OF):
        client.force_login(User.objects.get(email=STEWARD))
        addresses = {
            "home": reverse("portal:home"),
            "overview": reverse("portal:leadership"),
            "team": reverse("portal:team", args=["team-1"]),
        }
        return {name: _page(client, address) for name, address in addresses.items()}


def _page(client: Client, address: str) -> Figures:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}.")
    return {"queries": len(queries), "bytes": len(answer.content), "milliseconds": _milliseconds(client, address)}


def _milliseconds(client: Client, address: str) -> float:
    found = []
    for _ in range(TIMES):
        with taken() as answering:
            client.get(address)
        found.append(answering.seconds * 1000)
    return median(found)


def measure_pages(server: str, tell: Tell) -> Figures:
    """Every page at both sizes, and whether it keeps its budget."""
    few, many = (_pages_in(server, size, tell) for size in (FEW, MANY))
    return {name: {"few": few[name], "many": many[name], "met": _keeps(few[name], many[name])} for name in few}


def _keeps(few: Figures, many: Figures) -> bool:
    # What a page shows decides about a query or two; the number of teams must not.
    steady = many["queries"] <= few["queries"] <= QUERIES
    return bool(steady and many["bytes"] < KILOBYTES * 1000)


def _pages_in(server: str, size: Size, tell: Tell) -> Figures:
    tell(f"pages with {size.teams} teams")
    with scratch_database(server, size.name) as url:
        run_step(url, "load", size=vars(size))
        run_step(url, "rebuild", runs=True, again=False)
        return run_step(url, "pages")
