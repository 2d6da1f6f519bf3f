"""A definition is deprecated by a proposal that names its last day, four weeks ahead, and what replaces it."""

import json
from datetime import date, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from apps.audit import queries as audit
from apps.core import clock
from apps.core.problems import Conflict, Forbidden, Invalid
from apps.governance import operations as governance
from apps.governance.domain.states import ProposalState
from apps.metrics import operations, queries
from apps.metrics.domain.lifecycle import Lifecycle
from apps.metrics.models import DefinitionStep, DefinitionVersion
from tests.agreeing import adopt_template_kits, draft, sign_all, submit, target_item
from tests.leaving import LEAVING, SUNSET, define, deprecate, deprecation, retire
from tests.personas import principal_of
from tests.unit.metrics.conftest import WEDNESDAY


@pytest.fixture
def leaving(starter, organisation, ana):
    """A definition that nothing depends on, beside the starter catalogue."""
    return define(organisation.checkout, ana)


def test_deprecation__writes_the_day_the_successor_and_a_step(leaving, ana):
    found = deprecate(ana, successor="deployment-rework-rate")
    assert (found.lifecycle, found.deprecated_on, found.sunset_on) == ("deprecated", WEDNESDAY.date(), SUNSET)
    assert (found.replaced_by.slug, found.retired_on) == ("deployment-rework-rate", None)
    step = DefinitionStep.objects.get(definition=found)
    assert (step.step, step.text) == ("deprecated", "It leaves on 5 Aug 2026; Deployment rework rate replaces it.")
    assert DefinitionVersion.objects.filter(definition=found).count() == 1
    data = json.loads(audit.list_events(f"metrics.definitionstep:{step.pk}").get().payload_text)["data"]
    assert (data["slug"], data["successor"], data["sunset_on"]) == (LEAVING, "deployment-rework-rate", "2026-08-05")


def test_deprecation__needs_all_roles_a_preview_and_says_what_stops(leaving, organisation, ana):
    proposal = submit(draft(deprecation(), author=ana), ana)
    assert proposal.title == "Share of hotfixes is deprecated. It leaves on 5 Aug 2026; nothing replaces it."
    assert proposal.state == ProposalState.IN_REVIEW
    sections = proposal.revisions.get().previews.get().result["sections"]
    assert [section["title"] for section in sections] == [
        "What depends on Share of hotfixes",
        "What stops showing of Share of hotfixes",
    ]
    assert sections[0]["sentences"] == ["Nothing depends on it."]
    proposal = sign_all(proposal)
    roles = proposal.revisions.get().signatures.order_by("pk").values_list("role", flat=True)
    assert list(roles) == ["tech_lead", "engineering_manager", "steward"]
    assert proposal.state == ProposalState.ACTIVATED


def test_deprecation__the_preview_names_dependants_and_no_team_s_target(starter, organisation, ana):
    adopt_template_kits(organisation.people["gus"], WEDNESDAY.date())
    proposal = draft(deprecation("deployment-frequency"), author=ana)
    said = proposal.revisions.get().previews.get().result["sections"][0]["sentences"]
    assert "Change failure rate is read beside it." in said
    assert any(line.startswith("Scorecards of product teams show it as") for line in said)


@pytest.mark.parametrize(
    ("content", "place", "code"),
    [
        ({"sunset_on": "2026-08-04"}, "/items/0/content/sunset_on", "too_soon"),
        ({"sunset_on": "soon"}, "/items/0/content/sunset_on", "not_a_day"),
        ({"successor": "nothing-here"}, "/items/0/content/successor", "unknown_value"),
        ({"successor": LEAVING}, "/items/0/content/successor", "unknown_value"),
    ],
)
def test_deprecation__faults_are_located(leaving, ana, content, place, code):
    with pytest.raises(Invalid) as refused:
        draft(deprecation(**content), author=ana)
    assert [(one.pointer, one.code) for one in refused.value.errors] == [(place, code)]


def test_deprecation__a_successor_that_leaves_itself_is_no_successor(leaving, organisation, ana):
    define(organisation.checkout, ana, "other-share", name="Other share")
    deprecate(ana, "other-share")
    with pytest.raises(Invalid, match="is to leave or has left"):
        draft(deprecation(successor="other-share"), author=ana)


def test_deprecation__signed_too_late_is_blocked_and_says_why(leaving, ana):
    """The four weeks are counted from the day on which it holds, not from the draft."""
    proposal = submit(draft(deprecation(), author=ana), ana)
    with clock.playing(datetime(2026, 7, 10, 12, tzinfo=WEDNESDAY.tzinfo)):
        proposal = sign_all(proposal)
    assert proposal.state == ProposalState.BLOCKED
    assert proposal.blocked_cause == "5 Aug 2026 is too soon: people get 28 days. The first day is 7 Aug 2026."
    assert queries.get_definition(LEAVING).lifecycle == Lifecycle.ACTIVE


def test_deprecation__again_with_another_day_moves_the_last_day(leaving, ana):
    deprecate(ana)
    with pytest.raises(Conflict) as refused:
        draft(deprecation(), author=ana)
    assert refused.value.code == "already_current"
    again = deprecate(ana, sunset_on=date(2026, 9, 7))
    assert (again.deprecated_on, again.sunset_on) == (WEDNESDAY.date(), date(2026, 9, 7))
    assert DefinitionStep.objects.filter(definition=again).count() == 2


def test_deprecation__of_what_is_retired_or_unknown_is_refused(leaving, ana):
    deprecate(ana)
    retire(ana)
    with pytest.raises(Conflict) as refused:
        draft(deprecation(sunset_on=date(2027, 9, 7)), author=ana)
    assert refused.value.code == "retired"
    with pytest.raises(Invalid):
        draft(deprecation("nothing-here"), author=ana)


def test_deprecation__a_stranger_drafts_none(leaving, organisation):
    with pytest.raises(Forbidden):
        draft(deprecation(), author=organisation.people["eli"])


def test_target__for_a_quarter_that_ends_after_the_last_day_is_refused(starter, organisation, ana):
    deprecate(ana, "change-failure-rate", sunset_on=date(2026, 12, 1))
    item = target_item("change-failure-rate", organisation.checkout, "2026-Q3", "0.2", baseline=None)
    with pytest.raises(Invalid) as refused:
        draft(target_item("change-failure-rate", organisation.checkout, "2026-Q4", "0.2", baseline=None), author=ana)
    assert (refused.value.errors[0].code, refused.value.errors[0].pointer) == ("leaves", "/items/0/content/quarter")
    with pytest.raises(Invalid) as other:  # a quarter before is refused for its missing baseline alone
        draft(item, author=ana)
    assert "leaves" not in {one.code for one in other.value.errors}


def test_version__of_a_deprecated_definition_can_still_be_mended(leaving, ana, organisation, adopt):
    deprecate(ana)
    again = adopt(slug=LEAVING, name="Hotfixes")
    assert (again.number, again.definition.lifecycle) == (2, "deprecated")


def test_database__the_life_never_goes_back(leaving, ana):
    deprecate(ana)
    statement = (
        "UPDATE metrics_metricdefinition SET lifecycle = 'active', deprecated_on = NULL, sunset_on = NULL,"
        " replaced_by_id = NULL"
    )
    for sql in (statement, "DELETE FROM metrics_metricdefinition"):
        with pytest.raises(DatabaseError, match="definition"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_rollback__leaves_nothing(leaving, organisation, ana, monkeypatch):
    proposal = submit(draft(deprecation(), author=ana), ana)

    def broken(*_args, **_kwargs):
        raise Conflict("state_forbids", "The step cannot be written.")

    monkeypatch.setattr(operations, "_step", broken)
    for name in ("cy", "gus"):
        by = principal_of(organisation.people[name], clock.now())
        proposal = governance.sign_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=by)
    assert proposal.state == ProposalState.BLOCKED
    assert queries.get_definition(LEAVING).lifecycle == Lifecycle.ACTIVE
    assert not DefinitionStep.objects.exists()
