"""The first agreement of an empty installation: the starter definitions, by page."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.metrics.domain.starter import STARTER
from apps.metrics.models import DefinitionVersion
from apps.metrics.operations import STARTER_REASON
from tests.personas import Organisation

ADOPT = "/metrics/adopt/"
REASON = "We agree to begin with these five and to look at them together."
Clients = Callable[..., Client]
pytestmark = pytest.mark.usefixtures("organisation")


def test_adopt__lists_each_with_its_rule_and_contract(client_as: Clients) -> None:
    text = client_as("gus").get(ADOPT).content.decode()
    assert text.count('class="c-rule"') == len(STARTER)
    for version in STARTER:
        assert f"<h2>{version.name}</h2>" in text
    assert "Median time from the first commit of each change" in text
    assert "Known pitfall" in text
    assert STARTER_REASON in text


def test_adopt__all_with_one_button(organisation: Organisation, client_as: Clients) -> None:
    client = client_as("gus")
    answer = client.post(ADOPT, {"owner": "checkout", "reason": REASON}, follow=True)
    assert "Adopted. 5 definitions are in force from the beginning." in answer.content.decode()
    versions = list(DefinitionVersion.objects.select_related("definition"))
    assert {version.definition.slug for version in versions} == {version.slug for version in STARTER}
    assert {version.reason for version in versions} == {REASON}
    assert {version.adopted_by_id for version in versions} == {organisation.people["gus"].pk}
    assert {version.definition.owner_team_id for version in versions} == {organisation.checkout.pk}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reason": "Why not."}, "8 characters are too few; write at least 40."),
        ({"reason": ""}, "Reason: write something here."),
        ({"owner": "moon"}, "Select a valid choice"),
    ],
)
def test_adopt__a_wrong_field_is_named_and_nothing_is_adopted(
    change: dict[str, str], sentence: str, client_as: Clients
) -> None:
    answer = client_as("gus").post(ADOPT, {"owner": "checkout", "reason": REASON} | change)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not DefinitionVersion.objects.exists()


@pytest.mark.parametrize("persona", ["dee", "ana", "cy", "eli", "fay", "hal"])
def test_adopt__is_for_stewards(persona: str, client_as: Clients) -> None:
    client = client_as(persona)
    assert client.get(ADOPT).status_code == 403
    assert client.post(ADOPT, {"owner": "checkout", "reason": REASON}).status_code == 403
    assert ADOPT not in client.get("/metrics/").content.decode()
    assert ADOPT in client_as("gus").get("/metrics/").content.decode()
