"""Adopting definitions by page: a next version, a new definition; what is wrong stands beside its field."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from apps.audit.models import AuditEvent
from apps.governance.domain.revisions import read_text
from apps.governance.domain.states import ProposalState
from apps.governance.models import Proposal
from apps.governance.tasks import run_previews
from apps.metrics.domain.starter import DEPLOYMENT_FREQUENCY as STARTER
from apps.metrics.models import DefinitionVersion, MetricDefinition
from tests.agreeing import move, sign_all, submit
from tests.personas import Organisation
from tests.web.portal.pages import links_of, words_of

NEXT = "/metrics/deployment-frequency/new-version/"
NEW = "/metrics/new/"
REASON = "Only planned releases say how often finished work reaches people."
SPEC = STARTER.spec | {"of": STARTER.spec["of"] | {"where": ["production", ["intent", "in", ["planned"]]]}}
GOOD = {key: text for key, text in STARTER.contract.items() if isinstance(text, str)} | {
    "name": "Deployment frequency", "spec": json.dumps(SPEC), "reason": REASON, "effective_from": "2026-08-31",
    "category": "improvement",
    "prompts": "worsened: Which release step is still manual?\r\nimproved: Do changes arrive sooner?\r\n",
}  # fmt: skip
FIRST = GOOD | {"slug": "planned-releases", "lens": "flow", "owner": "checkout", "effective_from": ""}
pytestmark = pytest.mark.usefixtures("organisation")
Clients = Callable[..., Client]


def _send(client: Client, path: str = NEXT, act: str = "propose", **changed: Any) -> Any:
    body = FIRST if path == NEW else GOOD
    return client.post(path, {**body, **changed, "act": act})


def test_next_version__begins_from_the_newest_and_offers_the_next_monday(client_as: Clients) -> None:
    page = client_as("gus").get(NEXT)
    form = page.context["form"]
    assert json.loads(form["spec"].value())["measure"] == "rate"
    assert form["prompts"].value().startswith("worsened: Which release step is still manual?\nimproved: ")
    assert form["pair"].value() == "deployment-rework-rate"
    assert form["effective_from"].value() == "2026-08-31"
    assert "The next date is 31 Aug 2026." in words_of(page)


def test_next_version__unchanged_but_for_the_reason_is_no_version(client_as: Clients) -> None:
    form = client_as("gus").get(NEXT).context["form"]
    same = {field.name: field.value() or "" for field in form} | {"reason": REASON, "act": "propose"}
    answer = client_as("gus").post(NEXT, same)
    assert answer.status_code == 409
    assert "Version 1 says exactly this." in words_of(answer)


def test_next_version__becomes_a_draft_in_the_persons_name(organisation: Organisation, client_as: Clients) -> None:
    client = client_as("eli")
    answer = _send(client)
    proposal = Proposal.objects.latest("number")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/proposals/{proposal.number}/")
    assert (proposal.state, proposal.created_by) == (ProposalState.DRAFT, organisation.people["eli"])
    asked = read_text(proposal.revisions.get().text)
    assert (asked.on, asked.reason, asked.category) == (date(2026, 8, 31), REASON, "improvement")
    assert asked.items[0].content["contract"] == STARTER.contract | {
        "prompts": [STARTER.contract["prompts"][0], {"movement": "improved", "text": "Do changes arrive sooner?"}]
    }
    assert DefinitionVersion.objects.filter(definition__slug="deployment-frequency").count() == 1
    assert f"{proposal} is drafted." in words_of(client.get(answer.headers["Location"]))


def test_next_version__is_in_force_after_the_others_signed(organisation: Organisation, client_as: Clients) -> None:
    _send(client_as("eli"))
    proposal = Proposal.objects.latest("number")
    run_previews()
    move(sign_all(submit(proposal, organisation.people["eli"])))
    version = DefinitionVersion.objects.get(definition__slug="deployment-frequency", number=2)
    assert (version.adopted_by, version.effective_from) == (organisation.people["gus"], date(2026, 8, 31))
    assert version.proposal == proposal


def test_next_version__restates_and_skips_the_wait_when_asked(client_as: Clients) -> None:
    _send(
        client_as("gus"), restate_from="2026-06-29", at_once_reason="Two reviews read it on Tuesday.", effective_from=""
    )
    asked = read_text(Proposal.objects.latest("number").revisions.get().text)
    assert (asked.restate_from, asked.at_once_reason) == (date(2026, 6, 29), "Two reviews read it on Tuesday.")


@pytest.mark.parametrize("act", ["check", ""])
def test_check__says_the_rule_and_stores_nothing(act: str, client_as: Clients) -> None:
    before = DefinitionVersion.objects.count(), AuditEvent.objects.count()
    answer = _send(client_as("gus"), act=act)
    text = words_of(answer)
    assert answer.status_code == 200
    assert "The rule reads" in text
    assert "intent" in text
    assert "Nothing is stored yet." in text
    assert REASON in answer.content.decode()
    assert (DefinitionVersion.objects.count(), AuditEvent.objects.count()) == before


def test_check__says_when_values_stay_the_same(client_as: Clients) -> None:
    answer = _send(client_as("gus"), act="check", spec=json.dumps(STARTER.spec), name="How often we release")
    assert "It computes the same values as version 1." in words_of(answer)


@pytest.mark.parametrize("act", ["check", "propose"])
@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("spec", "{", "Line 1, column 2"),
        ("spec", '{"measure": "rate", "measure": "rate"}', "The key 'measure' stands twice in one object."),
        ("spec", json.dumps(SPEC | {"mesure": 1}), "At /mesure: *mesure* is not a key here. Did you mean *measure*?"),
        ("spec", json.dumps(SPEC | {"of": SPEC["of"] | {"clock": "finishd_at"}}), "At /of/clock"),
        ("spec", "[]", "A list is not an object."),
        ("prompts", "sideways: Why?", "At /0/movement"),
        ("prompts", "Why is it slow?", "At /0/movement"),
        ("pair", "No Slug", "*No Slug* is no definition's short name"),
        ("reason", "Because.", "8 characters are too few; write at least 40."),
        ("effective_from", "2026-09-02", "The next valid date is Monday 7 September 2026."),
        ("effective_from", "2026-08-24", "The next valid date is Monday 31 August 2026."),
        ("effective_from", "soon", "Enter a day that exists"),
        ("restate_from", "2026-08-25", "A restatement begins in the past"),
        ("category", "whim", "Select a valid choice"),
        ("purpose", "", "Purpose: write something here."),
        ("name", " ", "Enter a name."),
    ],
)
def test_next_version__a_fault_is_located_and_what_was_typed_is_kept(
    field: str, value: str, sentence: str, act: str, client_as: Clients
) -> None:
    answer = _send(client_as("gus"), act=act, **{field: value})
    assert answer.status_code == 422
    errors = " ".join(answer.context["form"].errors[field])
    assert sentence in errors
    assert answer.context["form"][field].value() == value
    assert f'href="#id_{field}"' in answer.content.decode()
    assert "<title>Error: " in answer.content.decode()
    assert DefinitionVersion.objects.filter(definition__slug="deployment-frequency").count() == 1


def test_next_version__all_faults_of_a_spec_are_named_at_once(client_as: Clients) -> None:
    answer = _send(client_as("gus"), spec=json.dumps({"mesure": 1, "unit": "per_week"}), reason="Short.")
    errors = answer.context["form"].errors
    assert len(errors["spec"]) > 1
    assert "reason" in errors
    empty = _send(client_as("gus"), spec=json.dumps(SPEC | {"mesure": 1}), reason="").context["form"].errors
    assert empty.keys() == {"spec", "reason"}


@pytest.mark.parametrize("persona", ["ana", "cy", "dee", "fay", "hal"])
def test_next_version__is_for_the_owners_and_stewards(persona: str, client_as: Clients) -> None:
    client = client_as(persona)
    assert client.get(NEXT).status_code == _send(client).status_code == 403
    assert client_as("eli").get(NEXT).status_code == client_as("gus").get(NEXT).status_code == 200


def test_next_version__of_what_is_not_there(client_as: Clients) -> None:
    assert client_as("gus").get("/metrics/nothing/new-version/").status_code == 404
    assert client_as("gus").get(f"{NEXT}?act=adopt").status_code == 400


def test_new_definition__of_a_lead_for_the_own_team(client_as: Clients) -> None:
    client = client_as("ana")
    assert NEW in links_of(client.get("/metrics/"))
    assert [slug for slug, _ in client.get(NEW).context["form"].fields["owner"].choices] == ["checkout"]
    assert _send(client, NEW, "check").status_code == 200
    assert not MetricDefinition.objects.filter(slug="planned-releases").exists()
    assert _send(client, NEW).status_code == 302
    proposal = Proposal.objects.latest("number")
    asked = read_text(proposal.revisions.get().text)
    assert (proposal.owner_team.slug, asked.from_beginning, asked.items[0].op) == ("checkout", True, "create")
    assert not MetricDefinition.objects.filter(slug="planned-releases").exists()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("slug", "Planned Releases", "A short name has small letters"),
        ("slug", "deployment-frequency", "There is such a definition."),
        ("slug", "adopt", "This short name is the address of a page."),
        ("owner", "harbour", "Select a valid choice"),
        ("lens", "speed", "Select a valid choice"),
    ],
)
def test_new_definition__a_fault_is_located(field: str, value: str, sentence: str, client_as: Clients) -> None:
    answer = _send(client_as("ana"), NEW, **{field: value})
    assert answer.status_code == 422
    assert sentence in " ".join(answer.context["form"].errors[field])
    assert DefinitionVersion.objects.count() == 5


def test_new_definition__is_for_people_of_teams(client_as: Clients) -> None:
    for persona in ("fay", "hal"):
        assert _send(client_as(persona), NEW).status_code == 403
        assert NEW not in links_of(client_as(persona).get("/metrics/"))


def test_starter__has_nothing_left_to_adopt(client_as: Clients) -> None:
    assert "/metrics/adopt/" not in links_of(client_as("gus").get("/metrics/"))
    assert "All starter definitions of this matter exist." in words_of(client_as("gus").get("/metrics/adopt/"))
    answer = client_as("gus").post("/metrics/adopt/", {"owner": "harbour", "reason": REASON})
    assert answer.status_code == 422
    assert DefinitionVersion.objects.count() == 5
