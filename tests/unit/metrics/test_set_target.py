"""A target is agreed on by people of the team, from its own past, for a quarter that still can be moved."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import transaction

from apps.audit import queries as audit
from apps.core import clock
from apps.core.problems import Absent, Conflict, Forbidden, Invalid
from apps.governance import operations as governance
from apps.governance import queries as proposals
from apps.governance.domain.acts import Given
from apps.governance.domain.revisions import Asked, Category
from apps.governance.domain.states import ProposalState
from apps.governance.models import Proposal
from apps.metrics import queries
from apps.metrics.domain.starter import CHANGE_FAILURE_RATE, CHANGE_FAILURE_RATE_WITHIN_30_DAYS, CHANGE_LEAD_TIME
from apps.metrics.domain.targets import Baseline
from apps.metrics.models import Target
from tests.agreeing import REASON, agree, draft, newest_target, sign_all, submit, target_item
from tests.personas import principal_of
from tests.unit.metrics.conftest import NEXT_MONDAY

BASELINE = Baseline("2026-Q2", 0.22, 150, 1, 0.161, 0.293)
WORKED = {
    "definition": "change-failure-rate", "quarter": "2026-Q3", "value": "0.187", "baseline": BASELINE,
    "reason": "Staged rollouts begin in July.",
}  # fmt: skip


@pytest.fixture
def item(starter, organisation):
    """The worked target as an item; any part can be replaced."""
    return lambda **changes: target_item(team=organisation.checkout, **(WORKED | changes))


@pytest.fixture
def agreed(item, organisation, ana):
    """Agrees on the worked target: Ana proposes, Cy signs."""

    def make(**changes):
        agree(item(**changes), author=ana)
        parts = WORKED | changes
        return newest_target(parts["definition"], organisation.checkout, parts["quarter"])

    return make


@pytest.fixture
def code_of(item, ana):
    """The codes of the places at which a draft is refused."""

    def refuse(**changes):
        with pytest.raises(Invalid) as refused:
            draft(item(**changes), author=ana)
        assert not Proposal.objects.filter(is_private=True).exists()
        return [error.code for error in refused.value.errors]

    return refuse


def test_target__the_worked_target_is_stored_with_its_baseline(agreed, organisation):
    target = agreed()
    assert (target.number, target.value, target.version_number) == (1, Decimal("0.187"), 1)
    assert (target.baseline_period, target.baseline_n, target.baseline_lower) == ("2026-Q2", 150, 0.161)
    assert (target.judges_from, target.heroic_reason) == (date(2026, 7, 9), "")
    assert (target.agreed_by, target.reason) == (organisation.people["cy"], "Staged rollouts begin in July.")
    assert target.proposal.title == ("Checkout means to reach Change failure rate at most 18.7\xa0% in Q3 2026.")


def test_target__needs_tech_lead_and_engineering_manager(item, organisation, ana):
    proposal = submit(draft(item(), author=ana), ana)
    assert proposal.state == ProposalState.IN_REVIEW
    with pytest.raises(Forbidden, match="engineering manager"):
        governance.sign_proposal(
            proposal=proposal, sha256=proposal.revision_sha256, by=principal_of(organisation.people["bo"])
        )
    assert not Target.objects.exists()
    assert sign_all(proposal).state == ProposalState.ACTIVATED


def test_target__is_for_the_teams_readers(item, organisation, ana):
    proposal = submit(draft(item(), author=ana), ana)
    assert proposals.get_proposal(principal_of(organisation.people["dee"]), proposal.number) == proposal
    with pytest.raises(Absent):
        proposals.get_proposal(principal_of(organisation.people["eli"]), proposal.number)


def test_target__is_audited_in_the_same_transaction(agreed):
    target = agreed()
    event = audit.list_events(f"metrics.target:{target.pk}").get()
    data = json.loads(event.payload_text)["data"]
    assert (event.action, data["value"], data["quarter"]) == ("target.agreed", "0.187000", "2026-Q3")
    with transaction.atomic():
        agreed(value="0.19")
        transaction.set_rollback(True)
    assert Target.objects.count() == 1
    assert audit.list_events().filter(action="target.agreed").count() == 1


def test_target__a_newer_row_replaces_an_older_one(agreed, organisation, django_assert_num_queries):
    agreed()
    second = agreed(value="0.19")
    assert second.number == 2
    with django_assert_num_queries(1):
        found = queries.list_targets([organisation.checkout.pk, organisation.harbour.pk], "2026-Q3")
    assert found == {(organisation.checkout.pk, "change-failure-rate"): second}
    assert queries.list_targets([organisation.checkout.pk], "2026-Q4") == {}


def test_target__the_same_again_is_already_current(agreed):
    agreed()
    with pytest.raises(Conflict) as refused:
        agreed(value=Decimal("0.1870"))
    assert refused.value.code == "already_current"


@pytest.mark.parametrize("name", ["eli", "fay", "hal"])
def test_target__others_do_not_draft_one(item, organisation, name):
    with pytest.raises(Forbidden) as refused:
        draft(item(), author=organisation.people[name])
    assert refused.value.code == "role_missing"


def test_target__more_than_one_third_needs_a_reason_that_is_kept(agreed, code_of):
    assert code_of(value="0.1") == ["heroic"]
    bold = agreed(value="0.1", heroic_reason="We replace the deploy scripts in July.")
    assert bold.heroic_reason == "We replace the deploy scripts in July."


def test_target__a_reason_for_heroes_is_dropped_where_nobody_needs_one(agreed):
    assert agreed(heroic_reason="We replace the deploy scripts in July.").heroic_reason == ""


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"value": "1.2"}, "out_of_range"),
        ({"value": -1}, "out_of_range"),
        ({"value": "soon"}, "not_a_number"),
        ({"value": "NaN"}, "not_a_number"),
        ({"value": "1e30"}, "not_a_number"),
        ({"quarter": "2026-07"}, "not_a_quarter"),
        ({"quarter": "Q3"}, "not_a_quarter"),
        ({"quarter": "2026-Q2"}, "quarter_over"),
        ({"baseline": None}, "required"),
        ({"baseline": replace(BASELINE, n=4)}, "baseline_too_few"),
        ({"baseline": replace(BASELINE, n="many")}, "not_a_number"),
        ({"baseline": replace(BASELINE, version_number=7)}, "baseline_of_other_version"),
        ({"comparison": "at_least"}, "wrong_comparison"),
        ({"heroic_reason": "x" * 501}, "too_long"),
        ({"definition": "moon-phase"}, "version_not_in_force"),
    ],
)
def test_target__each_fault_has_its_code(code_of, changes, code):
    assert code_of(**changes) == [code]


def test_target__a_key_that_names_another_object_is_refused(item, ana):
    wrong = item()
    with pytest.raises(Invalid, match="checkout/change-failure-rate/2026-Q3"):
        draft(replace(wrong, key="checkout/change-failure-rate/2026-Q4"), author=ana)


def test_target__frequency_is_no_team_target(code_of):
    found = code_of(
        definition="deployment-frequency", comparison="at_least", value="3.5", baseline=replace(BASELINE, value=3.0)
    )
    assert found == ["not_a_team_target"]


def test_target__day_30_is_the_last_and_day_31_names_the_next_quarter(agreed):
    with clock.playing(datetime(2026, 7, 31, 0, 30, tzinfo=UTC)), pytest.raises(Invalid, match="judge 2026-Q4"):
        agreed()
    with clock.playing(datetime(2026, 7, 30, 21, 59, tzinfo=UTC)):
        assert agreed().judges_from == date(2026, 7, 31)


def test_target__day_30_ends_at_midnight_of_the_reporting_zone(agreed):
    with clock.playing(datetime(2026, 7, 30, 22, 0, tzinfo=UTC)), pytest.raises(Invalid, match="judge 2026-Q4"):
        agreed()


def test_target__that_waits_past_day_30_is_blocked(item, ana):
    proposal = sign_all(submit(draft(item(), author=ana, on=date(2026, 8, 3)), ana))
    assert proposal.state == ProposalState.SCHEDULED
    with clock.playing(datetime(2026, 8, 3, 10, tzinfo=UTC)):
        proposal = governance.move_proposal(proposal=proposal, by=principal_of(ana))
    assert proposal.state == ProposalState.BLOCKED
    assert "could be agreed on until 30 July 2026" in proposal.blocked_cause
    assert not Target.objects.exists()


def test_target__a_baseline_of_another_meaning_is_refused(agreed, code_of, adopt):
    second = adopt(CHANGE_FAILURE_RATE_WITHIN_30_DAYS, on=NEXT_MONDAY)
    assert code_of(quarter="2026-Q4") == ["baseline_of_other_version"]
    target = agreed(quarter="2026-Q4", baseline=replace(BASELINE, version_number=2))
    assert target.version_number == second.number
    assert agreed(quarter="2026-Q3").version_number == 1, "Q3 began under the first version"


def test_target__other_words_keep_the_baseline(agreed, starter, adopt):
    adopt(name="Failure rate of changes")
    assert agreed(quarter="2026-Q4").version_number == 2


def test_target__a_definition_that_is_not_in_force_has_no_targets(code_of, starter, adopt):
    adopt(CHANGE_LEAD_TIME, slug="late", on=NEXT_MONDAY)
    assert code_of(definition="late", quarter="2026-Q3") == ["version_not_in_force"]


def test_target__a_commitment_needs_no_baseline(agreed, starter, adopt):
    promised = {**CHANGE_FAILURE_RATE.spec, "reading": "commitment", "direction": "higher_is_better"}
    adopt(slug="promises-kept", spec=promised)
    target = agreed(definition="promises-kept", comparison="at_least", value="0.9", baseline=None)
    assert (target.baseline_value, target.heroic_reason) == (None, "")
    assert str(target) == "promises-kept at_least 0.900000 in 2026-Q3"


def test_list_target_rows__only_of_teams_one_may_judge(agreed, organisation):
    target = agreed()
    seen = {
        name: list(queries.list_target_rows(principal_of(organisation.people[name])))
        for name in ("dee", "eli", "fay", "gus")
    }
    assert seen == {"dee": [target], "eli": [], "fay": [target], "gus": [target]}


@pytest.fixture
def filed(item, organisation):
    """Files the worked target of a review with the signatures of some people."""

    def make(*signers):
        now = clock.now()
        given = [Given(role, organisation.people[name].pk, now) for role, name in signers]
        asked = Asked((item(review="2026-Q2"),), REASON, Category.IMPROVEMENT)
        return governance.file_agreed(asked=asked, signatures=given, by=principal_of(organisation.people["fay"]))

    return make


def test_file_agreed__the_reviews_signatures_are_those_of_the_proposal(filed, organisation):
    proposal = filed(("tech_lead", "ana"), ("engineering_manager", "cy"), ("leadership", "fay"))
    assert (proposal.state, proposal.origin, proposal.created_by) == (ProposalState.ACTIVATED, "review", None)
    revision = proposal.revisions.get()
    roles = revision.signatures.order_by("pk").values_list("role", flat=True)
    assert list(roles) == ["tech_lead", "engineering_manager", "leadership"]
    assert not revision.previews.exists()
    assert Target.objects.get(proposal=proposal).agreed_by == organisation.people["fay"]


@pytest.mark.parametrize(
    ("signers", "said"),
    [
        ((("tech_lead", "ana"), ("engineering_manager", "cy")), "leadership is missing"),
        ((("tech_lead", "ana"), ("leadership", "fay")), "engineering manager is missing"),
        ((("tech_lead", "gus"), ("engineering_manager", "gus"), ("leadership", "gus")), "Two people"),
    ],
)
def test_file_agreed__without_all_roles_and_two_people_nothing_is_written(filed, signers, said):
    with pytest.raises(Conflict, match=said):
        filed(*signers)
    assert not Target.objects.exists()
    assert not Proposal.objects.filter(origin="review").exists()
