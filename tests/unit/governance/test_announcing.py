"""Acts on a proposal tell those they concern, in the same transaction: who, what, why, and nobody twice."""

from datetime import date, timedelta

import pytest

from apps.accounts.domain import SYSTEM, TeamRole
from apps.core import clock
from apps.governance import operations
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.revisions import Asked, Category
from apps.governance.domain.states import ProposalState
from apps.governance.tasks import move_proposals, run_previews
from apps.notifications.models import Notification
from apps.teams import operations as teams
from apps.teams import queries as team_queries
from tests.governed import MONDAY, REASON, RULE, Path, Rules, asked, path, rules
from tests.personas import BEGAN_AT, principal_of

__all__ = ["path", "rules"]
pytestmark = [pytest.mark.sql, pytest.mark.django_db]


def told(kind: str) -> dict[str, str]:
    """The reason by the first name of whoever was told of this kind."""
    rows = Notification.objects.filter(kind=kind).select_related("recipient").order_by("pk")
    return {row.recipient.full_name.split()[0].lower(): row.reason for row in rows}


def unread(kind: str) -> set[str]:
    rows = Notification.objects.filter(kind=kind, read_at=None).select_related("recipient")
    return {row.recipient.full_name.split()[0].lower() for row in rows}


def text_to(name: str, kind: str) -> str:
    return Notification.objects.get(kind=kind, recipient__email=f"{name}@example.org").text


def test_draft__is_told_to_nobody(path: Path) -> None:
    path.drafted()
    assert Notification.objects.count() == 0


def test_submit__asks_everybody_who_can_sign_but_the_author(path: Path) -> None:
    proposal = path.submitted()
    assert told("signature_needed") == {
        "cy": "you sign as engineering manager for Checkout", "gus": "you sign as metrics steward",
    }  # fmt: skip
    row = Notification.objects.first()
    assert (row.about, row.link) == (f"proposal:{proposal.number}", f"/proposals/{proposal.number}/")
    assert row.title == f"P-{proposal.number}: lead-time"
    assert row.due_on == date(2026, 5, 18)


def test_sign__whoever_signed_has_read_it_and_nobody_is_asked_twice(path: Path) -> None:
    path.signed("cy")
    assert unread("signature_needed") == {"gus"}
    assert Notification.objects.filter(kind="signature_needed").count() == 2


def test_sign__a_seat_that_is_taken_asks_nobody_any_more(path: Path, organisation, dee) -> None:
    teams.add_member(
        user=dee, team=organisation.checkout, role=TeamRole.ENGINEERING_MANAGER, from_at=BEGAN_AT, by=SYSTEM
    )
    path.signed("cy")
    assert "dee" in told("signature_needed")
    assert unread("signature_needed") == {"gus"}


def test_revise__asks_anew_when_its_preview_is_there(path: Path) -> None:
    proposal = path.signed("cy")
    operations.revise_proposal(
        proposal=proposal, asked=asked(computing="c"), sha256=proposal.revision_sha256, by=path.by("ana")
    )
    assert unread("signature_needed") == set()
    run_previews()
    assert unread("signature_needed") == {"cy", "gus"}
    assert Notification.objects.filter(kind="signature_needed").count() == 4


def test_wording__asks_those_who_may_be_the_second_person(path: Path) -> None:
    path.submitted(computing="a", wording="from the merge")
    reasons = told("signature_needed")
    assert set(reasons) == {"bo", "cy"}
    assert reasons["bo"] == "you may agree for Checkout, and a second person is missing"


def test_request_changes__tells_the_author_what_is_asked(path: Path) -> None:
    proposal = path.submitted()
    operations.request_changes(proposal=proposal, text="Name the queue.", by=path.by("cy"))
    assert told("changes_asked") == {"ana": "you wrote it"}
    assert text_to("ana", "changes_asked") == "Changes are asked for: Name the queue."
    assert unread("signature_needed") == {"gus"}
    operations.comment(proposal=proposal, text="It is named by now.", by=path.by("ana"))
    assert unread("changes_asked") == set()


@pytest.mark.parametrize("act", [operations.reject_proposal, operations.withdraw_proposal])
def test_end__what_was_asked_for_needs_nobody_any_more(path: Path, act) -> None:
    proposal = path.submitted()
    by = "cy" if act is operations.reject_proposal else "ana"
    act(proposal=proposal, text="Not now, and here is why.", by=path.by(by))
    assert unread("signature_needed") == set()


def _moves(rules: Rules, organisation) -> None:
    """Both teams move, each with words of its own."""
    rules.affected = frozenset({organisation.checkout.pk, organisation.harbour.pk})
    rules.teams = [
        {"team": "checkout", "name": "Checkout", "moves": True, "why": "Median of 25 weekly values 30 h to 20 h."},
        {"team": "harbour", "name": "Harbour", "moves": True, "why": "Median of 25 weekly values 9 h to 8 h."},
    ]


def test_scheduled_then_in_force__leads_read_their_own_before_and_after(path: Path, rules, organisation, eli) -> None:
    _moves(rules, organisation)
    teams.add_member(user=eli, team=organisation.harbour, role=TeamRole.TECH_LEAD, from_at=BEGAN_AT, by=SYSTEM)
    proposal = path.signed("cy", "gus", on=date(2026, 5, 18))
    assert told("change_scheduled") == {}
    with clock.playing(MONDAY + timedelta(days=7)):
        move_proposals()  # the comment window is over
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.SCHEDULED
    assert told("change_scheduled") == {
        "ana": "you are tech lead of Checkout", "cy": "you are engineering manager of Checkout",
        "bo": "you are product manager of Checkout", "eli": "you are tech lead of Harbour",
    }  # fmt: skip
    said = text_to("eli", "change_scheduled")
    own = "Harbour: Median of 25 weekly values 9 h to 8 h."
    assert said == f"It is agreed on and holds from 18 May 2026. lead-time: from merge. {own}"
    assert "Checkout" not in said
    with clock.playing(MONDAY + timedelta(days=14)):
        move_proposals()
        move_proposals()
    assert Notification.objects.filter(kind="change_in_force").count() == 4
    assert text_to("bo", "change_in_force").endswith("Checkout: Median of 25 weekly values 30 h to 20 h.")


def test_scheduled__who_leads_two_teams_hears_once_of_both(path: Path, rules, organisation, ana) -> None:
    _moves(rules, organisation)
    teams.add_member(user=ana, team=organisation.harbour, role=TeamRole.TECH_LEAD, from_at=BEGAN_AT, by=SYSTEM)
    path.signed("cy", "gus", on=date(2026, 5, 18))
    with clock.playing(MONDAY + timedelta(days=7)):
        move_proposals()
    said = text_to("ana", "change_scheduled")
    assert "Checkout: Median of 25 weekly values 30 h" in said
    assert "Harbour: Median of 25 weekly values 9 h" in said


def test_in_force__by_the_last_signature_is_not_told_to_the_signer(path: Path, rules, organisation) -> None:
    path.signed("cy", computing="a", wording="from the merge")
    assert told("change_in_force") == {"ana": "you wrote it"}
    assert told("change_scheduled") == {}


def test_blocked__authors_and_signers_hear_the_cause(path: Path, rules: Rules) -> None:
    proposal = path.signed("cy", "gus")
    rules.texts["lead-time"] = (2, "from elsewhere", "z")
    with clock.playing(MONDAY + timedelta(days=7)):
        move_proposals()
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.BLOCKED
    assert told("proposal_blocked") == {"ana": "you wrote it", "cy": "you signed it", "gus": "you signed it"}
    assert text_to("cy", "proposal_blocked").startswith("It is blocked and waits for a revision. lead-time is at")


def test_token__of_what_a_tool_drafted_the_leads_hear(path: Path, organisation) -> None:
    by = team_queries.principal_of_secret(organisation.secrets["proposing"], clock.now())
    proposal = operations.draft_proposal(asked=asked(), by=by)
    run_previews()
    operations.submit_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=by)
    operations.request_changes(proposal=proposal, text="Name the queue.", by=path.by("cy"))
    assert told("changes_asked") == {
        "ana": "you are tech lead of Checkout", "bo": "you are product manager of Checkout",
    }  # fmt: skip


def test_private__an_inbox_keeps_no_judgement_of_a_team(path: Path) -> None:
    proposal = path.drafted()
    type(proposal).objects.update(is_private=True)
    operations.submit_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=path.by("ana"))
    operations.request_changes(proposal=proposal, text="Aim for 20 h.", by=path.by("cy"))
    assert {row.title for row in Notification.objects.all()} == {"P-1: an agreement of Checkout"}
    assert text_to("ana", "changes_asked") == "Changes are asked for."


def test_rollback__a_refused_act_tells_nobody(path: Path) -> None:
    proposal = path.submitted()
    before = Notification.objects.count()
    with pytest.raises(Exception, match="wrote a revision"):
        operations.sign_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=path.by("ana"))
    assert Notification.objects.count() == before


def test_several_items__are_one_notice(path: Path, organisation) -> None:
    items = tuple(Item(RULE, Op.CREATE, f"rule-{n}", {"wording": "new", "computing": "b"}) for n in range(3))
    whole = Asked(items, REASON, Category.IMPROVEMENT)
    by = principal_of(organisation.people["ana"])
    proposal = operations.draft_proposal(asked=whole, by=by)
    run_previews()
    operations.submit_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=by)
    assert Notification.objects.filter(recipient=organisation.people["cy"]).count() == 1
