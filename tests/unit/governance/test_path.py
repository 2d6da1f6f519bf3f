"""The one path of change, walked by people: draft, submit, sign, schedule, come into force."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.accounts.domain import SYSTEM
from apps.accounts.models import RoleGrant
from apps.audit import operations as audit
from apps.core import clock
from apps.core.problems import Conflict, Forbidden, Invalid, Outdated
from apps.governance import operations
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.revisions import Asked, Category
from apps.governance.domain.states import ProposalState
from apps.governance.models import Proposal
from apps.governance.tasks import move_proposals, run_previews
from apps.teams.models import Membership
from tests.governed import lead_of_other_team
from tests.personas import Organisation, principal_of
from tests.unit.governance.conftest import RULE, Rules

MONDAY = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)
REASON = "The old clock began before anybody could act on the change."


def asked(computing: str = "b", *, wording: str = "from merge", reason: str = REASON, **more: object) -> Asked:
    content = {"wording": wording, "computing": computing}
    return Asked((Item(RULE, Op.CHANGE, "lead-time", content),), reason, Category.IMPROVEMENT, **more)


@pytest.fixture
def by(organisation: Organisation):
    def principal(name: str):
        return principal_of(organisation.people[name], clock.now())

    return principal


@pytest.fixture(autouse=True)
def _known(rules: Rules) -> None:
    rules.texts["lead-time"] = (1, "from first commit", "a")


def drafted(by, **more: object) -> Proposal:
    with clock.playing(MONDAY):
        proposal = operations.draft_proposal(asked=asked(**more), by=by("ana"))
        run_previews()
    proposal.refresh_from_db()
    return proposal


def submitted(by, **more: object) -> Proposal:
    proposal = drafted(by, **more)
    with clock.playing(MONDAY):
        return operations.submit_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=by("ana"))


def sign(proposal: Proposal, who, role: str = "", at: datetime = MONDAY) -> Proposal:
    with clock.playing(at):
        return operations.sign_proposal(proposal=proposal, sha256=proposal.revision_sha256, role=role, by=who)


def test_path__three_roles_sign_and_the_next_monday_it_holds(by, rules: Rules) -> None:
    proposal = submitted(by)
    assert proposal.state == ProposalState.IN_REVIEW
    proposal = sign(sign(proposal, by("cy")), by("gus"))
    assert (proposal.state, proposal.effective_from) == (ProposalState.SCHEDULED, date(2026, 5, 11))
    assert rules.granted == []
    with clock.playing(MONDAY + timedelta(days=7)):
        move_proposals()
    proposal.refresh_from_db()
    assert (proposal.state, rules.texts["lead-time"][0]) == (ProposalState.ACTIVATED, 2)
    assert rules.granted[0].governs_from == date(2026, 5, 11)


def test_path__no_author_approves_administrators_included(by, organisation: Organisation) -> None:
    proposal = submitted(by)
    with pytest.raises(Forbidden) as refusal:
        sign(proposal, by("ana"))
    assert refusal.value.code == "author_cannot_approve"
    with pytest.raises(Forbidden):
        sign(proposal, by("hal"))


def test_path__an_edit_voids_signatures(by) -> None:
    proposal = sign(submitted(by), by("cy"))
    with clock.playing(MONDAY):
        revised = operations.revise_proposal(
            proposal=proposal, asked=asked("c"), sha256=proposal.revision_sha256, by=by("ana")
        )
        with pytest.raises(Outdated):
            operations.sign_proposal(proposal=revised, sha256=proposal.revision_sha256, by=by("cy"))
        with pytest.raises(Conflict) as refusal:
            operations.sign_proposal(proposal=revised, sha256=revised.revision_sha256, by=by("gus"))
        assert refusal.value.code == "preview_stale"
        run_previews()
    revised = sign(revised, by("gus"))
    assert revised.state == ProposalState.IN_REVIEW


def test_path__words_alone_need_one_other_person_and_hold_at_once(by, rules: Rules) -> None:
    proposal = submitted(by, computing="a", wording="from the first commit")
    assert proposal.state == ProposalState.IN_REVIEW
    proposal = sign(proposal, by("bo"))
    assert (proposal.state, proposal.effective_from) == (ProposalState.ACTIVATED, date(2026, 5, 4))
    assert rules.texts["lead-time"] == (2, "from the first commit", "a")


def test_path__a_base_that_moved_on_blocks(by, rules: Rules) -> None:
    proposal = sign(sign(submitted(by), by("cy")), by("gus"))
    rules.texts["lead-time"] = (2, "other", "z")
    with clock.playing(MONDAY + timedelta(days=7)):
        move_proposals()
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.BLOCKED
    assert "version 2" in proposal.blocked_cause
    assert rules.granted == []


def test_path__other_teams_have_a_window_and_a_steward_frees_their_request(by, rules: Rules, organisation) -> None:
    rules.affected = frozenset({organisation.harbour.pk})
    lead_of_other_team(organisation)
    proposal = submitted(by)
    with clock.playing(MONDAY):
        request = operations.request_changes(proposal=proposal, text="Our builds merge late.", by=by("eli"))
    later = MONDAY + timedelta(days=8)
    with clock.playing(later):
        operations.ask_preview(proposal=proposal)
        run_previews()
    proposal = sign(sign(proposal, by("cy"), at=later), by("gus"), at=later)
    assert proposal.state == ProposalState.IN_REVIEW
    with clock.playing(later):
        operations.dismiss_request(request=request, text="Harbour merges late by its own choice.", by=by("gus"))
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.SCHEDULED


@pytest.mark.parametrize("name", ["cy", "bo", "dee"])
def test_path__no_steward_overrules_whoever_signs_or_contributes_here(by, organisation, name: str) -> None:
    proposal = submitted(by)
    with clock.playing(MONDAY):
        request = operations.request_changes(proposal=proposal, text="Name the merge queue.", by=by(name))
        with pytest.raises(Forbidden, match="A new revision answers it, or they take it back"):
            operations.dismiss_request(request=request, text="It is named elsewhere.", by=by("gus"))
        Membership.objects.filter(user=organisation.people[name]).update(until_at=clock.now())
        operations.dismiss_request(request=request, text="Nobody who asked is here any more.", by=by("gus"))


def test_path__a_steward_whom_an_author_made_one_dismisses_nothing(by, rules: Rules, organisation) -> None:
    rules.affected = frozenset({organisation.harbour.pk})
    lead_of_other_team(organisation)
    proposal = submitted(by)
    with clock.playing(MONDAY):
        request = operations.request_changes(proposal=proposal, text="Our builds merge late.", by=by("eli"))
        row = RoleGrant.objects.create(user=organisation.people["dee"], role="steward", from_at=clock.now())
        audit.record("role_grant.created", subject=row, by=by("ana"))
        with pytest.raises(Forbidden, match="another steward dismisses it"):
            operations.dismiss_request(request=request, text="They merge late by choice.", by=by("dee"))


def test_path__nobody_moves_it_for_two_weeks(by) -> None:
    proposal = submitted(by)
    with clock.playing(MONDAY + timedelta(days=14, minutes=1)):
        move_proposals()
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.EXPIRED


def test_path__kit_needs_one_steward(by, rules: Rules) -> None:
    first = Asked(
        (Item(RULE, Op.CREATE, "recovery", {"wording": "w", "computing": "c"}),), REASON, Category.NEW_NEED,
        from_beginning=True,
    )  # fmt: skip
    with clock.playing(MONDAY):
        proposal = operations.adopt_kit(asked=first, by=by("gus"))
        with pytest.raises(Forbidden):
            operations.adopt_kit(asked=first, by=by("ana"))
    assert (proposal.state, rules.texts["recovery"][0]) == (ProposalState.ACTIVATED, 1)
    assert rules.granted[0].effective_from is None


def test_path__a_thin_reason_is_located(by) -> None:
    proposal = drafted(by, reason="Better.")
    with clock.playing(MONDAY), pytest.raises(Invalid) as refusal:
        operations.submit_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=by("ana"))
    assert [problem.pointer for problem in refusal.value.errors] == ["/reason"]


def test_path__a_draft_is_withdrawn(by) -> None:
    proposal = drafted(by)
    with clock.playing(MONDAY):
        operations.withdraw_proposal(proposal=proposal, text="", by=by("ana"))
        with pytest.raises(Conflict):
            operations.submit_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=by("ana"))
    with clock.playing(MONDAY), pytest.raises(Forbidden):
        operations.draft_proposal(asked=asked(), by=by("eli"))
    assert SYSTEM.key == "system"


def test_path__a_window_that_outlasts_the_preview_is_looked_at_by_the_clock(by, rules: Rules, organisation) -> None:
    rules.affected = frozenset({organisation.harbour.pk})
    proposal = sign(sign(submitted(by), by("cy")), by("gus"))
    assert proposal.state == ProposalState.IN_REVIEW
    with clock.playing(MONDAY + timedelta(days=7, hours=1)):
        move_proposals()
        proposal.refresh_from_db()
        assert proposal.state == ProposalState.IN_REVIEW
        run_previews()
    proposal.refresh_from_db()
    assert (proposal.state, proposal.effective_from) == (ProposalState.SCHEDULED, date(2026, 5, 18))
