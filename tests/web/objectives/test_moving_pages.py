"""Moving SLIs, SLOs and policies to another team on pages; what a service that was handed over left behind."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.test import Client

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.core.periods import local_midnight
from apps.governance.models import Proposal
from apps.governance.tasks import run_previews
from apps.objectives.models import BudgetPolicy, Indicator, Objective
from apps.services.operations import hand_over
from tests.agreeing import REASON, move, sign_all, submit
from tests.personas import Organisation
from tests.promising import INDICATOR, OBJECTIVE, POLICY_SLUG, promised
from tests.spending import NOW
from tests.web.metrics.test_wording_pages import filled
from tests.web.portal.pages import links_of, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
As = Callable[..., Client]
MOVE = "/objectives/move/"
ALL = [f"sli:{INDICATOR}", f"slo:{OBJECTIVE}", f"budget_policy:{POLICY_SLUG}"]


@pytest.fixture(autouse=True)
def _promises(organisation: Organisation) -> Iterator[None]:
    with clock.playing(NOW):
        promised(organisation, policy=True)
        yield


def test_move__everything_goes_together_in_one_proposal(client_as: As, organisation: Organisation) -> None:
    answer = client_as("ana").post(MOVE, {"what": ALL, "to": "harbour", "reason": REASON}, follow=True)
    assert "Saved as P-" in words_of(answer)
    proposal = Proposal.objects.latest("number")
    run_previews()
    proposal.refresh_from_db()
    text = words_of(client_as("ana").get(f"/proposals/{proposal.number}/"))
    assert "keeps the rule" in text
    assert text.count("Owner team checkout harbour") == 3
    assert "A trigger that is open is decided by Harbour from then on." in text
    move(sign_all(submit(proposal, organisation.people["ana"])))
    owners = {row.owner_team for model in (Indicator, Objective, BudgetPolicy) for row in model.objects.all()}
    assert owners == {organisation.harbour}
    assert 'href="/teams/harbour/"' in client_as("ana").get(f"/objectives/{OBJECTIVE}/").content.decode()


def test_form__is_filled_from_the_address_and_offers_what_one_may_propose(client_as: As) -> None:
    page = client_as("ana").get(f"{MOVE}?what=slo:{OBJECTIVE}&to=harbour").content.decode()
    assert page.count("checked") == 1
    assert '<option value="harbour" selected>' in page
    assert "your teams could give away" in words_of(client_as("eli").get(f"{MOVE}?what=slo:{OBJECTIVE}"))
    assert client_as("fay").get(MOVE).status_code == 403
    assert client_as("gus").get(MOVE).status_code == 200
    assert f"{MOVE}?what=slo:{OBJECTIVE}" in links_of(client_as("ana").get(f"/objectives/{OBJECTIVE}/versions/"))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"what": []}, "Choose what moves."),
        ({"to": ""}, "Choose the team."),
        ({"to": "nobody"}, "Select a valid choice"),
        ({"reason": "It belongs there."}, "at least 40 characters"),
        ({"on": "2026-08-24"}, "too early"),
        ({"to": "checkout"}, "says exactly this"),
    ],
)
def test_move__a_wrong_field_is_named(client_as: As, typed: dict[str, object], sentence: str) -> None:
    answer = client_as("ana").post(MOVE, {"what": ALL, "to": "harbour", "reason": REASON, **typed})
    assert answer.status_code in (409, 422)
    assert sentence in words_of(answer)
    assert not Proposal.objects.filter(state="draft").exists()


def test_revising__the_words_of_a_move_keeps_the_move(client_as: As) -> None:
    client = client_as("ana")
    client.post(MOVE, {"what": [f"slo:{OBJECTIVE}"], "to": "harbour", "reason": REASON})
    proposal = Proposal.objects.latest("number")
    page = f"/proposals/{proposal.number}/agreement/"
    assert "It moves from Checkout to the team harbour" in words_of(client.get(page))
    typed = {**filled(client, page), "rationale": "Buyers leave early.", "act": "save"}
    assert "Saved as a new revision." in words_of(client.post(page, typed, follow=True))
    proposal.refresh_from_db()
    assert '"owner_team":"harbour"' in proposal.revisions.latest("pk").text


def test_handed_over__the_services_page_names_what_stayed_and_leads_to_its_move(
    client_as: As, organisation: Organisation
) -> None:
    page = "/services/checkout-api/"
    assert "Still with its former owner" not in words_of(client_as("ana").get(page))
    hand_over(
        service=organisation.checkout_api, to=organisation.harbour, reason="Harbour runs it by now.", by=SYSTEM,
        from_at=local_midnight(date(2026, 8, 20), clock.reporting_zone()),
    )  # fmt: skip
    answer = client_as("ana").get(page)
    said = f"Still with its former owner: SLI {INDICATOR} (Checkout), SLO {OBJECTIVE} (Checkout)."
    assert said in words_of(answer)
    (link,) = (url for url in links_of(answer) if url.startswith(MOVE))
    form = client_as("ana").get(link.replace("&amp;", "&")).content.decode()
    assert form.count("checked") == 2
    assert "Somebody of Checkout or a steward proposes it." in words_of(client_as("eli").get(page))
    assert not [url for url in links_of(client_as("eli").get(page)) if url.startswith(MOVE)]
