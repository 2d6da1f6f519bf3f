"""The list of teams before there is one."""

import pytest
from django.test import Client

from apps.accounts.domain import OrganisationRole
from apps.accounts.models import RoleGrant
from tests.personas import BEGAN_AT, make_person


@pytest.mark.parametrize(("role", "offered"), [(OrganisationRole.ADMIN, True), (OrganisationRole.STEWARD, False)])
def test_teams__none_yet_offers_an_administrator_the_first(
    role: OrganisationRole, offered: bool, db: None, client: Client
) -> None:
    person = make_person("first")
    RoleGrant.objects.create(user=person, role=role, from_at=BEGAN_AT)
    client.force_login(person)
    page = client.get("/teams/").content.decode()
    assert ("Teams will stand here by name." in page, "/admin/teams/team/add/" in page) == (True, offered)
