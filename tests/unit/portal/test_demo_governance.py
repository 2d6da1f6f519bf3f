"""What the demonstration shows of governance: every kind, every state, and each thing that needs a look."""

import pytest

from apps.accounts.models import User
from apps.core import clock
from apps.governance.checking import Case
from apps.governance.domain.kinds import kinds
from apps.governance.domain.states import ProposalState
from apps.governance.models import Exemption, Proposal, ProposalItem
from apps.governance.needing import needs_me
from apps.governance.queries import list_open_and_recent
from apps.governance.reading import list_cases
from apps.metrics.models import DefinitionVersion, MetricDefinition
from apps.portal.demo import organisation
from apps.portal.demo.proposals import STEWARD
from apps.teams.queries import principal_of_user
from tests.web.portal.pages import words_of

pytestmark = pytest.mark.sql


@pytest.fixture
def steward(demo, client):
    """The metrics steward of the demonstration, signed in on its day."""
    client.force_login(User.objects.get(email=organisation.mail_of(STEWARD)))
    return client


# Pairs of kind and state that no proposal can have, each with its reason. Every kind can be asked for with a date, so
# it can wait for that date, and be blocked there by a signer who lost the role or by a change that was quicker.
IMPOSSIBLE: dict[tuple[str, str], str] = {}


def test_proposals__of_every_kind_stand_in_every_state(demo):
    shown = set(ProposalItem.objects.values_list("kind", "proposal__state"))
    every = {(kind.key, state.value) for kind in kinds for state in ProposalState}
    assert every - shown == set(IMPOSSIBLE)


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        ("metric_definition", "is at version 3 by now; this builds on 2"),
        ("target", "is at version 1 by now; this builds on none"),
        ("scorecard_template", "Whoever signed as leadership does not hold the role any more."),
        ("exemption", "Whoever signed as engineering manager does not hold the role any more."),
        ("freeze_window", "Whoever signed as engineering manager does not hold the role any more."),
        ("sli", "Whoever signed as engineering manager does not hold the role any more."),
        ("slo", "Whoever signed as engineering manager does not hold the role any more."),
        ("budget_policy", "Whoever signed as engineering manager does not hold the role any more."),
    ],
)
def test_blocked__names_its_cause(demo, kind, cause):
    blocked = Proposal.objects.get(state="blocked", items__kind=kind)
    assert cause in blocked.blocked_cause


def test_proposals__that_wait_ask_everybody_for_little(demo):
    """No list of what needs somebody grows beyond what is read without scrolling."""
    for name in organisation.everybody():
        user = User.objects.get(email=organisation.mail_of(name))
        by = principal_of_user(user, clock.as_of())
        cases = list_cases([one for one in list_open_and_recent(by) if ProposalState(one.state).is_open])
        assert len(needs_me(cases, by, {})) <= 6, name


def test_versions__one_was_in_force_at_once_and_a_definition_left(demo):
    assert DefinitionVersion.objects.exclude(at_once_reason="").count() == 1
    assert {"active", "retired"} <= set(MetricDefinition.objects.values_list("lifecycle", flat=True))


def test_preview__of_a_draft_that_lay_for_ten_days_is_stale(demo):
    drafts = [Case.of(proposal) for proposal in Proposal.objects.filter(state="draft").order_by("number")]
    assert "more than 7 days old" in drafts[0].preview_problem


def test_exemptions__of_numbers_one_is_in_force_and_one_expired_and_one_of_a_budget_is_over(demo):
    rows = Exemption.objects.filter(ended_at=None).order_by("expires_at")
    found = [(row.kind == "exclude_slices", row.expires_at > clock.as_of()) for row in rows]
    assert sorted(found) == [(False, False), (False, True), (True, False)]


def test_pages__ask_about_an_ornament_and_about_a_goalpost(steward):
    assert "cited by no decision. Off the card, or retire?" in words_of(steward.get("/governance/"))
    expired = Proposal.objects.get(state="expired", items__kind="metric_definition")
    assert "days before the quarterly review; improves" in words_of(steward.get(f"/proposals/{expired.number}/"))


def test_pages__show_the_break(steward):
    page = steward.get("/metrics/change-lead-time/trend/?subject=team:commerce&grain=month").content.decode()
    assert "v1 → v2 · 30 Jun 2025 · merge instead of first commit" in page
