"""What was kept before a move stays with its team; a trigger that is open is decided by the team that owns it now."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from apps.accounts.domain import SYSTEM, TeamRole
from apps.core import clock
from apps.governance.domain.kinds import Item, Op
from apps.objectives.models import BudgetEvaluation, BurnAlert, Objective, PolicyTrigger
from apps.objectives.queries import histories
from apps.teams import operations as teams
from tests.agreeing import agree
from tests.personas import BEGAN_AT, Organisation
from tests.spending import DAY, NOW, fired, spent
from tests.web.portal.pages import words_of

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
ClientAs = Callable[..., Client]
LATER = NOW + 2 * DAY
GOOD = {"verb": "adjust", "sentence": "Only fixes until the cache is back.", "revisit_on": "2026-09-07"}


@pytest.fixture
def trigger(organisation: Organisation) -> Iterator[PolicyTrigger]:
    """Checkout's trigger, whose SLO moves to Harbour at the next midnight; Eli leads Harbour. It is two days later."""
    teams.add_member(
        user=organisation.people["eli"], team=organisation.harbour, role=TeamRole.TECH_LEAD, from_at=BEGAN_AT,
        by=SYSTEM,
    )  # fmt: skip
    with clock.playing(NOW):
        objective = spent(organisation)
        content = histories.get_standing("slo", objective.slug).content | {"owner_team": "harbour"}
        agree(Item("slo", Op.CHANGE, objective.slug, content), author=organisation.people["ana"], at=NOW)
    with clock.playing(LATER):
        yield fired(objective)


def test_trigger__stays_readable_and_the_team_that_owns_it_now_decides(
    client_as: ClientAs, trigger: PolicyTrigger
) -> None:
    page = f"/objectives/triggers/{trigger.pk}/"
    text = words_of(client_as("ana").get(page))
    assert "It fired while Checkout owned the SLO, and stays with Checkout." in text
    assert "so Harbour decides" in text
    assert client_as("ana").post(f"{page}decide/", GOOD).status_code == 403
    assert client_as("eli").post(f"{page}decide/", GOOD).status_code == 302


def test_pages__tell_the_move_and_name_the_team_of_each_result(client_as: ClientAs, trigger: PolicyTrigger) -> None:
    slug = trigger.objective.slug
    assert "It leaves Checkout" in words_of(client_as("ana").get(f"/objectives/{slug}/versions/"))
    assert "v2 in force, with which it left Checkout" in words_of(client_as("ana").get(f"/objectives/{slug}/log/"))
    result = words_of(client_as("ana").get(f"/objectives/{slug}/results/{trigger.evaluation_id}/"))
    assert "Checkout · version 1" in result


def test_rest__names_the_team_of_the_day_and_finds_by_it(
    api_client_as: Callable[..., Client], trigger: PolicyTrigger
) -> None:
    reads = api_client_as("read")

    def answers(path: str) -> list[dict[str, object]]:
        found = reads.get(f"/api/v1/{path}")
        assert found.status_code == 200, found.content
        listed: list[dict[str, object]] = found.json()["results"]
        return listed

    (one,) = answers("policy-triggers/?team=checkout")
    assert [one["team"], one["decided_by"]] == ["checkout", "harbour"]
    assert answers("policy-triggers/?team=harbour") == [one]
    PolicyTrigger.objects.filter(pk=trigger.pk).update(closed_at=LATER, closed_by=trigger.version.adopted_by)
    assert answers("policy-triggers/?team=harbour") == []
    alerts = BurnAlert.objects.count()
    assert alerts
    assert len(answers("burn-alerts/?team=checkout")) == alerts
    assert answers("burn-alerts/?team=harbour") == []
    kept = answers(f"objectives/{trigger.objective.slug}/evaluations/")
    assert {row["team"] for row in kept} == {"checkout"}
    assert len(kept) == BudgetEvaluation.objects.count()
    assert reads.get(f"/api/v1/objectives/{trigger.objective.slug}/").json()["team"] == "harbour"
    assert Objective.objects.get().owner_team.slug == "harbour"
