"""An SLI, an SLO or a policy moves to another team: both sign, and what was kept stays with the team of its day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from apps.accounts.domain import SYSTEM, TeamRole
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.immutable import writing
from apps.core.periods import local_midnight
from apps.core.problems import Conflict, Invalid
from apps.governance.checking import Case
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.revisions import Asked, Category
from apps.governance.models import Proposal
from apps.governance.operations import draft_proposal
from apps.objectives.models import BudgetEvaluation, BudgetPolicy, Indicator, Objective, ObjectiveVersion
from apps.objectives.queries import histories
from apps.objectives.queries.owning import results_with_team
from apps.teams import operations as teams
from apps.teams.models import Team
from tests.agreeing import REASON, agree, draft, move, sign_all, submit
from tests.budgets import add_promise, make_objective
from tests.personas import BEGAN_AT, Organisation, make_organisation, make_person, principal_of
from tests.promising import (
    INDICATOR,
    OBJECTIVE,
    POLICY_SLUG,
    PROMISE,
    newest_promise,
    objective_item,
    policy_item,
    promise,
    promised,
)
from tests.sampling import make_indicator
from tests.services import examples

pytestmark = pytest.mark.sql
DAY = timedelta(days=1)
FIRST = date(2026, 1, 1)
WEDNESDAY = datetime(2026, 7, 8, 12, tzinfo=UTC)
LEADS = {"ivy": TeamRole.TECH_LEAD, "jon": TeamRole.ENGINEERING_MANAGER, "kim": TeamRole.PRODUCT_MANAGER}
TEAMS = ("checkout", "harbour")


def moved(kind: str, slug: str, to: str) -> Item:
    """The version in force, given to another team."""
    return Item(kind, Op.CHANGE, slug, histories.get_standing(kind, slug).content | {"owner_team": to})


@pytest.fixture
def promises(organisation: Organisation) -> Iterator[Organisation]:
    """Checkout's SLI, SLO and policy, in force from the beginning; Harbour has its leads, too."""
    for name, role in LEADS.items():
        person = organisation.people[name] = make_person(name, name.capitalize())
        teams.add_member(user=person, team=organisation.harbour, role=role, from_at=BEGAN_AT, by=SYSTEM)
    with clock.playing(WEDNESDAY):
        promised(organisation, policy=True)
        yield organisation


def moves(organisation: Organisation, to: str, at: datetime, *, kinds: str = "slo") -> Proposal:
    """Everything of these kinds moves, at the first midnight after an instant."""
    slugs = {"sli": INDICATOR, "slo": OBJECTIVE, "budget_policy": POLICY_SLUG}
    items = [moved(kind, slugs[kind], to) for kind in kinds.split()]
    author = "ana" if Objective.objects.get().owner_team == organisation.checkout else "ivy"
    return agree(*items, author=organisation.people[author], at=at)


@pytest.mark.django_db
def test_move__both_teams_sign_it_and_it_holds_from_midnight(promises: Organisation) -> None:
    proposal = draft(moved("slo", OBJECTIVE, "harbour"), author=promises.people["ana"])
    needs = [(sorted(need.roles), need.team_id) for need in Case.of(proposal).needs]
    assert needs == [(["tech_lead"], promises.checkout.pk), (["tech_lead"], promises.harbour.pk)]
    move(sign_all(submit(proposal, promises.people["ana"])))
    objective, version = Objective.objects.get(), newest_promise()
    assert objective.owner_team == promises.harbour
    assert [version.number, version.moved_from, version.effective_from] == [2, promises.checkout, date(2026, 7, 9)]
    # It promises alike, so windows, evaluations and the version that is measured go on.
    assert version.meaning_number == 1
    event = AuditEvent.objects.get(action="objective.moved")
    assert f'"to":{promises.harbour.pk}' in event.payload_text


@pytest.mark.django_db
def test_move__of_a_policy_is_signed_by_six_roles_and_takes_its_slo_along(promises: Organisation) -> None:
    promise(promises, policy_item(objectives=[OBJECTIVE]), at=WEDNESDAY)
    alone = Asked((moved("budget_policy", POLICY_SLUG, "harbour"),), REASON, Category.IMPROVEMENT)
    with pytest.raises(Invalid) as refused:
        draft_proposal(asked=alone, by=principal_of(promises.people["gus"], clock.now()))
    assert "belongs to another team" in refused.value.errors[0].detail
    both = [moved("slo", OBJECTIVE, "harbour"), moved("budget_policy", POLICY_SLUG, "harbour")]
    proposal = draft(*both, author=promises.people["gus"])
    assert len({(tuple(need.roles), need.team_id) for need in Case.of(proposal).needs}) == 6
    move(sign_all(submit(proposal, promises.people["gus"])))
    assert {Objective.objects.get().owner_team, BudgetPolicy.objects.get().owner_team} == {promises.harbour}


@pytest.mark.django_db
def test_move__may_change_the_promise_too_but_never_holds_at_once(promises: Organisation) -> None:
    item = objective_item(target="0.99")
    item = Item(item.kind, item.op, item.key, {**item.content, "owner_team": "harbour"})
    asked = Asked((item,), REASON, Category.IMPROVEMENT, at_once_reason="The launch is tomorrow.")
    with pytest.raises(Invalid, match="moves at a coming midnight"):
        draft_proposal(asked=asked, by=principal_of(promises.people["ana"], clock.now()))
    proposal = agree(item, author=promises.people["ana"], at=WEDNESDAY)
    assert "moves from Checkout to Harbour" in str(proposal.title)
    assert [newest_promise().meaning_number, newest_promise().moved_from] == [2, promises.checkout]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("to", "words"), [("nobody", "no such team"), ("gone", "closed and owns nothing new")]
)  # fmt: skip
def test_move__to_a_team_that_cannot_own_is_refused(promises: Organisation, to: str, words: str) -> None:
    Team.objects.create(slug="gone", name="Gone", group=promises.checkout.group, team_type="product",
                        began_on=FIRST, closed_on=FIRST)  # fmt: skip
    item = Item("slo", Op.CHANGE, OBJECTIVE, {"promise": PROMISE, "owner_team": to})
    with pytest.raises(Invalid) as refused:
        draft_proposal(asked=Asked((item,), REASON, Category.IMPROVEMENT),
                       by=principal_of(promises.people["ana"], clock.now()))  # fmt: skip
    assert [one.pointer for one in refused.value.errors] == ["/items/0/content/owner_team"]
    assert words in refused.value.errors[0].detail


@pytest.mark.django_db
def test_repetition__what_stays_with_its_team_and_says_the_same_is_refused(promises: Organisation) -> None:
    with pytest.raises(Conflict, match="says exactly this"):
        draft(moved("slo", OBJECTIVE, "checkout"), author=promises.people["ana"])


@pytest.mark.django_db
def test_first_version__moves_nothing_in_the_database(promises: Organisation) -> None:
    version = newest_promise()
    with pytest.raises(IntegrityError), transaction.atomic(), writing(ObjectiveVersion):
        ObjectiveVersion.objects.create(
            objective=make_objective(promises, Indicator.objects.get(), "other"), number=1, name="x",
            target=version.target, revisit_on=version.revisit_on, promise_text=version.promise_text,
            promise_sha256="", meaning_number=1, reason="For a test.", proposal=version.proposal,
            adopted_at=WEDNESDAY, adopted_by=promises.people["ana"], moved_from=promises.harbour,
        )  # fmt: skip


@pytest.mark.django_db
def test_results__stay_with_the_team_of_their_day_through_moves(promises: Organisation) -> None:
    """Results of the days around two moves agree with a diary."""
    objective, version = Objective.objects.get(), newest_promise()
    moves(promises, "harbour", WEDNESDAY + 2 * DAY)
    moves(promises, "checkout", WEDNESDAY + 5 * DAY)
    diary = {}
    zone = clock.reporting_zone()
    with writing(BudgetEvaluation):
        for offset in range(-2, 10):
            day = date(2026, 7, 8) + offset * DAY
            owner = "harbour" if date(2026, 7, 11) <= day < date(2026, 7, 14) else "checkout"
            ends, noon = local_midnight(day + DAY, zone), local_midnight(day, zone) + DAY / 2
            for cause, at in (("midnight", ends), ("state_change", noon)):
                row = BudgetEvaluation.objects.create(
                    objective=objective, version=version, cause=cause, as_of=at, state="ok", bad=0, counted=1, basis=1,
                    raw_bad=0, raw_counted=1, document_text="{}", document_sha256="", computed_at=at,
                )  # fmt: skip
                diary[row.pk] = owner
    rows = results_with_team(BudgetEvaluation.objects.all())
    assert dict(rows.values_list("pk", "team_then")) == diary
    assert set(rows.filter(team_then="harbour").values_list("pk", flat=True)) == {
        pk for pk, owner in diary.items() if owner == "harbour"
    }


class TestMoves(TestCase):
    """Beside a plain diary: who owned each day is written down as the days pass."""

    @settings(max_examples=examples(40))
    @given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(TEAMS)), max_size=8))
    def test_results__any_sequence_of_moves_keeps_each_day_with_its_owner(self, steps: list[tuple[int, str]]) -> None:
        """Several moves on one day, too, and days before the first and after the last."""
        world = make_organisation()
        teams_of = {"checkout": world.checkout, "harbour": world.harbour}
        objective = make_objective(world, make_indicator(world))
        version, owner, today, diary = objective.versions.get(), "checkout", FIRST, {}
        for gap, team in steps:
            for _ in range(gap):
                diary[today], today = owner, today + DAY
            moved_now = add_promise(world, objective, effective_from=today, moved_from=teams_of[owner])
            owner = team
            assert moved_now.moved_from is not None
        diary |= {today + offset * DAY: owner for offset in range(3)}
        diary |= {FIRST - offset * DAY: "checkout" for offset in (1, 2)}
        with writing(Objective):
            objective.owner_team = teams_of[owner]
            objective.save(update_fields=["owner_team"])
        zone = clock.reporting_zone()
        with writing(BudgetEvaluation):
            for day in diary:
                BudgetEvaluation.objects.create(
                    objective=objective, version=version, cause="midnight", as_of=local_midnight(day + DAY, zone),
                    state="ok", bad=0, counted=1, basis=1, raw_bad=0, raw_counted=1, document_text="{}",
                    document_sha256="", computed_at=WEDNESDAY,
                )  # fmt: skip
        rows = results_with_team(BudgetEvaluation.objects.all()).values_list("as_of", "team_then")
        assert {clock.local_day(as_of) - DAY: team for as_of, team in rows} == diary
