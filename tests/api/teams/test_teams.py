"""Teams, groups, memberships and tokens over REST: who reads what."""

from datetime import timedelta

import pytest

from apps.accounts.domain import SYSTEM, Scope, TeamRole
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.teams import operations
from apps.teams.models import ApiToken
from tests.personas import BEGAN_AT, TOKENS, principal_of

API = "/api/v1"


def names(response, field: str = "slug") -> list[str]:
    assert response.status_code == 200, response.content
    return [row[field] for row in response.json()["results"]]


@pytest.mark.parametrize("persona", ["ana", "eli", "fay", "hal", "read", "harbour_push"])
def test_teams__everyone_signed_in_lists_all_open_teams_by_name(api_client_as, organisation, persona):
    organisation.harbour.closed_on = organisation.harbour.began_on
    organisation.harbour.save()
    client = api_client_as(persona)
    assert names(client.get(f"{API}/teams/")) == ["checkout"]
    assert client.get(f"{API}/teams/harbour/").json()["closed_on"] == "2024-01-01"


def test_teams__filters_orders_and_counts(api_client_as):
    client = api_client_as("read")
    assert names(client.get(f"{API}/teams/", {"team_type": "platform"})) == ["harbour"]
    assert names(client.get(f"{API}/teams/", {"group": "shop", "ordering": "-name"})) == ["harbour", "checkout"]
    page = client.get(f"{API}/teams/", {"page_size": "1"}).json()
    assert (page["count"], page["previous"], [t["slug"] for t in page["results"]]) == (2, None, ["checkout"])
    assert names(client.get(page["next"])) == ["harbour"]


def test_teams__one_team_shows_its_fields(api_client_as):
    assert api_client_as("eli").get(f"{API}/teams/checkout/").json() == {
        "slug": "checkout", "name": "Checkout", "team_type": "product", "group": "shop", "purpose": "",
        "began_on": "2024-01-01", "closed_on": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"team_typ": "product"}, "unknown_parameter"),
        ({"team_type": "prodct"}, "parameter_invalid"),
        ({"ordering": "began_on"}, "ordering_not_offered"),
        ({"page_size": "101"}, "parameter_invalid"),
        ({"page": "0"}, "parameter_invalid"),
    ],
)
def test_teams__a_parameter_that_cannot_be_read_answers_400(api_client_as, query, code):
    response = api_client_as("read").get(f"{API}/teams/", query)
    assert (response.status_code, response.json()["code"]) == (400, code)


@pytest.mark.parametrize(
    "path",
    [
        "teams/nobody/",
        "teams/a%00b/",
        "services/a%00b/",
        "teams/?page=9",
        "groups/nobody/",
        "memberships/1/",
        "tokens/1/",
        "nothing/",
    ],
)
def test_teams__what_is_absent_answers_404(api_client_as, path):
    response = api_client_as("read").get(f"{API}/{path}")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["me", "teams", "teams/checkout", "groups", "memberships", "tokens"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_teams__nothing_here_is_written_by_tools(api_client_as, path, method):
    response = getattr(api_client_as("push"), method)(f"{API}/{path}/")
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize("path", ["me/", "teams/", "groups/", "memberships/", "tokens/", "teams/checkout/"])
def test_teams__nobody_answers_401(api_client_as, path):
    assert api_client_as(None).get(f"{API}/{path}").status_code == 401


def test_groups__show_their_open_teams(api_client_as):
    (group,) = api_client_as("dee").get(f"{API}/groups/").json()["results"]
    assert group == {"slug": "shop", "name": "Shop", "teams": ["checkout", "harbour"]}


def test_memberships__are_read_by_the_team_and_by_those_above(api_client_as, organisation):
    operations.add_member(
        user=organisation.people["fay"], group=organisation.group, role=TeamRole.LEADERSHIP, from_at=BEGAN_AT, by=SYSTEM
    )
    own = ["Ana Tamm", "Bo Park", "Cy Emmer", "Dee Moor", "Fay Lind"]
    for persona in ("dee", "read"):
        assert names(api_client_as(persona).get(f"{API}/memberships/"), "person") == own
    assert names(api_client_as("eli").get(f"{API}/memberships/"), "person") == ["Eli Strand", "Fay Lind"]
    assert len(names(api_client_as("gus").get(f"{API}/memberships/"), "person")) == 6
    client = api_client_as("gus")
    assert names(client.get(f"{API}/memberships/", {"team": "harbour"}), "person") == ["Eli Strand"]
    assert names(client.get(f"{API}/memberships/", {"role": "tech_lead"}), "person") == ["Ana Tamm"]
    assert names(client.get(f"{API}/memberships/", {"group": "shop"}), "person") == ["Fay Lind"]


def test_tokens__are_listed_without_secret_to_their_team(api_client_as, organisation):
    response = api_client_as("dee").get(f"{API}/tokens/")
    own = ["CI only_propose", "CI only_push", "CI proposing", "CI push", "CI read"]
    assert names(response, "name") == own
    assert set(response.json()["results"][0]) == {
        "name", "prefix", "team", "scopes", "created_at", "expires_at", "last_used_at",
    }  # fmt: skip
    assert not any(secret in response.content.decode() for secret in organisation.secrets.values())
    harbour = ["CI harbour_proposing", "CI harbour_push"]
    assert names(api_client_as("eli").get(f"{API}/tokens/"), "name") == harbour
    assert None in names(api_client_as("hal").get(f"{API}/tokens/"), "team")
    assert names(api_client_as("hal").get(f"{API}/tokens/", {"team": "harbour"}), "name") == harbour


def test_me__a_person_hears_roles_and_teams(api_client_as):
    body = api_client_as("ana").get(f"{API}/me/").json()
    assert body == {
        "kind": "person", "name": "Ana Tamm", "email": "ana@example.org", "organisation_roles": [],
        "teams": [{"slug": "checkout", "name": "Checkout", "roles": ["tech_lead"]}], "scopes": [], "expires_at": None,
    }  # fmt: skip
    assert api_client_as("hal").get(f"{API}/me/").json()["organisation_roles"] == ["admin"]


def test_me__a_token_of_any_scope_hears_its_team_and_end(api_client_as):
    body = api_client_as("only_push").get(f"{API}/me/").json()
    assert (body["kind"], body["name"], body["scopes"]) == ("token", "CI only_push", ["push"])
    assert (body["teams"], body["email"]) == ([{"slug": "checkout", "name": "Checkout", "roles": []}], "")
    assert body["expires_at"]


def test_own_token__ends_itself_and_only_itself(api_client_as, organisation):
    client = api_client_as("only_push")
    assert client.delete(f"{API}/tokens/self/").status_code == 204
    again = client.get(f"{API}/me/")
    assert (again.status_code, again.json()["code"]) == (401, "token_invalid")
    assert api_client_as("push").get(f"{API}/me/").status_code == 200
    assert AuditEvent.objects.filter(action="token.deleted").count() == 1


def test_own_token__a_person_has_none(api_client_as):
    response = api_client_as("cy").delete(f"{API}/tokens/self/")
    assert (response.status_code, response.json()["code"]) == (403, "needs_a_token")
    assert ApiToken.objects.count() == len(TOKENS)


def test_token__expired_disabled_and_malformed_credentials_answer_401(api_client_as, organisation):
    by = principal_of(organisation.people["hal"])
    _, secret = operations.create_token(
        name="old", team=organisation.checkout, scopes=frozenset({Scope.READ}), days=1, by=by
    )
    client = api_client_as(None)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert client.get(f"{API}/me/").status_code == 200
    with clock.playing(clock.now() + timedelta(days=2)):
        assert client.get(f"{API}/me/").json()["code"] == "token_expired"
    for header in ("Bearer", "Bearer ", "Basic abc", f"Bearer {secret}x", "Bearer ünïcode"):
        client.credentials(HTTP_AUTHORIZATION=header)
        assert (client.get(f"{API}/me/").status_code, client.get(f"{API}/me/").json()["code"]) == (401, "token_invalid")
    person = api_client_as("dee")
    organisation.people["dee"].is_active = False
    organisation.people["dee"].save()
    assert person.get(f"{API}/me/").status_code == 401


def test_session__a_write_without_csrf_token_is_refused(organisation):
    from rest_framework.test import APIClient

    client = APIClient(enforce_csrf_checks=True)
    client.force_login(organisation.people["dee"])
    response = client.post(f"{API}/facts/batch/", {"facts": [{}]}, format="json")
    assert (response.status_code, response.json()["code"]) == (403, "csrf_failed")
