"""What stands on a weekly agenda: tenants, incidents, retros, actions, flow; and what is not named to whom."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.core.periods import Period
from apps.incidents.models import Action, Incident, Retro
from apps.incidents.operations.restricting import restrict_incident
from apps.measurements import operations as measurements
from apps.metrics.domain.starter import CHANGE_LEAD_TIME, DEPLOYMENT_FREQUENCY
from apps.objectives.domain.deciding import Deciding
from apps.objectives.domain.policy_words import Verb
from apps.objectives.models import PolicyTrigger
from apps.objectives.operations import deciding
from apps.reviews import operations, queries
from apps.reviews.domain.documents import HIDDEN
from apps.reviews.domain.weekly import BlockKey, Rule
from apps.reviews.models import Review
from apps.services import operations as services
from tests.follow_up import open_one
from tests.incidents import make_incident
from tests.measuring import adopt, change, connect, deployment, publish
from tests.personas import Organisation, make_service
from tests.spending import NOW, fired, spent, tenants
from tests.weekly import DAY, WEEK, as_person, generate, item_of, opened

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
HOUR = timedelta(hours=1)


def rules(review: Review) -> list[str]:
    return [item["rule"] for item in review.content["items"]]


def block(world: Organisation, review: Review, key: BlockKey, name: str = "ana") -> queries.Block:
    with clock.playing(NOW):
        agenda = queries.agenda_of(review, by=as_person(world, name))
    return next(one for one in agenda.blocks if one.key is key)


def test_burn__tenants_whose_budget_is_exhausted_are_named(organisation: Organisation) -> None:
    tenants(organisation)
    (item,) = [i for i in generate(organisation, organisation.harbour).content["items"] if i["rule"] == "burn"]
    assert "cobalt" in item["sentence"]
    assert item["evidence_data"]["exhausted_keys"] == ["cobalt"]
    assert "elm" not in str(item)  # too few to say anything of


def test_burn__what_a_trigger_asks_about_stands_once(organisation: Organisation) -> None:
    spent(organisation)
    assert [rule for rule in rules(generate(organisation)) if rule in ("burn", "budget_trigger")] == ["budget_trigger"]


def test_triggers__those_to_be_looked_at_again_come_first(organisation: Organisation) -> None:
    objective = spent(organisation)
    first = fired(objective)
    other = PolicyTrigger.objects.get(pk=first.pk)
    other.pk, other.rule = None, "at_risk"
    other.from_at = first.from_at + HOUR
    other.save()
    assert _subjects(organisation)[:2] == [f"T-{first.pk}", f"T-{other.pk}"]  # the stricter one first
    _decide_long_ago(organisation, other)
    assert _subjects(organisation)[:2] == [f"T-{other.pk}", f"T-{first.pk}"]


def _subjects(world: Organisation) -> list[str]:
    return [item["subject"] for item in generate(world).content["items"]]


def _decide_long_ago(world: Organisation, trigger: PolicyTrigger) -> None:
    """TL and PM decided about it, to be looked at again by yesterday."""
    then = NOW - 30 * DAY
    with clock.playing(then):
        asked = Deciding(Verb.CONTINUE, "Go on.", clock.local_day(NOW) - DAY)
        decision = deciding.decide(trigger_id=trigger.pk, asked=asked, by=as_person(world, "ana", then))
        deciding.sign(decision_id=decision.pk, by=as_person(world, "bo", then))


def make_restricted(world: Organisation, **more: Any) -> Incident:
    incident = make_incident(now=NOW, title="Payments were refused", **more)
    restrict_incident(incident=incident, by=as_person(world, "ana"))
    return incident


def test_incidents__open_ones_with_their_services(organisation: Organisation) -> None:
    incident = make_incident(now=NOW, severity=2)
    review = generate(organisation)
    (item,) = [i for i in review.content["items"] if i["rule"] == "incident_open"]
    assert item["subject"] == f"incident:I-{incident.pk}"
    assert "Payments were refused" in item["sentence"]
    assert "service:checkout-api" not in [i["subject"] for i in review.content["items"] if i["rule"] == "service"]


def test_incidents__restricted_ones_are_written_down_nowhere(organisation: Organisation) -> None:
    make_restricted(organisation)
    review = opened(organisation)
    assert "incident_open" not in rules(review)
    assert "Payments" not in str(review.content)


def test_incidents__one_restricted_later_is_named_to_its_list_alone(organisation: Organisation) -> None:
    incident = make_incident(now=NOW)
    review = opened(organisation)
    restrict_incident(incident=incident, by=as_person(organisation, "ana"))
    ((own,), (others,)) = (block(organisation, review, BlockKey.INCIDENTS, name).items for name in ("ana", "fay"))
    assert "Payments were refused" in own.sentence
    assert (others.sentence, others.subject, others.evidence_url, others.evidence_data) == (HIDDEN, "", "", {})


def test_triggers__the_incident_of_a_share_is_named_to_its_list_alone(organisation: Organisation) -> None:
    objective, incident = spent(organisation), make_incident(now=NOW)
    share = fired(objective)
    PolicyTrigger.objects.filter(pk=share.pk).update(rule="incident_share", incident=f"I-{incident.pk}")
    named = opened(organisation)
    assert f"I-{incident.pk}" in item_of(named, Rule.BUDGET_TRIGGER).sentence
    restrict_incident(incident=incident, by=as_person(organisation, "ana"))
    (shown,) = block(organisation, named, BlockKey.TRIGGERS, "fay").items
    assert "an incident took a large part" in shown.sentence
    assert f"I-{incident.pk}" not in str(shown)
    assert shown.subject == str(share)  # what is to be decided stays


def test_retros__late_ones_and_those_due_before_the_next_meeting(organisation: Organisation) -> None:
    incident = make_incident(now=NOW, severity=2)
    Incident.objects.filter(pk=incident.pk).update(is_over=True)
    for days, expected in ((-1, "was due on"), (3, "is due on"), (8, "")):
        Retro.objects.filter(incident=incident).update(due_at=NOW + days * DAY)
        items = [item for item in generate(organisation).content["items"] if item["rule"] == "retro_due"]
        assert [expected in item["sentence"] for item in items] == ([True] if expected else [])


def test_actions__overdue_or_unverified_for_two_weeks(organisation: Organisation) -> None:
    with clock.playing(NOW - 60 * DAY):
        late = open_one(as_person(organisation, "ana", NOW - 60 * DAY))
        done = open_one(as_person(organisation, "ana", NOW - 60 * DAY))
    Action.objects.filter(pk=done.pk).update(state="done", done_at=NOW - 15 * DAY)
    items = [i for i in generate(organisation).content["items"] if i["rule"] == "action_overdue"]
    assert [item["subject"] for item in items] == [f"action:{late}", f"action:{done}"]
    assert ["was due on" in items[0]["sentence"], "nobody verified it" in items[1]["sentence"]] == [True, True]
    assert [item["prompt"] for item in items] == ["What must stop so that this one gets time?", ""]


def test_findings__a_source_that_fell_silent(organisation: Organisation) -> None:
    for source, days in (("deployments", 30), ("changes", 1)):
        services.hear(
            source=source, service_id=organisation.checkout_api.pk, channel="ci", at=NOW - days * DAY,
            connected_from=NOW - 300 * DAY,
        )  # fmt: skip
    (item,) = [i for i in generate(organisation).content["items"] if i["rule"] == "data_gap"]
    assert item["subject"] == "service:checkout-api"
    assert list(item["evidence_data"]["sources"]) == ["deployments"]
    assert item["sentence"].startswith("Please check: Deployments of Checkout API")


@pytest.fixture
def shipping(organisation: Organisation) -> Organisation:
    """A release a day, a week in 20 hours, until last week, when changes waited for ten days."""
    api, by = organisation.checkout_api, as_person(organisation, "gus")
    with clock.playing(NOW):
        for one in (DEPLOYMENT_FREQUENCY, CHANGE_LEAD_TIME):
            adopt(one.slug, one.spec, owner=organisation.checkout, by=by)
        connect(api, "deployments", "changes", heard_at=NOW)
        days = [NOW - (280 - n) * DAY for n in range(280)]
        publish("deployments", [deployment(api, f"r{n}", at) for n, at in enumerate(days)])
        waits = [20 + n % 7 if at < NOW - 8 * DAY else 240 for n, at in enumerate(days)]
        publish("changes", [
            change(api, f"c{n}", at - wait * HOUR, at - HOUR, f"r{n}")
            for n, (at, wait) in enumerate(zip(days, waits, strict=True))
        ])  # fmt: skip
        measurements.rebuild()
    return organisation


def test_flow__signals_alone_and_the_rest_is_counted(shipping: Organisation) -> None:
    review = generate(shipping)
    items = [item for item in review.content["items"] if item["block"] == "flow"]
    assert [(item["rule"], item["subject"]) for item in items] == [("lead_time", "service:checkout-api")]
    assert "Worsened" in items[0]["sentence"]
    assert items[0]["prompt"] == "Where does a change wait: review, QA, approval, rework?"
    shown = items[0]["evidence_data"]
    assert (shown["period"], shown["version"], shown["value"]) == ("2026-W34", 1, 240 * 3600)
    assert review.content["quiet"]["flow"] == 1  # the web shop ships nothing
    assert review.content["header"]["expectation"] == "1 of 2 moved; fewer than 1 of these 2 would by chance"


def test_open__the_number_of_queries_is_the_same_for_any_number_of_services(organisation: Organisation) -> None:
    spent(organisation)
    opened(organisation, week=WEEK.previous(), at=NOW - 7 * DAY)
    few = _count(organisation, WEEK, NOW)
    for number in range(20):
        make_service(f"more-{number}", f"More {number}", organisation.checkout)
    assert _count(organisation, WEEK.previous(-1), NOW + 7 * DAY) == few
    assert few[1] <= 8  # the page has four more: session, person, roles, and the review itself


def _count(world: Organisation, week: Period, at: datetime) -> tuple[int, int]:
    """Statements of opening a review, and of reading its agenda."""
    review, by = generate(world, week=week, at=at), as_person(world, "ana", at)
    with clock.playing(at):
        with CaptureQueriesContext(connection) as opening:
            review = operations.open_weekly(review=review, by=by)
        with CaptureQueriesContext(connection) as reading:
            agenda = queries.agenda_of(review, by=by)
    assert agenda.open_count > 1
    return len(opening), len(reading)
