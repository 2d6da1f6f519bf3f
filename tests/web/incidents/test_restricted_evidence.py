"""Behind a number that counts a restricted incident stands that it counts and how severe it was; nothing names it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.core import clock
from apps.incidents.models import Action, Incident
from apps.incidents.operations.restricting import restrict_incident
from apps.measurements import operations as measurements
from apps.metrics.domain.starter_follow_up import ACTIONS_ON_TIME
from apps.metrics.domain.starter_incidents import TIME_TO_RESTORE
from apps.metrics.domain.starter_learning import RETROS_WITHIN_72H
from tests.incidents import NOW
from tests.learning import published
from tests.measuring import adopt, connect
from tests.personas import Organisation, principal_of
from tests.web.portal.pages import links_of, words_of

As = Callable[..., Client]
RESTORE, ON_TIME, RETROS = TIME_TO_RESTORE.slug, ACTIONS_ON_TIME.slug, RETROS_WITHIN_72H.slug
pytestmark = pytest.mark.sql


@pytest.fixture
def hidden(organisation: Organisation) -> Iterator[Incident]:
    """Two incidents of a week with published retros and their actions; the second one is restricted."""
    with clock.playing(NOW):
        published(organisation, day=4, title="Ferrywheel stops")
        incident = published(organisation, day=5, title="Zeppelinword leaks").incident
        restrict_incident(incident=incident, by=principal_of(organisation.people["ana"]))
    due = Action.objects.latest("pk").first_due_at
    with clock.playing(due + timedelta(days=10)):
        for version in (TIME_TO_RESTORE, ACTIONS_ON_TIME, RETROS_WITHIN_72H):
            spec = version.spec | {"min_n": 1}
            by = principal_of(organisation.people["gus"])
            adopt(version.slug, spec, owner=organisation.checkout, by=by, lens=version.lens)
        for source in ("incidents", "retros", "actions"):
            connect(organisation.checkout_api, source, heard_at=clock.now(), channel="incidents")
        measurements.rebuild()
        yield incident


def page_of(client: Client, slug: str, period: str) -> Any:
    return client.get(f"/metrics/{slug}/values/team:checkout/{period}/")


def rows_of(client: Client, slug: str, period: str) -> list[dict[str, Any]]:
    found = client.get(f"/api/v1/measurements/{slug}~v1~team:checkout~{period}~whole/evidence/").json()
    return [row for row in found["facts"] if row["reason"] == "counted"]


def period_of(slug: str) -> str:
    return "2026-W19" if slug == RESTORE else "2026-Q2"


@pytest.mark.parametrize("slug", [RESTORE, ON_TIME, RETROS])
def test_number__counts_both_for_everybody(slug: str, hidden: Incident, client_as: As, api_client_as: As) -> None:
    for name in ("ana", "eli", "fay"):
        assert len(rows_of(api_client_as(name), slug, period_of(slug))) == 2, name


@pytest.mark.parametrize("slug", [RESTORE, ON_TIME, RETROS])
def test_evidence__names_nothing_of_it_but_to_its_list(
    slug: str, hidden: Incident, client_as: As, api_client_as: As
) -> None:
    action = Action.objects.get(retro__incident=hidden)
    key = str(action) if slug == ON_TIME else str(hidden)
    seen = page_of(client_as("ana"), slug, period_of(slug))
    assert key in words_of(seen)
    assert key in {row["key"] for row in rows_of(api_client_as("ana"), slug, period_of(slug))}
    for name in ("eli", "fay", "gus"):
        page = page_of(client_as(name), slug, period_of(slug))
        assert "restricted" in words_of(page), name
        assert key not in words_of(page)
        assert "Zeppelinword" not in page.content.decode()
        assert not any(link.endswith((f"/{hidden.pk}/", f"/actions/{action.pk}/")) for link in links_of(page))
        keys = [row["key"] for row in rows_of(api_client_as(name), slug, period_of(slug))]
        assert (keys.count(""), key in keys) == (1, False)


def test_evidence__of_the_incident_says_how_severe_and_how_long(hidden: Incident, client_as: As) -> None:
    words = words_of(page_of(client_as("eli"), RESTORE, "2026-W19"))
    assert "restricted, severity 2" in words
