"""Exemptions and freezes on the one path of change: asked for, signed, in force, ended, and by no other way."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, models, transaction

from apps.core import clock
from apps.core.immutable import SideDoor
from apps.core.problems import Conflict, Forbidden, Invalid
from apps.governance import exclusion_queries, operations
from apps.governance.domain.kinds import Grant, Item, Op, Ungranted
from apps.governance.domain.revisions import Asked, Category
from apps.governance.domain.states import ProposalState
from apps.governance.domain.upstairs import upstairs
from apps.governance.exclusion_drafting import read_exemption
from apps.governance.models import Exemption, FreezeWindow, PreviewRun, Proposal
from apps.governance.operations.exclusions import write_exemption
from apps.governance.tasks import run_previews
from tests.personas import Organisation, principal_of

MONDAY = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)
REASON = "A mirrored build farm reported every release twice for two weeks."
EXCLUDE = {
    "kind": "exclude_data", "team": "checkout", "definitions": ["lead-time"], "starts_at": "2026-04-20",
    "expires_at": "2026-05-18",
}  # fmt: skip
FREEZE = {"name": "launch freeze", "team": "checkout", "starts_on": "2026-05-01", "last_on": "2026-05-14"}


@pytest.fixture
def by(organisation: Organisation):
    def principal(name: str):
        return principal_of(organisation.people[name], clock.now())

    return principal


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> list:
    """What upper apps were told; they know two definitions."""
    heard: list = []
    monkeypatch.setattr(upstairs, "definition_names", lambda: {"lead-time": "Lead time", "frequency": "Frequency"})
    monkeypatch.setattr(upstairs, "find_fact_problems", lambda _asked: [])
    monkeypatch.setattr(upstairs, "receivers", [heard.append])
    return heard


def asking(kind: str, content: dict, op: Op = Op.CREATE, key: str = "", reason: str = REASON) -> Asked:
    return Asked((Item(kind, op, key, content),), reason, Category.CORRECTION)


def submitted(asked: Asked, who, at: datetime = MONDAY) -> Proposal:
    with clock.playing(at):
        proposal = operations.draft_proposal(asked=asked, by=who)
        run_previews()
        return operations.submit_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=who)


def sign(proposal: Proposal, who, at: datetime = MONDAY) -> Proposal:
    with clock.playing(at):
        return operations.sign_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=who)


def in_force(by) -> Exemption:
    sign(submitted(asking("exemption", EXCLUDE), by("ana")), by("gus"))
    return Exemption.objects.get()


def faults(kind: str, content: dict, who, at: datetime = MONDAY) -> list[str]:
    with clock.playing(at), pytest.raises(Invalid) as refusal:
        operations.draft_proposal(asked=asking(kind, content), by=who)
    return [problem.pointer for problem in refusal.value.errors]


def test_exemption__a_tech_lead_asks_and_a_steward_agrees(by, told: list, organisation: Organisation) -> None:
    proposal = submitted(asking("exemption", EXCLUDE), by("ana"))
    assert proposal.state == ProposalState.IN_REVIEW
    proposal = sign(proposal, by("gus"))
    assert proposal.state == ProposalState.ACTIVATED
    row = Exemption.objects.get()
    assert (str(row), row.team, row.definitions, row.reason) == ("E-1", organisation.checkout, ["lead-time"], REASON)
    assert (row.starts_at, row.ended_at) == (
        datetime(2026, 4, 19, 22, tzinfo=UTC),
        None,
    )  # midnight in the reporting zone
    services = {organisation.checkout_api.pk, organisation.checkout_web.pk}
    assert [(set(one.service_ids), one.start, one.end) for one in told] == [(services, row.starts_at, row.expires_at)]


def test_exemption__a_member_submits_and_two_others_sign(by) -> None:
    proposal = sign(submitted(asking("exemption", EXCLUDE), by("dee")), by("gus"))
    assert proposal.state == ProposalState.IN_REVIEW
    assert sign(proposal, by("cy")).state == ProposalState.ACTIVATED


def test_exemption__a_stranger_and_a_product_manager_do_not(by) -> None:
    with clock.playing(MONDAY), pytest.raises(Forbidden):
        operations.draft_proposal(asked=asking("exemption", EXCLUDE), by=by("eli"))
    proposal = submitted(asking("exemption", EXCLUDE), by("ana"))
    with pytest.raises(Forbidden):
        sign(proposal, by("bo"))


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"expires_at": ""}, "/items/0/content/expires_at"),
        ({"expires_at": "2026-07-20"}, "/items/0/content/expires_at"),
        ({"starts_at": "2026-04-05"}, "/items/0/content/starts_at"),
        ({"definitions": []}, "/items/0/content/definitions"),
        ({"definitions": ["all"]}, "/items/0/content/definitions"),
        ({"service": "checkout-api"}, "/items/0/content/team"),
        ({"team": "nowhere"}, "/items/0/content/team"),
        ({"kind": "forget"}, "/items/0/content/kind"),
        ({"kind": "pause_judging", "facts": [{"key": "d-1"}]}, "/items/0/content/facts"),
        ({"forever": True}, "/items/0/content/forever"),
    ],
)
def test_exemption__bad_input_is_located(by, change: dict, pointer: str) -> None:
    assert pointer in faults("exemption", {**EXCLUDE, **change}, by("ana"))


def test_exemption__one_renewal(by) -> None:
    in_force(by)
    again = EXCLUDE | {"starts_at": "2026-05-18", "expires_at": "2026-06-01"}
    sign(submitted(asking("exemption", again), by("cy"), MONDAY), by("gus"))
    assert str(Exemption.objects.get(number=2).renews) == "E-1"
    third = EXCLUDE | {"starts_at": "2026-06-01", "expires_at": "2026-06-08"}
    assert faults("exemption", third, by("cy")) == ["/items/0/content/starts_at"]


def test_exemption__ending_needs_one_other_person_and_holds_at_once(by, told: list) -> None:
    row = in_force(by)
    later = MONDAY + timedelta(days=3)
    proposal = submitted(asking("exemption", {}, Op.END, "E-1"), by("ana"), later)
    assert not PreviewRun.objects.filter(revision__proposal=proposal).exists()
    proposal = sign(proposal, by("bo"), later)
    row.refresh_from_db()
    assert (proposal.state, row.ended_at, row.ended_by.full_name) == (ProposalState.ACTIVATED, later, "Bo Park")
    assert row.ended_seq > row.seq
    assert len(told) == 2
    with clock.playing(later), pytest.raises(Conflict):
        operations.draft_proposal(asked=asking("exemption", {}, Op.END, "E-1"), by=by("ana"))


def test_exemption__two_in_one_proposal_have_no_key_yet(by) -> None:
    both = Asked(
        (Item("exemption", Op.CREATE, "", EXCLUDE), Item("exemption", Op.CREATE, "", EXCLUDE | {"team": "harbour"})),
        REASON, Category.CORRECTION,
    )  # fmt: skip
    with clock.playing(MONDAY):
        assert operations.draft_proposal(asked=both, by=by("gus")).items.count() == 2


def test_exemption__nobody_writes_it_by_another_way(by) -> None:
    row = in_force(by)
    acts = (
        row.save, row.delete, lambda: Exemption.objects.update(reason="x"), lambda: row.end(ended_at=MONDAY),
        lambda: Exemption(number=9).save(),
    )  # fmt: skip
    for act in acts:
        with pytest.raises(SideDoor):
            act()
    draft = read_exemption(Item("exemption", Op.CREATE, "", EXCLUDE))
    with pytest.raises(Ungranted):
        write_exemption(draft, Grant(row.proposal_id, 1, REASON, None, None, row.approved_by_id))


@pytest.mark.sql
def test_exemption__the_database_lets_the_end_through_once_and_nothing_else(by) -> None:
    row = in_force(by)
    plain: models.QuerySet[Exemption] = models.QuerySet(Exemption)
    ending: dict[str, Any] = {
        "ended_at": MONDAY, "ended_by_id": row.approved_by_id, "ended_proposal_id": row.proposal_id, "ended_seq": 9,
    }  # fmt: skip
    refused: list[dict[str, Any]] = [{"reason": "x"}, {**ending, "expires_at": MONDAY}, {"ended_seq": 9}]
    for change in refused:
        with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
            plain.update(**change)
    assert plain.update(**ending) == 1
    for change in [ending, dict.fromkeys(ending)]:
        with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
            plain.update(**change)
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        plain.all()._raw_delete(plain.db)


def test_freeze__manager_and_product_manager_sign(by, organisation: Organisation, told: list) -> None:
    proposal = submitted(asking("freeze_window", FREEZE), by("cy"))
    assert sign(proposal, by("bo")).state == ProposalState.ACTIVATED
    row = FreezeWindow.objects.get()
    assert (str(row), row.name, row.team, row.last_on) == (
        "F-1", "launch freeze", organisation.checkout, date(2026, 5, 14)
    )  # fmt: skip
    assert told == []


def test_freeze__of_the_organisation_is_signed_by_a_steward(by) -> None:
    whole = {key: value for key, value in FREEZE.items() if key != "team"}
    proposal = submitted(asking("freeze_window", whole), by("cy"))
    assert sign(proposal, by("gus")).state == ProposalState.ACTIVATED
    assert FreezeWindow.objects.get().team is None


def test_freeze__limits(by) -> None:
    assert faults("freeze_window", FREEZE | {"last_on": "2026-06-01"}, by("cy")) == ["/items/0/content/last_on"]
    assert faults("freeze_window", FREEZE | {"starts_on": "2026-04-20"}, by("cy")) == ["/items/0/content/starts_on"]
    assert faults("freeze_window", FREEZE | {"starts_on": "soon"}, by("cy")) == ["/items/0/content/starts_on"]
    assert faults("freeze_window", FREEZE | {"team": "nowhere"}, by("cy")) == ["/items/0/content/team"]


def test_freeze__asked_in_time_may_be_signed_later(by) -> None:
    proposal = submitted(asking("freeze_window", FREEZE), by("cy"), MONDAY + timedelta(days=4))
    assert sign(proposal, by("bo"), MONDAY + timedelta(days=8)).state == ProposalState.ACTIVATED


def test_freeze__is_ended_early(by) -> None:
    sign(submitted(asking("freeze_window", FREEZE), by("cy")), by("bo"))
    later = MONDAY + timedelta(days=3)
    sign(submitted(asking("freeze_window", {}, Op.END, "F-1"), by("cy"), later), by("ana"), later)
    with clock.playing(later):
        pauses = exclusion_queries.list_excluded()
    assert [(pause.start, pause.end, pause.name) for pause in pauses] == [
        (date(2026, 5, 1), date(2026, 5, 7), "launch freeze")
    ]
