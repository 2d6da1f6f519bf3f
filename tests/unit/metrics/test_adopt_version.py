"""Definitions come into force by proposals: first versions, next ones, and those that change only words."""

import json
from datetime import UTC, date, datetime

import pytest
from django.db import transaction

from apps.audit import queries as audit
from apps.core import clock
from apps.core.periods import parse_period
from apps.core.problems import Conflict, Forbidden, Invalid
from apps.governance import operations as governance
from apps.governance.domain.revisions import Asked, Category
from apps.governance.domain.states import ProposalState
from apps.governance.models import Proposal
from apps.measurements import operations as measurements
from apps.measurements.models import ClosedPeriod, RecomputeRequest
from apps.metrics import queries
from apps.metrics.domain.canonical import sha256_of
from apps.metrics.domain.starter import (
    CHANGE_FAILURE_RATE,
    CHANGE_FAILURE_RATE_WITHIN_30_DAYS,
    DEPLOYMENT_FREQUENCY,
)
from apps.metrics.models import DefinitionVersion, MetricDefinition
from apps.teams.models import Membership
from tests.agreeing import REASON, agree, draft, move, sign_all, starter_item, submit, version_item
from tests.personas import principal_of
from tests.unit.metrics.conftest import NEXT_MONDAY, WEDNESDAY
from tests.unit.metrics.samples import altered

ON_MONDAY = datetime(2026, 7, 12, 22, tzinfo=UTC)


def codes(refused) -> dict[str, str]:
    """Codes by pointer."""
    return {error.pointer: error.code for error in refused.value.errors}


@pytest.fixture
def drafted(organisation):
    """Ana drafts an item; nobody has signed."""

    def make(item, *, author="ana", **more):
        asked = Asked((item,), more.pop("reason", REASON), Category.IMPROVEMENT, **more)
        return governance.draft_proposal(asked=asked, by=principal_of(organisation.people[author]))

    return make


def item_of(organisation, version=CHANGE_FAILURE_RATE, **changes):
    return starter_item(version, changes.pop("owner_team", organisation.checkout), **changes)


def test_version__the_first_makes_the_definition_and_holds_from_the_beginning(adopt, organisation):
    version = adopt()
    assert (version.number, version.meaning_number, version.effective_from, version.governs_from) == (1, 1, None, None)
    assert version.spec_sha256 == sha256_of(version.spec_text)
    assert version.adopted_at == WEDNESDAY
    assert version.adopted_by in (organisation.people["cy"], organisation.people["gus"])
    assert version.proposal.state == ProposalState.ACTIVATED
    definition = queries.get_definition("change-failure-rate")
    assert (definition.lens, definition.owner_team) == ("reliability", organisation.checkout)


def test_version__needs_tech_lead_engineering_manager_and_steward(adopt, organisation):
    proposal = adopt().proposal
    signatures = proposal.revisions.get().signatures.order_by("pk")
    assert [signature.role for signature in signatures] == ["tech_lead", "engineering_manager", "steward"]
    names = ("ana", "cy", "gus")
    assert [signature.signed_by for signature in signatures] == [organisation.people[name] for name in names]


def test_version__of_the_lens_impact_is_shared_with_the_product_manager(adopt):
    proposal = adopt(slug="signups", lens="impact").proposal
    roles = proposal.revisions.get().signatures.order_by("pk").values_list("role", flat=True)
    assert list(roles) == ["tech_lead", "product_manager", "steward"]


def test_version__the_audit_record_holds_hashes_and_no_texts(adopt):
    version = adopt()
    event = audit.list_events(f"metrics.definitionversion:{version.pk}").get()
    data = json.loads(event.payload_text)["data"]
    assert (event.action, data["proposal"]) == ("definition.version_adopted", version.proposal.number)
    assert (data["slug"], data["number"], data["spec_sha256"]) == ("change-failure-rate", 1, version.spec_sha256)
    assert data["reason_sha256"] == sha256_of(version.reason)
    assert version.reason not in event.payload_text
    assert audit.find_fault() is None


def test_version__a_second_is_written_on_its_monday_and_means_something_else(adopt, organisation):
    adopt()
    ana = organisation.people["ana"]
    proposal = submit(draft(item_of(organisation, CHANGE_FAILURE_RATE_WITHIN_30_DAYS), author=ana), ana)
    proposal = sign_all(proposal)
    assert (proposal.state, proposal.effective_from) == (ProposalState.SCHEDULED, NEXT_MONDAY)
    assert DefinitionVersion.objects.count() == 1
    second = DefinitionVersion.objects.get(proposal=move(proposal))
    assert (second.number, second.meaning_number, second.governs_from) == (2, 2, NEXT_MONDAY)
    assert second.adopted_at == ON_MONDAY


def test_version__other_words_share_the_meaning_and_hold_at_once(adopt):
    adopt()
    second = adopt(name="Failure rate of changes")
    third = adopt(CHANGE_FAILURE_RATE_WITHIN_30_DAYS)
    with clock.playing(ON_MONDAY):
        fourth = adopt(CHANGE_FAILURE_RATE_WITHIN_30_DAYS, name="Shorter")
    assert [second.meaning_number, third.meaning_number, fourth.meaning_number] == [1, 3, 3]
    assert (second.adopted_at, second.effective_from) == (WEDNESDAY, WEDNESDAY.date())
    assert second.governs_from == date(2026, 7, 6)


def test_version__other_words_need_one_other_person_and_no_preview(adopt, organisation, ana):
    adopt()
    proposal = draft(item_of(organisation, name="Failure rate of changes"), author=ana)
    assert not proposal.revisions.get().previews.exists()
    proposal = submit(proposal, ana)
    assert proposal.state == ProposalState.IN_REVIEW
    proposal = governance.sign_proposal(
        proposal=proposal, sha256=proposal.revision_sha256, by=principal_of(organisation.people["dee"])
    )
    assert proposal.state == ProposalState.ACTIVATED


def test_version__other_words_recompute_nothing_and_another_meaning_does(adopt):
    adopt(at_once_reason="", from_beginning=True)
    measurements.ask_closed_periods()
    before, requests = ClosedPeriod.objects.count(), RecomputeRequest.objects.count()
    adopt(name="Failure rate of changes")
    measurements.ask_closed_periods()
    assert ClosedPeriod.objects.count() == before > 0
    assert RecomputeRequest.objects.count() == requests
    adopt(CHANGE_FAILURE_RATE_WITHIN_30_DAYS, at_once_reason="The old rule counts repairs twice.")
    measurements.ask_closed_periods()
    assert ClosedPeriod.objects.count() > before


def test_version__one_byte_of_the_computing_part_is_meaning(adopt, organisation, ana):
    adopt()
    stricter = altered(CHANGE_FAILURE_RATE.spec, "/min_n", 6)
    proposal = submit(draft(item_of(organisation, spec=stricter), author=ana), ana)
    assert proposal.revisions.get().previews.count() == 1
    assert sign_all(proposal).state == ProposalState.SCHEDULED


def test_version__other_words_for_an_exclusion_are_wording(adopt):
    excluded = {"where": [["status", "in", ["failed"]]], "reason": "Never reached anybody."}
    first = adopt(spec=CHANGE_FAILURE_RATE.spec | {"exclude": [excluded]})
    second = adopt(spec=CHANGE_FAILURE_RATE.spec | {"exclude": [excluded | {"reason": "It reached nobody at all."}]})
    assert (first.meaning_number, second.number, second.meaning_number) == (1, 2, 1)


def test_version__in_force_at_once_begins_with_the_open_period(adopt):
    adopt()
    second = adopt(CHANGE_FAILURE_RATE_WITHIN_30_DAYS, at_once_reason="The old rule counts repairs twice.")
    assert (second.effective_from, second.governs_from) == (date(2026, 7, 6), date(2026, 7, 6))
    assert second.at_once_reason == "The old rule counts repairs twice."


def test_version__a_restatement_governs_from_an_earlier_boundary(adopt):
    adopt()
    second = adopt(CHANGE_FAILURE_RATE_WITHIN_30_DAYS, restate_from=date(2026, 5, 11))
    assert (second.effective_from, second.governs_from) == (NEXT_MONDAY, date(2026, 5, 11))
    definition = queries.get_definition("change-failure-rate")
    numbers = [queries.get_governing(definition, parse_period(key)).number for key in ("2026-W19", "2026-W20")]
    assert numbers == [1, 2]


def test_version__a_restatement_of_the_same_words_is_meaning(adopt, organisation, ana):
    adopt()
    item = item_of(organisation, name="Failure rate of changes")
    proposal = submit(draft(item, author=ana, restate_from=date(2026, 5, 11)), ana)
    assert sign_all(proposal).state == ProposalState.SCHEDULED


def test_version__a_quarter_under_review_is_not_restated(adopt, organisation, ana):
    adopt()
    governance.open_quarter(team=organisation.checkout, quarter="2026-Q2")
    item = item_of(organisation, CHANGE_FAILURE_RATE_WITHIN_30_DAYS)
    restating = draft(item, author=ana, restate_from=date(2026, 5, 11))
    with pytest.raises(Conflict, match="2026-Q2 is under review") as refused:
        submit(restating, ana)
    assert (refused.value.code, DefinitionVersion.objects.count()) == ("quarter_under_review", 1)
    submit(draft(item, author=ana, restate_from=date(2026, 7, 6)), ana)  # it reaches into no quarter under review


def test_version__a_quarter_that_came_under_review_meanwhile_is_waited_for(adopt, organisation, ana):
    adopt()
    item = item_of(organisation, CHANGE_FAILURE_RATE_WITHIN_30_DAYS)
    proposal = submit(draft(item, author=ana, restate_from=date(2026, 5, 11)), ana)
    governance.open_quarter(team=organisation.checkout, quarter="2026-Q2")
    proposal = sign_all(proposal)
    assert proposal.state == ProposalState.IN_REVIEW
    governance.close_quarter(team=organisation.checkout, quarter="2026-Q2")
    assert governance.move_proposal(proposal=proposal, by=principal_of(ana)).state == ProposalState.SCHEDULED


def test_version__a_sentence_that_freed_it_stays_on_it(adopt, organisation, ana):
    adopt()
    proposal = submit(draft(item_of(organisation, CHANGE_FAILURE_RATE_WITHIN_30_DAYS), author=ana), ana)
    request = governance.request_changes(
        proposal=proposal, text="Keep the old rule.", by=principal_of(organisation.people["bo"])
    )
    Membership.objects.filter(user=organisation.people["bo"]).update(until_at=clock.now())
    governance.dismiss_request(
        request=request, text="Both rules were looked at in June.", by=principal_of(organisation.people["gus"])
    )
    proposal.refresh_from_db()
    move(sign_all(proposal))
    assert DefinitionVersion.objects.get(number=2).notes == ["Both rules were looked at in June."]


@pytest.mark.parametrize("name", ["eli", "hal"])
def test_draft__others_are_refused_naming_the_roles(drafted, organisation, name):
    with pytest.raises(Forbidden) as refused:
        drafted(item_of(organisation), author=name)
    assert refused.value.code == "role_missing"
    assert not Proposal.objects.exists()


def test_draft__the_standing_owner_decides_who_may(adopt, drafted, organisation):
    adopt(owner_team=organisation.harbour, author="eli")
    with pytest.raises(Forbidden) as refused:
        drafted(item_of(organisation, CHANGE_FAILURE_RATE_WITHIN_30_DAYS))
    assert refused.value.code == "role_missing"
    assert DefinitionVersion.objects.count() == 1


def test_draft__what_a_next_version_leaves_out_of_its_identity_stays(adopt, drafted, organisation):
    adopt()
    item = item_of(organisation, CHANGE_FAILURE_RATE_WITHIN_30_DAYS)
    for key in ("lens", "owner_team"):
        item.content.pop(key)
    assert drafted(item).owner_team == organisation.checkout


def test_draft__every_fault_comes_at_once_with_its_place(adopt, drafted, organisation):
    adopt()
    item = item_of(
        organisation, name=" ", spec=altered(CHANGE_FAILURE_RATE.spec, "/unit", "percent"),
        contract=altered(CHANGE_FAILURE_RATE.contract, "/pitfall", ""),
    )  # fmt: skip
    item.content["owner_team"], item.content["mood"] = "moon", "good"
    with pytest.raises(Invalid) as refused:
        drafted(item)
    assert codes(refused) == {
        "/items/0/content/name": "required",
        "/items/0/content/spec/unit": "unit_mismatch",
        "/items/0/content/contract/pitfall": "required",
        "/items/0/content/owner_team": "unknown_team",
        "/items/0/content/mood": "unknown_key",
    }


@pytest.mark.parametrize("day", [date(2026, 7, 15), date(2026, 8, 1)])
def test_draft__a_day_without_a_boundary_names_the_next_one(adopt, drafted, organisation, day):
    adopt()
    with pytest.raises(Invalid, match="next valid date is Monday") as refused:
        drafted(item_of(organisation, CHANGE_FAILURE_RATE_WITHIN_30_DAYS), on=day)
    assert codes(refused) == {"/date": "not_a_boundary"}


def test_draft__equal_words_and_spec_are_already_current(adopt, drafted, organisation):
    adopt()
    with pytest.raises(Conflict, match="Version 1 says exactly this") as refused:
        drafted(item_of(organisation, spec={**CHANGE_FAILURE_RATE.spec, "min_n": 5}))
    assert refused.value.code == "already_current"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [({"slug": "Lead Time"}, "/items/0/key"), ({"lens": "speed"}, "/items/0/content/lens")],
)
def test_draft__a_new_definition_needs_a_short_name_and_a_lens(drafted, organisation, change, pointer):
    with pytest.raises(Invalid) as refused:
        drafted(item_of(organisation, **change))
    assert list(codes(refused)) == [pointer]


def test_draft__a_taken_slug_and_an_unknown_one(adopt, drafted, organisation):
    fresh = item_of(organisation, DEPLOYMENT_FREQUENCY)
    adopt(DEPLOYMENT_FREQUENCY)
    with pytest.raises(Conflict, match="There is a definition deployment-frequency") as refused:
        drafted(fresh)
    assert refused.value.code == "slug_taken"
    MetricDefinition.objects.get(slug="deployment-frequency")
    unknown = version_item("deployment-frequency", DEPLOYMENT_FREQUENCY.spec, owner=organisation.checkout)
    with pytest.raises(Invalid) as missing:
        drafted(type(unknown)(unknown.kind, unknown.op, "moon-phase", unknown.content))
    assert codes(missing) == {"/items/0/key": "unknown_value"}


def test_version__nothing_is_left_when_the_transaction_fails(adopt):
    with transaction.atomic():
        adopt()
        transaction.set_rollback(True)
    assert not MetricDefinition.objects.exists()
    assert not DefinitionVersion.objects.exists()
    assert not audit.list_events().filter(action__startswith="definition.").exists()


def test_version__who_comes_second_is_blocked_until_revised(adopt, organisation, ana):
    adopt()
    first = draft(item_of(organisation, CHANGE_FAILURE_RATE_WITHIN_30_DAYS), author=ana)
    second = draft(item_of(organisation, spec=altered(CHANGE_FAILURE_RATE.spec, "/min_n", 6)), author=ana)
    first, second = (sign_all(submit(proposal, ana)) for proposal in (first, second))
    move(first)
    second.refresh_from_db()
    assert second.state == ProposalState.BLOCKED
    assert "is at version 2 by now" in second.blocked_cause
    assert DefinitionVersion.objects.count() == 2


def test_sentence__says_what_changes(adopt, organisation, ana):
    adopt()
    contract = CHANGE_FAILURE_RATE.contract | {"cadence": "Every second week."}
    worded = draft(item_of(organisation, name="Failure rate", contract=contract), author=ana)
    assert worded.title == (
        "Change failure rate, version 2: the name becomes Failure rate and other words for Cadence."
    )
    ruled = draft(item_of(organisation, CHANGE_FAILURE_RATE_WITHIN_30_DAYS), author=ana)
    said = "Change failure rate, version 2: the rule changes (“Share of production deployments"
    assert ruled.title.startswith(said)
    new = draft(item_of(organisation, DEPLOYMENT_FREQUENCY), author=ana)
    assert new.title.startswith("Deployment frequency is defined: ")


def test_agree__walks_the_real_path(starter, organisation, ana):
    proposal = agree(item_of(organisation, CHANGE_FAILURE_RATE_WITHIN_30_DAYS), author=ana)
    states = [event.action for event in audit.list_events(f"governance.proposal:{proposal.pk}").order_by("seq")]
    assert states == [
        "proposal.drafted", "proposal.submitted", "proposal.signed", "proposal.signed", "proposal.scheduled",
        "proposal.activated",
    ]  # fmt: skip
