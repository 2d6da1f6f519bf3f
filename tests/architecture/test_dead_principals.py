"""Whoever lost a right is refused on the next request, whatever session or secret is still in their hands."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.accounts.domain import SYSTEM
from apps.accounts.models import RoleGrant
from apps.core import clock
from apps.teams import operations as teams
from apps.teams.models import ApiToken, Membership
from tests.personas import Organisation

CARD = "/teams/checkout/scorecard/"
Clients = Callable[..., Any]


def test_membership__that_ended_opens_nothing(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    dee = client_as("dee")
    assert dee.get(CARD).status_code == 200
    Membership.objects.filter(user=organisation.people["dee"]).update(until_at=clock.now() - timedelta(seconds=1))
    assert dee.get(CARD).status_code == 404


def test_role__that_changed_opens_what_it_now_opens(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    cy, path = client_as("cy"), "/teams/checkout/tokens/"
    assert cy.post(path).status_code == 422
    Membership.objects.filter(user=organisation.people["cy"]).update(role="member")
    assert cy.post(path).status_code == 403


def test_grant__that_ended_opens_nothing(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    fay, grant = client_as("fay"), RoleGrant.objects.get(user=organisation.people["fay"])
    assert fay.get(CARD).status_code == 200
    RoleGrant.objects.filter(pk=grant.pk).update(until_at=clock.now() - timedelta(seconds=1))
    assert fay.get(CARD).status_code == 404


def test_person__who_was_disabled_is_nobody(
    organisation: Organisation, client_as: Clients, api_client_as: Clients
) -> None:
    page, api = client_as("ana"), api_client_as("ana")
    organisation.people["ana"].is_active = False
    organisation.people["ana"].save()
    assert page.get(CARD).headers["Location"].startswith("/sign-in/")
    assert api.get("/api/v1/me/").status_code == 401


@pytest.mark.parametrize("end", ["delete", "expire"])
def test_token__that_ended_is_refused(end: str, organisation: Organisation, api_client_as: Clients) -> None:
    client = api_client_as("push")
    assert client.get("/api/v1/me/").status_code == 200
    token = ApiToken.objects.get(name="CI push")
    if end == "delete":
        teams.delete_token(token=token, by=SYSTEM)
    else:
        ApiToken.objects.filter(pk=token.pk).update(expires_at=token.created_at + timedelta(microseconds=1))
    assert client.get("/api/v1/me/").status_code == 401
