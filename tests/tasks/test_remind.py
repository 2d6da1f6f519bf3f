"""The duty of reminding: each moment told once, to those it concerns, also after downtime, never when over."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.accounts.models import RoleGrant
from apps.core import clock
from apps.governance import operations
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.revisions import Asked, Category
from apps.governance.domain.upstairs import upstairs
from apps.governance.models import Exemption, FreezeWindow, Proposal, Reminder
from apps.governance.tasks import move_proposals, remind, run_previews
from apps.notifications.models import Notification
from tests.governed import MONDAY, Path, asked, path, rules
from tests.personas import BEGAN_AT, Organisation, principal_of

__all__ = ["path", "rules"]
REASON = "A mirrored build farm reported every release twice for two weeks."
EXEMPTION = {
    "kind": "exclude_data", "team": "checkout", "definitions": ["lead-time"], "starts_at": "2026-04-20",
    "expires_at": "2026-05-18",
}  # fmt: skip
FREEZE = {"name": "launch freeze", "team": "checkout", "starts_on": "2026-05-06", "last_on": "2026-05-14"}
EXPIRES = datetime(2026, 5, 17, 22, tzinfo=UTC)
STARTS, ENDS = datetime(2026, 5, 5, 22, tzinfo=UTC), datetime(2026, 5, 14, 22, tzinfo=UTC)
pytestmark = [pytest.mark.sql, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _definitions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upstairs, "definition_names", lambda: {"lead-time": "Lead time"})
    monkeypatch.setattr(upstairs, "find_fact_problems", lambda _asked: [])
    monkeypatch.setattr(upstairs, "receivers", [])


def at(moment: datetime) -> None:
    """A beat of the schedule."""
    with clock.playing(moment):
        remind()


def told(kind: str) -> dict[str, str]:
    rows = Notification.objects.filter(kind=kind).select_related("recipient").order_by("pk")
    return {row.recipient.full_name.split()[0].lower(): row.reason for row in rows}


def texts(kind: str) -> list[str]:
    return list(dict.fromkeys(Notification.objects.filter(kind=kind).order_by("pk").values_list("text", flat=True)))


def agree(organisation: Organisation, kind: str, content: dict, author: str, signer: str, **item: object) -> Proposal:
    """Asked for and agreed on, on Monday."""
    by, other = (principal_of(organisation.people[name]) for name in (author, signer))
    one = Item(kind, item.get("op", Op.CREATE), item.get("key", ""), content)
    proposal = operations.draft_proposal(asked=Asked((one,), REASON, Category.CORRECTION), by=by)
    run_previews()
    proposal.refresh_from_db()
    proposal = operations.submit_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=by)
    return operations.sign_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=other)


def test_proposal__seven_and_two_days_before_it_expires(path: Path) -> None:
    path.submitted()
    at(MONDAY + timedelta(days=6, hours=23))
    assert told("proposal_expiring") == {}
    for minutes in (0, 1, 60):
        at(MONDAY + timedelta(days=7, minutes=minutes))
    asked_of = {"ana": "you wrote it", "cy": "it waits for your signature", "gus": "it waits for your signature"}
    assert told("proposal_expiring") == asked_of
    assert texts("proposal_expiring")[0].startswith("Nobody moved it lately, so it expires on 18 May 2026.")
    at(MONDAY + timedelta(days=12))
    at(MONDAY + timedelta(days=13))
    assert Notification.objects.filter(kind="proposal_expiring").count() == 6


def test_proposal__an_act_of_anybody_puts_the_reminders_off(path: Path) -> None:
    proposal = path.submitted()
    with clock.playing(MONDAY + timedelta(days=3)):
        operations.request_changes(proposal=proposal, text="Name the queue.", by=path.by("cy"))
    at(MONDAY + timedelta(days=7))
    assert told("proposal_expiring") == {}
    at(MONDAY + timedelta(days=10))
    assert set(told("proposal_expiring")) == {"ana", "cy", "gus"}


def test_proposal__after_downtime_only_the_nearer_reminder_is_told(path: Path) -> None:
    path.submitted()
    at(MONDAY + timedelta(days=13))
    assert Notification.objects.filter(kind="proposal_expiring", recipient__email="ana@example.org").count() == 1
    assert Reminder.objects.filter(done_at=None).count() == 0


def test_proposal__what_has_expired_reminds_nobody_and_what_was_said_is_settled(path: Path) -> None:
    path.submitted()
    at(MONDAY + timedelta(days=7))
    with clock.playing(MONDAY + timedelta(days=15)):
        move_proposals()
    assert Notification.objects.filter(kind="proposal_expiring", read_at=None).count() == 0
    at(MONDAY + timedelta(days=16))
    assert Notification.objects.filter(kind="proposal_expiring").count() == 3


def test_proposal__a_revision_begins_anew(path: Path) -> None:
    proposal = path.submitted()
    at(MONDAY + timedelta(days=7))
    with clock.playing(MONDAY + timedelta(days=8)):
        operations.revise_proposal(
            proposal=proposal, asked=asked(computing="c"), sha256=proposal.revision_sha256, by=path.by("ana")
        )
        run_previews()
    at(MONDAY + timedelta(days=12))
    assert Notification.objects.filter(kind="proposal_expiring").count() == 3
    at(MONDAY + timedelta(days=15))
    assert Notification.objects.filter(kind="proposal_expiring").count() == 6


def test_exemption__seven_days_before_it_expires_once(organisation: Organisation) -> None:
    with clock.playing(MONDAY):
        agree(organisation, "exemption", EXEMPTION, "ana", "gus")
    at(EXPIRES - timedelta(days=7, minutes=1))
    assert told("exemption_expiring") == {}
    at(EXPIRES - timedelta(days=3))
    at(EXPIRES - timedelta(days=2))
    assert told("exemption_expiring") == {
        "ana": "you wrote it", "cy": "you are engineering manager of Checkout",
        "bo": "you are product manager of Checkout",
    }  # fmt: skip
    row = Notification.objects.filter(kind="exemption_expiring").first()
    assert (row.title, row.due_on.isoformat()) == ("E-1: exemption for Checkout", "2026-05-18")
    assert row.text == "It expires on 18 May 2026. From then on its facts count again."
    assert row.link == "/governance/exemptions/E-1/"


@pytest.mark.parametrize("why", ["expired", "ended"])
def test_exemption__one_that_is_over_is_told_to_nobody(organisation: Organisation, why: str) -> None:
    with clock.playing(MONDAY):
        agree(organisation, "exemption", EXEMPTION, "ana", "gus")
        if why == "ended":
            agree(organisation, "exemption", {}, "ana", "gus", op=Op.END, key="E-1")
            assert Exemption.objects.get().ended_at is not None
    at(EXPIRES if why == "expired" else EXPIRES - timedelta(days=5))
    assert told("exemption_expiring") == {}
    assert Reminder.objects.filter(what="exemption_expires", done_at=None).count() == 0


def test_freeze__the_team_hears_when_it_starts_and_when_it_ends(organisation: Organisation) -> None:
    with clock.playing(MONDAY):
        agree(organisation, "freeze_window", FREEZE, "cy", "bo")
    at(STARTS - timedelta(minutes=1))
    assert told("freeze") == {}
    at(STARTS)
    at(STARTS + timedelta(days=1))
    work = "you work in Checkout"
    assert told("freeze") == {"ana": work, "bo": work, "cy": work, "dee": work, "fay": "you lead Checkout"}
    at(ENDS)
    assert texts("freeze") == [
        "It has started: launch freeze, 6 May 2026 to 14 May 2026, for Checkout.",
        "It is over: launch freeze, 6 May 2026 to 14 May 2026, for Checkout.",
    ]
    at(ENDS + timedelta(days=1))
    assert Notification.objects.filter(kind="freeze").count() == 10


def test_freeze__of_the_organisation_is_told_to_every_team(organisation: Organisation) -> None:
    with clock.playing(MONDAY):
        RoleGrant.objects.create(user=organisation.people["fay"], role="steward", from_at=BEGAN_AT)
        whole = {name: value for name, value in FREEZE.items() if name != "team"}
        agree(organisation, "freeze_window", whole, "fay", "gus")
    at(STARTS)
    assert told("freeze")["eli"] == "you work in Harbour"
    assert told("freeze")["fay"] == "you lead the whole organisation"
    assert "hal" not in told("freeze")


def test_freeze__after_downtime_what_is_long_over_is_no_news(organisation: Organisation) -> None:
    with clock.playing(MONDAY):
        agree(organisation, "freeze_window", FREEZE, "cy", "bo")
    at(ENDS + timedelta(days=3))
    assert len(texts("freeze")) == 1
    assert texts("freeze")[0].startswith("It is over")
    with clock.playing(MONDAY):
        agree(organisation, "freeze_window", {**FREEZE, "name": "another freeze"}, "cy", "bo")
    at(ENDS + timedelta(days=8))
    assert len(texts("freeze")) == 1
    assert Reminder.objects.filter(done_at=None).count() == 0


def test_freeze__ended_early_is_over_now_and_not_told_to_whoever_ended_it(organisation: Organisation) -> None:
    with clock.playing(MONDAY):
        agree(organisation, "freeze_window", FREEZE, "cy", "bo")
    at(STARTS)
    with clock.playing(STARTS + timedelta(days=2)):
        agree(organisation, "freeze_window", {}, "cy", "bo", op=Op.END, key="F-1")
        assert FreezeWindow.objects.get().ended_by == organisation.people["bo"]
    at(STARTS + timedelta(days=2, minutes=2))
    over = Notification.objects.filter(kind="freeze", text__startswith="It is over").select_related("recipient")
    assert {row.recipient.full_name.split()[0] for row in over} == {"Ana", "Cy", "Dee", "Fay"}


def test_remind__a_failure_is_tried_again_and_nothing_is_told_twice(path: Path, monkeypatch) -> None:
    path.submitted()
    with monkeypatch.context() as patch:
        patch.setattr(operations, "remind", lambda **_: (_ for _ in ()).throw(RuntimeError("killed")))
        at(MONDAY + timedelta(days=7))
    assert told("proposal_expiring") == {}
    at(MONDAY + timedelta(days=7, minutes=5))
    assert Notification.objects.filter(kind="proposal_expiring").count() == 3


def test_remind__where_the_business_date_is_held_it_waits_for_that_date(path: Path, settings) -> None:
    path.submitted()
    wall = MONDAY + timedelta(days=60)
    settings.PLUMBLINE_AS_OF = (MONDAY + timedelta(days=1)).isoformat()
    Reminder.objects.update(due_at=MONDAY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: wall)
        patch.setattr(clock, "as_of", lambda: MONDAY + timedelta(days=1))
        remind()
    assert told("proposal_expiring") == {}
    assert sorted(Reminder.objects.values_list("due_at", flat=True)) == [
        wall + timedelta(days=6), wall + timedelta(days=11),
    ]  # fmt: skip
