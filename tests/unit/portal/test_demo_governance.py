"""What the demonstration shows of governance: every kind, every state, and each thing that needs a look."""

import pytest

from apps.accounts.models import User
from apps.core import clock
from apps.governance.checking import Case
from apps.governance.domain.kinds import kinds
from apps.governance.domain.states import ProposalState
from apps.governance.models import Exemption, Proposal, ProposalItem
from apps.metrics.models import DefinitionVersion, MetricDefinition
from apps.portal.demo import organisation
from apps.portal.demo.proposals import STEWARD
from tests.web.portal.pages import words_of

pytestmark = pytest.mark.sql


@pytest.fixture
def steward(demo, client):
    """The metrics steward of the demonstration, signed in on its day."""
    client.force_login(User.objects.get(email=organisation.mail_of(STEWARD)))
    return client


def test_proposals__stand_in_every_state_and_change_every_kind(demo):
    assert set(Proposal.objects.values_list("state", flat=True)) == {state.value for state in ProposalState}
    activated = ProposalItem.objects.filter(proposal__state="activated").values_list("kind", flat=True)
    assert set(activated) == {kind.key for kind in kinds}


def test_versions__one_was_in_force_at_once_and_a_definition_left(demo):
    assert DefinitionVersion.objects.exclude(at_once_reason="").count() == 1
    assert {"active", "retired"} <= set(MetricDefinition.objects.values_list("lifecycle", flat=True))


def test_preview__of_a_draft_that_lay_for_ten_days_is_stale(demo):
    drafts = [Case.of(proposal) for proposal in Proposal.objects.filter(state="draft").order_by("number")]
    assert "more than 7 days old" in drafts[0].preview_problem


def test_blocked__names_what_came_before_it(demo):
    blocked = Proposal.objects.get(state="blocked")
    assert "is at version 2 by now; this builds on 1" in blocked.blocked_cause


def test_exemptions__one_is_in_force_and_one_expired(demo):
    ends = Exemption.objects.filter(ended_at=None).order_by("expires_at").values_list("expires_at", flat=True)
    assert [end > clock.as_of() for end in ends] == [False, True]


def test_pages__ask_about_an_ornament_and_about_a_goalpost(steward):
    assert "cited by no decision. Off the card, or retire?" in words_of(steward.get("/governance/"))
    expired = Proposal.objects.get(state="expired")
    assert "days before the quarterly review; improves" in words_of(steward.get(f"/proposals/{expired.number}/"))


def test_pages__show_the_break(steward):
    page = steward.get("/metrics/change-lead-time/trend/?subject=team:commerce&grain=month").content.decode()
    assert "v1 → v2" in page
