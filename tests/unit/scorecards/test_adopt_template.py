"""Templates come into force by proposals: a steward leads, leadership agrees; the starter kit needs one steward."""

from datetime import UTC, date, datetime

import pytest

from apps.accounts.domain import SYSTEM
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.problems import Conflict, Forbidden, Invalid
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.states import ProposalState
from apps.scorecards import operations, queries
from apps.scorecards.models import TemplateVersion
from apps.teams.domain import TeamType
from tests.agreeing import REASON, adopt_kit, agree, draft, move, sign_all, submit
from tests.personas import Organisation, principal_of

IN_MARCH = datetime(2026, 3, 25, 12, tzinfo=UTC)
APRIL = date(2026, 4, 1)
JULY = date(2026, 7, 1)


@pytest.fixture(autouse=True)
def _march():
    with clock.playing(IN_MARCH):
        yield


def item(slots: object = None, team_type: str = "product", op: Op = Op.CREATE) -> Item:
    return Item("scorecard_template", op, team_type, {"slots": slots or queries.get_kit("product")["slots"]})


def relabelled() -> list[dict[str, object]]:
    slots = [dict(slot) for slot in queries.get_kit("product")["slots"]]
    slots[0]["label"] = "Releases"
    return slots


def reordered() -> list[dict[str, object]]:
    slots = [dict(slot) for slot in queries.get_kit("product")["slots"]]
    slots[0]["rank"], slots[1]["rank"] = slots[1]["rank"], slots[0]["rank"]
    return slots


@pytest.fixture
def first(organisation: Organisation) -> TemplateVersion:
    """The starter template of product teams, in force from April."""
    adopt_kit(item(), steward=organisation.people["gus"], on=APRIL)
    return TemplateVersion.objects.get()


def test_template__the_kit_holds_from_its_day_with_one_steward(organisation: Organisation) -> None:
    proposal = operations.adopt_starter_template(
        kit=queries.get_kit("product"), reason=REASON, effective_from=APRIL, by=principal_of(organisation.people["gus"])
    )
    assert (proposal.state, proposal.effective_from) == (ProposalState.SCHEDULED, APRIL)
    assert not TemplateVersion.objects.exists()
    move(proposal)
    version = TemplateVersion.objects.get(proposal=proposal)
    assert (version.number, version.effective_from, version.adopted_by) == (1, APRIL, organisation.people["gus"])


def test_template__the_kit_is_adopted_once(organisation: Organisation) -> None:
    steward = principal_of(organisation.people["gus"])
    for _ in range(2):
        kit = queries.get_kit("product")
        given = {"kit": kit, "reason": REASON, "effective_from": APRIL, "by": steward}
        if not TemplateVersion.objects.exists():
            move(operations.adopt_starter_template(**given))
    with pytest.raises(Conflict, match="have a template already"):
        operations.adopt_starter_template(**given)


def test_template__a_change_needs_the_steward_and_leadership(first: TemplateVersion, organisation) -> None:
    proposal = agree(item(reordered(), op=Op.CHANGE), author=organisation.people["gus"], on=JULY)
    roles = proposal.revisions.get().signatures.order_by("pk").values_list("role", "signed_by__full_name")
    assert list(roles) == [("steward", "Gus Stein"), ("leadership", "Fay Lind")]
    second = TemplateVersion.objects.get(proposal=proposal)
    assert (second.number, second.effective_from) == (2, JULY)


def test_template__a_steward_alone_changes_nothing(first: TemplateVersion, organisation: Organisation) -> None:
    gus = organisation.people["gus"]
    proposal = submit(draft(item(reordered(), op=Op.CHANGE), author=gus), gus)
    assert proposal.state == ProposalState.IN_REVIEW
    assert sign_all(proposal).state == ProposalState.SCHEDULED
    move(proposal)
    assert TemplateVersion.objects.count() == 2


def test_template__a_label_needs_one_other_person(first: TemplateVersion, organisation: Organisation) -> None:
    with clock.playing(datetime(2026, 4, 8, 12, tzinfo=UTC)):
        agree(item(relabelled(), op=Op.CHANGE), author=organisation.people["gus"])
    assert TemplateVersion.objects.get(number=2).effective_from == date(2026, 4, 8)


def test_template__is_audited_with_its_slots(first: TemplateVersion) -> None:
    event = AuditEvent.objects.get(action="scorecard_template.adopted")
    assert event.subject == f"scorecards.templateversion:{first.pk}"
    assert "change-failure-rate" in event.payload_text


def test_template__holds_from_its_day(first: TemplateVersion, organisation: Organisation) -> None:
    agree(item(reordered(), op=Op.CHANGE), author=organisation.people["gus"], on=JULY)
    numbers = [queries.get_template("product", day) for day in (date(2026, 3, 31), date(2026, 6, 30), JULY)]
    assert [found.number if found else None for found in numbers] == [None, 1, 2]
    assert queries.get_template("mixed", JULY) is None


def test_draft__what_is_in_force_already(first: TemplateVersion, organisation: Organisation) -> None:
    with pytest.raises(Conflict) as caught:
        draft(item(op=Op.CHANGE), author=organisation.people["gus"])
    assert caught.value.code == "already_current"


def test_draft__every_fault_at_once_and_nothing_stored(first: TemplateVersion, organisation: Organisation) -> None:
    with pytest.raises(Invalid) as caught:
        draft(item(relabelled()[:3], op=Op.CHANGE), author=organisation.people["gus"])
    assert {error.pointer for error in caught.value.errors} == {"/items/0/content/slots"}
    with pytest.raises(Invalid) as caught:
        draft(item(team_type="band"), author=organisation.people["gus"])
    assert [error.pointer for error in caught.value.errors] == ["/items/0/key"]
    assert TemplateVersion.objects.count() == 1


@pytest.mark.parametrize("name", ["ana", "cy", "fay", "hal", "eli"])
def test_kit__belongs_to_the_steward(organisation: Organisation, name: str) -> None:
    with pytest.raises(Forbidden) as caught:
        operations.adopt_starter_template(
            kit=queries.get_kit("product"), reason=REASON, effective_from=APRIL,
            by=principal_of(organisation.people[name]),
        )  # fmt: skip
    assert caught.value.code == "role_missing"


def test_kit__needs_a_person(organisation: Organisation) -> None:
    with pytest.raises(Forbidden) as caught:
        operations.adopt_starter_template(
            kit=queries.get_kit("product"), reason=REASON, effective_from=APRIL, by=SYSTEM
        )
    assert caught.value.code == "needs_a_person"


def test_sentence__says_which_slots_come_and_go(first: TemplateVersion, organisation: Organisation) -> None:
    gus = organisation.people["gus"]
    renamed = draft(item(relabelled(), op=Op.CHANGE), author=gus)
    assert "in comes Releases; out goes Deployment frequency" in renamed.title
    assert "another order" in draft(item(reordered(), op=Op.CHANGE), author=gus).title
    assert TeamType.PRODUCT in renamed.title
