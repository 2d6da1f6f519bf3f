"""A deprecated definition is retired by a steward's proposal, once nothing depends on it, from a boundary on."""

from datetime import date, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from apps.core import clock
from apps.core.periods import parse_period
from apps.core.problems import Conflict, Forbidden, Invalid
from apps.governance import operations as governance
from apps.governance.domain.states import ProposalState
from apps.governance.tasks import move_proposals
from apps.metrics import queries
from apps.metrics.domain.starter import CHANGE_FAILURE_RATE
from apps.metrics.domain.targets import Baseline
from apps.metrics.models import DefinitionStep
from tests.agreeing import adopt_template_kits, agree, draft, sign_all, starter_item, submit, target_item
from tests.leaving import AFTER, GONE, LEAVING, define, deprecate, deprecation, retire, retirement
from tests.personas import principal_of
from tests.unit.metrics.conftest import WEDNESDAY

pytestmark = pytest.mark.sql


@pytest.fixture
def leaving(starter, organisation, ana):
    """A deprecated definition that nothing depends on."""
    define(organisation.checkout, ana)
    return deprecate(ana)


def test_retirement__holds_from_the_first_boundary_after_its_last_day(leaving, ana):
    proposal = retire(ana)
    assert proposal.effective_from == GONE
    found = queries.get_definition(LEAVING)
    assert (found.lifecycle, found.retired_on) == ("retired", GONE)
    assert DefinitionStep.objects.filter(definition=found).latest("pk").step == "retired"


def test_retirement__agreed_on_before_its_last_day_waits_for_it(leaving, ana):
    proposal = sign_all(submit(draft(retirement(), author=ana), ana))
    assert (proposal.state, proposal.effective_from) == (ProposalState.SCHEDULED, GONE)


def test_retirement__is_submitted_by_a_steward_alone(leaving, organisation, ana):
    proposal = draft(retirement(), author=ana)
    for name in ("ana", "cy"):
        by = principal_of(organisation.people[name], clock.now())
        with pytest.raises(Forbidden):
            governance.submit_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=by)
    by = principal_of(organisation.people["gus"], clock.now())
    proposal = governance.submit_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=by)
    assert proposal.state == ProposalState.IN_REVIEW


def test_retirement__of_what_is_in_force_is_refused(starter, ana):
    with pytest.raises(Conflict) as refused:
        draft(retirement("change-failure-rate"), author=ana)
    assert refused.value.code == "not_deprecated"


def test_retirement__takes_no_content(leaving, ana):
    item = retirement()
    with pytest.raises(Invalid):
        draft(type(item)(item.kind, item.op, item.key, {"sunset_on": "2026-08-05"}), author=ana)


def _blocked(slug, ana) -> str:
    with clock.playing(AFTER), pytest.raises(Conflict) as refused:
        draft(retirement(slug), author=ana)
    assert refused.value.code == "still_used"
    return refused.value.sentence


def test_blocked__by_a_running_target(starter, organisation, ana):
    baseline = Baseline("2026-Q2", 0.22, 150, 1)
    agree(target_item("change-failure-rate", organisation.checkout, "2026-Q3", "0.187", baseline=baseline), author=ana)
    deprecate(ana, "change-failure-rate")
    said = _blocked("change-failure-rate", ana)
    assert "1 team aims at it in 2026-Q3." in said
    assert "Checkout" not in said


def test_blocked__by_a_slot_in_force_or_agreed_on_for_later(starter, organisation, ana):
    adopt_template_kits(organisation.people["gus"], date(2026, 9, 1))
    deprecate(ana, "failed-deployment-recovery-time")
    said = _blocked("failed-deployment-recovery-time", ana)
    assert "Scorecards of product teams show it as" in said
    assert "from 1 Sep 2026." in said


def test_blocked__by_an_exemption_that_holds(leaving, organisation, ana):
    content = {
        "kind": "exclude_data", "team": "checkout", "definitions": [LEAVING], "starts_at": "2026-07-01",
        "expires_at": "2026-09-01",
    }  # fmt: skip
    item = type(retirement())("exemption", retirement().op.CREATE, "", content)
    agree(item, author=ana, reason="The pipeline stated no intent in these weeks, so nothing can be read off it.")
    assert "E-1 names it until" in _blocked(LEAVING, ana)


def test_blocked__by_what_is_read_beside_it_or_waits_for_it(leaving, organisation, ana):
    contract = {**CHANGE_FAILURE_RATE.contract, "pair": LEAVING}
    agree(
        starter_item(CHANGE_FAILURE_RATE, organisation.checkout, slug="other-share", contract=contract, name="Other"),
        author=ana, from_beginning=True,
    )  # fmt: skip
    assert _blocked(LEAVING, ana) == f"Something still depends on {LEAVING}. Other is read beside it."


def test_blocked__by_what_it_is_to_replace(starter, organisation, ana):
    define(organisation.checkout, ana)
    define(organisation.checkout, ana, "other-share", name="Other")
    deprecate(ana, "other-share", successor=LEAVING)
    deprecate(ana)
    assert "It is to replace other-share." in _blocked(LEAVING, ana)
    retire(ana, "other-share")
    retire(ana, at=datetime(2026, 8, 20, 12, tzinfo=WEDNESDAY.tzinfo))
    assert queries.get_definition(LEAVING).lifecycle == "retired"


def test_scheduled__blocks_when_something_comes_to_depend_on_it(leaving, organisation, ana):
    with clock.playing(AFTER):
        proposal = sign_all(submit(draft(retirement(), author=ana), ana))
        define(organisation.checkout, ana, "other-share", name="Other", contract={
            **CHANGE_FAILURE_RATE.contract, "pair": LEAVING
        })  # fmt: skip
    with clock.playing(datetime(2026, 8, 10, 12, tzinfo=WEDNESDAY.tzinfo)):
        move_proposals()
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.BLOCKED
    assert "Other is read beside it." in proposal.blocked_cause


def test_retired__nothing_more_is_agreed_on_it(leaving, organisation, ana):
    retire(ana)
    at = datetime(2026, 8, 20, 12, tzinfo=WEDNESDAY.tzinfo)
    version = starter_item(CHANGE_FAILURE_RATE, organisation.checkout, slug=LEAVING, name="Again")
    target = target_item(LEAVING, organisation.checkout, "2026-Q4", "0.2", baseline=None)
    for item in (version, target, retirement(), deprecation(sunset_on=date(2027, 1, 4))):
        with clock.playing(at), pytest.raises(Conflict) as refused:
            draft(item, author=ana)
        assert refused.value.code == "retired"
    beside = starter_item(CHANGE_FAILURE_RATE, organisation.checkout, slug="other", contract={
        **CHANGE_FAILURE_RATE.contract, "pair": LEAVING,
    })  # fmt: skip
    exempting = {"kind": "pause_judging", "team": "checkout", "definitions": [LEAVING], "starts_at": "2026-08-20",
                 "expires_at": "2026-09-01"}  # fmt: skip
    for item in (beside, type(target)("exemption", retirement().op.CREATE, "", exempting)):
        with clock.playing(at), pytest.raises(Invalid):
            draft(item, author=ana)


def test_retired__governs_what_ended_before_and_nothing_later(leaving, ana):
    retire(ana)
    definition = queries.get_definition(LEAVING)
    for key, holds in (("2026-W32", True), ("2026-W33", False), ("2026-07", True), ("2026-08", False)):
        assert bool(queries.governing_version(queries.list_versions(definition), parse_period(key))) is holds


def test_database__a_retired_definition_never_changes(leaving, ana):
    retire(ana)
    sql = "UPDATE metrics_metricdefinition SET lens = 'flow' WHERE slug = %s"
    with pytest.raises(DatabaseError, match="only goes on"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [LEAVING])
