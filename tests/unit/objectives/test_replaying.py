"""The preview of a promise and of a policy: replayed as far as counts and kept results reach."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from apps.core import clock
from apps.governance.domain.kinds import Item
from apps.governance.models import PreviewRun, Proposal
from apps.objectives.models import Objective
from tests.agreeing import draft
from tests.budgets import evaluate_now, lay, spread
from tests.personas import Organisation
from tests.promising import indicator_item, objective_item, policy_item, promised
from tests.sampling import make_series

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEWEST = datetime(2026, 8, 24, 7, tzinfo=UTC)  # a Monday
NOW = NEWEST + HOUR + timedelta(minutes=5)
pytestmark = [pytest.mark.django_db, pytest.mark.sql]


@pytest.fixture(autouse=True)
def _now():
    with clock.playing(NOW):
        yield


@pytest.fixture
def objective(organisation: Organisation) -> Objective:
    """Three weeks of one failure in a thousand, then one week of five."""
    found = promised(organisation, spec={"slice_seconds": 3600}, promise={"window": {"rolling_days": 7}})
    series, week = make_series(found.indicator), 7 * 24
    start = NEWEST - (4 * week - 1) * HOUR
    lay(series, spread(start, 3 * week, 3600, 300, 300_000))
    lay(series, spread(start + 3 * week * HOUR, week, 3600, 500, 100_000))
    return found


def sections(organisation: Organisation, *items: Item) -> tuple[Proposal, dict[str, Sequence[str]]]:
    proposal = draft(*items, author=organisation.people["ana"])
    result = PreviewRun.objects.get(revision__proposal=proposal).result
    return proposal, {
        one["title"]: [said.replace("\xa0", " ") for said in one["sentences"]] for one in result["sections"]
    }


def test_promise__is_replayed_under_both_versions(objective: Objective, organisation: Organisation) -> None:
    proposal, found = sections(organisation, objective_item(target="0.99", window={"rolling_days": 7}))
    said = found["What Checkout succeeds would have read"]
    assert said[0].startswith("Now, under version 1: Exhausted:")
    assert said[1].startswith("Now, as proposed: Within: 50")
    assert said[2].startswith("At the ends of 4 past weeks it would have been met 4 times; under version 1, 3 times.")
    assert said[3].startswith("Read otherwise: week to 23 Aug Within instead of Exhausted")
    run = PreviewRun.objects.get(revision__proposal=proposal)
    assert run.result["affected_team_ids"] == [organisation.checkout.pk]
    assert [one["team_id"] for one in run.result["improves"]] == [organisation.checkout.pk]


def test_promise__that_moves_nothing_says_so(objective: Objective, organisation: Organisation) -> None:
    _, found = sections(organisation, objective_item(alert_minimum_bad=3, window={"rolling_days": 7}))
    assert found["What Checkout succeeds would have read"][-1] == "No past week reads otherwise."


def test_promise__of_an_sli_without_counts(organisation: Organisation) -> None:
    _, found = sections(organisation, indicator_item(), objective_item())
    assert found["What Checkout succeeds would have read"] == ["No counts have come yet, so nothing can be replayed."]


def test_policy__counts_how_often_its_rules_would_have_fired(objective: Objective, organisation: Organisation) -> None:
    _, found = sections(organisation, policy_item())
    assert "No budget it speaks of turned" in found["How often Checkout budget would have fired"][0]
    for back in (28, 20, 14, 7, 2, 0):
        with clock.playing(NOW - back * DAY):
            evaluate_now([objective.pk])
    _, found = sections(organisation, policy_item())
    assert "checkout-success" in found["How often Checkout budget would have fired"][0]
    assert "reliability first" in found["How often Checkout budget would have fired"][0]
