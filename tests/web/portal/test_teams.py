"""What a team is, and its tokens."""

import re
from collections.abc import Callable

from django.test import Client

from apps.audit.models import AuditEvent
from apps.teams.models import ApiToken
from tests.personas import Organisation
from tests.web.portal.pages import words_of

TOKENS = "/teams/checkout/tokens/"
GOOD = {"name": "CI of checkout-api", "scopes": ["push"], "days": "30"}


def test_teams__stand_by_name_with_their_services(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    text = words_of(client_as("eli").get("/teams/"))
    assert "Checkout Product team Shop 2 Harbour Platform team Shop 1" in text


def test_about__members_are_for_everybody(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    text = words_of(client_as("eli").get("/teams/checkout/about/"))
    assert "Ana Tamm Tech lead" in text
    assert "Checkout API" in text


def test_about__targets_and_tokens_stay_with_the_team(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    page = "/teams/checkout/about/"
    stranger, member, manager = (words_of(client_as(name).get(page)) for name in ("eli", "dee", "cy"))
    assert "Targets" not in stranger
    assert "API tokens" not in stranger
    assert "Targets" in member
    assert "API tokens" not in member
    assert "CI push" in manager


def test_token__the_secret_is_shown_once(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    client = client_as("cy")
    answer = client.post(TOKENS, GOOD)
    (secret,) = re.findall(r'value="(plumb_[\w-]+)"', answer.content.decode())
    token = ApiToken.objects.get(name=GOOD["name"])
    assert secret.startswith(token.prefix)
    assert "no-store" in answer.headers["Cache-Control"]
    assert secret not in client.get("/teams/checkout/about/").content.decode()
    assert AuditEvent.objects.filter(action="token.created").exists()


def test_token__a_member_is_refused_by_role(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    for name in ("dee", "ana", "eli"):
        answer = client_as(name).post(TOKENS, GOOD)
        assert answer.status_code == 403
        assert "The engineering manager of Checkout" in answer.content.decode()
    assert not ApiToken.objects.filter(name=GOOD["name"]).exists()


def test_token__wrong_fields_keep_what_was_typed(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    answer = client_as("cy").post(TOKENS, {"name": "CI of checkout-api", "scopes": [], "days": "4000"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "There is a problem" in text
    assert "Choose at least one." in text
    assert "CI of checkout-api" in text
    assert "<title>Error: " in text


def test_token__deleting_says_what_ends_and_ends_it(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    token = ApiToken.objects.get(name="CI push")
    client, page = client_as("cy"), f"{TOKENS}{token.pk}/delete/"
    assert "From its next request on it is refused." in words_of(client.get(page))
    client.post(page)
    assert not ApiToken.objects.filter(pk=token.pk).exists()


def test_token__of_another_team_is_absent(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    harbours = ApiToken.objects.get(name="CI harbour_push")
    assert client_as("cy").get(f"{TOKENS}{harbours.pk}/delete/").status_code == 404
    assert client_as("cy").post(f"{TOKENS}{harbours.pk}/delete/").status_code == 404
    assert ApiToken.objects.filter(pk=harbours.pk).exists()
