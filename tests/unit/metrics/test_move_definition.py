"""A next version moves a definition to another team, lens or short name; the former short name is never given away."""

import json
from datetime import date, datetime

import pytest
from django.db import DatabaseError, transaction

from apps.accounts.domain import SYSTEM, TeamRole
from apps.audit import queries as audit
from apps.core import clock
from apps.core.immutable import writing
from apps.core.problems import Absent, Conflict, Invalid, Moved
from apps.governance import operations as governance
from apps.governance.checking import Case
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.revisions import Asked, Category
from apps.governance.domain.states import ProposalState
from apps.governance.models import Proposal
from apps.metrics import queries
from apps.metrics.models import DefinitionStep, DefinitionVersion, MetricDefinition
from apps.teams import operations as teams
from tests.agreeing import REASON, agree, draft, move, sign_all, submit, target_item
from tests.leaving import LEAVING, define
from tests.personas import BEGAN_AT, principal_of
from tests.unit.metrics.conftest import NEXT_MONDAY, WEDNESDAY

RENAMED = "hurried-share"


@pytest.fixture
def standing(starter, organisation, ana):
    """A definition of Checkout in the lens reliability."""
    return define(organisation.checkout, ana)


def moving(**identity) -> Item:
    """The newest version under another identity."""
    newest = queries.newest_version(LEAVING)
    rest = {"name": newest.name, "spec": json.loads(newest.spec_text), "contract": newest.contract}
    return Item("metric_definition", Op.CHANGE, LEAVING, {**identity, **rest})


def test_move__to_another_team_needs_the_roles_of_both(standing, organisation, ana):
    eve = organisation.people["eli"]
    teams.add_member(user=eve, team=organisation.harbour, role=TeamRole.TECH_LEAD, from_at=BEGAN_AT, by=SYSTEM)
    proposal = submit(draft(moving(owner_team="harbour"), author=ana), ana)
    assert proposal.title == "Share of hotfixes, version 2: it moves from Checkout to Harbour."
    needs = proposal.items.get().needs
    own, other = organisation.checkout.pk, organisation.harbour.pk
    assert [(need["roles"], need["team"]) for need in needs] == [
        (["tech_lead"], own), (["engineering_manager"], own), (["steward"], None),
        (["tech_lead"], other), (["engineering_manager"], other),
    ]  # fmt: skip
    proposal = sign_all(proposal)
    assert (proposal.state, proposal.effective_from) == (ProposalState.SCHEDULED, NEXT_MONDAY)
    assert queries.get_definition(LEAVING).owner_team == organisation.checkout
    move(proposal)
    assert queries.get_definition(LEAVING).owner_team == organisation.harbour


def test_move__is_a_version_that_computes_the_same(standing, organisation, ana):
    agree(moving(owner_team="harbour"), author=ana)
    versions = list(DefinitionVersion.objects.filter(definition=standing).order_by("number"))
    assert [(v.number, v.meaning_number) for v in versions] == [(1, 1), (2, 1)]
    step = DefinitionStep.objects.get()
    assert (step.step, step.text, step.former_slug) == ("moved", "It moves from Checkout to Harbour.", "")
    data = json.loads(audit.list_events(f"metrics.definitionstep:{step.pk}").get().payload_text)["data"]
    assert (data["before"]["owner_team"], data["after"]["owner_team"]) == (
        organisation.checkout.pk, organisation.harbour.pk,
    )  # fmt: skip


def test_move__to_another_lens_needs_the_roles_of_both_lenses(standing, ana):
    proposal = draft(moving(lens="impact"), author=ana)
    assert {role for need in proposal.items.get().needs for role in need["roles"]} == {
        "tech_lead", "engineering_manager", "product_manager", "steward",
    }  # fmt: skip
    agree(moving(lens="impact"), author=ana)
    assert queries.get_definition(LEAVING).lens == "impact"


def test_rename__the_former_short_name_leads_on_and_stays_reserved(standing, organisation, ana):
    agree(moving(slug=RENAMED), author=ana)
    found = queries.get_definition(RENAMED)
    assert (found.pk, found.former_slugs, found.names) == (standing.pk, [LEAVING], (RENAMED, LEAVING))
    with pytest.raises(Moved) as moved:
        queries.get_definition(LEAVING)
    assert (moved.value.old, moved.value.new) == (LEAVING, RENAMED)
    assert queries.get_named(LEAVING) == found
    with pytest.raises(Conflict) as refused:
        define(organisation.checkout, ana)
    assert refused.value.code == "renamed"
    with pytest.raises(Absent):
        queries.get_definition("never-here")


def test_rename__versions_and_targets_are_found_by_both_names(standing, organisation, ana):
    commitment = {"measure": "count", "of": {"facts": "deployments", "clock": "finished_at"}, "unit": "count",
                  "direction": "higher_is_better", "reading": "commitment"}  # fmt: skip
    agree(Item("metric_definition", Op.CHANGE, LEAVING, {
        **dict(moving().content), "spec": commitment
    }), author=ana, restate_from=date(2026, 6, 29))  # fmt: skip
    wanted = target_item(LEAVING, organisation.checkout, "2026-Q3", "3", comparison="at_least", baseline=None)
    at = datetime(2026, 7, 15, 12, tzinfo=WEDNESDAY.tzinfo)
    agree(wanted, author=ana, at=at)
    agree(moving(slug=RENAMED), author=ana, at=at)
    found = queries.versions_by_slug([LEAVING, RENAMED, "change-failure-rate", "never-here"])
    assert sorted(found) == ["change-failure-rate", LEAVING, RENAMED]
    assert [v.number for v in found[LEAVING]] == [v.number for v in found[RENAMED]] == [1, 2, 3]
    targets = queries.list_targets([organisation.checkout.pk], "2026-Q3")
    assert targets[organisation.checkout.pk, LEAVING] == targets[organisation.checkout.pk, RENAMED]
    with clock.playing(at), pytest.raises(Conflict) as refused:  # by the former name it is the same target
        draft(wanted, author=ana)
    assert refused.value.code == "already_current"


@pytest.mark.parametrize(
    ("slug", "code"),
    [
        ("change-lead-time", "slug_taken"), ("adopt", "slug_taken"), ("former", "slug_taken"),
        ("No Slug", "not_a_slug"), (7, "wrong_type"),
    ],
)  # fmt: skip
def test_rename__faults_are_located(standing, organisation, ana, slug, code):
    define(organisation.checkout, ana, "former", name="Other")
    newest = queries.newest_version("former")
    content = {"name": "Other", "spec": json.loads(newest.spec_text), "contract": newest.contract, "slug": "latter"}
    agree(Item("metric_definition", Op.CHANGE, "former", content), author=ana)
    with pytest.raises(Invalid) as refused:
        draft(moving(slug=slug), author=ana)
    assert [(one.pointer, one.code) for one in refused.value.errors] == [("/items/0/content/slug", code)]


def test_rename__what_the_product_s_own_rules_know_keeps_its_short_name(starter, ana):
    newest = queries.newest_version("change-failure-rate")
    content = {"name": newest.name, "spec": json.loads(newest.spec_text), "contract": newest.contract, "slug": "cfr"}
    with pytest.raises(Invalid) as refused:
        draft(Item("metric_definition", Op.CHANGE, "change-failure-rate", content), author=ana)
    assert refused.value.errors[0].code == "name_kept"


def test_move__to_a_closed_or_unknown_team_is_refused(standing, organisation, ana):
    organisation.harbour.closed_on = date(2026, 7, 1)
    organisation.harbour.save()
    for slug in ("harbour", "nowhere"):
        with pytest.raises(Invalid) as refused:
            draft(moving(owner_team=slug), author=ana)
        assert refused.value.errors[0].code == "unknown_team"


def test_move__another_open_change_is_blocked_on_the_new_version(standing, ana):
    reworded = Item("metric_definition", Op.CHANGE, LEAVING, {**dict(moving().content), "name": "Hurried"})
    other = submit(draft(reworded, author=ana), ana)
    agree(moving(slug=RENAMED), author=ana)
    assert "former short name of hurried-share" in Case.of(Proposal.objects.get(pk=other.pk)).problems[0]
    by = principal_of(ana, clock.now())
    asked = Asked((Item("metric_definition", Op.CHANGE, RENAMED, reworded.content),), REASON, Category.IMPROVEMENT)
    again = governance.revise_proposal(proposal=other, asked=asked, sha256=other.revision_sha256, by=by)
    assert sign_all(again).state == ProposalState.ACTIVATED
    assert DefinitionVersion.objects.filter(definition=standing).count() == 3


def test_paired__a_renamed_definition_is_still_read_beside(standing, organisation, ana):
    contract = {**queries.newest_version(LEAVING).contract, "pair": LEAVING}
    define(organisation.checkout, ana, "other-share", name="Other", contract=contract)
    agree(moving(slug=RENAMED), author=ana)
    assert queries.list_uses(queries.get_definition(RENAMED)) == ["Other is read beside it."]


def test_database__a_short_name_is_given_once(standing, organisation, ana):
    agree(moving(slug=RENAMED), author=ana, reason=REASON)
    twin = MetricDefinition(
        slug=LEAVING, lens="flow", owner_team=organisation.checkout, created_at=WEDNESDAY, created_by=ana
    )
    with writing(MetricDefinition), pytest.raises(DatabaseError, match="reserved"), transaction.atomic():
        twin.save()
    known = MetricDefinition.objects.get(slug="change-lead-time")
    known.slug = LEAVING
    with writing(MetricDefinition), pytest.raises(DatabaseError, match="reserved"), transaction.atomic():
        known.save()
    step = DefinitionStep.objects.get()
    step.pk, step._state.adding, step.former_slug = None, True, "change-lead-time"
    with writing(DefinitionStep), pytest.raises(DatabaseError, match="in use"), transaction.atomic():
        step.save()
