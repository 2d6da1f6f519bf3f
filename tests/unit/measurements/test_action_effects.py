"""The effect of an action is what its metric gives for the same weeks, under the version in force when it was done."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.core import clock
from apps.core.periods import parse_period
from apps.incidents.models import Action
from apps.measurements import operations, queries
from apps.measurements.domain.subjects import Subject, SubjectKind
from apps.measurements.models import ActionEffect
from apps.measurements.tasks import follow_actions, recompute_cells
from apps.metrics.domain.starter import CHANGE_FAILURE_RATE, CHANGE_LEAD_TIME, DEPLOYMENT_FREQUENCY
from tests.measuring import adopt, change, connect, deployment, publish, remediation
from tests.personas import Organisation, principal_of

pytestmark = [pytest.mark.sql, pytest.mark.django_db]
START = datetime(2026, 1, 5, 12, tzinfo=UTC)  # a Monday
COMMITTED, DONE = datetime(2026, 5, 21, 13, tzinfo=UTC), datetime(2026, 6, 16, 7, tzinfo=UTC)
LATER = datetime(2026, 9, 1, 10, tzinfo=UTC)


@pytest.fixture
def shop(organisation: Organisation) -> Organisation:
    """A release a day; until the middle of June every second one is mended, later none."""
    api, by = organisation.checkout_api, principal_of(organisation.people["gus"])
    with clock.playing(LATER):
        for one in (CHANGE_FAILURE_RATE, DEPLOYMENT_FREQUENCY, CHANGE_LEAD_TIME):
            adopt(one.slug, one.spec, owner=organisation.checkout, by=by)
        connect(api, "deployments", "changes", "remediations", heard_at=LATER)
        days = [START + timedelta(days=number) for number in range(230)]
        publish("deployments", [deployment(api, f"r{n}", at) for n, at in enumerate(days)])
        publish("changes", [
            change(api, f"c{n}", at - timedelta(hours=30 if at < DONE else 6), at - timedelta(hours=1), f"r{n}")
            for n, at in enumerate(days)
        ])  # fmt: skip
        mended = [n for n, at in enumerate(days) if at < DONE and n % 2]
        publish("remediations", [remediation(api, f"r{n}", f"r{n + 1}") for n in mended])
        operations.rebuild()
    return organisation


def action_of(shop: Organisation, slug: str, subject: str = "", **more: object) -> Action:
    values = {
        "origin": "tool", "source": "test", "text": "Add a gate", "done_when": "It stands", "kind": "prevent",
        "owner_team": shop.checkout, "metric_slug": slug, "metric_subject": subject, "opened_at": COMMITTED,
        "first_due_on": date(2026, 6, 22), "first_due_at": DONE, "due_on": date(2026, 6, 22), "due_at": DONE,
        "state": "done", "done_at": DONE,
    }  # fmt: skip
    return Action.objects.create(**{**values, **more})


def effect_at(moment: datetime, action: Action) -> ActionEffect:
    with clock.playing(moment):
        follow_actions()
    return ActionEffect.objects.get(action=action)


def test_effect__equals_what_the_weeks_of_the_definition_give(shop: Organisation) -> None:
    effect = effect_at(LATER, action_of(shop, "change-failure-rate"))
    assert effect.stage == "final"
    result = effect.result
    assert (result["before"]["first_on"], result["before"]["end_on"]) == ("2026-03-23", "2026-05-18")
    assert (result["after"]["first_on"], result["after"]["end_on"]) == ("2026-06-22", "2026-08-17")
    periods = [parse_period(unit["key"]) for unit in result["units"]]
    subject = Subject(SubjectKind.TEAM, shop.checkout.pk)
    with clock.playing(LATER):
        cells = queries.get_cells([subject], ["change-failure-rate"], periods)
    for unit, period in zip(result["units"], periods, strict=True):
        reading = cells[subject, "change-failure-rate", period.key, "whole"].reading
        assert (unit["value"], unit["n"], unit["lower"], unit["upper"]) == (
            reading.value, reading.n, reading.lower, reading.upper,
        )  # fmt: skip
    for side, units in (("before", result["units"][:8]), ("after", result["units"][8:])):
        assert result[side]["numerator"] == sum(unit["numerator"] for unit in units)
        assert result[side]["denominator"] == sum(unit["denominator"] for unit in units)
    assert (result["before"]["n"], result["after"]["numerator"]) == (56, 0)
    assert result["code"] == "improved"


def test_effect__medians_are_taken_from_all_facts_of_a_side(shop: Organisation) -> None:
    result = effect_at(LATER, action_of(shop, "change-lead-time")).result
    assert (result["before"]["value"], result["after"]["value"]) == (30 * 3600, 6 * 3600)
    assert (result["before"]["n"], result["after"]["n"]) == (56, 56)
    assert result["code"] == "improved"
    assert "per deployment" in result["sentence"]


def test_effect__no_signal_is_a_legitimate_end(shop: Organisation) -> None:
    result = effect_at(LATER, action_of(shop, "deployment-frequency")).result
    assert result["code"] == "no_signal"
    assert result["sentence"].startswith("No signal")


def test_effect__waits_then_is_early_then_final(shop: Organisation) -> None:
    action = action_of(shop, "deployment-frequency")
    waiting = effect_at(DONE + timedelta(days=10), action)
    assert (waiting.stage, waiting.result) == ("waiting", {"reads_on": "2026-07-20"})
    early = effect_at(datetime(2026, 7, 28, 9, tzinfo=UTC), action)
    assert (early.stage, early.result["count_after"], len(early.result["units"])) == ("early", 5, 13)
    assert early.done_at is None
    final = effect_at(datetime(2026, 8, 18, 9, tzinfo=UTC), action)
    assert (final.stage, final.result["count_after"]) == ("final", 8)
    assert final.done_at is not None


def test_effect__is_read_under_the_one_version_in_force_when_it_was_done(shop: Organisation) -> None:
    by = principal_of(shop.people["gus"])
    with clock.playing(datetime(2026, 7, 1, 9, tzinfo=UTC)):
        spec = {**DEPLOYMENT_FREQUENCY.spec, "per": "day", "unit": "per_day"}
        adopt("deployment-frequency", spec, owner=shop.checkout, by=by, effective_from=date(2026, 8, 3))
    result = effect_at(LATER, action_of(shop, "deployment-frequency")).result
    assert (result["version"], result["unit"], result["before"]["value"]) == (1, "per_week", 7.0)


def test_effect__of_a_service(shop: Organisation) -> None:
    effect = effect_at(LATER, action_of(shop, "deployment-frequency", "service:checkout-api"))
    assert (effect.subject_kind, effect.result["after"]["value"]) == ("service", 7.0)


@pytest.mark.parametrize(
    ("slug", "subject", "why"),
    [
        ("no-such-metric", "", "There is no definition of this short name."),
        ("deployment-frequency", "team:nobody", "There is no subject of this address to read it for."),
    ],
)
def test_effect__what_cannot_be_read_says_why(shop: Organisation, slug: str, subject: str, why: str) -> None:
    effect = effect_at(LATER, action_of(shop, slug, subject))
    assert (effect.stage, effect.result) == ("unreadable", {"why": why})


def test_effect__follows_a_late_fact_and_else_writes_nothing(shop: Organisation) -> None:
    action = action_of(shop, "deployment-frequency")
    first = effect_at(LATER, action)
    assert effect_at(LATER + timedelta(hours=1), action).run_id == first.run_id
    with clock.playing(LATER + timedelta(hours=2)):
        late = datetime(2026, 7, 1, 12, 30, tzinfo=UTC)
        publish("deployments", [deployment(shop.checkout_api, "late", late)])
        recompute_cells()
    again = effect_at(LATER + timedelta(hours=3), action)
    assert again.result["after"]["n"] == first.result["after"]["n"] + 1
    assert again.result["units"][9]["n"] == 8


def test_effect__of_an_action_that_was_taken_back_and_done_later_begins_anew(shop: Organisation) -> None:
    action = action_of(shop, "deployment-frequency")
    effect_at(LATER, action)
    Action.objects.filter(pk=action.pk).update(done_at=DONE + timedelta(days=30))
    again = effect_at(LATER, action)
    assert (again.stage, again.result["count_after"]) == ("early", 6)
