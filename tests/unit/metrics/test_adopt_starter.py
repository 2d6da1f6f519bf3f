"""The starter catalogue is adopted by one steward, as the product is the second party."""

import pytest
from django.core.management import CommandError, call_command

from apps.core.problems import Forbidden
from apps.metrics import operations, policies
from apps.metrics.domain.starter import (
    DEPLOYMENT_FREQUENCY,
    STARTER,
)
from apps.metrics.models import DefinitionVersion
from tests.personas import principal_of

pytestmark = pytest.mark.sql


def test_policies__a_button_asks_the_same_question(organisation, lead):
    assert policies.can_propose(lead, organisation.checkout)
    assert policies.can_propose(principal_of(organisation.people["dee"]), organisation.checkout)
    assert not policies.can_propose(lead, organisation.harbour)
    assert policies.can_adopt_starter(principal_of(organisation.people["gus"]))
    assert not policies.can_adopt_starter(lead)


def test_adopt_starter__adopts_what_is_missing_and_only_that(adopt, organisation):
    adopt(DEPLOYMENT_FREQUENCY)
    gus = principal_of(organisation.people["gus"])
    adopted = operations.adopt_starter(owner_team=organisation.checkout, by=gus)
    assert {v.definition.slug for v in adopted} == {s.slug for s in STARTER} - {"deployment-frequency"}
    assert {v.proposal.origin for v in adopted} == {"product"}
    assert operations.adopt_starter(owner_team=organisation.checkout, by=gus) == []


def test_adopt_starter__is_for_stewards(organisation, lead):
    with pytest.raises(Forbidden, match="steward"):
        operations.adopt_starter(owner_team=organisation.checkout, by=lead)


def test_adopt_starter_command__adopts_in_a_stewards_name(organisation, capsys):
    call_command("adopt_starter", by="Gus@example.org", owner="checkout")
    assert "change-lead-time v1: Change lead time" in capsys.readouterr().out
    adopters = set(DefinitionVersion.objects.values_list("adopted_by", flat=True))
    assert adopters == {organisation.people["gus"].pk}


@pytest.mark.parametrize(
    ("by", "owner", "said"),
    [("nobody@example.org", "checkout", "Nobody signs in"), ("gus@example.org", "moon", "Nothing is here"),
     ("ana@example.org", "checkout", "may do this")],
)  # fmt: skip
def test_adopt_starter_command__says_what_is_wrong(organisation, by, owner, said):
    with pytest.raises(CommandError, match=said):
        call_command("adopt_starter", by=by, owner=owner)
