"""Pages of exemptions and freezes: asked for from a team, listed with their people, shown with values either way."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.core import clock
from apps.governance.domain.kinds import Item, Op
from apps.governance.models import Exemption, FreezeWindow, Proposal
from tests.agreeing import agree
from tests.personas import Organisation
from tests.web.portal.pages import words_of

NEW, NEW_FREEZE = "/governance/exemptions/new/", "/governance/freezes/new/"
REASON = "A mirrored build farm reported every release of these days twice."
GOOD: dict[str, Any] = {
    "place": "team:checkout", "kind": "exclude_data", "definitions": ["deployment-frequency"],
    "starts_on": "2026-08-03", "last_on": "2026-08-16", "reason": REASON, "facts": "", "slice": "",
}  # fmt: skip
FREEZE = {
    "place": "team:checkout", "name": "launch freeze", "starts_on": "2026-08-20", "last_on": "2026-08-30",
    "reason": "The gift cards go live; nothing else is released beside them.",
}  # fmt: skip


@pytest.fixture
def exempted(organisation: Organisation) -> Exemption:
    """Checkout's deployments of two weeks left out of one definition."""
    content = {
        "kind": "exclude_data", "team": "checkout", "definitions": ["deployment-frequency"],
        "starts_at": "2026-08-03", "expires_at": "2026-08-17",
    }  # fmt: skip
    item = Item("exemption", Op.CREATE, "", content)
    agree(item, author=organisation.people["ana"], at=clock.as_of(), reason=REASON)
    return Exemption.objects.get()


@pytest.mark.usefixtures("organisation")
def test_exemption__is_asked_for_from_the_team_and_becomes_a_proposal(client_as: Callable[..., Client]) -> None:
    dee = client_as("dee")
    assert "/governance/exemptions/new/?for=team:checkout" in dee.get("/teams/checkout/about/").content.decode()
    page = dee.get(f"{NEW}?for=team:checkout").content.decode()
    assert 'value="team:checkout" selected' in page
    answer = dee.post(NEW, GOOD)
    proposal = Proposal.objects.latest("pk")
    assert (answer.status_code, answer["Location"]) == (302, f"/proposals/{proposal.number}/")
    assert proposal.title == "Checkout: all facts left out of Deployment frequency from 3 Aug 2026 until 17 Aug 2026."


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"last_on": "2026-12-31"}, "An exemption lasts at most 90 days"),
        ({"starts_on": "2026-07-01"}, "An exemption reaches back at most 28 days"),
        ({"definitions": []}, "Choose at least one."),
        ({"place": "team:harbour"}, "Select a valid choice."),
        ({"facts": "deployments checkout-api"}, "Write each line as source service key."),
        ({"facts": "changes checkout-api c1"}, "The definitions named do not count this."),
        ({"slice": "{"}, "There is a problem"),
        ({"reason": "Because."}, "at least 40 characters"),
    ],
)
@pytest.mark.usefixtures("organisation")
def test_exemption__a_wrong_field_is_named_and_kept(
    change: dict[str, Any], words: str, client_as: Callable[..., Client]
) -> None:
    answer = client_as("dee").post(NEW, GOOD | change)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_exemptions__stand_in_the_list_with_their_people(exempted: Exemption, client_as: Callable[..., Client]) -> None:
    text = words_of(client_as("bo").get("/governance/exemptions/"))
    assert "E-1 Checkout All facts left out Deployment frequency 3 Aug 2026 to 16 Aug 2026" in text
    assert "Ana Tamm (tech lead)" in text
    assert "Gus Stein (metrics steward)" in text


def test_exemption__shows_values_with_and_without(exempted: Exemption, client_as: Callable[..., Client]) -> None:
    text = words_of(client_as("bo").get("/governance/exemptions/E-1/"))
    assert REASON in text
    assert "Deployment frequency, with and without:" in text
    assert "week 32 of 2026, 3 Aug to 9 Aug" in text
    assert client_as("eli").get("/governance/exemptions/E-1/").status_code == 200
    assert client_as("bo").get("/governance/exemptions/E-2/").status_code == 404
    assert client_as("bo").get("/governance/exemptions/nothing/").status_code == 404


def test_exemption__its_end_is_a_proposal_for_one_other_person(
    exempted: Exemption, client_as: Callable[..., Client]
) -> None:
    if exempted.expires_at > clock.as_of():
        answer = client_as("ana").post("/governance/exemptions/E-1/end/", {"reason": f"Mended since. {REASON}"})
        assert answer.status_code == 302
    assert client_as("ana").post("/governance/exemptions/E-1/end/", {"reason": "short"}).status_code == 422


@pytest.mark.usefixtures("organisation")
def test_freeze__is_planned_signed_listed_and_ended(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    answer = client_as("cy").post(NEW_FREEZE, FREEZE)
    assert answer.status_code == 302
    assert Proposal.objects.latest("pk").title == "Freeze for Checkout: launch freeze, 20 Aug 2026 to 30 Aug 2026."
    item = Item("freeze_window", Op.CREATE, "", {
        "name": "launch freeze", "team": "checkout", "starts_on": "2026-08-20", "last_on": "2026-08-30",
    })  # fmt: skip
    agree(item, author=organisation.people["cy"], at=clock.as_of(), reason=REASON)
    assert FreezeWindow.objects.count() == 1
    text = words_of(client_as("bo").get("/governance/freezes/"))
    assert "F-1: launch freeze Checkout 20 Aug 2026 to 30 Aug 2026" in text
    answer = client_as("cy").post("/governance/freezes/F-1/end/", {"reason": f"Launched early. {REASON}"})
    assert answer.status_code == 302
    assert client_as("eli").post("/governance/freezes/F-1/end/", {"reason": REASON}).status_code == 403


@pytest.mark.usefixtures("organisation")
def test_freeze__limits_stand_beside_their_fields(client_as: Callable[..., Client]) -> None:
    for change in ({"last_on": "2026-10-30"}, {"starts_on": "2026-05-01", "last_on": "2026-05-04"}, {"name": "x"}):
        assert client_as("cy").post(NEW_FREEZE, FREEZE | change).status_code == 422
