"""Rules of a budget policy: when they fire, what people decide, who signs, and the way out."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, transaction

from apps.accounts.domain import SYSTEM, Principal, TeamRole
from apps.core import clock
from apps.core.immutable import SideDoor, writing
from apps.core.problems import Conflict, Forbidden, Invalid
from apps.incidents.domain.incident_words import MilestoneKind
from apps.incidents.domain.statements import Moment
from apps.notifications.models import Notification
from apps.objectives.domain.counts import Counts, Slice
from apps.objectives.domain.deciding import Deciding
from apps.objectives.domain.policy_words import Advice
from apps.objectives.models import BudgetDecision, BurnAlert, Indicator, Objective, PolicyTrigger
from apps.objectives.operations import deciding
from apps.objectives.queries.release_advice import advice_for
from apps.teams import operations as teams
from apps.teams.models import Membership
from tests.budgets import add_promise, evaluate_now, lay, make_objective, make_policy, spread, status_of
from tests.incidents import make_incident
from tests.personas import Organisation, principal_of
from tests.sampling import make_indicator, make_series, put

pytestmark = [pytest.mark.django_db, pytest.mark.sql]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEWEST = datetime(2026, 8, 24, 7, tzinfo=ZoneInfo("UTC"))
NOW = NEWEST + HOUR + timedelta(minutes=5)
ASKED = Deciding("adjust", "Only fixes until the cache is back.", date(2026, 9, 1))


@pytest.fixture
def indicator(organisation: Organisation) -> Indicator:
    return make_indicator(organisation, slice_seconds=3600)


@pytest.fixture
def objective(organisation: Organisation, indicator: Indicator) -> Objective:
    make_policy(organisation)
    return make_objective(organisation, indicator)


@pytest.fixture
def people(organisation: Organisation) -> Callable[[str], Principal]:
    return lambda name: principal_of(organisation.people[name], NOW)


def evaluate(objective: Objective, at: datetime = NOW) -> None:
    with clock.playing(at):
        evaluate_now([objective.pk])


@pytest.fixture
def exhausted(objective: Objective, indicator: Indicator) -> PolicyTrigger:
    """A trigger of a budget that is exhausted."""
    lay(make_series(indicator), spread(NEWEST - 671 * HOUR, 672, 3600, 5000, 1_284_500))
    evaluate(objective)
    return PolicyTrigger.objects.get()


def decide(trigger: PolicyTrigger, by: Principal, asked: Deciding = ASKED, at: datetime = NOW) -> BudgetDecision:
    with clock.playing(at):
        return deciding.decide(trigger_id=trigger.pk, asked=asked, by=by)


def sign(decision: BudgetDecision, by: Principal, role: str = "") -> None:
    with clock.playing(NOW):
        deciding.sign(decision_id=decision.pk, by=by, role=role)


def advice(at: datetime = NOW) -> Advice:
    with clock.playing(at):
        return advice_for("checkout-api").advice


def test_fire__the_rule_of_the_new_state_holds_its_result(exhausted: PolicyTrigger) -> None:
    assert [exhausted.rule, exhausted.evaluation.state, exhausted.version.number] == ["exhausted", "exhausted", 1]
    told = set(Notification.objects.filter(kind="budget_trigger").values_list("recipient__email", flat=True))
    assert told == {"ana@example.org", "bo@example.org", "cy@example.org"}


def test_fire__once_while_it_is_open_and_not_for_silence(
    objective: Objective, indicator: Indicator, exhausted: PolicyTrigger
) -> None:
    evaluate(objective, NOW + 8 * HOUR)
    assert status_of(objective).state == "stale"
    put(make_series(indicator), [Slice(NEWEST + 8 * HOUR, Counts(10, 100, 100))], at=NOW + 8 * HOUR)
    evaluate(objective, NOW + 8 * HOUR)
    assert status_of(objective).state == "exhausted"
    assert PolicyTrigger.objects.count() == 1
    exhausted.refresh_from_db()
    assert exhausted.closed_at is None


def test_fire__loosening_the_target_closes_nothing_and_is_measured_under_the_old_promise(
    organisation: Organisation, objective: Objective, indicator: Indicator, exhausted: PolicyTrigger,
    people: Callable[[str], Principal],
) -> None:  # fmt: skip
    add_promise(organisation, objective, effective_from=clock.local_day(NOW), target="0.9")
    evaluate(objective)
    assert status_of(objective).state == "ok"
    exhausted.refresh_from_db()
    assert [exhausted.closed_at, exhausted.met_since] == [None, None]
    with clock.playing(NOW + 2 * DAY), pytest.raises(Conflict, match="not met"):
        deciding.close(trigger_id=exhausted.pk, by=people("ana"))


def test_decide__holds_when_every_role_has_signed(exhausted: PolicyTrigger, people: Callable[[str], Principal]) -> None:
    assert advice() is Advice.UNDECIDED
    decision = decide(exhausted, people("ana"))
    sign(decision, people("cy"))
    assert advice() is Advice.UNDECIDED
    waiting = Notification.objects.filter(kind="budget_signature", read_at=None)
    assert [one.recipient.email for one in waiting] == ["bo@example.org"]
    sign(decision, people("bo"))
    assert advice() is Advice.FROZEN
    assert [one.recipient.email for one in waiting.all()] == []
    # Past its revisit date it speaks for nobody any more.
    assert advice(NOW + 30 * DAY) is Advice.UNDECIDED


def test_decide__a_later_decision_supersedes_once_it_holds(
    exhausted: PolicyTrigger, people: Callable[[str], Principal]
) -> None:
    first = decide(exhausted, people("ana"))
    for name in ("bo", "cy"):
        sign(first, people(name))
    second = decide(exhausted, people("bo"), Deciding("continue", "The cause is gone.", date(2026, 9, 3)))
    assert advice() is Advice.FROZEN
    with pytest.raises(Conflict, match="later decision"):
        sign(first, people("ana"))
    for name in ("ana", "cy"):
        sign(second, people(name))
    assert advice() is Advice.OPEN


@pytest.mark.parametrize("name", ["dee", "eli", "fay", "gus", "hal"])
def test_decide__without_a_role_of_the_rule_nobody_does(
    exhausted: PolicyTrigger, people: Callable[[str], Principal], name: str
) -> None:
    with pytest.raises(Forbidden, match="tech lead"):
        decide(exhausted, people(name))
    decision = decide(exhausted, people("ana"))
    with pytest.raises(Forbidden, match="product manager"):
        sign(decision, people(name))


def test_decide__a_tool_is_refused(exhausted: PolicyTrigger) -> None:
    with pytest.raises(Forbidden) as refused:
        decide(exhausted, SYSTEM)
    assert refused.value.code == "needs_a_person"


def test_decide__one_person_signs_once(exhausted: PolicyTrigger, people: Callable[[str], Principal]) -> None:
    decision = decide(exhausted, people("ana"))
    with pytest.raises(Conflict) as refused:
        sign(decision, people("ana"))
    assert refused.value.code == "already_signed"


def test_decide__a_vacant_role_is_signed_by_the_groups_holder_else_by_a_steward(
    organisation: Organisation, exhausted: PolicyTrigger, people: Callable[[str], Principal]
) -> None:
    with clock.playing(NOW - DAY):
        for name in ("bo", "cy"):
            held = Membership.objects.get(user=organisation.people[name], team=organisation.checkout)
            held.until_at = clock.now()
            held.save()
    decision = decide(exhausted, people("ana"))
    sign(decision, people("gus"))
    assert [(s.role, s.stands_in) for s in decision.signatures.order_by("pk")] == [
        ("tech_lead", False), ("engineering_manager", True), ("product_manager", True),
    ]  # fmt: skip
    assert advice() is Advice.FROZEN


def test_decide__one_person_in_two_roles_signs_one_of_them(
    organisation: Organisation, exhausted: PolicyTrigger, people: Callable[[str], Principal]
) -> None:
    Membership.objects.filter(user=organisation.people["cy"], team=organisation.checkout).update(until_at=NOW - DAY)
    teams.add_member(
        user=organisation.people["ana"], team=organisation.checkout, role=TeamRole.ENGINEERING_MANAGER,
        from_at=NOW - DAY, by=SYSTEM,
    )  # fmt: skip
    decision = decide(exhausted, people("ana"))
    sign(decision, people("bo"))
    assert advice() is Advice.UNDECIDED
    sign(decision, people("gus"))
    assert advice() is Advice.FROZEN


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        (Deciding("stop", "No.", date(2026, 9, 1)), "/verb"),
        (Deciding("adjust", "  ", date(2026, 9, 1)), "/sentence"),
        (Deciding("adjust", "x" * 1001, date(2026, 9, 1)), "/sentence"),
        (Deciding("adjust", "Fixes.", None), "/revisit_on"),
        (Deciding("adjust", "Fixes.", date(2026, 8, 24)), "/revisit_on"),
        (Deciding("adjust", "Fixes.", date(2027, 8, 24)), "/revisit_on"),
    ],
)
def test_decide__a_fault_stands_at_its_field(
    exhausted: PolicyTrigger, people: Callable[[str], Principal], asked: Deciding, pointer: str
) -> None:
    with pytest.raises(Invalid) as refused:
        decide(exhausted, people("ana"), asked)
    assert [one.pointer for one in refused.value.errors] == [pointer]
    assert not BudgetDecision.objects.exists()


def test_decide__nothing_of_it_can_be_edited_or_deleted(
    exhausted: PolicyTrigger, people: Callable[[str], Principal]
) -> None:
    decision = decide(exhausted, people("ana"))
    decision.sentence = "Something else."
    for act in (decision.save, decision.delete, decision.signatures.get().delete):
        with pytest.raises(SideDoor):
            act()
    for rows in (BudgetDecision.objects.all(), decision.signatures.all()):
        with pytest.raises(SideDoor):
            rows.update(pk=1)
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        BudgetDecision.objects.all()._raw_delete("default")


def met(objective: Objective, indicator: Indicator, at: datetime) -> None:
    """Counts so good that the promise is met from then on."""
    put(make_series(indicator), [Slice(NEWEST + HOUR, Counts(10**7, 10**7, 10**7))], at=at)
    evaluate(objective, at)


def measured(objective: Objective, indicator: Indicator, hours: int) -> None:
    """An hour without a failure, so many after the first, evaluated."""
    put(make_series(indicator), [Slice(NEWEST + hours * HOUR, Counts(100, 100, 100))], at=NOW + hours * HOUR)
    evaluate(objective, NOW + hours * HOUR)


def test_close__after_24_hours_met_and_not_after_23(
    objective: Objective, indicator: Indicator, exhausted: PolicyTrigger, people: Callable[[str], Principal]
) -> None:
    met(objective, indicator, NOW + HOUR)
    for hours in range(2, 25):
        measured(objective, indicator, hours)
    with clock.playing(NOW + 24 * HOUR), pytest.raises(Conflict, match=r"closed once 1\Wh more are measured"):
        deciding.close(trigger_id=exhausted.pk, by=people("ana"))
    measured(objective, indicator, 25)
    with clock.playing(NOW + 25 * HOUR), pytest.raises(Forbidden, match="lead of Checkout"):
        deciding.close(trigger_id=exhausted.pk, by=people("dee"))
    with clock.playing(NOW + 25 * HOUR):
        deciding.close(trigger_id=exhausted.pk, by=people("ana"), reason="Steady for a day.")
    assert advice(NOW + 25 * HOUR) is Advice.OPEN
    for act in (
        lambda: decide(exhausted, people("ana")),
        lambda: deciding.close(trigger_id=exhausted.pk, by=people("cy")),
    ):
        with pytest.raises(Conflict, match="closed"):
            act()


def test_close__silence_is_no_time_in_which_it_was_met(
    objective: Objective, indicator: Indicator, exhausted: PolicyTrigger, people: Callable[[str], Principal]
) -> None:
    met(objective, indicator, NOW + HOUR)
    evaluate(objective, NOW + 20 * HOUR)
    exhausted.refresh_from_db()
    assert [status_of(objective).state, exhausted.met_since] == ["stale", None]
    with clock.playing(NOW + 30 * HOUR), pytest.raises(Conflict, match="cannot be judged"):
        deciding.close(trigger_id=exhausted.pk, by=people("ana"))


@pytest.mark.parametrize("stale_after", [6 * HOUR, 4 * DAY])
def test_close__nobody_measured_while_the_worker_stood_still(
    organisation: Organisation, indicator: Indicator, people: Callable[[str], Principal], stale_after: timedelta
) -> None:
    """Met once, and then no look at it: neither the hours of the clock nor one late slice close anything."""
    make_policy(organisation)
    said = {"stale_after_seconds": int(stale_after.total_seconds())}
    objective = make_objective(organisation, indicator, **said)
    lay(make_series(indicator), spread(NEWEST - 671 * HOUR, 672, 3600, 5000, 1_284_500))
    evaluate(objective)
    trigger = PolicyTrigger.objects.get()
    met(objective, indicator, NOW + HOUR)
    words = "cannot be judged" if stale_after < DAY else r"24\Wh more are measured"
    with clock.playing(NOW + 26 * HOUR), pytest.raises(Conflict, match=words):
        deciding.close(trigger_id=trigger.pk, by=people("ana"))
    late = int(stale_after / HOUR) + 26
    measured(objective, indicator, late)
    with clock.playing(NOW + late * HOUR), pytest.raises(Conflict, match=r"24\Wh more are measured"):
        deciding.close(trigger_id=trigger.pk, by=people("ana"))


def test_retired__its_alerts_end_and_a_person_closes_its_trigger_with_a_reason(
    exhausted: PolicyTrigger, people: Callable[[str], Principal]
) -> None:
    objective = exhausted.objective
    alert = BurnAlert.objects.filter(objective=objective, until_at=None).earliest("pk")
    objective.retired_on = clock.local_day(NOW) + DAY
    with writing(Objective):
        objective.save(update_fields=["retired_on"])
    evaluate(objective, at=NOW + HOUR)
    alert.refresh_from_db()
    assert alert.until_at is None
    evaluate(objective, at=NOW + DAY)
    alert.refresh_from_db()
    assert alert.until_at == NOW + DAY
    with clock.playing(NOW + DAY):
        with pytest.raises(Invalid) as refused:
            deciding.close(trigger_id=exhausted.pk, by=people("ana"))
        assert refused.value.errors[0].pointer == "/reason"
        deciding.close(trigger_id=exhausted.pk, by=people("ana"), reason="The flow is gone.")
    exhausted.refresh_from_db()
    assert [exhausted.closed_at, exhausted.closed_reason] == [NOW + DAY, "The flow is gone."]


def test_incident__one_that_spent_a_fifth_fires_once(objective: Objective, indicator: Indicator) -> None:
    slices = spread(NEWEST - 671 * HOUR, 672, 3600, 0, 1_284_500)
    failed = [
        Slice(one.starts_at, Counts(one.counts.valid - 415, one.counts.valid, one.counts.valid))
        for one in slices[600:602]
    ]
    lay(make_series(indicator), [*slices[:600], *failed, *slices[602:]])
    evaluate(objective)
    assert not PolicyTrigger.objects.exists()
    times = {"impact_started": slices[600], "detected": slices[600], "resolved": slices[602]}
    make_incident(milestones=[Moment(MilestoneKind(kind), one.starts_at) for kind, one in times.items()], now=NOW)
    evaluate(objective)
    trigger = PolicyTrigger.objects.get()
    assert trigger.rule == "incident_share"
    assert trigger.incident.startswith("I-")
    evaluate(objective)
    assert PolicyTrigger.objects.count() == 1


def hurt(begins: datetime, ends: datetime) -> str:
    """An incident of the service that hurt for so long."""
    times = {"impact_started": begins, "detected": begins, "resolved": ends}
    made = make_incident(milestones=[Moment(MilestoneKind(kind), at) for kind, at in times.items()], now=NOW)
    return str(made)


@pytest.mark.parametrize(("bad", "fires"), [(3853 * 18 // 100, False), (3853 * 22 // 100, True)])
def test_incident__of_before_the_slo_is_put_to_the_whole_window_at_its_end(
    objective: Objective, indicator: Indicator, bad: int, *, fires: bool
) -> None:
    """History was brought in with the SLO: the window of an incident of 20 days ago begins 48 days ago."""
    first = NEWEST - 60 * DAY
    slices = spread(first, 60 * 24 + 1, 3600, 0, 1_284_500 * 60 // 28)
    place = 40 * 24
    failed = [
        Slice(one.starts_at, Counts(one.counts.valid - bad // 2, one.counts.valid, one.counts.valid))
        for one in slices[place : place + 2]
    ]
    lay(make_series(indicator), [*slices[:place], *failed, *slices[place + 2 :]])
    evaluate(objective)
    key = hurt(slices[place].starts_at, slices[place + 2].starts_at)
    evaluate(objective)
    assert [one.incident for one in PolicyTrigger.objects.all()] == ([key] if fires else [])


def test_incidents__each_has_its_trigger_and_a_decision_ends_the_requests_of_its_own_alone(
    objective: Objective, exhausted: PolicyTrigger, people: Callable[[str], Principal]
) -> None:
    """Each needs a retro; a decision on one answers for none of the others."""
    for begins in (220, 110):
        hurt(NEWEST - begins * HOUR, NEWEST - (begins - 110) * HOUR)
    evaluate(objective)
    first, second = PolicyTrigger.objects.exclude(incident="").order_by("pk")
    assert first.incident != second.incident
    waiting = Notification.objects.filter(recipient__email="ana@example.org", kind="budget_trigger", read_at=None)
    assert waiting.count() == 3
    decide(first, people("ana"))
    assert {one.dedupe_key.split("|")[2] for one in waiting.all()} == {str(exhausted), str(second)}
    written = decide(exhausted, people("bo"))
    asked = Notification.objects.filter(recipient__email="ana@example.org", kind="budget_signature", read_at=None)
    assert asked.count() == 1
    PolicyTrigger.objects.filter(pk=second.pk).update(met_since=NOW - 3 * DAY)
    with clock.playing(NOW):
        deciding.close(trigger_id=second.pk, by=people("ana"), reason="Its retro was held.")
    assert [one.dedupe_key.split("|")[2] for one in asked.all()] == [f"{exhausted} {written.number}"]
    assert [one.dedupe_key.split("|")[2] for one in waiting.all()] == [str(exhausted)]
