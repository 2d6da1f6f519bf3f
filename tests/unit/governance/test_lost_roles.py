"""A signature counts while its person is active and holds the role, and not by a role that an author gave."""

from datetime import timedelta

import pytest

from apps.accounts.domain import SYSTEM, OrganisationRole, TeamRole
from apps.accounts.models import RoleGrant
from apps.audit import operations as audit
from apps.core import clock
from apps.core.problems import Forbidden
from apps.governance import operations
from apps.governance.checking import Case
from apps.governance.domain.checks import waits_for
from apps.governance.domain.states import ProposalState
from apps.governance.models import Proposal
from apps.governance.tasks import move_proposals, run_previews
from apps.teams import operations as teams
from apps.teams.models import Membership
from tests.governed import MONDAY, Path, asked, path, rules

__all__ = ["path", "rules"]
pytestmark = [pytest.mark.sql, pytest.mark.django_db]
LOST = "Whoever signed as engineering manager does not hold the role any more."


def leave(path: Path, name: str) -> None:
    """The person's role in the team ends now."""
    Membership.objects.filter(user=path.organisation.people[name]).update(until_at=clock.now())


def disable(path: Path, name: str) -> None:
    person = path.organisation.people[name]
    person.is_active = False
    person.save()


@pytest.mark.parametrize("end", [leave, disable])
def test_signer__who_left_the_team_before_the_last_signature(path: Path, end) -> None:
    proposal = path.signed("cy")
    end(path, "cy")
    proposal = operations.sign_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=path.by("gus"))
    assert proposal.state == ProposalState.IN_REVIEW
    assert LOST in waits_for(Case.of(proposal).findings())


@pytest.mark.parametrize("end", [leave, disable])
def test_signer__who_left_the_team_before_the_date_blocks_with_the_cause(path: Path, rules, end) -> None:
    proposal = path.signed("cy", "gus")
    assert proposal.state == ProposalState.SCHEDULED
    end(path, "cy")
    with clock.playing(MONDAY + timedelta(days=7)):
        move_proposals()
        move_proposals()
    proposal.refresh_from_db()
    assert (proposal.state, rules.granted, rules.texts["lead-time"][0]) == (ProposalState.BLOCKED, [], 1)
    assert LOST in proposal.blocked_cause


def appoint(path: Path, by: str) -> None:
    """Eli of Harbour becomes a second tech lead of Checkout."""
    people, team = path.organisation.people, path.organisation.checkout
    teams.add_member(user=people["eli"], team=team, role=TeamRole.TECH_LEAD, from_at=clock.now(), by=path.by(by))


def sign(path: Path, proposal: Proposal) -> Proposal:
    return operations.sign_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=path.by("eli"))


def test_role__that_an_author_gave_since_signs_nothing(path: Path) -> None:
    proposal = path.submitted("cy")
    appoint(path, by="cy")
    with pytest.raises(Forbidden) as refused:
        sign(path, proposal)
    assert refused.value.code == "role_missing"


def test_role__that_an_author_of_a_later_revision_gave_before_it_signs_nothing(path: Path) -> None:
    proposal = path.submitted("ana")
    appoint(path, by="cy")
    proposal = operations.revise_proposal(
        proposal=proposal, asked=asked("c"), sha256=proposal.revision_sha256, by=path.by("cy")
    )
    run_previews()
    with pytest.raises(Forbidden):
        sign(path, proposal)


def test_role__that_somebody_else_gave_signs(path: Path) -> None:
    proposal = path.submitted("cy")
    appoint(path, by="hal")
    open_seats = Case.of(sign(path, proposal)).consent.open_seats
    assert [seat.need.roles for seat in open_seats] == [{"steward"}]


def test_role__that_an_author_gave_before_the_proposal_began_signs(path: Path) -> None:
    with clock.playing(MONDAY - timedelta(days=1)):
        appoint(path, by="cy")
    sign(path, path.submitted("cy"))


def test_role__of_a_second_person_that_an_author_gave_since_signs_no_words(path: Path) -> None:
    proposal = path.submitted("cy", computing="a", wording="from the first commit")
    appoint(path, by="cy")
    with pytest.raises(Forbidden):
        sign(path, proposal)


def test_role__of_the_organisation_that_an_author_gave_since_signs_nothing(path: Path) -> None:
    proposal = path.submitted()
    row = RoleGrant.objects.create(
        user=path.organisation.people["eli"], role=OrganisationRole.STEWARD, from_at=clock.now()
    )
    audit.record("role_grant.created", subject=row, by=path.by("ana"))
    with pytest.raises(Forbidden):
        sign(path, proposal)
    other = RoleGrant.objects.create(user=row.user, role=OrganisationRole.STEWARD, from_at=clock.now())
    audit.record("role_grant.created", subject=other, by=SYSTEM)
    sign(path, proposal)
