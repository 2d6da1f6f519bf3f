"""SLIs, SLOs and budget policies come into force by proposals: who signs, from when on, what is refused."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from apps.audit import queries as audit
from apps.core import clock
from apps.core.immutable import SideDoor
from apps.core.problems import Conflict, Forbidden, Invalid
from apps.governance import operations as governance
from apps.governance.checking import Case
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.revisions import Asked, Category
from apps.governance.domain.states import ProposalState
from apps.governance.tasks import move_proposals
from apps.objectives.governed import preview_objective
from apps.objectives.models import (
    BudgetPolicyVersion,
    EvaluationDue,
    Indicator,
    IndicatorVersion,
    Objective,
    ObjectiveVersion,
)
from tests.agreeing import REASON, draft, move, sign_all, submit
from tests.personas import principal_of
from tests.promising import (
    PROMISE,
    indicator_item,
    make_flow,
    newest_indicator,
    newest_promise,
    objective_item,
    policy_item,
    promise,
    promised,
)

WEDNESDAY = datetime(2026, 7, 8, 12, tzinfo=UTC)
THURSDAY = date(2026, 7, 9)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _wednesday():
    with clock.playing(WEDNESDAY):
        yield


def faults(refused) -> dict[str, str]:
    """What is said at each place."""
    return {error.pointer: error.detail for error in refused.value.errors}


def drafted(organisation, *items, author="ana", **more):
    asked = Asked(items, REASON, Category.IMPROVEMENT, **more)
    return governance.draft_proposal(asked=asked, by=principal_of(organisation.people[author], clock.now()))


def signed_by(proposal) -> list[str]:
    return list(proposal.revisions.get().signatures.order_by("pk").values_list("role", flat=True))


def test_first__sli_slo_and_policy_come_into_force_together(organisation):
    proposal = promise(organisation, indicator_item(), objective_item(), policy_item())
    objective = Objective.objects.get(slug="checkout-success")
    assert objective.indicator.slug == "checkout-requests"
    assert objective.owner_team == objective.indicator.owner_team == organisation.checkout
    version = newest_promise()
    assert (version.number, version.meaning_number, version.effective_from) == (1, 1, None)
    assert version.target == Decimal("0.997")
    assert (newest_indicator().slice_seconds, newest_indicator().kind) == (300, "availability")
    assert BudgetPolicyVersion.objects.get().policy.owner_team == organisation.checkout
    assert proposal.state == ProposalState.ACTIVATED
    assert EvaluationDue.objects.filter(objective=objective, done_at=None).exists()
    acts = [event.action for event in audit.list_events().order_by("seq")]
    assert [act for act in acts if act.startswith(("indicator.", "objective.", "budget_policy."))] == [
        "indicator.created", "indicator.version_adopted", "objective.created", "objective.version_adopted",
        "budget_policy.created", "budget_policy.version_adopted",
    ]  # fmt: skip


def test_consent__the_tech_lead_signs_an_sli_and_an_slo_and_somebody_seconds(organisation):
    proposal = promise(organisation, indicator_item(), objective_item())
    assert signed_by(proposal)[0] == "tech_lead"
    assert len(signed_by(proposal)) == 2


def test_consent__of_a_critical_flow_the_product_manager_signs_too(organisation):
    make_flow(organisation.checkout)
    proposal = submit(
        draft(indicator_item(flow="checkout"), objective_item(), author=organisation.people["ana"]),
        organisation.people["ana"],
    )
    assert [sorted(seat.need.roles) for seat in Case.of(proposal).consent.open_seats] == [["product_manager"]]
    cy = principal_of(organisation.people["cy"], clock.now())
    with pytest.raises(Forbidden):
        governance.sign_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=cy)
    assert signed_by(move(sign_all(proposal))) == ["tech_lead", "product_manager"]
    assert Objective.objects.get().indicator.flow.slug == "checkout"


def test_consent__a_policy_needs_tech_lead_engineering_and_product_manager(organisation):
    proposal = promise(organisation, policy_item())
    assert sorted(signed_by(proposal)) == ["engineering_manager", "product_manager", "tech_lead"]


def test_date__a_change_of_the_promise_waits_for_the_coming_local_midnight(organisation):
    promised(organisation)
    proposal = sign_all(submit(draft(objective_item(target="0.999"), author=organisation.people["ana"]),
                               organisation.people["ana"]))  # fmt: skip
    assert (proposal.state, proposal.effective_from) == (ProposalState.SCHEDULED, THURSDAY)
    assert ObjectiveVersion.objects.count() == 1
    move(proposal)
    version = newest_promise()
    assert (version.number, version.meaning_number, version.effective_from) == (2, 2, THURSDAY)


def test_date__at_once_with_a_reason(organisation):
    promised(organisation)
    promise(organisation, objective_item(target="0.99"), at_once_reason="The launch is tomorrow.")
    assert newest_promise().effective_from == clock.today()
    assert newest_promise().at_once_reason == "The launch is tomorrow."


def test_date__the_past_is_never_judged_anew(organisation):
    promised(organisation)
    with pytest.raises(Invalid) as refused:
        drafted(organisation, objective_item(target="0.99"), restate_from=date(2026, 7, 1))
    assert "holds from its date on" in faults(refused)["/restate_from"]
    with pytest.raises(Invalid) as refused:
        drafted(organisation, objective_item(target="0.99"), on=clock.today())
    assert "next valid date is Thursday 9 July 2026" in faults(refused)["/date"]


def test_class__other_words_need_one_other_person_and_hold_at_once(organisation):
    promised(organisation)
    proposal = promise(organisation, objective_item(rationale="Buyers leave early.", links=["https://example.org/a"]))
    assert len(signed_by(proposal)) == 1
    version = newest_promise()
    assert (version.number, version.meaning_number, version.effective_from) == (2, 1, clock.today())
    promise(organisation, indicator_item(hurts="Buyers in a hurry."))
    assert (newest_indicator().number, newest_indicator().meaning_number) == (2, 1)


def test_class__whatever_is_measured_otherwise_is_a_new_meaning(organisation):
    promised(organisation)
    promise(organisation, indicator_item(slice_seconds=60))
    assert (newest_indicator().number, newest_indicator().meaning_number) == (2, 2)
    assert newest_indicator().effective_from == THURSDAY
    due = EvaluationDue.objects.get()
    assert due.changed_from == THURSDAY


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("99.5", "Did you mean 0.995"), ("99,9", "Did you mean 0.999"), ("NaN", "is not a number"),
        ("0", "lies outside 0 to 1"), (99.9, "Did you mean 0.999"),
    ],
)  # fmt: skip
def test_target__a_wrong_one_is_refused_with_the_likely_fix(organisation, target, words):
    with pytest.raises(Invalid) as refused:
        drafted(organisation, indicator_item(), objective_item(target=target))
    assert words in faults(refused)["/items/1/content/promise/target"]


def test_refusals__stand_at_their_places_and_leave_nothing(organisation):
    with pytest.raises(Invalid) as refused:
        drafted(
            organisation, indicator_item(slug="New", service="nowhere", flow="gone", kind="x"),
            objective_item(indicator="nothing", window={"rolling_days": 91}, method="time_slices"),
            policy_item(objectives=["nothing"], owner="nobody"),
        )  # fmt: skip
    said = faults(refused)
    assert set(said) == {
        "/items/0/key", "/items/0/content/service", "/items/0/content/flow", "/items/0/content/spec/kind",
        "/items/1/content/indicator", "/items/1/content/promise/window/rolling_days",
        "/items/1/content/promise/slice_target", "/items/2/content/owner_team",
        "/items/2/content/policy/objectives",
    }  # fmt: skip
    assert "Propose it first, or with this" in said["/items/1/content/indicator"]
    assert not Indicator.objects.exists()


def test_identity__stays_with_an_indicator_and_an_objective(organisation):
    promised(organisation)
    moved = Item("sli", Op.CHANGE, "checkout-requests", {
        "service": "checkout-web", "spec": indicator_item(name="Other").content["spec"],
    })  # fmt: skip
    other = Item("slo", Op.CHANGE, "checkout-success", {"indicator": "x", "promise": {**PROMISE, "target": "0.9"}})
    with pytest.raises(Invalid) as refused:
        drafted(organisation, moved, other)
    assert set(faults(refused)) == {"/items/0/content/service", "/items/1/content/indicator"}


def test_repetition__is_refused(organisation):
    promised(organisation)
    with pytest.raises(Conflict, match="says exactly this"):
        drafted(organisation, objective_item())
    create = Item("slo", Op.CREATE, "checkout-success", {"indicator": "checkout-requests", "promise": PROMISE})
    with pytest.raises(Conflict, match="Propose a next version"):
        drafted(organisation, create)


def test_rivals__the_first_in_force_wins_and_the_other_is_blocked(organisation):
    promised(organisation)
    people = organisation.people
    first = sign_all(submit(draft(objective_item(target="0.999"), author=people["ana"]), people["ana"]))
    second = sign_all(submit(draft(objective_item(target="0.99"), author=people["ana"]), people["ana"]))
    move(first)
    with clock.playing(WEDNESDAY + timedelta(days=1)):
        move_proposals()
    second.refresh_from_db()
    assert second.state == ProposalState.BLOCKED
    assert "is at version 2 by now" in second.blocked_cause
    assert newest_promise().target == Decimal("0.999")


def test_retirement__of_an_objective_then_of_its_indicator(organisation):
    promised(organisation)
    with pytest.raises(Conflict, match="checkout-success stands on it"):
        drafted(organisation, Item("sli", Op.RETIRE, "checkout-requests", {}))
    promise(organisation, Item("slo", Op.RETIRE, "checkout-success", {}))
    assert Objective.objects.get().retired_on == THURSDAY
    with clock.playing(WEDNESDAY + timedelta(days=1)):
        promise(organisation, Item("sli", Op.RETIRE, "checkout-requests", {}))
        assert Indicator.objects.get().retired_on == date(2026, 7, 10)
        with pytest.raises(Conflict, match="is retired since"):
            drafted(organisation, indicator_item(name="Again"))


def test_versions__have_one_way_in(organisation):
    promised(organisation)
    for row in (Indicator.objects.get(), Objective.objects.get(), newest_promise(), newest_indicator()):
        with pytest.raises(SideDoor):
            row.save()
    assert IndicatorVersion.objects.count() == 1


def test_preview__says_nothing_of_a_result_that_no_page_shows(organisation):
    promised(organisation)
    proposal = drafted(organisation, objective_item(target="0.99"))
    (section,) = preview_objective(Case.of(proposal).changes[0])
    said = " ".join(section.sentences)
    assert "It judges the whole window from its date on." in said
    assert "beside" not in said
