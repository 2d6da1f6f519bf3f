"""A target review is answered, signed by three people, and closed."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from apps.accounts.domain import SYSTEM, Principal, PrincipalKind, TeamRole
from apps.accounts.models import User
from apps.audit import operations as audit
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.immutable import SideDoor
from apps.core.problems import Conflict, Forbidden, Invalid, Outdated
from apps.governance.checking import Case
from apps.governance.domain.checks import waits_for
from apps.governance.models import Proposal
from apps.governance.queries import quarters_under_review
from apps.metrics.domain.starter import CHANGE_LEAD_TIME_FROM_MERGE
from apps.metrics.models import Target
from apps.reviews import operations, queries
from apps.reviews.domain.content import Choice
from apps.reviews.domain.seats import FilledBy, SeatRole
from apps.reviews.models import ReviewSignature, TargetReview
from apps.scorecards.domain.content import canonical_text, sha256_of
from apps.teams import operations as teams
from apps.teams.models import Membership
from tests.agreeing import draft, sign_all, starter_item, submit
from tests.cards import FREEZES_AT, HOUR, QUARTER, House, answer_all, close, drafts_of, send_late_fact, sign_as
from tests.personas import principal_of

CFR, LEAD_TIME = "change-failure-rate", "change-lead-time"


def edit(
    review: TargetReview, by: Principal, definition: str = CFR, choice: Choice = Choice.EDIT, **more: object
) -> TargetReview:
    given = {"value": Decimal("0.19"), "content_sha256": review.content_sha256}
    return operations.edit_draft(review=review, definition=definition, choice=choice, by=by, **{**given, **more})


# answered


def test_edit__takes_the_value_and_notes_noise(discussed: TargetReview, people: dict[str, User]) -> None:
    review = edit(discussed, principal_of(people["bo"]), value=Decimal("0.15"), reason="The new test stage.")
    row = drafts_of(review)[CFR]
    assert (row["answer"], row["value"], row["near_noise"]) == ("edited", "0.15", False)
    assert row["reason"] == "The new test stage."


def test_edit__accept_keeps_the_draft_whatever_was_typed(discussed: TargetReview, people: dict[str, User]) -> None:
    review = edit(discussed, principal_of(people["ana"]), choice=Choice.ACCEPT, value=Decimal("0.01"))
    assert (drafts_of(review)[CFR]["answer"], drafts_of(review)[CFR]["value"]) == ("accepted", "0.187")


def test_edit__drop_leaves_no_target(discussed: TargetReview, people: dict[str, User]) -> None:
    assert drafts_of(edit(discussed, principal_of(people["ana"]), choice=Choice.DROP))[CFR]["answer"] == "dropped"


def test_edit__more_than_a_third_needs_a_written_reason(discussed: TargetReview, people: dict[str, User]) -> None:
    by = principal_of(people["ana"])
    with pytest.raises(Invalid) as caught:
        edit(discussed, by, value=Decimal("0.10"))
    assert [error.pointer for error in caught.value.errors] == ["/heroic_reason"]
    review = edit(discussed, by, value=Decimal("0.10"), heroic_reason="Two quarters of test work are finished now.")
    assert drafts_of(review)[CFR]["heroic"] is True


@pytest.mark.parametrize(
    ("value", "pointer", "code"),
    [
        (Decimal("1.5"), "/value", "out_of_range"),
        (Decimal(-1), "/value", "out_of_range"),
        (None, "/value", "not_a_number"),
    ],
)
def test_edit__a_value_outside_its_unit(
    discussed: TargetReview, people: dict[str, User], value: Decimal | None, pointer: str, code: str
) -> None:
    with pytest.raises(Invalid) as caught:
        edit(discussed, principal_of(people["ana"]), value=value)
    assert [(error.pointer, error.code) for error in caught.value.errors] == [(pointer, code)]
    discussed.refresh_from_db()
    assert drafts_of(discussed)[CFR]["answer"] == "open"


def test_edit__where_nothing_is_drafted(discussed: TargetReview, people: dict[str, User]) -> None:
    with pytest.raises(Invalid):
        edit(discussed, principal_of(people["ana"]), definition="deployment-frequency")


def test_edit__on_an_old_content(discussed: TargetReview, people: dict[str, User]) -> None:
    edit(discussed, principal_of(people["ana"]), choice=Choice.DROP)
    with pytest.raises(Outdated) as caught:
        edit(discussed, principal_of(people["cy"]), content_sha256="0" * 64)
    assert (caught.value.status, caught.value.code) == (412, "review_changed")


@pytest.mark.parametrize("name", ["dee", "gus", "hal"])
def test_edit__belongs_to_those_who_agree(discussed: TargetReview, people: dict[str, User], name: str) -> None:
    with pytest.raises(Forbidden):
        edit(discussed, principal_of(people[name]))


def test_edit__before_opening(generated: TargetReview, people: dict[str, User]) -> None:
    with pytest.raises(Conflict) as caught:
        edit(generated, principal_of(people["ana"]))
    assert caught.value.code == "review_state"


# signed


def test_sign__with_open_items_names_each(discussed: TargetReview, people: dict[str, User]) -> None:
    with pytest.raises(Conflict) as caught:
        sign_as(discussed, "tech_lead", people["ana"])
    assert caught.value.code == "items_open"
    pointers = [error.pointer for error in caught.value.errors]
    assert pointers == [f"/next/{i}" for i, row in enumerate(discussed.content["next"]) if row["answer"] == "open"]


def test_sign__two_of_three_keep_it_open(discussed: TargetReview, people: dict[str, User]) -> None:
    answer_all(discussed, principal_of(people["ana"]))
    sign_as(discussed, "tech_lead", people["ana"])
    review = sign_as(discussed, "leadership", people["fay"])
    assert review.state == "in_discussion"
    assert Target.objects.filter(quarter="2026-Q3").count() == 0


def test_sign__an_edit_voids_all_signatures(discussed: TargetReview, people: dict[str, User]) -> None:
    by = principal_of(people["ana"])
    answer_all(discussed, by)
    sign_as(discussed, "tech_lead", people["ana"])
    sign_as(discussed, "engineering_manager", people["cy"])
    discussed.refresh_from_db()
    review = edit(discussed, by)
    assert queries.list_signed(review) == []
    assert sign_as(review, "leadership", people["fay"]).state == "in_discussion"
    sign_as(review, "tech_lead", people["ana"])
    assert sign_as(review, "engineering_manager", people["cy"]).state == "closed"


def test_sign__an_old_hash(discussed: TargetReview, people: dict[str, User]) -> None:
    before = discussed.content_sha256
    answer_all(discussed, principal_of(people["ana"]))
    with pytest.raises(Outdated):
        operations.sign_review(
            review=discussed, role=SeatRole.TECH_LEAD, content_sha256=before, by=principal_of(people["ana"])
        )


def test_sign__twice(discussed: TargetReview, people: dict[str, User]) -> None:
    answer_all(discussed, principal_of(people["ana"]))
    sign_as(discussed, "tech_lead", people["ana"])
    with pytest.raises(Conflict) as caught:
        sign_as(discussed, "tech_lead", people["ana"])
    assert caught.value.code == "already_signed"


def test_sign__for_two_roles(discussed: TargetReview, people: dict[str, User]) -> None:
    teams.add_member(
        user=people["ana"], team=discussed.team, role=TeamRole.ENGINEERING_MANAGER,
        from_at=datetime(2024, 1, 1, tzinfo=UTC), by=SYSTEM,
    )  # fmt: skip
    answer_all(discussed, principal_of(people["ana"]))
    sign_as(discussed, "tech_lead", people["ana"])
    with pytest.raises(Conflict) as caught:
        sign_as(discussed, "engineering_manager", people["ana"])
    assert caught.value.code == "already_signed"


@pytest.mark.parametrize(
    ("role", "name"), [("tech_lead", "cy"), ("leadership", "ana"), ("tech_lead", "gus"), ("leadership", "hal")]
)
def test_sign__for_a_role_of_somebody_else(
    discussed: TargetReview, people: dict[str, User], role: str, name: str
) -> None:
    answer_all(discussed, principal_of(people["ana"]))
    with pytest.raises(Forbidden):
        sign_as(discussed, role, people[name])


def test_sign__by_token(discussed: TargetReview) -> None:
    token = Principal(kind=PrincipalKind.TOKEN, key="token:1", token_id=1, token_team_id=discussed.team_id)
    with pytest.raises(Forbidden) as caught:
        operations.sign_review(review=discussed, role=SeatRole.TECH_LEAD, content_sha256="0" * 64, by=token)
    assert caught.value.code == "needs_a_person"


def test_sign__a_vacant_role_is_signed_by_the_groups_holder_else_the_steward(
    discussed: TargetReview, people: dict[str, User], measured: House
) -> None:
    ended = datetime(2026, 7, 1, tzinfo=UTC)
    Membership.objects.filter(team=discussed.team, role="engineering_manager").update(until_at=ended)
    answer_all(discussed, principal_of(people["ana"]))
    seat = queries.get_seats(discussed.team)[1]
    assert (seat.filled_by, seat.people) == (FilledBy.STEWARD, frozenset({people["gus"].pk}))
    teams.add_member(
        user=people["eli"], group=measured.organisation.group, role=TeamRole.ENGINEERING_MANAGER,
        from_at=datetime(2024, 1, 1, tzinfo=UTC), by=SYSTEM,
    )  # fmt: skip
    with pytest.raises(Forbidden):
        sign_as(discussed, "engineering_manager", people["gus"])
    sign_as(discussed, "engineering_manager", people["eli"])
    assert [mark.role for mark in queries.list_signed(discussed)] == ["engineering_manager"]


def test_signature__is_written_once(discussed: TargetReview, people: dict[str, User]) -> None:
    answer_all(discussed, principal_of(people["ana"]))
    sign_as(discussed, "tech_lead", people["ana"])
    with pytest.raises(SideDoor):
        ReviewSignature.objects.all().delete()


# closed


def test_close__writes_the_agreed_targets(discussed: TargetReview, people: dict[str, User]) -> None:
    assert close(discussed, people).state == "closed"
    found = {t.definition.slug: t for t in Target.objects.filter(team=discussed.team, quarter="2026-Q3")}
    assert {slug: t.value for slug, t in found.items()} == {
        CFR: Decimal("0.187"), LEAD_TIME: Decimal(90720), "failed-deployment-recovery-time": Decimal(3360),
    }  # fmt: skip
    assert (found[LEAD_TIME].baseline_value, found[LEAD_TIME].baseline_n) == (31.5 * HOUR, 34)
    assert found[CFR].agreed_by == people["fay"]


def test_close__files_one_proposal_with_its_signatures(discussed: TargetReview, people: dict[str, User]) -> None:
    close(discussed, people)
    proposal = Proposal.objects.get(origin="review")
    assert (proposal.state, proposal.is_private, proposal.owner_team) == ("activated", True, discussed.team)
    assert {target.proposal for target in Target.objects.filter(quarter="2026-Q3")} == {proposal}
    rows = proposal.revisions.get().signatures.order_by("pk")
    assert [(row.role, row.signed_by) for row in rows] == [
        ("tech_lead", people["ana"]), ("engineering_manager", people["cy"]), ("leadership", people["fay"]),
    ]  # fmt: skip
    assert [item.op for item in proposal.items.all()] == ["create"] * 3


def test_close__without_an_agreed_target_files_nothing(discussed: TargetReview, people: dict[str, User]) -> None:
    answer_all(discussed, principal_of(people["ana"]), Choice.DROP)
    close(discussed, people)
    assert not Proposal.objects.filter(origin="review").exists()


def test_quarter__is_under_review_while_the_review_is_open(discussed: TargetReview, people: dict[str, User]) -> None:
    team = discussed.team_id
    assert quarters_under_review() == {team: ["2026-Q2"]}
    lead_time = starter_item(CHANGE_LEAD_TIME_FROM_MERGE, discussed.team)
    ana = people["ana"]
    proposal = draft(lead_time, author=ana, restate_from=date(2026, 6, 1))
    assert "2026-Q2 is under review" in waits_for(Case.of(proposal).findings())
    with pytest.raises(Conflict, match="2026-Q2 is under review"):
        submit(proposal, ana)
    close(discussed, people)
    assert quarters_under_review() == {}
    assert sign_all(submit(proposal, ana)).state == "scheduled"


def test_close__dropped_rows_leave_no_target(discussed: TargetReview, people: dict[str, User]) -> None:
    answer_all(discussed, principal_of(people["ana"]), Choice.DROP)
    close(discussed, people)
    assert Target.objects.filter(quarter="2026-Q3").count() == 0


@pytest.mark.parametrize(("day", "quarter"), [(30, "2026-Q3"), (31, "2026-Q4")])
def test_close__on_day_30_and_on_day_31_judges_different_quarters(
    discussed: TargetReview, people: dict[str, User], day: int, quarter: str
) -> None:
    with clock.playing(datetime(2026, 7, day, 9, tzinfo=UTC)):
        close(discussed, people)
    assert set(
        Target.objects.filter(team=discussed.team).exclude(quarter="2026-Q2").values_list("quarter", flat=True)
    ) == {quarter}


def test_close__keeps_a_target_that_was_agreed_on_before(
    discussed: TargetReview, people: dict[str, User], measured: House
) -> None:
    measured.set_target(CFR, "0.187", quarter="2026-Q3", agreed=FREEZES_AT.date())
    assert close(discussed, people).state == "closed"
    assert Target.objects.filter(definition__slug=CFR, quarter="2026-Q3").count() == 1


def test_close__the_snapshot_hash_is_in_the_audit_chain(discussed: TargetReview, people: dict[str, User]) -> None:
    review = close(discussed, people)
    found = queries.snapshot(review)
    assert canonical_text(found) == review.snapshot_text
    assert sha256_of(found) == review.snapshot_sha256
    assert review.snapshot_sha256 in AuditEvent.objects.get(action="review.closed").payload_text
    assert [one["who"] for one in found["signatures"]] == ["Ana Tamm", "Cy Emmer", "Fay Lind"]


def test_close__later_facts_and_names_change_no_byte(
    discussed: TargetReview, people: dict[str, User], measured: House
) -> None:
    review = close(discussed, people)
    text = review.snapshot_text
    send_late_fact(measured)
    measured.team.name = "Payments"
    measured.team.save()
    operations.generate_review(team=measured.team, quarter=QUARTER, by=SYSTEM)
    review = TargetReview.objects.get(pk=review.pk)
    assert review.snapshot_text == text
    assert queries.shown_content(review)["team"]["name"] == "Checkout"


@pytest.mark.parametrize("act", ["open", "edit", "sign"])
def test_closed__takes_no_further_act(discussed: TargetReview, people: dict[str, User], act: str) -> None:
    review, by = close(discussed, people), principal_of(people["ana"])
    acts = {
        "open": lambda: operations.open_review(review=review, by=by),
        "edit": lambda: edit(review, by),
        "sign": lambda: sign_as(review, "tech_lead", people["ana"]),
    }
    with pytest.raises(Conflict) as caught:
        acts[act]()
    assert caught.value.code == "review_closed"


def test_close__rolled_back_leaves_two_signatures_and_no_target(
    discussed: TargetReview, people: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_all(discussed, principal_of(people["ana"]))
    sign_as(discussed, "tech_lead", people["ana"])
    sign_as(discussed, "engineering_manager", people["cy"])
    record, events = audit.record, AuditEvent.objects.count()

    def fail(action: str, **kwargs: object) -> object:
        if action == "review.closed":
            raise RuntimeError("the disk is full")
        return record(action, **kwargs)

    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(RuntimeError, match="disk"):
        sign_as(discussed, "leadership", people["fay"])
    discussed.refresh_from_db()
    assert (discussed.state, discussed.snapshot_text) == ("in_discussion", "")
    assert ReviewSignature.objects.count() == 2
    assert Target.objects.filter(quarter="2026-Q3").count() == 0
    assert AuditEvent.objects.count() == events
